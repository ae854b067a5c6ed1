"""How the service is, for monitoring: listening, backlog, what is due for too long, failures, dead accounts."""

from __future__ import annotations

import json
import socket
import stat
import struct
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from town import Town

from bot import alone, health
from bot.actions import living
from bot.config import Config
from handlers.bounds import at_most
from storage.database import Database


def look(town: Town) -> health.Health:
    with town.database.reading() as session:
        return health.look(session, town.now)


def test_a_bot_that_listens_is_well(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.later(minutes=1)
    found = look(town)
    assert found.well
    assert found.listening_since is not None
    assert found.posts["draft"] == 1
    assert found.oldest_due is None
    text = health.as_text(found)
    assert "Listening since 2026-11-23" in text
    assert "1 draft" in text
    assert "FAIL" not in text


def test_silence_is_noticed(town: Town) -> None:
    town.later(minutes=1)
    town.world.clock.advance(timedelta(minutes=5))
    found = look(town)
    assert not found.listening
    assert not found.well
    assert "FAIL Nobody listens: the last sign of life" in health.as_text(found)
    assert "Start the bot (`social run`, or its service); its log says why it ended." in health.as_text(found)
    town.settle()
    assert look(town).well


def test_what_is_due_for_too_long_is_noticed(town: Town) -> None:
    town.fault("zulip", "down", times=10_000)
    town.sandbox.faults.clear()
    town.carol.says("@social draft\nto: mastodon\nat: 2026-11-23 09:00 UTC\nHello")
    town.alice.reacts(town.card_id(1))
    town.world.clock.advance(timedelta(hours=1, minutes=20))
    found = look(town)
    assert found.stuck
    assert found.oldest_due is not None
    assert (found.oldest_due.hour, found.oldest_due.minute) == (9, 0)
    assert "due since 2026-11-23 09:00" in health.as_text(found)


def test_failures_are_counted_by_account(town: Town) -> None:
    town.fault("x", "402", times=2)
    for _ in range(2):
        town.carol.says("@social draft\nto: x, mastodon\nHello again and again")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    found = look(town)
    assert found.failed == {"x": 1}
    assert "x: 1 failed or in doubt" in health.as_text(found)


def test_an_account_that_stopped_working_is_told(town: Town) -> None:
    town.fault("mastodon", "expired-token", times=100)
    town.publisher.acquaint()
    town.settle()
    found = look(town)
    assert set(found.dead) == {"mastodon"}
    assert not found.well
    town.sandbox.faults.clear()
    town.publisher.acquaint()
    town.settle()
    assert look(town).well


def test_monitoring_asks_over_http(town: Town) -> None:
    town.later(minutes=1)
    server = health.serve(town.database, lambda: town.now, ("127.0.0.1", 0))
    try:
        base = f"http://127.0.0.1:{server.server_address[1]}"
        answer = httpx.get(f"{base}/health")
        assert answer.status_code == 200
        told = answer.json()
        assert told["well"] is True
        assert told == json.loads(health.as_json(look(town)))
        assert httpx.get(f"{base}/").status_code == 404
        town.world.clock.advance(timedelta(minutes=5))
        assert httpx.get(f"{base}/health").status_code == 503
    finally:
        server.shutdown()
        server.server_close()


ENDS = "2026-12-10T08:00:00Z"
LINKEDIN = f'[linkedin] refresh_token = ""\n[linkedin] expires_at = {ENDS}\n[linkedin] client_id = ""'


@pytest.mark.parametrize("settings", [LINKEDIN])
def test_both_tell_all_five(town: Town) -> None:
    """Listening since, backlog, oldest due, failures by platform, ends of sign-ins: to people and to monitoring."""
    town.publisher.acquaint()
    town.settle()
    town.fault("x", "402")
    town.carol.says("@social draft\nto: x\nRefused")
    town.alice.reacts(town.card_id(1))
    town.carol.says("@social draft\nto: mastodon\nat: 2026-11-23 09:00 UTC\nDue")
    town.alice.reacts(town.card_id(2))
    town.carol.says("@social draft\nto: mastodon\nA draft")
    town.later(minutes=1)
    town.world.clock.to(town.now.replace(hour=9, minute=1))
    town.listener.tick(town.now)
    living.sign(town.desk, town.desk.listening_since, town.now)
    found = look(town)
    server = health.serve(town.database, lambda: town.now, ("127.0.0.1", 0))
    try:
        told = httpx.get(f"http://127.0.0.1:{server.server_address[1]}/health").json()
    finally:
        server.shutdown()
        server.server_close()
    assert told["listening_since"].startswith("2026-11-23T08:00")
    assert (told["posts"]["draft"], told["posts"]["approved"]) == (1, 1)
    assert told["oldest_due"].startswith("2026-11-23T09:00")
    assert told["failed"] == {"x": 1}
    assert told["expires"] == {"linkedin": "2026-12-10T08:00:00+00:00"}
    text = health.as_text(found)
    for words in (
        "Listening since 2026-11-23 08:00 UTC",
        "1 draft, 1 approved",
        "the oldest is due since 2026-11-23 09:00 UTC",
        "x: 1 failed or in doubt",
        "linkedin: signed in until 2026-12-10",
    ):
        assert words in text


def test_a_client_that_drips_or_leaves_or_comes_in_crowds_costs_nothing(
    town: Town, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    server = health.serve(town.database, town.desk.clock, ("127.0.0.1", 0))
    try:
        address = ("127.0.0.1", server.server_address[1])
        with at_most(0.5):
            crowd = [socket.create_connection(address) for _ in range(health.AT_ONCE + 4)]
            for one in crowd:
                with suppress(OSError):
                    one.send(b"GET /hea")
            refused = sum(_is_shut(one) for one in crowd)
            assert refused == len(crowd), "the last ones at once, the others when their time was over"
        for one in crowd:
            one.close()
        leaving = socket.create_connection(address)
        leaving.send(b"GET /health HTTP/1.0\r\n\r\n")
        leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        leaving.close()
        assert httpx.get(f"http://127.0.0.1:{address[1]}/health").status_code in {200, 503}
    finally:
        server.shutdown()
        server.server_close()
    assert "Traceback" not in capfd.readouterr().err
    assert not [one for one in caplog.records if one.exc_info]


def _is_shut(plug: socket.socket) -> bool:
    plug.settimeout(5)
    try:
        return plug.recv(1) == b""
    except ConnectionError:
        return True


def test_a_database_under_two_names_has_one_bot(town: Town) -> None:
    other = town.folder / "elsewhere"
    other.mkdir()
    path = Path(str(town.database.url.database))
    (other / "again.sqlite3").hardlink_to(path)
    url = SecretStr(f"sqlite:///{other / 'again.sqlite3'}")
    twin = town.config.model_copy(
        update={"social": town.config.social.model_copy(update={"database_url": url})}
    )
    held = alone.keep_alone(town.config)
    assert held is not None
    with pytest.raises(alone.Occupied, match="another name"):
        alone.keep_alone(twin)
    town.carol.says("@social status")  # its own work goes on
    held.close()
    again = alone.keep_alone(twin)
    assert again is not None
    again.close()


def test_a_new_database_under_two_names_has_one_bot_from_its_first_life_on(town: Town) -> None:
    """The file is made with the lock: a second name that it gets later is seen as well."""
    new, twin = town.folder / "new.sqlite3", town.folder / "twin.sqlite3"

    def config_of(path: Path) -> Config:
        social = town.config.social.model_copy(update={"database_url": SecretStr(f"sqlite:///{path}")})
        return town.config.model_copy(update={"social": social})

    held = alone.keep_alone(config_of(new))
    assert held is not None
    first = Database(f"sqlite:///{new}")  # as `social run` goes on
    twin.hardlink_to(new)
    with pytest.raises(alone.Occupied, match="another name"):
        alone.keep_alone(config_of(twin))
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    first.close()
    held.close()
