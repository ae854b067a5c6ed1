"""After a time away nothing that is due waits until every open post was looked at; looks are counted, not seconds."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from fuse import Crash
from town import Town

from bot import wiring
from bot.listener import Listener
from bot.publisher import Publisher

MANY = 70
"""Open posts; more than are looked at in one piece."""
FEW = 12
"""Looks that one post may take until it is out, however many others are open."""
LATER = "@social draft\nto: mastodon\nat: friday 10:00\n"
SOON = "@social draft\nto: mastodon\nat: in 30 minutes\n"


class Counting:
    """The chat; it counts the looks at messages, and ends the process at one of them if it is told so."""

    def __init__(self, real: Any, longest: int = 0) -> None:
        self._real = real
        self._longest = longest
        self.looks: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def look(self, message_id: int) -> Any:
        """As the chat does it."""
        if self._longest and len(self.looks) >= self._longest:
            raise Crash
        self.looks.append(message_id)
        return self._real.look(message_id)


def drafted(town: Town, text: str, number: int) -> list[int]:
    """So many drafts with cards; the ids of the messages."""
    drafts = [town.carol.writes(f"{text}Story {one}") for one in range(number)]
    town.settle(40)
    return drafts


def approve(town: Town, number: int) -> None:
    town.alice.reacts(town.card_id(number))
    assert town.post(number).state == "approved"


def begin(town: Town, longest: int = 0) -> Counting:
    """The process begins, as `social run` lets it; nothing is stepped yet but its start."""
    town.database = wiring.open_database(town.config)
    town.desk = wiring.make_desk(
        town.config, town.database, wiring.chat_of(town.config), town.world.clock.now
    )
    counting = Counting(town.desk.chat, longest)
    town.desk.chat = counting  # type: ignore[assignment]  # the same methods
    listener = Listener(town.desk)
    town.listener = listener
    town.publisher = Publisher(town.desk, caught_up=lambda: listener.caught_up)
    town.listener.start(town.now)
    return counting


def test_what_is_due_goes_out_after_few_looks_however_many_posts_are_open(town: Town) -> None:
    drafted(town, LATER, MANY)
    drafted(town, SOON, 1)
    approve(town, MANY + 1)
    town.stop()
    town.world.clock.advance(timedelta(minutes=31))
    counting = begin(town)
    assert len(counting.looks) <= FEW
    assert town.listener.caught_up
    town.publisher.tick(town.now, settle=True)
    assert [one["text"] for one in town.published()] == ["Story 0"]
    assert len(counting.looks) <= FEW


def test_a_copy_that_followed_looks_as_little_when_it_takes_over(town: Town) -> None:
    drafted(town, LATER, MANY)
    drafted(town, SOON, 1)
    approve(town, MANY + 1)
    leads = False
    listener = Listener(town.desk, leads=lambda: leads)
    counting = Counting(town.desk.chat)
    town.desk.chat = counting  # type: ignore[assignment]  # the same methods
    listener.follow()
    town.world.clock.advance(timedelta(minutes=31))
    leads = True
    listener.tick(town.now)
    assert listener.caught_up
    publisher = Publisher(town.desk, leads=lambda: leads, caught_up=lambda: listener.caught_up)
    publisher.tick(town.now, settle=True)
    publisher.close(5)
    assert [one["text"] for one in town.published()] == ["Story 0"]
    assert len(counting.looks) <= FEW


@pytest.mark.parametrize(
    "what", ["cancel", "hold", "deleted", "edited", "taken back", "vetoed", "card deleted"]
)
def test_whatever_stopped_a_due_post_meanwhile_is_known_before_anything_else_is_looked_at(
    town: Town, what: str
) -> None:
    drafted(town, LATER, 3)
    (draft,) = drafted(town, SOON, 1)
    approve(town, 4)
    card = town.card_id(4)
    town.stop()
    if what in {"cancel", "hold"}:
        town.carol.writes(f"@social {what} 4")
    elif what == "deleted":
        town.owner.ok(town.owner.client.delete_message(draft))
    elif what == "edited":
        town.carol.ok(town.carol.client.update_message({"message_id": draft, "content": f"{SOON}Other"}))
    elif what == "taken back":
        town.alice.ok(town.alice.client.remove_reaction({"message_id": card, "emoji_name": "+1"}))
    elif what == "vetoed":
        town.bob.ok(town.bob.client.add_reaction({"message_id": card, "emoji_name": "-1"}))
    else:
        town.owner.ok(town.owner.client.delete_message(card))
    town.world.clock.advance(timedelta(minutes=31))
    begin(town)
    town.publisher.tick(town.now, settle=True)  # before any open post was looked at
    assert town.published() == []
    town.settle(20)
    assert town.published() == []


def test_what_is_written_meanwhile_is_answered_before_all_are_looked_at(town: Town) -> None:
    drafted(town, LATER, MANY)
    town.stop()
    counting = begin(town)
    town.carol.writes("@social help")
    town.listener.tick(town.now)
    assert any("`help draft`" in one for one in town.said())
    assert len(set(counting.looks)) < 2 * MANY


def test_all_open_posts_are_looked_at_in_the_end(town: Town) -> None:
    drafts = drafted(town, LATER, MANY)
    town.stop()
    town.owner.ok(town.owner.client.delete_message(drafts[0]))
    town.owner.ok(town.owner.client.delete_message(drafts[-1]))
    begin(town)
    town.settle(20)
    assert town.post(1).state == town.post(MANY).state == "withdrawn"
    assert town.desk.unlooked == set()


def test_looking_goes_on_where_it_ended_when_the_process_dies_again_and_again(town: Town) -> None:
    looks = 60
    drafts = drafted(town, LATER, MANY)
    town.stop()
    for draft in drafts:
        town.owner.ok(town.owner.client.delete_message(draft))
    for _ in range(6):
        with suppress(Crash):
            begin(town, longest=looks)
            for _ in range(20):
                town.listener.tick(town.now)
        town.stop()
    town.start()
    assert all(town.post(number).state == "withdrawn" for number in range(1, MANY + 1))


def test_a_post_whose_time_passed_is_looked_at_before_it_is_asked_about(town: Town) -> None:
    drafts = drafted(town, SOON, 3)
    for number in (1, 2, 3):
        approve(town, number)
    town.stop()
    town.owner.ok(town.owner.client.delete_message(drafts[0]))
    town.carol.ok(town.carol.client.update_message({"message_id": drafts[1], "content": f"{LATER}Moved"}))
    town.world.clock.advance(timedelta(days=1))
    begin(town)
    town.publisher.tick(town.now, settle=True)  # before any open post was looked at
    town.settle(20)
    assert town.published() == []
    assert [town.post(number).state for number in (1, 2, 3)] == ["expired", "draft", "expired"]
    assert any("deleted its draft" in one and "#1" in one for one in town.said()), (
        "held, and then its time passed"
    )
    assert sum("has passed" in one for one in town.said()) == 2


def test_many_that_expired_are_asked_about_once_although_they_are_looked_at_in_pieces(town: Town) -> None:
    drafted(town, SOON, MANY)
    town.stop()
    town.world.clock.advance(timedelta(days=1))
    begin(town)
    for _ in range(20):
        town.publisher.tick(town.now, settle=True)
        town.listener.tick(town.now)
    assert {town.post(number).state for number in range(1, MANY + 1)} == {"expired"}
    assert sum("passed" in one for one in town.said()) == 1


def test_an_older_look_does_not_undo_a_newer_one(town: Town) -> None:
    """What was fetched for many at once is not used for a message that somebody looked at since."""
    drafted(town, LATER, 1)
    approve(town, 1)
    card = town.card_id(1)
    chat = town.desk.chat
    with chat.ahead({card}):
        town.alice.client.remove_reaction({"message_id": card, "emoji_name": "+1"})
        seen: list[Any] = []
        other = threading.Thread(target=lambda: seen.append(chat.look(card)))
        other.start()
        other.join()
        mine = chat.look(card)
    assert seen[0] is not None
    assert mine is not None
    assert mine.reactions == seen[0].reactions
