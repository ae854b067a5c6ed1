"""Events that come twice, late, in any order, or are of things that never were. The table is in tests/attacks/README.md."""

from __future__ import annotations

import random
from typing import Any

import pytest
from town import BOTH_KINDS, Town

from bot.sandbox.zulip.queues import Queue

pytestmark = BOTH_KINDS

NOW = "@social draft\nto: mastodon\nHello"
LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"


def queue_of(town: Town) -> Queue:
    """The bot's own event queue on the stand-in."""
    bot = town.sandbox.zulip.core.organisation.by_email(town.bot_email)
    assert bot is not None
    queues = town.sandbox.zulip.core.queues._queues.values()
    return next(one for one in queues if one.user_id == bot.user_id)


def put(town: Town, events: list[dict[str, Any]]) -> None:
    """Give the bot these events instead of those that wait."""
    with town.sandbox.zulip.core.lock:
        queue = queue_of(town)
        queue.events.clear()
        for event in events:
            queue.add({key: value for key, value in event.items() if key != "id"})


def waiting(town: Town) -> list[dict[str, Any]]:
    with town.sandbox.zulip.core.lock:
        return list(queue_of(town).events)


def a_story(town: Town) -> list[dict[str, Any]]:
    """A draft, a vote, a veto and its end, an edit and a vote on the new card: each heard of only later."""
    draft = town.carol.says(LATER)
    card = town.card_id(1)
    town.alice.client.add_reaction({"message_id": card, "emoji_name": "+1"})
    town.bob.client.add_reaction({"message_id": card, "emoji_name": "-1"})
    town.bob.client.remove_reaction({"message_id": card, "emoji_name": "-1"})
    town.carol.client.update_message({"message_id": draft, "content": LATER.replace("Hello", "Better")})
    town.bob.writes("@social drafts")
    town.carol.writes(LATER.replace("Hello", "Second"))
    return waiting(town)


@pytest.mark.parametrize("seed", range(3))
def test_events_in_any_order_and_twice_lead_to_the_same_end(town: Town, seed: int) -> None:
    events = a_story(town)
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    stirred = [*events, *events]
    chance.shuffle(stirred)
    put(town, stirred)
    town.later(minutes=1)
    assert town.revision(1).number == 2
    assert [town.post(one).state for one in (1, 2)] == ["draft", "draft"]
    cards = [one for one in town.said() if one.startswith(("**#1** by", "**#2** by"))]
    assert len(cards) == 2
    assert len([one for one in town.said() if one.startswith("**Drafts**")]) == 1
    town.alice.reacts(town.card_id(1))
    town.later(days=1, hours=2.1)
    assert [one["text"] for one in town.published()] == ["Better"]


def test_old_events_said_again_after_everything_is_over_change_nothing(town: Town) -> None:
    heard: list[dict[str, Any]] = []
    town.carol.writes(NOW)
    heard += waiting(town)
    town.settle()
    town.alice.client.add_reaction({"message_id": town.card_id(1), "emoji_name": "+1"})
    heard += waiting(town)
    town.settle()
    assert len(town.published()) == 1
    said = town.said()
    for _ in range(3):
        put(town, heard)
        town.later(minutes=10)
    assert len(town.published()) == 1
    assert town.said() == said


def test_a_reaction_whose_event_was_forged_is_not_on_the_message(town: Town) -> None:
    """Events only wake: who sends one without the thing itself changes nothing."""
    town.carol.says(NOW)
    forged = {
        "type": "reaction",
        "op": "add",
        "message_id": town.card_id(1),
        "user_id": town.alice.id,
        "emoji_name": "+1",
        "emoji_code": "1f44d",
        "reaction_type": "unicode_emoji",
    }
    put(town, [forged, forged])
    town.later(minutes=5)
    assert town.published() == []
    assert town.post(1).state == "draft"


def test_events_of_messages_that_are_gone_or_hidden_stop_nothing(town: Town) -> None:
    town.carol.says(LATER)
    nowhere: list[dict[str, Any]] = [
        {"type": "message", "message": {"id": 99_999, "sender_id": town.carol.id}, "flags": []},
        {"type": "reaction", "op": "add", "message_id": 99_999, "user_id": town.alice.id},
        {
            "type": "update_message",
            "message_id": 99_999,
            "orig_content": "x",
            "message_ids": [99_999],
            "user_id": 9,
        },
        {"type": "delete_message", "message_ids": [99_999]},
        {
            "type": "update_message",
            "message_ids": [99_998],
            "orig_subject": "x",
            "new_stream_id": town.desk.chat.home,
        },
        {"type": "user_group", "op": "remove_members", "group_id": 4711, "user_ids": [1]},
        {"type": "user_group", "op": "remove", "group_id": 4711},
        {"type": "realm_user", "op": "update", "person": {"user_id": 4711, "role": 100}},
        {"type": "realm_user", "op": "remove", "person": {"user_id": 4711}},
        {"type": "subscription", "op": "remove", "subscriptions": [{"stream_id": 4711}]},
        {"type": "something_new", "op": "add"},
        {"type": "heartbeat"},
    ]
    put(town, nowhere)
    town.later(minutes=1)
    town.bob.says("@social help")
    assert "draft" in town.said()[-1]
    assert town.post(1).state == "draft"


def test_a_deactivation_heard_before_the_reaction_it_came_after_is_seen_as_it_stands(town: Town) -> None:
    town.carol.says(NOW)
    town.alice.client.add_reaction({"message_id": town.card_id(1), "emoji_name": "+1"})
    first = waiting(town)
    put(town, [])
    town.sandbox.zulip.deactivate(town.row(town.alice))
    put(town, [*waiting(town), *first])
    town.later(minutes=5)
    assert town.published() == []
