"""A stop with free words is obeyed at once; `stop everything` holds every open post that its author may hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from town import Town

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nNews {}"


def approved(town: Town, many: int, by: str = "carol") -> None:
    for number in range(1, many + 1):
        town.people[by].says(LATER.format(number))
        town.alice.reacts(town.card_id(number))


def states(town: Town, many: int) -> list[str]:
    return [town.post(number).state for number in range(1, many + 1)]


def test_a_stop_with_free_words_is_obeyed_with_them_as_its_reason(town: Town) -> None:
    orders = {
        "cancel 1 wrong date": ("withdrawn", "wrong date"),
        "cancel 2 asap": ("withdrawn", "asap"),
        "cancel 3, the date is wrong": ("withdrawn", "the date is wrong"),
        "abort 4": ("held", ""),
        "abort 5 the link is dead": ("held", "the link is dead"),
    }
    approved(town, len(orders))
    for number, (order, (state, reason)) in enumerate(orders.items(), 1):
        who = town.carol if number == 2 else town.alice  # its author may, too
        who.says(f"@social {order}")
        assert town.post(number).state == state, order
        assert not reason or f"Reason: {reason}" in town.said()[-1], order
    town.later(days=2)
    assert town.published() == []


def test_what_is_no_order_to_stop_keeps_back_and_asks(town: Town) -> None:
    approved(town, 4)
    for number, order in enumerate(("cancel 1?", "cancel 2 tomorrow", "cancel 3, if it rains"), 1):
        town.alice.says(f"@social {order}")
        assert town.post(number).state == "approved", order
        assert f"To be safe, **#{number}** waits" in town.said()[-1], order
    town.alice.says("@social don't cancel 4")
    assert town.post(4).state == "approved"


@pytest.mark.parametrize("order", ["stop everything", "cancel all", "hold all posts: the site is hacked"])
def test_everything_is_held_before_any_event_told_of_it(town: Town, order: str) -> None:
    approved(town, 3)
    town.world.clock.advance(timedelta(days=1, hours=2))
    town.alice.writes(f"@social {order}")
    town.publisher.tick(town.now, settle=True)  # before the listener hears of it
    assert town.published() == []
    town.settle()
    assert states(town, 3) == ["held"] * 3
    answer = town.said()[-1]
    assert "#1, #2 and #3" in answer
    assert "`resume 1, 2 and 3`" in answer
    assert ("the site is hacked" in answer) == ("hacked" in order)
    town.later(minutes=1)
    assert town.published() == []
    town.alice.says("@social resume 1, 2 and 3")
    assert len(town.published()) == 3
    assert town.inbox() == []


def test_what_is_held_so_is_told_where_it_is_and_in_the_log(town: Town) -> None:
    approved(town, 1)
    town.alice.says("@social stop everything, the account is stolen", topic="alarm")
    assert "#1" in town.said("alarm")[-1]
    assert any("the account is stolen" in one for one in town.said("posts"))
    town.alice.says("@social log 1")
    assert "held: the account is stolen" in town.said()[-1]


def test_the_author_holds_their_own_and_a_member_no_more_than_they_may_one_by_one(town: Town) -> None:
    approved(town, 5, by="bob")
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 9:00 UTC\nMy own")
    town.carol.says("@social hold all")
    assert states(town, 6) == ["held"] * 3 + ["approved"] * 2 + ["held"]
    assert "#1, #2, #3 and #6" in town.said()[-1]
    assert "#4 and #5" in town.said()[-1]
    assert "as one person who is no approver may" in town.said()[-1]
    town.bob.says("@social hold all")
    assert states(town, 6) == ["held"] * 6
    assert "#1, #2, #3, #4, #5 and #6" in town.said()[-1]  # an approver's hold weighs more


def test_a_guest_holds_nothing_and_with_nothing_open_that_is_said(town: Town) -> None:
    town.alice.says("@social stop everything")
    assert "nothing" in town.said()[-1]
    approved(town, 1)
    town.dave.says("@social stop everything")  # a guest
    assert states(town, 1) == ["approved"]
    assert "Guests cannot" in town.said()[-1]


@pytest.mark.parametrize("settings", ["[linkedin] approvals = 2"])
def test_what_is_partly_on_its_way_is_named_with_how_to_stop_it(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello again")
    town.alice.reacts(town.card_id(2))
    assert [town.post(number).state for number in (1, 2)] == ["released"] * 2
    town.carol.says(LATER.format(3))
    town.alice.says("@social hold everything")
    answer = town.said()[-1]
    assert "Now held: #3" in answer
    assert "`cancel 2`" in answer
    assert "#1" not in answer  # it is out
