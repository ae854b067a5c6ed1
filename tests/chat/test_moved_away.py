"""What a stranger moves out of sight says what it said: no move voids, or outruns, what an approver decided before it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from town import MONDAY, Town

LOUNGE, HIDDEN = "lounge", "den"
SOON = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nNews {}."
LONG = "@social draft\nto: linkedin, mastodon, x\nat: tomorrow 10:00 UTC\n" + "\n\n".join(
    f"Paragraph {number} " + "lorem ipsum dolor sit amet " * 9 for number in range(11)
)


@pytest.fixture(autouse=True)
def elsewhere(town: Town) -> None:
    """Two other channels: one that the bot sees, one that it does not."""
    town.add_lounge(LOUNGE)
    town.sandbox.zulip.add_channel(HIDDEN, [town.row(one) for one in town.people.values()], private=True)


def approved(town: Town, count: int, text: str = SOON) -> None:
    """So many approved posts, each in a topic of its own."""
    for number in range(1, count + 1):
        town.carol.says(text.format(number), topic=f"p{number}")
        town.alice.reacts(town.card_id(number))
        assert town.post(number).state == "approved"


def due(town: Town) -> None:
    town.world.clock.to(MONDAY + timedelta(hours=26, seconds=5))
    for _ in range(2):
        town.publisher.tick(town.now, settle=True)
    town.settle()


def states(town: Town, count: int) -> list[str]:
    return [town.post(number).state for number in range(1, count + 1)]


@pytest.mark.parametrize(
    "way, channel",
    [("heard", HIDDEN), ("found", LOUNGE), ("publisher first", LOUNGE), ("publisher first", HIDDEN)],
)
def test_an_order_counts_where_it_was_written(town: Town, way: str, channel: str) -> None:
    """Moved before the bot worked it off, it is obeyed. What was hidden while nobody listened, nobody can know."""
    approved(town, 5)
    if way == "found":
        town.stop()
    orders = ("cancel 1", "hold 2", "veto 3 because wrong", "withdraw 4")
    written = [town.alice.writes(f"@social {one}") for one in orders]
    for one in written:
        town.dave.moves(one, channel, heard=False)
    if way == "found":
        town.start()
    if way != "publisher first":
        town.settle()
    due(town)
    assert states(town, 5) == ["withdrawn", "held", "draft", "draft", "released"]
    assert [one["text"] for one in town.published()] == ["News 5."]
    assert town.whispered(town.alice), "where it was written the answer has no place"


def test_what_is_moved_away_publishes_nothing_that_cannot_be_read(town: Town) -> None:
    """And `hold all` is obeyed, moved there and back, too."""
    approved(town, 2)
    town.alice.says("@social hold 2")
    town.dave.moves(town.alice.writes("@social resume 2"), HIDDEN)
    town.dave.moves(town.alice.writes("@social now 1"), HIDDEN)
    assert states(town, 2) == ["approved", "held"]
    assert town.published() == []
    order = town.alice.writes("@social hold all")
    town.dave.moves(order, LOUNGE, heard=False)
    town.dave.moves(order, "social-media")
    assert states(town, 2) == ["held", "held"]


def test_an_order_that_was_written_elsewhere_is_none_wherever_it_is_moved(town: Town) -> None:
    approved(town, 1)
    order = town.alice.writes("@social cancel 1", channel=LOUNGE)
    town.settle()
    town.dave.moves(order, "social-media")
    assert states(town, 1) == ["approved"]


@pytest.mark.parametrize("first", ["veto", "move"])
def test_a_veto_counts_whatever_card_stands_now(town: Town, first: str) -> None:
    """Written in the channel or by direct message, before or after somebody moved the card."""
    approved(town, 2)
    cards = [town.card_id(number) for number in (1, 2)]
    for step in ("veto", "move") if first == "veto" else ("move", "veto"):
        if step == "veto":
            town.alice.writes("@social veto 1 because wrong")
            sent = {"type": "private", "to": [town.bot_email], "content": "veto 2"}
            town.alice.ok(town.alice.client.send_message(sent))
        else:
            for card in cards:
                town.dave.moves(card, LOUNGE, heard=False)
    town.settle()
    assert states(town, 2) == ["draft", "draft"]
    due(town)
    assert town.published() == []


@pytest.mark.parametrize("what", ["card", "before it"])
def test_a_veto_on_the_card_of_a_long_post_counts_wherever_that_lies(town: Town, what: str) -> None:
    approved(town, 1, LONG)
    card, topic = town.card_id(1), town.messages("p1")
    before = next(one["id"] for one in topic if one["sender_email"] == town.bot_email)
    assert before != card
    town.bob.ok(town.bob.client.add_reaction({"message_id": card, "emoji_name": "-1"}))
    town.dave.moves(card if what == "card" else before, LOUNGE)
    assert states(town, 1) == ["draft"]
    due(town)
    assert town.published() == []


def test_an_approval_that_was_taken_off_the_former_card_does_not_count_again(town: Town) -> None:
    approved(town, 2)
    cards = [town.card_id(number) for number in (1, 2)]
    for card in cards:
        town.dave.moves(card, LOUNGE)
    town.sandbox.zulip.remove_members(town.approvers, town.row(town.alice))
    town.settle()
    assert states(town, 2) == ["draft", "draft"]
    town.alice.unreacts(cards[0])
    town.sandbox.zulip.add_members(town.approvers, town.row(town.alice))
    town.settle()
    assert states(town, 2) == ["draft", "approved"]
    town.alice.unreacts(cards[1])
    assert states(town, 2) == ["draft", "draft"]


def test_whoever_hides_drafts_voids_nothing(town: Town) -> None:
    """Deleted or hidden, nobody can tell: what was approved is held, what was not is withdrawn. An approver lets it
    go on, its author does not, and it goes out as it was approved.
    """
    approved(town, 4)
    town.carol.says(SOON.format(5), topic="p5")
    drafts = [town.post(number).message_id for number in range(1, 6)]
    for one in (*drafts[:2], drafts[4]):
        town.dave.moves(one, HIDDEN)
    town.owner.deletes(drafts[2])
    town.dave.moves(drafts[3], HIDDEN)
    town.dave.moves(drafts[3], "social-media")
    assert states(town, 5) == ["held", "held", "held", "held", "withdrawn"]
    assert any("`resume 3`" in one and "deleted its draft" in one for one in town.said("p3"))
    town.carol.says("@social resume 1")
    town.carol.says("@social cancel 2")
    assert states(town, 3) == ["held", "withdrawn", "held"]
    town.bob.says("@social resume 1, 3 and 4")
    assert states(town, 4) == ["approved", "withdrawn", "approved", "approved"]
    town.carol.edits(drafts[3], SOON.format("of another kind"))
    town.later(seconds=30)
    due(town)
    assert states(town, 4) == ["released", "withdrawn", "released", "draft"]
    assert sorted(one["text"] for one in town.published()) == ["News 1.", "News 3."]
