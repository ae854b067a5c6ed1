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


def test_a_veto_by_command_counts_in_every_state_from_which_a_post_may_go_out(town: Town) -> None:
    """Held, expired and broken: whoever lets it go on, gives it a time or corrects it does not bring it out by that."""
    for at in ("friday 10:00 UTC", "tomorrow 10:00 UTC"):
        town.carol.says(f"@social draft\nto: mastodon\nat: {at}\nHello {at}")
    broken = town.carol.says("@social draft\nto: mastodon\nto: x\nHello three")
    for post in (1, 2):
        town.bob.reacts(town.card_id(post))
    town.alice.says("@social hold 1")
    town.alice.says("@social hold 2")
    for post in (1, 3, 2):
        if post == 2:  # by now Zulip lets nobody edit the draft or its card
            town.carol.edits(broken, "@social draft\nto: mastodon\nat: friday 12:00 UTC\nHello three")
            town.later(days=1, hours=5)
        assert town.post(post).state == {1: "held", 2: "expired", 3: "broken"}[post]
        town.alice.says(f"@social veto {post} because the date is wrong")
        assert f"✋ Counted: **#{post}** stays in" in town.said()[-1], town.said()[-1]
        assert post == 2 or "**Vetoed** by Alice (“the date is wrong”)" in town.card(post), town.card(post)
        town.alice.says(f"@social log {post}")
        assert "gave a veto" in town.said()[-1], town.said()[-1]
        assert "the date is wrong" in town.said()[-1], town.said()[-1]

    town.bob.says("@social resume 1")
    town.bob.says("@social move 2 to friday 11:00 UTC")
    assert [town.post(post).state for post in (1, 2, 3)] == ["draft", "draft", "draft"]
    assert "it was stopped by Alice" in town.card(3), town.card(3)
    assert "the date is wrong" in town.card(3), town.card(3)
    assert town.post(3).stopped_as == "approver"
    town.later(days=4)
    assert town.published() == []
