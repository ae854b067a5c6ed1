"""What happened while the bot was away counts when it is back, and nothing is said or sent twice."""

from __future__ import annotations

import contextlib
from datetime import timedelta

from town import BOTH_KINDS, EVERY_KIND, Town

from bot.chat import ChatError

pytestmark = BOTH_KINDS

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00\nHello"


@EVERY_KIND
def test_drafts_edits_and_reactions_of_the_time_away_are_caught_up_with(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.stop()
    town.carol.client.update_message({"message_id": draft, "content": LATER.replace("Hello", "Hello again")})
    town.bob.writes("@social draft\nto: mastodon\nat: friday 10:00\nSecond")
    town.start()
    town.settle()
    assert "Hello again" in town.card(1)
    assert "Second" in town.card(2)
    town.stop()
    town.alice.client.add_reaction({"message_id": town.card_of(1), "emoji_name": "+1"})
    town.start()
    town.settle()
    assert town.post(1).state == "approved"


def test_a_restart_answers_nothing_twice(town: Town) -> None:
    town.carol.says("@social help")
    town.carol.says(LATER)
    before = len(town.said())
    town.restart()
    assert len(town.said()) == before


def test_a_deletion_while_away_holds_what_was_approved(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.stop()
    town.owner.client.delete_message(draft)
    town.start()
    town.settle()
    assert town.post(1).state == "held"


def test_a_post_whose_time_passed_meanwhile_is_asked_about_and_not_sent(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.stop()
    town.world.clock.advance(timedelta(days=3))
    town.start()
    town.settle()
    assert town.published() == []
    assert town.post(1).state == "expired"


def test_event_queues_that_are_gone_cost_nothing(town: Town) -> None:
    town.carol.says(LATER)
    town.sandbox.zulip.queues_gone()
    town.bob.writes("@social draft\nto: mastodon\nat: friday 10:00\nSecond")
    town.settle()
    assert "Second" in town.card(2)
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"


def test_a_lost_answer_to_a_card_does_not_double_the_card(town: Town) -> None:
    town.fault("zulip", "reset-after", method="POST", path="/api/v1/messages")
    town.carol.says(LATER)
    assert len([one for one in town.said() if one.startswith("**#1**")]) == 1
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"


def test_a_delivery_cut_off_by_a_crash_is_looked_for_and_not_sent_again(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.fault("mastodon", "reset-after", method="POST", path="/api/v1/statuses")
    town.alice.reacts(town.card_id(1))
    town.restart()
    town.later(seconds=30)
    assert len(town.published("mastodon")) == 1
    assert town.deliveries(1)["mastodon"].state == "published"


def test_a_crash_between_saying_a_card_and_writing_it_down_does_not_double_it(town: Town) -> None:
    town.carol.says(LATER)
    with town.database.transaction() as session:
        revision = town.revision(1)
        revision.card_id = None
        session.add(revision)
    town.restart()
    assert len([one for one in town.said() if one.startswith("**#1**")]) == 1


def test_a_card_that_could_not_be_said_is_said_when_zulip_is_back(town: Town) -> None:
    town.fault("zulip", "500", times=8, method="POST", path="/api/v1/messages")
    town.carol.writes(LATER)
    for _ in range(6):
        with contextlib.suppress(ChatError):
            town.settle()
        town.world.clock.advance(timedelta(seconds=10))
    town.settle()
    assert len([one for one in town.said() if one.startswith("**#1**")]) == 1
    assert town.post(1).revision == 1
