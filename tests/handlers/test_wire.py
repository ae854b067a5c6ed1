"""The line under Mastodon.py and tweepy: times, words, and what certainly never left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from handlers.wire import Answer, Turned, Wire, may_have_left

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = str(int((NOON + timedelta(hours=1)).timestamp()))


def answer(body: Any = None, **headers: str) -> Answer:
    return Answer(429, {name.replace("_", "-"): value for name, value in headers.items()}, body, "")


@pytest.mark.parametrize(
    "headers,expected",
    [
        ({}, None),
        ({"retry_after": "90"}, timedelta(seconds=90)),
        ({"retry_after": "Thu, 26 Nov 2026 12:05:00 GMT"}, timedelta(minutes=5)),
        ({"retry_after": "Thu, 26 Nov 2026 11:05:00 GMT"}, None),
        ({"retry_after": "Someday, soon"}, None),
        ({"retry_after": "1.5"}, timedelta(seconds=1.5)),
        ({"x_rate_limit_reset": HOUR}, timedelta(hours=1)),
        ({"x_ratelimit_reset": "2026-11-26T12:15:00.000001Z"}, timedelta(minutes=15, microseconds=1)),
        ({"x_ratelimit_reset": "2026-11-26T14:15:00+02:00"}, timedelta(minutes=15)),
        ({"x_ratelimit_reset": HOUR}, timedelta(hours=1)),
        ({"x_ratelimit_reset": "2026-11-26T11:00:00Z"}, None),
        ({"x_ratelimit_reset": "2027-11-26T11:00:00Z"}, None),
        ({"x_ratelimit_reset": "soon"}, None),
        ({"retry_after": "9" * 15}, None),
        ({"retry_after": "-5"}, None),
    ],
)
def test_when_a_server_may_be_asked_again(headers: dict[str, str], expected: timedelta | None) -> None:
    assert answer(**headers).until(NOON) == (None if expected is None else NOON + expected)


def test_words_of_a_server_cannot_act_in_a_chat_message() -> None:
    assert answer({"error": "@**all** <b>`x`\n```\n[a](b)"}).words("error") == " (it said: “all b x a (b)”)"
    assert answer({"error": "word " * 200}).words("error").count("word") == 40
    assert answer({"error": 5}).words("error") == ""
    assert answer(["error"]).words("error") == ""


def test_a_password_in_a_netrc_is_not_sent(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.on("GET", "/a", {})
    with Wire(server.url) as wire:
        wire.get(f"{server.url}/a")
    assert "Authorization" not in server.asked[0].headers


def test_an_answer_is_kept_and_forgotten_with_the_next_request(server: Any) -> None:
    server.on("GET", "/a", server.reply({"a": 1}, 200, X_Thing="here"))
    server.on("GET", "/b", server.CUT)
    with Wire(server.url) as wire:
        wire.get(f"{server.url}/a")
        kept = wire.last
        assert kept is not None
        assert (kept.status, kept.body, kept.headers["x-thing"]) == (200, {"a": 1}, "here")
        with pytest.raises(requests.ConnectionError) as error:
            wire.get(f"{server.url}/b")
        assert wire.last is None
        assert may_have_left(error.value)


@pytest.mark.parametrize(
    "location,host",
    [
        ("https://new.example/a?b=c", "https://new.example"),
        ("/elsewhere", ""),
        ("https://[nonsense", ""),
        ("", ""),
    ],
)
def test_a_redirect_tells_where_to_without_following(server: Any, location: str, host: str) -> None:
    server.on("POST", "/a", server.reply(b"", 302, Location=location))
    with Wire(server.url) as wire:
        with pytest.raises(Turned) as error:
            wire.post(f"{server.url}/a", data=b"x")
        assert error.value.host == host
        assert not may_have_left(error.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "address", ["closed", "http://name.invalid", "ftp://a.example", "http://", "http://a b/"]
)
def test_without_a_connection_nothing_left(address: str, closed_port: str) -> None:
    with Wire("http://unused.example") as wire, pytest.raises(requests.RequestException) as error:
        wire.post(closed_port if address == "closed" else address, data=b"x")
    assert not may_have_left(error.value)
