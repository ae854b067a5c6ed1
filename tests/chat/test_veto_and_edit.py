"""A veto given just before the text changes is told on the next card, though nobody had counted it by then."""

from __future__ import annotations

import pytest
from town import Town, Townsman, picture

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"


def taps(who: Townsman, message_id: int, emoji: str = "-1") -> None:
    """The bot does nothing yet."""
    who.ok(who.client.add_reaction({"message_id": message_id, "emoji_name": emoji}))


@pytest.mark.parametrize("first", ["tap", "edit"])
def test_a_veto_and_an_edit_at_one_moment(town: Town, first: str) -> None:
    draft = town.carol.says(LATER)
    town.bob.reacts(town.card_id(1))
    edit = {"message_id": draft, "content": LATER.replace("Hello", "Hullo")}
    if first == "tap":
        taps(town.alice, town.card_id(1))
    town.carol.ok(town.carol.client.update_message(edit))
    if first == "edit":
        taps(town.alice, town.card_id(1))
    town.settle()
    town.later(seconds=30)
    assert town.post(1).revision == 2
    assert "alice" in town.card(1).lower(), town.card(1)
    assert town.post(1).stopped_as == "approver"


def test_a_veto_and_a_proposal_that_is_taken_at_one_moment(town: Town) -> None:
    link = town.carol.uploads(picture(), "map.png")
    town.carol.says(f"{LATER}\n[map.png]({link})")
    town.owner.says("@social alt 1 1 A map")
    taps(town.alice, town.card_id(1))
    taps(town.bob, town.card_id(1), "one")
    town.settle()
    town.later(seconds=30)
    assert town.post(1).revision == 2
    assert town.post(1).stopped_as == "approver"


def test_a_tap_of_somebody_else_is_no_veto(town: Town) -> None:
    draft = town.carol.says(LATER)
    taps(town.dave, town.card_id(1))
    town.carol.edits(draft, LATER.replace("Hello", "Hullo"))
    town.later(seconds=30)
    assert town.post(1).revision == 2
    assert town.post(1).stopped_as == ""
