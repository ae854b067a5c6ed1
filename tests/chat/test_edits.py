"""Edits, deletions and moves of drafts and cards at every moment: only what was approved counts."""

from __future__ import annotations

from town import BOTH_KINDS, Town, picture

from bot.sandbox.zulip.rows import MEMBER

pytestmark = BOTH_KINDS

NOW = "@social draft\nto: mastodon\nHello"
LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"


def test_an_edit_that_is_taken_back_at_once_does_not_block_the_post(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.carol.edits(draft, LATER.replace("Hello", "Hullo"))
    town.carol.edits(draft, LATER)
    town.later(days=1, hours=2.1)
    assert town.post(1).revision == 1
    assert [one["text"] for one in town.published()] == ["Hello"]


def test_an_edit_before_the_bot_read_the_draft_does_not_block_the_post(town: Town) -> None:
    draft = town.carol.writes(NOW)
    town.carol.edits(draft, NOW.replace("Hello", "Hello again"))
    town.alice.reacts(town.card_id(1))
    town.later(seconds=10)
    assert [one["text"] for one in town.published()] == ["Hello again"]


def test_an_edit_of_the_same_text_changes_nothing(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.carol.edits(draft, LATER)
    town.later(seconds=10)
    assert town.post(1).revision == 1
    assert town.post(1).state == "approved"
    assert not town.inbox()


def test_an_edit_between_approval_and_release_is_seen_at_the_release(town: Town) -> None:
    town.sandbox.zulip.settings.edit_limit = None
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.world.clock.advance(town.post(1).due_at - town.now)  # type: ignore[operator]  # it has a time
    changed = LATER.replace("Hello", "Buy my coins").replace("tomorrow", "friday")
    town.carol.ok(town.carol.client.update_message({"message_id": draft, "content": changed}))
    town.publisher.tick(town.now, settle=True)  # before the listener hears of it
    assert [row.kind for row in town.inbox()] == ["edit"]
    town.settle()
    assert town.published() == []
    assert town.post(1).state == "draft"


def test_an_edit_after_the_release_is_told_once_and_costs_nothing_afterwards(town: Town) -> None:
    draft = town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    town.carol.edits(draft, NOW.replace("Hello", "Buy my coins"))
    for _ in range(3):
        town.later(minutes=1)
    assert len([one for one in town.said() if "this edit changes nothing" in one]) == 1
    assert not town.inbox()


def test_a_draft_edited_into_chatter_is_withdrawn_and_comes_back_with_the_text(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.carol.edits(draft, "Never mind, it is too early")
    town.later(seconds=10)
    assert town.post(1).state == "withdrawn"
    assert not town.inbox()
    town.carol.edits(draft, LATER)
    town.later(seconds=10)
    assert town.post(1).state == "draft"
    town.later(days=1, hours=2.1)
    assert town.published() == []


def test_a_draft_edited_into_a_command_is_withdrawn_and_the_command_is_not_done(town: Town) -> None:
    town.alice.says(LATER)
    draft = town.bob.says(LATER.replace("Hello", "Second"))
    town.bob.edits(draft, "@social approve 1")
    town.later(seconds=10)
    assert town.post(2).state == "withdrawn"
    assert town.post(1).state == "draft"


def test_a_cancelled_post_comes_back_with_another_text_but_not_with_its_approvals(town: Town) -> None:
    draft = town.carol.says(NOW)
    town.carol.says("@social cancel 1")
    town.alice.reacts(town.card_id(1))
    town.carol.edits(draft, NOW.replace("Hello", "Other"))
    town.later(minutes=1)
    assert town.post(1).state == "draft"
    assert town.published() == []


def test_an_approval_on_an_old_card_counts_nothing(town: Town) -> None:
    draft = town.carol.says(NOW)
    old = town.card_id(1)
    town.carol.edits(draft, NOW.replace("Hello", "Buy my coins"))
    town.later(seconds=10)
    town.alice.reacts(old)
    town.later(minutes=1)
    assert town.published() == []
    assert town.post(1).state == "draft"


def test_the_same_edit_forth_and_back_does_not_bring_the_old_approval_back(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.carol.edits(draft, LATER.replace("Hello", "Other"))
    town.later(seconds=10)
    town.carol.edits(draft, LATER)
    town.later(seconds=10)
    assert town.post(1).revision == 3
    assert town.post(1).state == "draft"


def test_an_edit_by_command_and_then_of_the_message(town: Town) -> None:
    draft = town.carol.says(NOW)
    town.carol.says("@social edit 1 From the command")
    town.alice.reacts(town.card_id(1))
    assert [one["text"] for one in town.published()] == ["From the command"]
    town.carol.says(NOW)
    second = town.carol.says(NOW.replace("Hello", "Third"))
    town.carol.says("@social edit 3 From the command")
    town.carol.edits(second, NOW.replace("Hello", "From the message"))
    town.later(seconds=10)
    town.alice.reacts(town.card_id(3))
    assert [one["text"] for one in town.published()] == ["From the command", "From the message"]
    assert draft


def test_an_alt_text_by_command_outlives_an_edit_of_the_text(town: Town) -> None:
    path = town.carol.uploads(picture(), "a.png")
    text = f"@social draft\nto: mastodon\nHello\n[a.png]({path})"
    draft = town.carol.says(text)
    town.bob.says("@social alt 1 1 A map of the town")
    assert town.post(1).revision == 2
    town.carol.edits(draft, text.replace("Hello", "Hello again"))
    town.later(seconds=10)
    town.alice.reacts(town.card_id(1))
    assert town.published()[0]["text"] == "Hello again"
    assert town.published()[0]["media"][0]["alt"] == "A map of the town"


def test_a_copy_of_a_copy_and_what_becomes_of_it_when_its_command_is_deleted(town: Town) -> None:
    town.carol.says(LATER)
    town.bob.says("@social copy 1")
    third = town.bob.says("@social copy 2")
    assert "Hello" in town.card(3)
    town.alice.reacts(town.card_id(2))
    assert [one["text"] for one in town.published()] == ["Hello"]
    town.owner.deletes(third)
    assert town.post(3).state == "withdrawn"
    assert town.post(1).state == "draft"


def test_a_mention_that_is_added_later_makes_the_draft(town: Town) -> None:
    sent = town.carol.says("draft\nto: mastodon\nHello")
    assert town.said() == []
    town.carol.edits(sent, "@**social** draft\nto: mastodon\nHello")
    town.later(seconds=10)
    assert "Hello" in town.card(1)


# -- cards ----------------------------------------------------------------------------------------------


def test_a_deleted_card_stops_its_post_until_an_approver_resumes_it(town: Town) -> None:
    town.carol.says(LATER)
    card = town.card_id(1)
    town.alice.reacts(card)
    town.owner.deletes(card)
    assert town.post(1).state == "held"
    assert town.card_id(1) != card
    town.later(days=1, hours=1.5)
    town.carol.says("@social resume 1")
    assert town.published() == []
    town.alice.says("@social resume 1")
    town.later(hours=0.7)
    assert [one["text"] for one in town.published()] == ["Hello"]


def test_the_card_of_a_post_that_is_out_may_be_deleted(town: Town) -> None:
    town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    said = len(town.said())
    town.owner.deletes(town.card_id(1))
    town.later(minutes=1)
    town.restart()
    assert len(town.said()) == said - 1
    assert len(town.published()) == 1


def test_a_card_that_was_deleted_while_one_account_waits_is_said_again(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello")
    town.alice.says("@social approve 1 mastodon")
    assert len(town.published()) == 1
    town.owner.deletes(town.card_id(1))
    town.later(seconds=10)
    town.bob.reacts(town.card_id(1))
    assert [one["service"] for one in town.published()] == ["mastodon", "linkedin"]


def test_a_card_that_was_moved_to_another_topic_still_counts(town: Town) -> None:
    town.carol.says(NOW)
    town.owner.ok(
        town.owner.client.update_message(
            {"message_id": town.card_id(1), "topic": "elsewhere", "propagate_mode": "change_one"}
        )
    )
    town.settle()
    town.alice.reacts(town.card_id(1))
    assert len(town.published()) == 1
    assert any("is out" in one for one in town.said("elsewhere"))


def test_a_draft_that_was_moved_out_of_the_channel_is_withdrawn(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    other = town.sandbox.zulip.add_channel("lobby", [town.row(town.owner), town.row(town.carol)])
    town.sandbox.zulip.core.organisation.settings.movers = MEMBER
    town.carol.ok(
        town.carol.client.update_message(
            {"message_id": draft, "stream_id": other.stream_id, "propagate_mode": "change_one"}
        )
    )
    town.settle()
    assert town.post(1).state == "withdrawn"
    town.later(days=2)
    assert town.published() == []
