"""What people who are no approvers may ask of the bot is bounded; approvers are never bounded."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import select
from town import Town, Townsman

from storage import allowance
from storage.allowance import Allowance
from storage.models import Post

DRAFT = "@social draft\nto: mastodon\nHello, number {}."


def drafted(town: Town, person: Townsman, times: int, first: int = 1) -> list[int]:
    return [person.says(DRAFT.format(number)) for number in range(first, first + times)]


def bounded(town: Town, words: str) -> list[str]:
    return [one for one in town.said() if words in one]


def posts(town: Town) -> int:
    with town.database.reading() as session:
        return len(session.exec(select(Post.id)).all())


@pytest.mark.parametrize("settings", ["drafts_an_hour = 3"])
def test_above_the_drafts_of_an_hour_somebody_is_told_once_and_loses_nothing(town: Town) -> None:
    drafted(town, town.carol, 6)
    assert posts(town) == 3
    told = bounded(town, "at most 3 drafts an hour")
    assert len(told) == 1
    assert "<time:2026-11-23T09:0" in told[0]
    assert "write it again" in told[0]
    town.later(minutes=61)
    drafted(town, town.carol, 1, first=4)
    assert posts(town) == 4
    assert "Hello, number 4" in town.card(4)


@pytest.mark.parametrize("settings", ["drafts_an_hour = 3"])
def test_edits_of_drafts_count_as_drafts_and_wait_above_the_bound(town: Town) -> None:
    draft = town.carol.says(DRAFT.format(1))
    for number in range(2, 7):
        town.carol.edits(draft, DRAFT.format(number))
        town.later(seconds=10)
    assert "Hello, number 3" in town.card(1)
    told = [one for one in town.whispered(town.carol) if "drafts and edits of drafts an hour" in one]
    assert len(told) == 1
    assert "I read it at <time:2026-11-23T09:00" in told[0]
    town.restart()
    town.alice.reacts(town.card_id(1))
    town.later(minutes=5)
    assert town.published() == [], "what is approved is not what stands there now"
    town.later(minutes=60)
    assert "Hello, number 6" in town.card(1)
    town.alice.reacts(town.card_id(1))
    town.later(minutes=5)
    assert [one["text"] for one in town.published()] == ["Hello, number 6."]


@pytest.mark.parametrize("settings", ["drafts_an_hour = 2"])
def test_an_order_does_not_wait_for_an_edit_above_the_bound(town: Town) -> None:
    draft = town.carol.says(DRAFT.format(1))
    for number in range(2, 5):
        town.carol.edits(draft, DRAFT.format(number))
        town.later(seconds=10)
    assert "Hello, number 2" in town.card(1)
    town.alice.says("@social hold 1")
    assert town.post(1).state == "held"
    assert "Hello, number 4" in town.card(1)


@pytest.mark.parametrize("settings", ["drafts_an_hour = 2"])
def test_edits_of_approvers_are_not_bounded(town: Town) -> None:
    draft = town.bob.says(DRAFT.format(1))
    for number in range(2, 6):
        town.bob.edits(draft, DRAFT.format(number))
        town.later(seconds=10)
    assert "Hello, number 5" in town.card(1)


@pytest.mark.parametrize("settings", ["drafts_an_hour = 3"])
def test_the_bound_stands_after_a_restart(town: Town) -> None:
    drafted(town, town.carol, 4)
    town.restart()
    drafted(town, town.carol, 2, first=5)
    assert posts(town) == 3
    assert len(bounded(town, "at most 3 drafts an hour")) == 1


@pytest.mark.parametrize(
    "settings", ["drafts_an_hour = 2\nopen_drafts = 2\nquestions_an_hour = 2\norders_an_hour = 2"]
)
def test_approvers_are_never_bounded(town: Town) -> None:
    drafted(town, town.bob, 4)
    assert posts(town) == 4
    for _ in range(4):
        town.bob.says("@social drafts")
        town.bob.says("@social hold 1")
        town.bob.says("@social resume 1")
    assert bounded(town, "at most") == []


@pytest.mark.parametrize("settings", ["open_drafts = 2"])
def test_open_drafts_make_room_when_one_is_cancelled_or_approved(town: Town) -> None:
    messages = drafted(town, town.carol, 3)
    assert posts(town) == 2
    assert len(bounded(town, "2 drafts of yours wait for a decision")) == 1
    town.carol.says("@social cancel 1")
    town.carol.edits(messages[2], DRAFT.format(3) + "!")
    town.later(seconds=10)
    assert posts(town) == 3
    town.bob.reacts(town.card_id(2))
    drafted(town, town.carol, 1, first=4)
    assert posts(town) == 4


@pytest.mark.parametrize("settings", ["questions_an_hour = 3\norders_an_hour = 2"])
def test_questions_and_orders_have_bounds_of_their_own(town: Town) -> None:
    drafted(town, town.carol, 1)
    for _ in range(6):
        town.carol.says("@social what is scheduled this week?")
    assert len(bounded(town, "nobody listening")) == 0
    assert len(bounded(town, "at most 3 questions an hour")) == 1
    town.carol.says("@social gibberish of all kinds")
    assert len(bounded(town, "I did not understand")) == 0
    town.carol.says("@social move 1 to friday 10:00")
    assert town.post(1).due_at is not None
    for _ in range(3):
        town.carol.says("@social move 1 to friday 11:00")
    assert len(bounded(town, "at most 2 commands an hour")) == 1
    town.bob.says("@social what is scheduled this week?")
    assert "Hello, number 1" in town.said()[-1]


@pytest.mark.parametrize("settings", ["questions_an_hour = 3"])
def test_a_message_that_is_edited_again_and_again_is_counted_again(town: Town) -> None:
    message = town.carol.says("@social gibberish")
    for number in range(8):
        town.world.clock.advance(timedelta(seconds=2))
        town.carol.edits(message, f"@social gibberish {number % 2}")
    assert len(bounded(town, "I did not understand")) == 3
    assert len(bounded(town, "at most 3 questions an hour")) == 1


@pytest.mark.parametrize("settings", ["reactions_a_minute = 4"])
def test_reactions_of_people_who_approve_nothing_are_not_followed_without_end(town: Town) -> None:
    drafted(town, town.alice, 1)
    card = town.card_id(1)
    dave = town.dave
    for _ in range(10):
        dave.reacts(card)
        dave.unreacts(card)
    told = [one for one in town.whispered(dave) if "more than 4 times a minute" in one]
    assert len(told) == 1
    town.bob.reacts(card)
    assert town.post(1).state in {"approved", "released"}


@pytest.mark.parametrize("settings", ["drafts_an_hour = 3"])
def test_somebody_who_was_deactivated_gets_nothing_more(town: Town) -> None:
    town.carol.writes(DRAFT.format(1))
    town.sandbox.zulip.deactivate(town.row(town.carol))
    town.listener.start(town.now)
    town.settle()
    assert posts(town) == 0


@pytest.mark.parametrize("settings", ["drafters = group: writers"])
def test_only_drafters_and_approvers_draft_and_others_get_one_kind_sentence(town: Town) -> None:
    zulip = town.sandbox.zulip
    erin = town.stranger("Erin")
    inner = zulip.add_group("inner", [town.row(erin)])
    zulip.add_group("writers", [], [inner])
    town.settle()
    message = town.carol.says(DRAFT.format(1))
    assert posts(town) == 0
    assert len(bounded(town, "the members of the group “writers” and the approvers begin drafts")) == 1
    town.bob.says(DRAFT.format(2))
    assert posts(town) == 1
    town.carol.says("@social copy 1")
    assert posts(town) == 1
    home = zulip.core.organisation.channel_named(town.desk.chat.home_name)
    assert home is not None
    zulip.subscribe(home, town.row(erin))
    erin.says(DRAFT.format(3))
    assert posts(town) == 2
    zulip.add_members(inner, town.row(town.carol))
    town.settle()
    town.carol.edits(message, DRAFT.format(1) + "!")
    assert posts(town) == 3


def test_what_is_counted_is_forgotten_after_a_while(town: Town) -> None:
    drafted(town, town.carol, 2)
    town.later(hours=3)
    drafted(town, town.carol, 1, first=3)
    with town.database.reading() as session:
        assert len(session.exec(select(Allowance.id)).all()) == 1
        assert allowance.by_person(session, "draft", datetime(2026, 1, 1, tzinfo=town.now.tzinfo)) == {
            town.carol.id: 1
        }


@pytest.mark.parametrize("settings", ["drafts_a_minute = 3\nquestions_a_minute = 2"])
def test_strangers_together_are_bounded_and_an_approver_is_not(town: Town) -> None:
    for number, person in enumerate((town.carol, town.dave, town.owner, town.carol, town.dave), 1):
        person.says(DRAFT.format(number))
    assert posts(town) == 3
    assert len(bounded(town, "So many people write to me")) == 2  # to Carol and Dave, once each
    town.bob.says(DRAFT.format(6))
    assert posts(town) == 4
    town.bob.reacts(town.card_id(1))
    assert town.post(1).state in {"approved", "released"}
    town.world.clock.advance(timedelta(seconds=61))
    town.carol.says(DRAFT.format(7))
    assert posts(town) == 5


CROWDED = "orders_an_hour = 6\nquestions_an_hour = 6\nquestions_a_minute = 6\nholds_an_hour = 2"


def crowded(town: Town) -> None:
    """An approved post, and a stranger who wrote all that is taken of all together within a minute."""
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello")
    town.alice.reacts(town.card_id(1))
    due = town.post(1).due_at
    assert due is not None
    town.world.clock.to(due - timedelta(seconds=30))
    for number in range(2, 9):
        town.dave.writes(f"@social cancel {number}")
    town.settle()
    assert len(bounded(town, "at most 6 commands an hour")) == 1


@pytest.mark.parametrize("settings", [CROWDED])
@pytest.mark.parametrize(
    "who, order", [("carol", "cancel 1"), ("carol", "hold 1\nhold 7"), ("owner", "hold 1")]
)
def test_one_who_fills_the_minute_of_all_turns_no_other_order_away(town: Town, who: str, order: str) -> None:
    crowded(town)
    getattr(town, who).says(f"@social {order}")
    assert town.post(1).state in {"withdrawn", "held"}
    town.later(minutes=2)
    assert town.published() == []


@pytest.mark.parametrize("settings", [CROWDED])
def test_one_who_fills_the_minute_of_all_turns_no_question_away(town: Town) -> None:
    crowded(town)
    for number in range(7):
        town.dave.says(f"@social help {number}")
    town.carol.says("@social show 1")
    assert "Hello" in town.said()[-1]


@pytest.mark.parametrize("settings", ["questions_a_minute = 6"])
def test_of_a_full_minute_everybody_has_a_fair_share_and_no_more(town: Town) -> None:
    """Of six for all, Dave had all six: Carol has three, and is turned away from the fourth on."""
    for number in range(1, 7):
        town.dave.says(f"@social show {number}")
    assert not bounded(town, "So many people write to me")
    for number in range(1, 4):
        town.carol.says(f"@social show {number}")
        assert not bounded(town, "So many people write to me"), number
    town.carol.says("@social show 4")
    assert len(bounded(town, "So many people write to me")) == 1
    town.owner.says("@social show 4")
    assert len(bounded(town, "So many people write to me")) == 1


@pytest.mark.parametrize("settings", ["questions_a_minute = 2"])
def test_a_hold_of_a_member_is_no_matter_of_how_many_write(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello")
    for person in (town.dave, town.carol, town.owner):
        person.says("@social cancel 9")
    town.owner.says("@social cancel 9")
    assert bounded(town, "So many people write to me")
    town.owner.says("@social hold 1")
    assert town.post(1).state == "held"


@pytest.mark.parametrize("settings", ["orders_an_hour = 2"])
def test_what_stops_a_post_of_ones_own_is_never_one_too_many(town: Town) -> None:
    drafted(town, town.carol, 1)
    for _ in range(4):
        town.carol.says("@social move 1 to friday 10:00")
    assert bounded(town, "at most 2 commands an hour")
    town.carol.says("@social cancel 1")
    assert town.post(1).state == "withdrawn"
    said = len(town.said())
    town.carol.says("@social cancel 1")
    assert len(town.said()) == said, "there is nothing more to stop"


@pytest.mark.parametrize("settings", ["holds_an_hour = 2"])
def test_of_several_posts_each_hold_of_a_member_is_counted(town: Town) -> None:
    drafted(town, town.carol, 4)
    town.owner.says("@social hold 1 and 2\nhold 3")
    town.owner.says("@social hold 4")
    assert [town.post(number).state for number in (1, 2, 3, 4)] == ["held", "held", "draft", "draft"]
