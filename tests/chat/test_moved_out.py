"""A draft that somebody moves out of the channel: in Zulip any member may, be it a post of others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from town import BOTH_KINDS, EVERY_KIND, MONDAY, Town, Townsman

from bot.sandbox.scene import CHANNEL
from storage import queue

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"
ELSEWHERE = "lounge"
FEW = "holds_an_hour = 1"


@pytest.fixture(autouse=True)
def lounge(town: Town) -> None:
    town.add_lounge(ELSEWHERE)


def moves(who: Townsman, message: int, name: str = ELSEWHERE, *, heard: bool = True) -> None:
    who.moves(message, name, heard=heard)


def approved(town: Town, text: str = LATER) -> int:
    """Carol's draft, which Alice approved; returns its message."""
    draft = town.carol.says(text)
    number = max(int(one.split("#")[1].split("*")[0]) for one in town.said() if "** by" in one)
    town.alice.reacts(town.card_id(number))
    assert town.post(number).state == "approved"
    return draft


def due(town: Town) -> None:
    """Let its time come."""
    town.world.clock.to(MONDAY + timedelta(hours=26, seconds=5))
    town.settle()


def log(town: Town, number: int = 1) -> list[tuple[str, str]]:
    """Who did what to the post, as the log tells."""
    with town.database.reading() as session:
        return [(one.who, one.what) for one in queue.log(session, number)]


@pytest.mark.parametrize("away", [False, True], ids=["heard", "found"])
@EVERY_KIND
def test_a_member_who_moves_a_draft_out_holds_it(town: Town, away: bool) -> None:
    """Whoever holds a post is named, and takes no approval away."""
    draft = approved(town)
    if away:
        town.stop()
    moves(town.dave, draft, heard=not away)
    if away:
        town.start()
        town.settle()
    assert town.post(1).state == "held"
    told = [one for one in town.said("posts") if "moved its draft" in one]
    assert len(told) == 1
    assert "Dave" in told[0]
    assert "`resume 1`" in told[0]
    assert ("Dave", "held: its draft was moved out of the channel") in log(town)
    assert not [one for one in log(town) if one[0] == "Carol" and "moved" in one[1]]
    town.restart()
    assert len([one for one in town.said("posts") if "moved its draft" in one]) == 1
    town.later(hours=1)
    assert town.published() == []
    town.bob.says("@social resume 1")
    assert town.post(1).state == "approved", "Alice's approval stands"
    due(town)
    assert len(town.published()) == 1


def test_its_author_does_not_undo_the_hold(town: Town) -> None:
    """As of any `hold` by somebody else."""
    moves(town.dave, approved(town))
    town.carol.says("@social resume 1")
    assert town.post(1).state == "held"
    town.dave.says("@social resume 1")
    assert town.post(1).state == "approved"


@BOTH_KINDS
@pytest.mark.parametrize("name", ["carol", "alice"])
@pytest.mark.parametrize("away", [False, True], ids=["heard", "found"])
def test_its_author_and_an_approver_withdraw_it_by_that(town: Town, name: str, away: bool) -> None:
    draft, who = approved(town), town.people[name]
    if away:
        town.stop()
    moves(who, draft, heard=not away)
    if away:
        town.start()
        town.settle()
    assert town.post(1).state == "withdrawn"
    assert (who.name.title(), "draft moved out of the channel") in log(town)
    assert any("withdrawn" in one and who.name.title() in one for one in town.said("posts"))


@pytest.mark.parametrize("settings", [FEW])
def test_who_moves_more_than_may_be_held_stops_no_more(town: Town) -> None:
    """The second one goes on as if it lay where it was, and Dave is told so, alone and once."""
    first, second = approved(town), approved(town, LATER.replace("Hello", "Another"))
    moves(town.dave, first)
    moves(town.dave, second)
    assert [town.post(number).state for number in (1, 2)] == ["held", "approved"]
    town.restart()
    assert len([one for one in town.whispered(town.dave) if "#2" in one]) == 1
    due(town)
    assert [one["text"] for one in town.published()] == ["Another"]


def test_back_and_out_again_is_another_hold(town: Town) -> None:
    draft = approved(town)
    moves(town.dave, draft)
    moves(town.dave, draft, CHANNEL)
    assert town.post(1).state == "held"
    town.alice.says("@social resume 1")
    assert town.post(1).state == "approved"
    town.world.clock.advance(timedelta(minutes=1))
    moves(town.dave, draft)
    assert town.post(1).state == "held"


def test_what_is_edited_where_it_was_moved_to_is_approved_anew(town: Town) -> None:
    """It goes out as it was seen, or not at all."""
    draft = approved(town)
    moves(town.dave, draft)
    town.alice.says("@social resume 1")
    town.carol.edits(draft, LATER.replace("Hello", "Bye"))
    town.later(seconds=30)
    assert town.post(1).state == "draft"
    town.alice.reacts(town.card_id(1))
    assert all("Bye" not in one["content"] for one in town.channel(ELSEWHERE) if one["id"] != draft)
    due(town)
    assert [one["text"] for one in town.published()] == ["Bye"]


def test_moved_and_edited_while_nobody_listened_it_does_not_go_out_in_the_old_words(town: Town) -> None:
    draft = approved(town)
    town.stop()
    moves(town.dave, draft, heard=False)
    town.carol.ok(
        town.carol.client.update_message({"message_id": draft, "content": LATER.replace("Hello", "Bye")})
    )
    town.start()
    town.settle()
    assert town.post(1).state != "approved"
    due(town)
    assert town.published() == []


def test_what_is_out_already_is_not_stopped_by_a_stranger(town: Town) -> None:
    """A `hold` of a member stops nothing that was released, either."""
    draft = town.carol.says("@social draft\nto: mastodon\nHello")
    town.fault("mastodon", "503", times=3)
    town.alice.reacts(town.card_id(1))
    moves(town.dave, draft)
    town.later(minutes=10)
    town.later(minutes=30)
    assert len(town.published()) == 1


@pytest.mark.parametrize("heard", [True, False])
def test_where_zulip_shows_nobody_what_was_moved(town: Town, heard: bool) -> None:
    """The event names who moved it; without that it is held, as nobody can say that it was withdrawn."""
    draft = approved(town)
    town.sandbox.zulip.core.organisation.settings.show_history = False
    if not heard:
        town.stop()
    moves(town.carol, draft, heard=heard)
    if not heard:
        town.start()
        town.settle()
    assert town.post(1).state == ("withdrawn" if heard else "held")
    assert heard or not [one for one in log(town) if one[0] == "Carol" and "moved" in one[1]]


def test_who_moves_the_card_did_not_move_the_draft(town: Town) -> None:
    """Where Zulip shows no history, only the event of the draft itself tells who moved it."""
    draft = approved(town)
    town.sandbox.zulip.core.organisation.settings.show_history = False
    moves(town.dave, draft)
    assert town.post(1).state == "held"
    moves(town.alice, town.card_id(1))
    assert town.post(1).state == "held"
    assert ("Alice", "card moved out of the channel") in log(town)
    assert not [one for one in log(town) if one[0] == "Alice" and "draft" in one[1]]
