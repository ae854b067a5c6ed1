"""Orders as people say them in a hurry: of several posts, with a reason, behind a greeting, as "don't publish"."""

from __future__ import annotations

from datetime import timedelta

import pytest
from town import Town

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nNews {}"


def approved(town: Town, many: int) -> None:
    for number in range(1, many + 1):
        town.carol.says(LATER.format(number))
        town.alice.reacts(town.card_id(number))


def states(town: Town) -> list[str]:
    return [town.post(number).state for number in (1, 2, 3)]


@pytest.mark.parametrize(
    "order,stopped",
    [
        ("@social hold 1 and 2", ["held", "held", "approved"]),
        ("@social cancel #1, #3", ["withdrawn", "approved", "withdrawn"]),
        ("@social veto 1-3 because the date is wrong", ["draft"] * 3),
        ("@social do not publish 2", ["approved", "held", "approved"]),
        ("Hi @**social**\nhold 1", ["held", "approved", "approved"]),
        ("@social Good morning all,\nplease hold 3", ["approved", "approved", "held"]),
        ("> News 2\n\n@social The date is wrong!\nhold 2", ["approved", "held", "approved"]),
    ],
)
def test_an_order_in_a_hurry_is_known_before_any_event_told_of_it(
    town: Town, order: str, stopped: list[str]
) -> None:
    approved(town, 3)
    town.world.clock.advance(timedelta(days=1, hours=2))
    town.alice.writes(order)
    town.publisher.tick(town.now, settle=True)  # before the listener hears of it
    assert len(town.published()) == stopped.count("approved")
    town.settle()
    assert states(town) == [{"approved": "released"}.get(one, one) for one in stopped]
    assert len(town.published()) == stopped.count("approved")


def test_a_reason_is_kept_in_the_log_and_told_where_the_post_is(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    approved(town, 2)
    town.alice.whispers("hold 1 and 2 because @**all** `must` know\nof it")
    town.alice.whispers("cancel 1: the course is full")
    said = town.said("posts")
    assert any(one.startswith("⏸ **#2**") and "know of it" in one and "(By Alice" in one for one in said)
    assert any(one.startswith("✖ #1") and "Reason: the course is full" in one for one in said)
    assert not any("@**all**" in one for one in said)
    town.alice.says("@social log 1")
    assert "cancelled: the course is full" in town.said()[-1]
    assert "course is full" not in caplog.text


def test_of_several_each_has_its_answer(town: Town) -> None:
    approved(town, 2)
    town.dave.says("@social cancel 1, 2 and 7")
    answer = town.said()[-1].splitlines()
    assert len(answer) == 3
    assert "There is no #7" in answer[2]
    assert states_of(town, 2) == ["approved", "approved"]


def states_of(town: Town, many: int) -> list[str]:
    return [town.post(number).state for number in range(1, many + 1)]


def test_orders_of_several_posts_are_obeyed_in_the_order_in_which_they_were_written(town: Town) -> None:
    approved(town, 4)
    for order in ("hold 3", "hold 4", "hold 1 and 2"):
        town.alice.writes(f"@social {order}")
    town.bob.writes("@social resume 2")  # his turn comes before Alice's third
    town.settle()
    assert states_of(town, 4) == ["held", "approved", "held", "held"]


def test_an_edit_that_is_to_be_read_first_is_read_before_any_of_several_is_held(town: Town) -> None:
    approved(town, 1)
    draft = town.carol.says(LATER.format(2))
    town.alice.reacts(town.card_id(2))
    town.carol.ok(town.carol.client.update_message({"message_id": draft, "content": LATER.format("two")}))
    town.alice.writes("@social hold 1 and 2")
    town.settle()
    assert states_of(town, 2) == ["held", "held"]
    assert town.post(2).revision == 2
    assert town.inbox() == []


SEVERAL = (
    "cancel 1\n@social cancel 2",
    "cancel 1\n@**social** cancel 2",
    "hold 1\nhold 2",
    "cancel 1; hold 2",
    "hold 1 2",
    "veto 1 2",
    "hold 1 and 2 wrong date",
    "veto 1: wrong date; veto 2: wrong link",
    "cancel 1\ncancel 2 mastodon",
    "cancel 1, the same for 2",
    "cancel 1 2 the course is full",
    "the date is wrong, hold 1 and cancel 2",
)


@pytest.mark.parametrize("order", SEVERAL)
def test_of_all_posts_that_one_message_stops_none_goes_out(town: Town, order: str) -> None:
    """A second order once became the reason of the first, and its post went out."""
    approved(town, 2)
    town.world.clock.advance(timedelta(days=1, hours=2))
    town.alice.writes(f"@social {order}")
    town.publisher.tick(town.now, settle=True)  # before the listener hears of it
    assert town.published() == []
    town.settle()
    town.later(minutes=4)
    assert town.published() == []
    for number, state in enumerate(states_of(town, 2), 1):
        waits = [one for one in town.said() if "To be safe" in one and f"**#{number}**" in one]
        assert state != "approved" or waits


def test_each_order_of_a_message_is_obeyed_and_answered_in_one(town: Town) -> None:
    approved(town, 2)
    town.carol.says(LATER.format(3))
    said = len(town.said("other"))
    town.alice.says("@social hold 1: wrong date\n@social cancel 2\n@social approve 3", topic="other")
    assert states_of(town, 3) == ["held", "withdrawn", "approved"]
    assert len(town.said("other")) == said + 1
    assert "Reason: wrong date" in town.said("other")[-1]
    assert "#2 is withdrawn" in town.said("other")[-1]
    assert town.inbox() == []


def test_what_a_message_orders_beside_what_is_not_understood(town: Town) -> None:
    """What stops a post is obeyed at once; the rest waits until it is said again, or the message is edited."""
    approved(town, 2)
    town.carol.says(LATER.format(3))
    message = town.alice.says("@social approve 3\ncancel 1\nmove 2 to friday 10:00")
    assert states_of(town, 3) == ["withdrawn", "approved", "draft"]
    assert "in a message of its own" in town.said()[-1]
    town.alice.edits(message, "@social approve 3\ncancel 1\ncancel 2")
    assert states_of(town, 3) == ["withdrawn", "withdrawn", "approved"]


def test_a_message_that_is_edited_to_stop_another_post_too_stops_it(town: Town) -> None:
    approved(town, 2)
    message = town.alice.says("@social cancel 1")
    town.alice.edits(message, "@social cancel 1\ncancel 2")
    assert states_of(town, 2) == ["withdrawn", "withdrawn"]


def test_a_member_holds_several_posts_in_one_message(town: Town) -> None:
    approved(town, 2)
    town.world.clock.advance(timedelta(days=1, hours=2))
    town.owner.writes("@social hold 1\nhold 2")
    town.publisher.tick(town.now, settle=True)
    assert town.published() == []
    town.settle()
    assert states_of(town, 2) == ["held", "held"]


def test_several_orders_of_somebody_without_a_say_keep_nothing_back(town: Town) -> None:
    approved(town, 2)
    town.world.clock.advance(timedelta(days=1, hours=2))
    town.dave.writes("@social cancel 1\ncancel 2\napprove 1 if you like")
    town.publisher.tick(town.now, settle=True)
    assert len(town.published()) == 2


@pytest.mark.parametrize("order", ["@**social** cancel 1", "@social hold 1", "@social, please veto 1 and 2"])
def test_an_order_behind_a_draft_keeps_its_post_back(town: Town, order: str) -> None:
    """It once was text for the public, and the post that it stops went out."""
    approved(town, 1)
    town.world.clock.advance(timedelta(days=1, hours=2))
    message = town.alice.writes(f"@**social** draft\nto: mastodon\nOther news\n\n{order}")
    town.publisher.tick(town.now, settle=True)
    assert town.published() == []
    town.settle()
    assert "Line 5 speaks to me again" in town.said()[-1]
    town.later(minutes=4)
    assert town.published() == []
    town.alice.edits(message, "@**social** draft\nto: mastodon\nOther news")
    assert "Other news" in town.card(2)


def test_what_speaks_of_orders_in_the_draft_of_a_post_is_for_its_card(town: Town) -> None:
    approved(town, 1)
    draft = town.carol.says(LATER.format(2))
    town.carol.edits(draft, f"{LATER.format(2)}\n@social cancel 1")
    town.later(seconds=10)
    assert "speaks to me" in town.card(2)
    assert states_of(town, 2) == ["approved", "broken"]
    town.carol.says("@social draft\nto: mastodon\nWrite:\n```\n@social cancel 1\n```")
    assert "@social cancel 1" in town.card(3), "in code it is no order"
