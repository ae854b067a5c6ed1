"""Several `social run` on one PostgreSQL: one listens, all deliver, any may die or hang."""

from __future__ import annotations

import io
import os
import re
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from storage.database import Database

Stand = Any
Process = Any
TAKEN_OVER_S = 15.0
"""How soon another copy must listen (the promise)."""


@pytest.fixture
def shared(stand: Stand, postgres: Any) -> Stand:
    url = postgres.fresh()
    database = Database(url)
    database.migrate()
    database.close()
    stand.write(database_url=url)
    return stand


@pytest.fixture
def copies(shared: Stand, run: Callable[[], Process]) -> list[Process]:
    first = run().listens()
    second = run()
    second.until("another copy listens; this one delivers")
    return [first, second]


def test_one_listens_and_another_takes_over_when_it_dies(shared: Stand, copies: list[Process]) -> None:
    carol, alice = shared.person("carol"), shared.person("alice")
    carol.says("@social draft\nto: mastodon\nFrom the first")
    alice.reacts(alice.hears(r"\*\*#1\*\* by"))
    alice.hears("is out")
    first, second = copies
    first.dies()
    began = time.monotonic()
    carol.says("@social draft\nto: mastodon\nFrom the second")
    second.listens()
    assert time.monotonic() - began < TAKEN_OVER_S
    alice.reacts(alice.hears(r"\*\*#2\*\* by"))
    alice.hears(r"\*\*#2\*\* is out")
    assert shared.published("mastodon") == ["From the first", "From the second"]
    said = [one["content"] for one in alice.history()]
    assert sum(one.startswith("**#1** by") for one in said) == 1
    assert sum(one.startswith("**#2** by") for one in said) == 1
    assert second.stops() == 0


def test_another_takes_over_from_one_that_hangs_and_it_does_no_harm_when_it_wakes(
    shared: Stand, copies: list[Process]
) -> None:
    first, second = copies
    carol, alice = shared.person("carol"), shared.person("alice")
    signal_to(first, signal.SIGSTOP)
    began = time.monotonic()
    carol.says("@social draft\nto: mastodon\nWhile one hangs")
    second.listens()
    assert time.monotonic() - began < TAKEN_OVER_S
    alice.hears(r"\*\*#1\*\* by")
    signal_to(first, signal.SIGCONT)
    first.until("does not listen any more|another copy listens now")
    carol.says("@social draft\nto: mastodon\nAfter it woke")
    alice.hears(r"\*\*#2\*\* by")
    said = [one["content"] for one in alice.history() if re.match(r"\*\*#\d+\*\* by", one["content"])]
    assert len(said) == 2
    assert first.stops() == 0
    assert second.stops() == 0


def signal_to(process: Process, number: signal.Signals) -> None:
    os.kill(process.pid, number)


def test_both_deliver_and_nothing_goes_out_twice(shared: Stand, copies: list[Process]) -> None:
    carol, alice = shared.person("carol"), shared.person("alice")
    cards = []
    for number in range(1, 7):
        carol.says(f"@social draft\nto: mastodon, x, linkedin\nText number {number}")
        cards.append(alice.hears(rf"\*\*#{number}\*\* by"))
    for card in cards:
        alice.reacts(card)
    for number in range(1, 7):
        alice.hears(rf"\*\*#{number}\*\* is out.*Mastodon.*LinkedIn|\*\*#{number}\*\* is out.*X")
    texts = sorted(f"Text number {number}" for number in range(1, 7))
    for service in ("mastodon", "x", "linkedin"):
        assert sorted(shared.published(service)) == texts
    for one in copies:
        assert one.stops() == 0
        assert "Traceback" not in one.said


def uploaded(person: Any) -> str:
    """The address of a picture that somebody put into the chat."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 80, 40)).save(file, "PNG")
    answer = person._client.post("user_uploads", files={"file": ("p.png", file.getvalue())}).json()
    return str(answer.get("url") or answer["uri"])


def test_a_copy_delivers_nothing_while_nobody_reads_what_people_order(
    shared: Stand, copies: list[Process]
) -> None:
    """A deletion and a lost approval are seen by whoever delivers; an order stands in the chat alone."""
    carol, alice = shared.person("carol"), shared.person("alice")
    shared.fault("mastodon", "503", method="POST", path="/api/v2/media")
    picture = uploaded(carol)
    carol.says(f"@social draft\nto: mastodon, x\nNot on Mastodon after all\n[A picture]({picture})")
    alice.reacts(alice.hears(r"\*\*#1\*\* by"))
    alice.hears("Mastodon: is tried again")
    first, second = copies
    first.dies()
    alice.says("@social cancel 1")
    shared.later(20)  # the next try is due
    alice.hears("#1 no longer goes to Mastodon")
    assert shared.published("mastodon") == []
    assert second.stops() == 0


def test_a_copy_with_another_data_folder_is_refused_and_told_why(
    shared: Stand, run: Callable[[], Process]
) -> None:
    """The first one's pictures and its key are not there: what the second sent would fail, or lack them."""
    first = run().listens()
    shared.write(data_dir="elsewhere")
    second = run()
    assert second.ends() == 6
    assert "let `data_dir` be a folder that all their machines share" in second.said
    assert first.stops() == 0
    run().listens()  # nobody else is there any more
