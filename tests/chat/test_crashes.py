"""The bot's process ends at any of its calls and is started again: nothing twice, nothing lost."""

from __future__ import annotations

import itertools
from contextlib import suppress

import pytest
from fuse import Crash, Fuse, wire
from sqlmodel import func, select
from town import Town

from storage.models import Delivery, Notice, Post
from storage.states import DeliveryState

STEP = 4
"""Every fourth call, so that it stays quick; 1 tries all of them."""


def scenario(town: Town, text: str, fuse: Fuse) -> None:
    """Draft, approve, release, deliver to three, report; the bot ends wherever the fuse says."""
    wire(town, fuse)
    town.carol.writes(f"@social draft\nto: mastodon, x, linkedin\n{text}")
    with suppress(Crash):
        town.settle()
    if not fuse.burnt:
        with suppress(Crash):
            town.alice.reacts(newest_card(town, text))
    if fuse.burnt:
        town.restart()
        town.later(seconds=10)


def newest_card(town: Town, text: str) -> int:
    """The card that a person would see as the newest of this text."""
    return int(
        max(one["id"] for one in town.messages() if text in one["content"] and one["content"][:3] == "**#")
    )


def finish(town: Town, text: str) -> None:
    """Approve it if it was not, and let time pass until all is settled."""
    card = newest_card(town, text)
    mine = {one["user_id"] for one in town.message(card)["reactions"]}
    if town.alice.id not in mine:
        town.alice.reacts(card)
    for _ in range(4):
        town.later(seconds=40)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_call_doubles_nothing_and_loses_nothing(town: Town, after: bool) -> None:
    # before a call is after the one before it: the two begin apart, so that together they try every second gap
    for number in itertools.count(2 if after else 1, STEP):
        fuse = Fuse(number, after=after)
        text = f"Story number {number} {'after' if after else 'before'}"
        scenario(town, text, fuse)
        fuse.disarm()
        finish(town, text)
        out = [one["service"] for one in town.published() if one["text"] == text]
        assert sorted(out) == ["linkedin", "mastodon", "x"], (number, out)
        post = newest_post(town)
        told = [one for one in town.said() if f"**#{post}** is out" in one]
        assert told, number
        with town.database.reading() as session:
            left = session.exec(select(Delivery).where(Delivery.state == DeliveryState.SENDING)).all()
            unsaid = session.exec(select(Notice).where(Notice.said_at == None)).all()  # noqa: E711  # SQL
        assert not left, number
        assert not unsaid, number
        cards = [one for one in town.said() if one.startswith(f"**#{post}** by")]
        assert len(cards) == 1, (number, cards)
        if not fuse.burnt:
            assert number > 30, "the scenario has become too short to mean anything"
            return


def newest_post(town: Town) -> int:
    """The number of the newest post."""
    with town.database.reading() as session:
        return session.exec(select(func.max(Post.id))).one() or 0
