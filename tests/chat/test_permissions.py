"""Who may approve is the security boundary: each way around it, and what must happen."""

from __future__ import annotations

import pytest
from town import BOTH_KINDS, Town

from bot.actions import cards, rows, sync
from storage import queue
from storage.states import PostState

pytestmark = BOTH_KINDS

DRAFT = "@social draft\nto: mastodon\nHello"


@pytest.mark.parametrize(
    "who,reason", [("carol", "not one of the approvers"), ("dave", "guests cannot approve")]
)
def test_a_reaction_of_somebody_who_may_not_counts_nothing_and_is_told_once(
    town: Town, who: str, reason: str
) -> None:
    town.alice.says(DRAFT)
    person = town.people[who]
    person.reacts(town.card_id(1))
    person.unreacts(town.card_id(1))
    person.reacts(town.card_id(1))
    town.later(minutes=5)
    assert town.published() == []
    told = [one for one in town.whispered(person) if "does not count" in one]
    assert len(told) == 1
    assert reason in told[0]


def test_the_bots_own_reaction_does_not_count(town: Town) -> None:
    town.carol.says(DRAFT)
    reactions = town.message(town.card_id(1))["reactions"]
    assert [one["emoji_code"] for one in reactions] == ["1f44d"]
    town.later(minutes=5)
    assert town.published() == []


def test_a_reaction_on_the_draft_itself_points_to_the_card_once(town: Town) -> None:
    draft = town.carol.says(DRAFT)
    town.alice.reacts(draft)
    town.alice.unreacts(draft)
    town.alice.reacts(draft)
    town.later(minutes=1)
    assert town.published() == []
    told = town.whispered(town.alice)
    assert len(told) == 1
    assert "react on [its card](" in told[0]


def test_an_alias_of_the_emoji_counts_because_codes_are_compared(town: Town) -> None:
    town.carol.says(DRAFT)
    town.alice.reacts(town.card_id(1), "thumbs_up")
    assert len(town.published("mastodon")) == 1


def test_an_approver_who_was_deactivated_before_the_time_has_no_power(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nHello")
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    town.sandbox.zulip.deactivate(town.row(town.alice))
    town.settle()
    assert town.post(1).state == "draft"
    town.later(days=1, hours=1.5)
    assert town.published() == []


def test_an_approver_who_left_the_group_has_no_power(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nHello")
    town.alice.reacts(town.card_id(1))
    town.sandbox.zulip.remove_members(town.approvers, town.row(town.alice))
    town.settle()
    assert town.post(1).state == "draft"


def test_the_group_is_followed_when_it_is_renamed_and_a_new_one_of_its_name_gets_no_power(town: Town) -> None:
    zulip = town.sandbox.zulip
    town.carol.says(DRAFT)
    zulip.rename(town.approvers, "posters")
    zulip.add_group("social-approvers", [town.row(town.carol), town.row(town.dave)])
    town.settle()
    town.dave.reacts(town.card_id(1))
    town.later(minutes=1)
    assert town.published() == []
    town.alice.reacts(town.card_id(1))
    assert len(town.published("mastodon")) == 1


def test_when_the_group_is_deleted_nobody_can_approve_and_the_card_says_so(town: Town) -> None:
    town.carol.says(DRAFT)
    town.sandbox.zulip.delete_group(town.approvers)
    town.settle()
    town.alice.reacts(town.card_id(1))
    assert town.published() == []
    assert "does not exist" in town.card(1)


def test_a_stranger_who_writes_directly_learns_nothing_of_the_queue(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nTop secret news")
    eve = town.stranger("Eve")
    eve.whispers("what is scheduled this week?")
    said = town.whispered(eve)
    assert len(said) == 1
    assert "please join it" in said[0]
    assert "secret" not in said[0]


def test_mentioned_in_another_channel_the_bot_says_where_it_lives_and_nothing_else(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nTop secret news")
    sent = town.owner.says("@**social** what is scheduled?", channel="announcements", topic="hello")
    answers = [one["content"] for one in town.channel("announcements") if one["id"] > sent]
    assert len(answers) == 1
    assert "I work in #**social-media**" in answers[0]


def test_two_people_approving_in_the_same_second_send_it_once(town: Town) -> None:
    town.carol.says(DRAFT)
    card = town.card_id(1)
    for person in (town.alice, town.bob):
        person.ok(person.client.add_reaction({"message_id": card, "emoji_name": "+1"}))
    town.settle()
    assert len(town.published("mastodon")) == 1


@pytest.mark.parametrize("settings", ["approvals = 2"])
def test_two_approvals_where_two_are_asked_for(town: Town) -> None:
    town.carol.says(DRAFT)
    town.alice.reacts(town.card_id(1))
    assert "Needs **1 approval**" in town.card(1)
    assert "so far: Alice" in town.card(1)
    assert town.published() == []
    town.bob.reacts(town.card_id(1))
    assert len(town.published("mastodon")) == 1


@pytest.mark.parametrize("settings", ["[linkedin] approvals = 2"])
def test_a_platform_with_an_extra_requirement_waits_while_the_others_go(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello")
    town.alice.reacts(town.card_id(1))
    assert len(town.published("mastodon")) == 1
    assert town.published("linkedin") == []
    town.bob.reacts(town.card_id(1))
    assert len(town.published("linkedin")) == 1


def test_approving_one_platform_alone_lets_it_go_and_leaves_the_other_waiting(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello")
    town.alice.says("@social approve 1 mastodon")
    assert len(town.published("mastodon")) == 1
    assert town.published("linkedin") == []
    assert town.deliveries(1)["linkedin"].state == "waiting"
    town.alice.says("@social approve 1 linkedin")
    assert len(town.published("linkedin")) == 1


def test_a_command_speaks_of_the_card_that_stood_when_it_was_written(town: Town) -> None:
    draft = town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.writes("@social approve 1")
    town.carol.client.update_message(
        {"message_id": draft, "content": "@social draft\nto: mastodon\nBuy my coins"}
    )
    town.settle()
    town.later(minutes=1)
    assert town.published() == []


def test_a_carol_cannot_steer_a_post_of_somebody_else_but_may_hold_it(town: Town) -> None:
    town.alice.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nHello")
    town.carol.says("@social cancel 1")
    assert "Only the author of #1" in town.said()[-1]
    town.carol.says("@social hold 1")
    assert town.post(1).state == "held"


def test_a_veto_by_command_shows_its_reason(town: Town) -> None:
    town.carol.says(DRAFT)
    town.alice.says("@social veto 1 because the *date* is wrong")
    assert "Vetoed** by Alice (“the &#42;date&#42; is wrong”)" in town.card(1)


@pytest.mark.parametrize("settings", ["approvals = 2"])
def test_when_zulip_no_longer_lets_the_card_be_edited_votes_are_told_in_its_topic(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: thursday 10:00\nHello")
    town.later(hours=1)
    town.alice.reacts(town.card_id(1))
    assert "**#1** is approved so far by Alice: 1 approval missing for “Hello”." in town.said()[-1]
    town.bob.reacts(town.card_id(1))
    assert [one for one in town.said() if "is approved by" in one]
    assert "Needs **2 approvals**" in town.card(1)
    town.bob.unreacts(town.card_id(1))
    town.alice.reacts(town.card_id(1), "-1")
    assert "is vetoed by Alice and stays in" in town.said()[-1]
    assert len([one for one in town.said() if "approved so far" in one]) == 1


def test_a_card_looked_at_between_resume_and_its_judgement_says_nothing_of_missing_approvals(
    town: Town,
) -> None:
    """Both are commits of their own, and cards are looked at by other threads: when Zulip's time for edits is over,
    "approved so far by Alice: 0 approvals missing" was said of it.
    """
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=12)
    town.alice.says("@social hold 1")
    said = len(town.said())
    with town.database.transaction() as session:  # as far as `resume` comes in its first one
        queue.transition(
            session, rows.post(session, 1), PostState.DRAFT, who="Alice", what="resumed", now=town.now
        )
    cards.refresh(town.desk, 1, town.now)
    town.settle()
    assert town.said()[said:] == []
    sync.follow(town.desk, 1, town.now)
    town.settle()
    assert town.post(1).state == "approved"
    assert [one.partition(":")[0] for one in town.said()[said:]] == ["✔ **#1** is approved by Alice"]
