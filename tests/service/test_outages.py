"""Zulip away, at the start and later: the bot keeps trying, and stops when told to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Stand = Any
Run = Callable[[], Any]


def test_it_waits_for_a_zulip_that_is_away_at_the_start(away: Stand, run: Run) -> None:
    bot = run()
    bot.until("does not answer.* Trying again in 2 s")
    away.opens()
    bot.listens()
    carol = away.person("carol")
    carol.says("@social help")
    carol.hears("draft")
    assert bot.stops() == 0


def test_it_stops_while_it_waits_for_zulip(away: Stand, run: Run) -> None:
    bot = run()
    bot.until("does not answer.* Trying again in 1 s")
    assert bot.stops() == 0
    assert "Traceback" not in bot.said


def test_what_was_said_while_zulip_was_away_from_it_is_caught_up_with(stand: Stand, run: Run) -> None:
    bot = run().listens()
    carol, alice = stand.person("carol"), stand.person("alice")
    stand.fault("zulip", "down", times=1000)
    bot.until("Trying again")
    carol.says("@social draft\nto: mastodon\nWritten in the dark")
    stand.mended()
    alice.reacts(alice.hears(r"\*\*#1\*\* by"))
    alice.hears("is out")
    assert stand.published("mastodon") == ["Written in the dark"]
    assert bot.stops() == 0


def test_a_stop_in_the_middle_of_an_outage_takes_no_longer(stand: Stand, run: Run) -> None:
    bot = run().listens()
    carol, alice = stand.person("carol"), stand.person("alice")
    carol.says("@social draft\nto: mastodon\nHello")
    card = alice.hears(r"\*\*#1\*\* by")
    gate = stand.gates.close("GET", re.compile("/api/v1/.*"), after=False, by=stand.bot_email)
    alice.reacts(card)
    assert gate.came.wait(20)
    assert bot.stops() == 0
    gate.opened = True
    assert run().listens()
    alice.hears("is out")
    assert stand.published("mastodon") == ["Hello"]
