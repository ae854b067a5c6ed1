"""`social run`: from a draft to a post, and to an end that leaves nothing half-done."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

Stand = Any
Run = Callable[[], Any]
DRAFT = "@social draft\nto: mastodon\nHello from the service"
STATUSES = "/mastodon/api/v1/statuses"
CARD = r"\*\*#1\*\* by"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_takes_a_post_from_draft_to_link_and_stops_when_told(
    stand: Stand, run: Run, number: signal.Signals
) -> None:
    bot = run().listens()
    carol, alice = stand.person("carol"), stand.person("alice")
    carol.says(DRAFT)
    alice.reacts(alice.hears(CARD))
    carol.hears("is out")
    assert stand.published("mastodon") == ["Hello from the service"]
    assert bot.stops(number) == 0
    assert "Traceback" not in bot.said
    assert bot.lines[-1].endswith("stopped")
    assert stand.queues_of_the_bot() == 0, "the event queue was not given back"


@pytest.mark.parametrize("acted", [False, True], ids=["not-out", "out"])
def test_a_stop_waits_for_no_hanging_platform_and_the_post_appears_once(
    stand: Stand, run: Run, *, acted: bool
) -> None:
    gate = stand.gates.close("POST", STATUSES, after=acted)
    bot = run().listens()
    carol, alice = stand.person("carol"), stand.person("alice")
    carol.says(DRAFT)
    alice.reacts(alice.hears(CARD))
    assert gate.came.wait(20)
    assert bot.stops() == 0
    bot.until("1 deliver")
    assert len(stand.published("mastodon")) == int(acted)
    gate.opened = True
    second = run().listens()
    alice.hears("is out", meanwhile=lambda: stand.later(30))
    assert stand.published("mastodon") == ["Hello from the service"]
    assert second.stops() == 0


def test_a_stop_waits_for_no_hanging_chat(stand: Stand, run: Run) -> None:
    gate = stand.gates.close("POST", "/api/v1/messages", after=True, by=stand.bot_email)
    bot = run().listens()
    carol = stand.person("carol")
    carol.says(DRAFT)
    assert gate.came.wait(20)
    assert bot.stops() == 0
    gate.opened = True
    second = run().listens()
    alice = stand.person("alice")
    alice.reacts(alice.finds(CARD))
    alice.hears("is out")
    assert sum("#1** by" in one["content"] for one in alice.history()) == 1, "the card was said twice"
    assert second.stops() == 0
