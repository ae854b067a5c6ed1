"""What the bot has to say is said once, however much was said since, and however the connection to Zulip breaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from fuse import Crash, Cut, Fuse
from town import Town

from bot import wiring
from bot.chat import ChatError, Down
from bot.listener import Listener
from bot.publisher import Publisher
from handlers.registry import PLATFORMS
from storage.errors import StorageError

NOW = "@social draft\nto: mastodon\nHello"
LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\n"
MANY = 55


def drafts(town: Town) -> None:
    """So many drafts that their cards fill more than a page."""
    for number in range(MANY):
        town.carol.writes(f"{LATER}Story {number}")


def test_an_answer_from_long_ago_is_not_said_again_at_the_next_start(town: Town) -> None:
    town.bob.says("@social help")
    drafts(town)
    town.settle()
    before = town.said()
    town.restart()
    assert town.said() == before


def test_a_card_that_was_said_just_before_the_end_is_known_though_many_follow(town: Town) -> None:
    town.carol.says(f"{LATER}Hello")
    town.carol.writes("@social edit 1 Hello all of you")
    fuse = Fuse(1, after=True)
    town.desk.chat = Cut(town.desk.chat, fuse, frozenset({"say"}))  # type: ignore[assignment]  # the same methods
    with suppress(Crash):
        town.settle()  # the new card stands there, and nobody wrote down that it does
    assert fuse.burnt
    drafts(town)
    town.restart()
    town.later(minutes=1)
    assert len([one for one in town.said() if one.startswith("**#1** by")]) == 1


# -- notices ----------------------------------------------------------------------------------------------


def outcomes(town: Town) -> int:
    """How often people were told that it is out."""
    return len([one for one in town.said() if "is out" in one])


def test_a_notice_whose_answer_was_lost_with_zulip_down_right_after_is_not_said_twice(town: Town) -> None:
    town.carol.says(NOW)
    town.fault("zulip", "reset-after", method="POST", path="/api/v1/messages")
    town.fault("zulip", "500", times=6, method="GET", path="/api/v1/messages?")
    town.alice.client.add_reaction({"message_id": town.card_id(1), "emoji_name": "+1"})
    for _ in range(6):
        with suppress(ChatError):
            town.settle()
        town.world.clock.advance(timedelta(seconds=8))
    town.sandbox.faults.clear()
    town.settle()
    said = town.said()
    assert outcomes(town) == 1
    assert sorted(said) == sorted(set(said))


class Full:
    """The database of a disk that is full as soon as something was said."""

    def __init__(self, town: Town) -> None:
        self._town, self._real = town, town.database
        self.full = False
        self.broken = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        if self.full or outcomes(self._town):
            self.full = True
            self.broken += 1
            if self.broken < 4:
                raise StorageError("The disk is full.", passing=True)
        with self._real.transaction() as session:
            yield session


def test_a_notice_that_cannot_be_written_down_as_said_is_not_said_at_every_round(town: Town) -> None:
    town.carol.says(NOW)
    full = Full(town)
    town.desk.database = full  # type: ignore[assignment]  # the same methods
    town.alice.client.add_reaction({"message_id": town.card_id(1), "emoji_name": "+1"})
    for _ in range(8):
        with suppress(StorageError):
            town.settle()
        town.world.clock.advance(timedelta(seconds=8))
    assert full.broken >= 4
    assert outcomes(town) == 1


def test_a_notice_that_a_copy_said_before_it_died_is_not_said_by_the_next(town: Town) -> None:
    config = town.config
    other = wiring.make_desk(
        config, town.database, wiring.chat_of(config), town.world.clock.now, PLATFORMS
    )  # it runs already, and waits for its turn
    town.carol.says(NOW)
    fuse = Fuse(2, after=True)  # first that it is approved, then that it is out
    town.desk.chat = Cut(town.desk.chat, fuse, frozenset({"say"}))  # type: ignore[assignment]  # the same methods
    with suppress(Crash):
        town.alice.reacts(town.card_id(1))
    assert fuse.burnt
    town.world.clock.advance(timedelta(seconds=15))
    listener, publisher = Listener(other), Publisher(other)
    listener.start(town.now)
    publisher.tick(town.now, settle=True)
    publisher.close(5)
    assert outcomes(town) == 1


class Unheard:
    """The chat; once it says that a time has passed, and then Zulip is away before it answers."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.away = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def say(self, place: Any, text: str) -> int:
        """As the chat does it."""
        said: int = self._real.say(place, text)
        if "has passed" in text and not self.away:
            self.away = True
            raise Down("Zulip does not answer.")
        return said


@pytest.mark.parametrize("dies", [False, True])
def test_what_was_perhaps_said_is_not_repeated_among_many(town: Town, dies: bool) -> None:
    for number in range(1, 6):
        town.carol.writes(
            f"@social draft\nto: mastodon\nat: in {'2' if number == 1 else '20'} hours\nStory {number}"
        )
    town.settle(30)
    unheard = Unheard(town.desk.chat)
    town.desk.chat = unheard  # type: ignore[assignment]  # the same methods
    town.world.clock.advance(timedelta(hours=18))
    town.publisher.tick(town.now)
    assert unheard.away
    town.world.clock.advance(timedelta(hours=20))
    if dies:
        town.stop()
        town.start()
    town.settle(30)
    town.later(minutes=1)
    told = [one for one in town.said() if "passed" in one]
    for number in range(1, 6):
        assert sum(f"#{number}" in one.partition("`queue`")[0] for one in told) == 1, told
