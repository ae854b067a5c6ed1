"""Changing one's mind and asking, as conversations."""

from __future__ import annotations

import pytest
from town import Town, picture

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00\nHello"


def test_hold_and_resume_keep_the_approval(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.bob.says("@social hold 1")
    assert town.post(1).state == "held"
    assert "Held" in town.card(1)
    town.bob.says("@social resume 1")
    assert town.post(1).state == "approved"


def test_a_held_post_does_not_go_out_at_its_time_and_expires(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.alice.says("@social hold 1")
    town.later(days=1, hours=4)
    assert town.published() == []
    assert town.post(1).state == "expired"


@pytest.mark.parametrize("settings", ["grace = 5 min"])
def test_during_the_grace_after_an_approval_hold_stops_it(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=4)
    assert town.published() == []
    town.bob.says("@social hold 1")
    town.later(minutes=10)
    assert town.published() == []
    town.bob.says("@social resume 1")
    town.later(minutes=6)
    assert len(town.published("mastodon")) == 1


def test_cancel_ends_a_post(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.carol.says("@social cancel 1")
    town.later(days=2)
    assert town.published() == []
    assert "Withdrawn" in town.card(1)


def test_move_keeps_the_approval(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.carol.says("@social move 1 to tomorrow 20:00 UTC")  # further, it would need an approver
    assert town.post(1).state == "approved"
    town.later(days=1, hours=11.9)
    assert town.published() == []
    town.later(hours=0.2)
    assert len(town.published("mastodon")) == 1


def test_move_asks_back_when_the_time_is_not_clear(town: Town) -> None:
    town.carol.says(LATER)
    town.carol.says("@social move 1 to 03/04 10:00")
    assert "April" in town.said()[-1]
    assert "March" in town.said()[-1]


def test_now_sends_what_was_approved_for_later(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.bob.says("@social now 1")  # its author may not: it was approved for another time
    assert len(town.published("mastodon")) == 1


def test_edit_by_command_makes_a_new_revision_and_keeps_files_and_options(town: Town) -> None:
    photo = town.carol.uploads(picture(), "a.png")
    town.carol.says(f"@social draft\nto: mastodon\nHello\n[A map]({photo})")
    town.carol.says("@social edit 1 Hello again")
    assert town.post(1).revision == 2
    town.alice.reacts(town.card_id(1))
    assert [one["text"] for one in town.published()] == ["Hello again"]
    assert town.published()[0]["media"][0]["alt"] == "A map"


def test_anybody_may_propose_an_alt_text(town: Town) -> None:
    photo = town.alice.uploads(picture(), "a.png")
    town.alice.says(f"@social draft\nto: mastodon\nHello\n[a.png]({photo})")
    assert "no alt text" in town.card(1)
    town.carol.says("@social alt 1 1 A group of learners")
    town.bob.reacts(town.card_id(1), "one")  # a tap takes it: it is no more than a proposal
    town.bob.reacts(town.card_id(1))
    assert town.published()[0]["media"][0]["alt"] == "A group of learners"


def test_copy_starts_a_new_post(town: Town) -> None:
    town.carol.says(LATER)
    town.carol.says("@social cancel 1")
    town.bob.says("@social copy 1")
    assert "**#2** by @_**Bob" in town.card(2)
    town.alice.reacts(town.card_id(2))
    assert [one["text"] for one in town.published()] == ["Hello"]


def test_a_late_approval_after_the_time_is_not_sent_in_silence(town: Town) -> None:
    town.carol.says(LATER)
    town.later(days=1, hours=3)
    assert town.post(1).state == "expired"
    assert any("has passed" in one and "move 1 to" in one for one in town.said())
    town.alice.reacts(town.card_id(1))
    assert town.published() == []
    town.carol.says("@social move 1 to tomorrow 10:00")
    assert town.post(1).state == "approved"


def test_not_after_means_never_later(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nnot after: today 12:00 UTC\nWe start in 30 minutes")
    town.later(hours=5)
    town.alice.reacts(town.card_id(1))
    assert town.published() == []
    assert town.post(1).state == "expired"


def test_what_is_scheduled_this_week_is_answered_with_links(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: thursday 10:00\nRegistration is open")
    town.carol.says("@social draft\nto: x\nat: friday 10:00\nMeet our ambassadors")
    town.alice.reacts(town.card_id(1))
    town.bob.says("@social What is scheduled this week?")
    plan = town.said()[-1]
    assert plan.startswith("**This week · 23–29 November**")
    assert plan.index("**Thu 26 November**") < plan.index("Registration is open") < plan.index("**Fri 27")
    assert f"/near/{town.card_id(1)}" in plan
    assert "approved by Alice" in plan
    assert "needs 1 approval" in plan


@pytest.mark.parametrize(
    "question",
    ["queue", "scheduled", "this week", "what's planned this week", "please show the plan", "november"],
)
def test_the_plan_is_asked_for_in_many_wordings(town: Town, question: str) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: thursday 10:00\nRegistration is open")
    town.bob.says(f"@social {question}")
    assert "Registration is open" in town.said()[-1]


def test_next_week_is_empty(town: Town) -> None:
    town.bob.says("@social what goes out next week?")
    assert "Nothing is planned" in town.said()[-1]


def test_what_waits_for_me(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.says("@social what is waiting for me?")
    assert "For you to approve" in town.said()[-1]
    town.carol.says("@social what is waiting for me?")
    assert "Nothing waits for you" in town.said()[-1]


def test_history_shows_what_went_out(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    town.carol.says("@social history")
    assert "🎉 out" in town.said()[-1]


def test_log_tells_who_did_what(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    town.carol.says("@social log 1")
    log = town.said()[-1]
    assert log.index("Carol drafted") < log.index("Alice gave an approval") < log.index("published")
    assert "Hello" not in log.split("\n", 1)[1]


def test_show_repeats_the_card_and_points_to_it(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.bob.says("@social show #1")
    assert "Hello" in town.said()[-1]
    assert "its card" in town.said()[-1]


@pytest.mark.parametrize("words", ["1 approved?", "now 1?", "can you approve 1?"])
def test_a_question_of_an_approver_shows_the_post_and_brings_nothing_out(town: Town, words: str) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.bob.says(f"@social {words}")
    order = "now 1" if "now" in words else "approve 1"
    assert town.said()[-1].startswith(f"A question brings nothing out: write `{order}`")
    town.later(minutes=5)
    assert town.published() == []
    town.bob.says("@social approve 1")
    assert len(town.published()) == 1


def test_status_names_accounts_and_backlog(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.carol.says("@social status")
    status = town.said()[-1]
    for name in ("Mastodon", "X", "LinkedIn", "YouTube", "Zulip"):
        assert name in status
    assert "1 draft to approve" in status


def test_help_and_help_on_a_command(town: Town) -> None:
    town.carol.says("@social help")
    assert "draft" in town.said()[-1]
    town.carol.says("@social help draft")
    assert "alt" in town.said()[-1]


def test_a_typing_mistake_gets_the_nearest_command(town: Town) -> None:
    sent = town.carol.says("@social aprove 12")
    assert "Did you mean `approve" in town.said()[-1]
    assert sent


def test_a_mistyped_command_that_is_corrected_is_done(town: Town) -> None:
    town.carol.says(LATER)
    sent = town.carol.says("@social hodl 1 please now")
    town.carol.edits(sent, "@social hold 1")
    assert town.post(1).state == "held"


def test_a_number_that_does_not_exist(town: Town) -> None:
    town.carol.says("@social show 99")
    assert "no posts yet" in town.said()[-1]


def test_a_draft_in_a_direct_message_gets_its_card_in_the_channel(town: Town) -> None:
    town.carol.whispers("draft\nto: mastodon\nHello from a direct message")
    assert "Hello from a direct message" in town.said("drafts")[-1]
    town.alice.reacts(town.card_id(1))
    assert [one["text"] for one in town.published()] == ["Hello from a direct message"]


def test_a_topic_that_is_renamed_is_followed(town: Town) -> None:
    draft = town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nHello", topic="spring")
    town.carol.ok(
        town.carol.client.update_message(
            {"message_id": draft, "topic": "summer", "propagate_mode": "change_all"}
        )
    )
    town.settle()
    town.alice.reacts(town.card_id(1))
    assert any("is approved by Alice" in one for one in town.said("summer"))


def test_a_quote_reply_takes_the_quoted_text(town: Town) -> None:
    quoted = town.alice.says("We have a new lesson on testing!")
    town.carol.says(
        f"@_**Alice|{town.alice.id}** [said]({town.base}/#narrow/near/{quoted}):\n"
        "```quote\nWe have a new lesson on testing!\n```\n@social draft"
    )
    town.bob.reacts(town.card_id(1))
    assert {one["text"] for one in town.published("mastodon")} == {"We have a new lesson on testing!"}
