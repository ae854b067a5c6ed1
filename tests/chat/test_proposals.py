"""What somebody does who is neither author nor approver: an alt text is a proposal, a hold is bounded."""

from __future__ import annotations

import pytest
from town import BOTH_KINDS, Town, picture

pytestmark = BOTH_KINDS


def drafted(town: Town, files: int = 2) -> None:
    links = "\n".join(
        f"[p{at}.png]({town.alice.uploads(picture(40 + at), f'p{at}.png')})" for at in range(files)
    )
    town.alice.says(f"@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello\n{links}")
    town.bob.reacts(town.card_id(1))
    assert town.post(1).state == "approved"


def alts(town: Town) -> list[str]:
    town.later(days=1, hours=2.5)
    return [one["alt"] for one in town.published()[0]["media"]]


def test_an_alt_text_by_somebody_else_voids_nothing_and_stands_on_the_card(town: Town) -> None:
    drafted(town)
    card = town.card_id(1)
    town.carol.says("@social alt 1 1 A *map* of the town")
    assert (
        "that is proposal 1 on the card of **#1**, for file 1: “A &#42;map&#42; of the town”"
        in town.said()[-1]
    )
    assert (town.post(1).state, town.card_id(1)) == ("approved", card)
    assert "💡 1\ufe0f\u20e3 Carol proposes for file 1: “A &#42;map&#42; of the town”" in town.card(1)
    names = [one["emoji_name"] for one in town.message(card)["reactions"] if one["user_id"] != town.bob.id]
    assert sorted(names) == ["+1", "one"]
    town.later(days=1, hours=2.5)
    assert [one["alt"] for one in town.published()[0]["media"]] == ["", ""]


def test_one_tap_of_an_approver_takes_it_and_voids_the_approvals(town: Town) -> None:
    drafted(town)
    town.carol.says("@social alt 1 1 A map")
    town.owner.says("@social alt 1 2 A photo")
    town.restart()  # both are remembered
    assert "Olivia proposes for file 2: “A photo”" in town.card(1)
    old = town.card_id(1)
    town.owner.reacts(old, "two")  # their own tap takes nothing
    assert town.post(1).revision == 1
    town.bob.reacts(old, "one")
    assert town.post(1).state == "draft"
    assert town.card_id(1) != old
    assert "alt text: “A map”" in town.card(1)
    assert "Carol proposes" not in town.card(1)
    assert "2\ufe0f\u20e3 Olivia proposes for file 2: “A photo”" in town.card(1)
    town.alice.says("@social take 1 2")
    assert "alt text: “A photo”" in town.card(1)
    town.bob.reacts(town.card_id(1))
    assert alts(town) == ["A map", "A photo"]


def test_who_may_not_change_the_post_takes_nothing(town: Town) -> None:
    drafted(town)
    town.carol.says("@social alt 1 1 A map")
    town.carol.says("@social take 1 1")
    assert "Only the author of #1" in town.said()[-1]
    town.dave.says("@social alt 1 1 Another map")
    assert "Guests may describe" in town.said()[-1]
    town.bob.says("@social take 1 7")
    assert "There is `take 1 1`" in town.said()[-1]
    assert town.post(1).revision == 1


def test_a_held_post_stays_held_when_a_proposal_is_taken(town: Town) -> None:
    drafted(town)
    town.bob.says("@social hold 1")
    town.carol.says("@social alt 1 1 A map")
    town.bob.reacts(town.card_id(1), "one")
    assert town.post(1).state == "held"
    assert "“A map”" in town.card(1)


def test_of_one_person_a_post_has_few_open_proposals(town: Town) -> None:
    drafted(town, files=4)
    for file in range(1, 5):
        town.carol.says(f"@social alt 1 {file} Picture {file}")
    assert "There are enough proposals for #1" in town.said()[-1]
    assert town.card(1).count("Carol proposes") == 3


@pytest.mark.parametrize("settings", ["proposals_an_hour = 2"])
def test_of_one_person_there_are_few_proposals_an_hour(town: Town) -> None:
    drafted(town, files=3)
    for file in range(1, 4):
        town.carol.says(f"@social alt 1 {file} Picture {file}")
    assert "You proposed 2 alt texts within an hour" in town.said()[-1]
    town.later(minutes=61)
    town.carol.says("@social alt 1 3 Picture 3")
    assert "for file 3: “Picture 3”" in town.said()[-1]  # Zulip lets nobody edit the card any more
    town.bob.reacts(town.card_id(1), "three")
    assert "alt text: “Picture 3”" in town.card(1)


def test_a_proposal_by_direct_message_is_told_in_the_topic(town: Town) -> None:
    drafted(town)
    town.carol.whispers("alt 1 1 A map")
    assert any("proposal 1" in one for one in town.whispered(town.carol))
    assert len([one for one in town.said("posts") if "proposal 1 on the card" in one and "Carol" in one]) == 1


def test_a_hold_by_a_member_is_told_once_and_lifted_by_any_approver(town: Town) -> None:
    drafted(town)
    town.carol.whispers("hold 1")
    assert town.post(1).state == "held"
    told = [
        one
        for one in town.said("posts")
        if "is held. An approver (one of *social-approvers*), or who held it" in one
    ]
    assert len(told) == 1
    assert "(By Carol.)" in told[0]
    town.alice.says("@social resume 1")  # its author, and an approver
    assert town.post(1).state == "approved"


def test_holds_of_one_member_are_bounded_and_those_of_approvers_are_not(town: Town) -> None:
    drafted(town)
    for _ in range(3):
        town.carol.says("@social hold 1")
        assert town.post(1).state == "held"
        town.carol.says("@social resume 1")
    town.carol.says("@social hold 1")
    assert town.post(1).state == "approved"
    assert "You held 3 posts of others within an hour" in town.said()[-1]
    town.restart()
    town.carol.says("@social hold 1")
    assert town.post(1).state == "approved"
    for _ in range(4):
        town.bob.says("@social hold 1")
        assert town.post(1).state == "held"
        town.bob.says("@social resume 1")
    town.later(minutes=61)
    town.carol.says("@social hold 1")
    assert town.post(1).state == "held"
