"""A message that was answered already and is edited into an order is obeyed, once, as a new order at that moment."""

from __future__ import annotations

import pytest
from sqlmodel import select, update
from town import Town

from storage.models import Entry, Seen

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"
BEFORE = ("help", "show 1", "hold 9", "move 1 to friday 9:00", "no idea what I say")
ORDERS = {"cancel 1": "withdrawn", "hold 1": "held", "veto 1": "draft", "withdraw 1": "draft"}


def approved(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.says("@social approve 1")
    assert town.post(1).state == "approved"


def done(town: Town, what: str) -> int:
    with town.database.reading() as session:
        return sum(one.what == what for one in session.exec(select(Entry)))


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("order", list(ORDERS))
def test_whatever_was_answered_becomes_an_order_by_an_edit(town: Town, before: str, order: str) -> None:
    approved(town)
    message = town.alice.says(f"@social {before}")
    town.alice.edits(message, f"@social {order}")
    assert town.post(1).state == ORDERS[order]


def test_a_direct_message_too(town: Town) -> None:
    approved(town)
    message = town.alice.whispers("show 1")
    town.alice.edits(message, "cancel 1")
    assert town.post(1).state == "withdrawn"
    assert "withdrawn" in town.whispered(town.alice)[-1]


@pytest.mark.parametrize(
    "same", ["hold 1, please!", "Hold #1", "hold 1 because of the rain", "put 1 on hold"]
)
def test_an_edit_that_changes_nothing_of_the_order_is_not_obeyed(town: Town, same: str) -> None:
    approved(town)
    message = town.alice.says("@social hold 1")
    town.alice.says("@social resume 1")
    said = len(town.said())
    town.alice.edits(message, f"@social {same}")
    town.restart()
    assert town.post(1).state == "approved"
    assert len(town.said()) == said


def test_each_edit_is_obeyed_once_and_what_was_said_before_is_not_obeyed_again(town: Town) -> None:
    approved(town)
    message = town.alice.says("@social hold 1")
    town.alice.edits(message, "@social resume 1")
    assert town.post(1).state == "approved"
    town.alice.edits(message, "@social hold 1")
    assert town.post(1).state == "held"
    town.restart()
    town.alice.says("@social resume 1")
    town.restart()
    assert town.post(1).state == "approved"
    assert (done(town, "held"), done(town, "resumed")) == (2, 2)


def test_an_edit_while_nobody_listened_is_obeyed_once(town: Town) -> None:
    approved(town)
    message = town.alice.says("@social show 1")
    town.stop()
    town.alice.ok(town.alice.client.update_message({"message_id": message, "content": "@social cancel 1"}))
    town.start()
    town.settle()
    assert town.post(1).state == "withdrawn"
    town.restart()
    assert done(town, "cancelled") == 1


def test_it_becomes_a_draft_as_well(town: Town) -> None:
    message = town.carol.says("@social drafts")
    town.carol.edits(message, LATER)
    assert town.post(1).state == "draft"
    town.carol.edits(message, LATER.replace("Hello", "Hullo"))
    town.later(seconds=30)
    assert town.post(1).revision == 2


def test_another_question_is_not_answered(town: Town) -> None:
    approved(town)
    message = town.carol.says("@social show 1")
    said = len(town.said())
    town.carol.edits(message, "@social log 1")
    assert len(town.said()) == said


def test_an_order_cannot_approve_a_card_that_came_after_the_message(town: Town) -> None:
    message = town.alice.says("@social help")
    town.carol.says(LATER)
    town.alice.edits(message, "@social approve 1")
    assert town.post(1).state == "draft"
    assert "say it again" in town.said()[-1]


def test_of_what_an_older_version_obeyed_it_is_not_known_what_it_was(town: Town) -> None:
    """So it is not obeyed anew for a word that was put right."""
    approved(town)
    message = town.alice.says("@social hold 1")
    town.alice.says("@social resume 1")
    with town.database.transaction() as session:
        session.execute(update(Seen).values(said=""))
    town.alice.edits(message, "@social hold 1, sorry")
    assert town.post(1).state == "approved"


def test_several_posts(town: Town) -> None:
    approved(town)
    town.carol.says(LATER)
    message = town.alice.says("@social hold 1")
    town.alice.edits(message, "@social hold 1 and 2")
    assert (town.post(1).state, town.post(2).state) == ("held", "held")


@pytest.mark.parametrize(
    "text, state",
    [("@social cancel 1", "withdrawn"), (f"{LATER}\n@social cancel 1", "approved")],
    ids=["instead of the draft", "inside the draft"],
)
def test_a_draft_that_is_edited_into_an_order_or_has_one_keeps_back_what_it_names(
    town: Town, text: str, state: str
) -> None:
    """The order is obeyed, and its draft withdrawn; of one inside a draft it is asked what it means, and the post waits."""
    town.carol.says(LATER.replace("tomorrow 10:00 UTC", "in 5 minutes"))
    town.alice.reacts(town.card_id(1))
    message = town.alice.says(LATER)
    town.world.clock.to(town.post(1).due_at)  # type: ignore[arg-type]  # it has a time
    town.alice.ok(town.alice.client.update_message({"message_id": message, "content": text}))
    town.publisher.tick(town.now, settle=True)  # nobody heard of it yet
    assert town.published() == []
    town.settle()
    town.later(seconds=30)
    assert (town.post(1).state, town.published()) == (state, [])
    assert town.post(2).state == ("withdrawn" if state == "withdrawn" else "broken")
    if state == "approved":
        assert any("Line 5 speaks to me again" in one and "**#1** waits" in one for one in town.said())
    town.stop()
    again = text.replace("cancel", "hold") if state == "withdrawn" else LATER
    town.alice.ok(town.alice.client.update_message({"message_id": message, "content": again}))
    town.start()
    town.later(minutes=6)
    assert len(town.published()) == (state == "approved")
    assert done(town, "cancelled") == (state == "withdrawn")
