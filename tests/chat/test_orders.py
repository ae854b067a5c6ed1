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
