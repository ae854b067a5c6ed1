"""Two copies on one PostgreSQL, one of which dies, or is only stopped, at the worst moment of all: it has written down
that the creating request leaves, and it did not leave yet.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.actions.holding import FRESH_S
from storage.states import DeliveryState, PostState
from tests.chaos.crowd import town
from tests.chaos.place import Bot, Place, until
from tests.chaos.points import Point
from tests.chaos.stories import Story
from tests.chaos.view import look

LATEST_S = 60.0
"""How long anything may take on a machine that does much else."""
LEASE = timedelta(minutes=5)
NOTED, STOP = Point("noted", "after"), Point("stop", "after")


class Pair:
    """Two copies, and one post to a platform that would take it twice."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.bots = [Bot(place, "one"), Bot(place, "two")]
        self.story = Story(place, random.Random(3), "Q1", "plain", ("zulip",), timed=False)  # noqa: S311 - any text will do
        for bot in self.bots:
            bot.start()

    def until(self, true: Any, what: str) -> None:
        logs = [bot.log for bot in self.bots]
        assert until(true, LATEST_S, 0.05), f"{what}\n{[one.read_text()[-3000:] for one in logs]}"

    def goes_out(self, point: Point) -> tuple[Bot, Bot]:
        """Let it be approved and sent by whoever is first; returns that one, at its end, and the other."""
        # what was written before a bot ever listened, it takes for old
        for words in ("another copy listens; this one delivers", "listening as"):
            self.until(lambda: any(words in one.log.read_text() for one in self.bots), words)  # noqa: B023 - waited for here
        self.story.write()
        self.until(lambda: self.story.carded(self.view), "there is a card")
        for bot in self.bots:
            bot.doom(point)
        self.story.approve(self.view)
        self.until(lambda: any(self.ended(bot) for bot in self.bots), "one comes to its end")
        first, other = sorted(self.bots, key=self.ended, reverse=True)
        other.spare()
        assert not self.ended(other)
        assert self.shown == 0
        return first, other

    @staticmethod
    def ended(bot: Bot) -> bool:
        return not bot.alive or bot.stopped

    @property
    def view(self) -> Any:
        return look(self.place.database)

    @property
    def shown(self) -> int:
        return len(self.place.world.seen)

    def is_out(self) -> bool:
        return [one.state for one in self.view.deliveries] == [DeliveryState.PUBLISHED]

    def pass_by(self, span: timedelta, longest: timedelta) -> timedelta:
        """Let time pass in such steps until it is out; how long that took."""
        passed = timedelta()
        while not until(self.is_out, 0.4) and passed < longest:
            self.place.advance(span)
            passed += span
        return passed


@pytest.fixture
def pair(tmp_path: Path, postgres: Any) -> Iterator[Pair]:
    place = town(tmp_path, postgres)
    yield Pair(place)
    place.close()


def test_what_a_dead_copy_was_sending_does_not_wait_for_its_lease(pair: Pair) -> None:
    dead, other = pair.goes_out(NOTED)
    assert not dead.alive
    began = pair.place.world.clock.now()
    pair.until(lambda: pair.view.deliveries[0].state != DeliveryState.SENDING, "the other one sees it")
    assert pair.place.world.clock.now() - began < LEASE / 4
    pair.pass_by(timedelta(seconds=30), 4 * LEASE)
    assert pair.is_out()
    assert pair.shown == 1
    assert other.alive


def test_a_copy_that_was_only_stopped_sends_nothing_of_what_it_lost(pair: Pair) -> None:
    stopped, other = pair.goes_out(STOP)
    long_after = time.monotonic() + 1.5 * FRESH_S
    began = pair.place.world.clock.now()
    pair.until(lambda: pair.view.deliveries[0].state != DeliveryState.SENDING, "it is looked for")
    assert pair.place.world.clock.now() - began < LEASE / 4, "without waiting for its lease"
    pair.pass_by(timedelta(seconds=45), 6 * LEASE)
    assert pair.is_out()
    pair.until(lambda: time.monotonic() > long_after, "what it knew is old")
    assert pair.shown == 1
    stopped.go_on()
    pair.until(lambda: "is no longer ours" in stopped.log.read_text(), "it sees that it lost the claim")
    pair.until(lambda: pair.place.executioner.under_way == 0, "nothing is under way")
    assert pair.shown == 1
    assert pair.is_out()
    assert [one.state for one in pair.view.posts.values()] == [PostState.RELEASED]
    assert stopped.alive
    assert other.alive
