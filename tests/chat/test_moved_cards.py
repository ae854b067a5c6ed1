"""A card that somebody moves out of the channel, or hides: any member may in Zulip, and takes no approval away by that.

What goes out is what its approvers saw; who took theirs back is heard, wherever the card lies.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from town import BOTH_KINDS, MONDAY, Town

from storage import queue

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"
ELSEWHERE, HIDDEN = "lounge", "den"


@pytest.fixture(autouse=True)
def lounge(town: Town) -> None:
    town.add_lounge(ELSEWHERE)
    town.sandbox.zulip.add_channel(HIDDEN, [town.row(one) for one in town.people.values()], private=True)


def due(town: Town) -> None:
    """Let its time come."""
    town.world.clock.to(MONDAY + timedelta(hours=26, seconds=5))
    town.settle()


def taken_back(town: Town, number: int = 1) -> list[str]:
    """Who took an approval back, as the log tells."""
    with town.database.reading() as session:
        return [one.who for one in queue.log(session, number) if one.what == "took the approval back"]


@BOTH_KINDS
@pytest.mark.parametrize("away", [False, True], ids=["heard", "found"])
def test_a_card_that_a_member_moves_out_keeps_its_approvals(town: Town, away: bool) -> None:
    """Again and again; the new card says who gave them, and is tapped like any other."""
    town.carol.says(LATER)
    first = town.card_id(1)
    town.alice.reacts(first)
    for _ in range(2):
        if away:
            town.stop()
            town.dave.moves(town.card_of(1), ELSEWHERE, heard=False)
            town.start()
            town.settle()
        else:
            town.dave.moves(town.card_id(1), ELSEWHERE)
    assert town.card_id(1) != first
    assert town.post(1).state == "approved"
    assert "**Approved** by Alice" in town.card(1)
    assert taken_back(town) == []
    with town.database.reading() as session:
        assert [one.who for one in queue.log(session, 1) if "card moved out" in one.what] == ["Dave", "Dave"]
    assert all("Hello" not in one["content"] for one in town.channel(ELSEWHERE))
    due(town)
    assert [one["text"] for one in town.published()] == ["Hello"]


@pytest.mark.parametrize("way", ["there", "while away", "command", "new card"])
def test_who_takes_an_approval_back_is_heard_wherever_the_card_lies(town: Town, way: str) -> None:
    town.carol.says(LATER)
    first = town.card_id(1)
    town.alice.reacts(first)
    town.dave.moves(first, ELSEWHERE)
    assert town.post(1).state == "approved"
    if way == "there":
        town.alice.unreacts(first)
    elif way == "while away":
        town.stop()
        town.alice.ok(town.alice.client.remove_reaction({"message_id": first, "emoji_name": "+1"}))
        town.start()
        town.settle()
    elif way == "command":
        town.alice.says("@social withdraw 1")
    else:
        town.alice.reacts(town.card_id(1))
        town.alice.unreacts(town.card_id(1))
    assert town.post(1).state == "draft"
    assert taken_back(town) == ["Alice"]
    due(town)
    assert town.published() == []


def test_taken_back_and_moved_before_the_bot_looks_it_is_taken_back(town: Town) -> None:
    """Found after a time away, or heard together; be the card seen where it is, or not."""
    for number, channel in ((1, ELSEWHERE), (2, HIDDEN)):
        town.carol.says(LATER)
        card = town.card_id(number)
        town.alice.reacts(card)
        town.alice.ok(town.alice.client.remove_reaction({"message_id": card, "emoji_name": "+1"}))
        town.dave.moves(card, channel)
        assert town.post(number).state == "draft", channel


def test_a_card_that_is_hidden_or_deleted_holds_its_post_and_keeps_its_approvals(town: Town) -> None:
    """It may have been meant to stop the post, and nobody tells who did it. One approver's word lets it go on."""
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.dave.moves(town.card_id(1), HIDDEN)
    assert town.post(1).state == "held"
    (told,) = [one for one in town.said("posts") if "`resume 1`" in one and not one.startswith("**#1** by")]
    assert "deleted its card" in told
    due(town)
    assert town.published() == []
    town.bob.says("@social resume 1")
    assert [one["text"] for one in town.published()] == ["Hello"], "Alice's approval stands"


def test_what_was_hidden_while_nobody_listened_is_approved_anew(town: Town) -> None:
    """Nobody knows who took theirs back before."""
    town.carol.says(LATER)
    card = town.card_id(1)
    town.alice.reacts(card)
    town.stop()
    town.dave.moves(card, HIDDEN, heard=False)
    town.start()
    town.settle()
    assert town.post(1).state == "draft"
    assert town.card_id(1) != card


@pytest.mark.parametrize("settings", ["holds_an_hour = 1"])
def test_however_many_cards_are_hidden_their_posts_are_held(town: Town) -> None:
    """Nobody tells who did it, and a veto may have gone with the card: a bound for all would lose it."""
    for number in (1, 2):
        town.carol.says(LATER)
        town.alice.reacts(town.card_id(number))
        town.dave.moves(town.card_id(number), HIDDEN)
    assert [town.post(number).state for number in (1, 2)] == ["held", "held"]
