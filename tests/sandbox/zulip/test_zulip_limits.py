"""Limits that bite: how often, how long, how late, who may."""

from __future__ import annotations

from typing import Any

import pytest


def test_the_rate_limit_is_off_until_it_is_switched_on(old: Any) -> None:
    for _ in range(201):
        headers = old.ask(old.bot, "GET", "users/me").headers
    assert "X-RateLimit-Limit" not in headers  # a server without a limit tells of none
    old.server.rate_limited = True
    answer = old.ask(old.bot, "GET", "users/me")
    assert answer.status_code == 429
    assert answer.headers["X-RateLimit-Limit"] == "200"
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    body = answer.json()
    assert (body["msg"], body["code"]) == ("API usage exceeded rate limit", "RATE_LIMIT_HIT")
    assert 0 < body["retry-after"] <= 60
    assert answer.headers["Retry-After"] == str(body["retry-after"])
    assert "." in answer.headers["Retry-After"]
    assert old.ask(old.alice, "GET", "users/me").status_code == 200
    polled = old.ask(old.bot, "GET", "events", dont_block="true", last_event_id=-1)
    assert polled.status_code == 200  # events have a counter of their own
    assert polled.headers["X-Ratelimit-Limit"] == "200"


def test_an_edit_comes_too_late_after_ten_minutes_and_a_bit_also_for_bots(scene: Any) -> None:
    number = scene.say(scene.bot, "card")
    scene.advance(615)
    assert scene.call(scene.bot, "PATCH", f"messages/{number}", content="in time")["result"] == "success"
    scene.advance(10)
    answer = scene.call(scene.bot, "PATCH", f"messages/{number}", content="late")
    assert (answer["msg"], answer["code"]) == (
        "The time limit for editing this message has passed",
        "BAD_REQUEST",
    )
    assert (
        scene.call(scene.bot, "POST", f"messages/{number}/reactions", emoji_name="check")["result"]
        == "success"
    )
    assert scene.call(scene.bot, "PATCH", f"messages/{number}", topic="other")["result"] == "success"


def test_a_topic_can_be_renamed_for_a_week(scene: Any) -> None:
    number = scene.say(scene.alice, "old")
    scene.advance(8 * 86400)
    answer = scene.call(scene.bob, "PATCH", f"messages/{number}", topic="other")
    assert answer["msg"] == "The time limit for editing this message's topic has passed."
    newer = scene.server.core.since(505)
    assert answer["code"] == ("MOVE_MESSAGES_TIME_LIMIT_EXCEEDED" if newer else "BAD_REQUEST")
    assert scene.call(scene.owner, "PATCH", f"messages/{number}", topic="other")["result"] == "success"


def test_what_is_too_long_is_cut_without_a_word(scene: Any) -> None:
    number = scene.say(scene.bot, "x" * 10_001, "t" * 61)
    shown = scene.call(scene.bot, "GET", f"messages/{number}", apply_markdown="false")["message"]
    assert len(shown["content"]) == 10_000
    assert shown["content"].endswith("x\n[message truncated]")
    assert shown["subject"] == "t" * 57 + "..."


@pytest.mark.parametrize(
    "method, path", [("POST", "scheduled_messages"), ("GET", "drafts"), ("POST", "typing")]
)
def test_what_is_left_out_says_so(scene: Any, method: str, path: str) -> None:
    answer = scene.ask(scene.bot, method, path)
    assert answer.status_code == 404
    assert answer.json()["msg"] == f"The sandbox does not know {method} /api/v1/{path}."


def test_guests_see_only_the_channels_they_are_in(scene: Any) -> None:
    hidden = scene.say(scene.alice, "not for guests", to="elsewhere-public")
    assert scene.call(scene.carol, "GET", f"messages/{hidden}")["result"] == "success"
    assert scene.call(scene.guest, "GET", f"messages/{hidden}")["msg"] == "Invalid message(s)"
    names = {one["name"] for one in scene.call(scene.guest, "GET", "streams")["streams"]}
    assert names == {"social-media"}
    answer = scene.call(
        scene.guest, "POST", "users/me/subscriptions", subscriptions='[{"name": "elsewhere-public"}]'
    )
    assert answer["msg"] == "Not allowed for guest users"


def test_a_switched_off_account_can_do_nothing(scene: Any) -> None:
    scene.server.deactivate(scene.bob)
    answer = scene.ask(scene.bob, "GET", "users/me")
    assert (answer.status_code, answer.json()["msg"]) == (401, "Account is deactivated")
    answer = scene.call(
        scene.bot, "POST", "messages", type="direct", to=f"[{scene.bob.user_id}]", content="x"
    )
    assert answer["msg"] == "'bob@example.com' is no longer using Zulip."
    scene.server.reactivate(scene.bob)
    assert scene.ask(scene.bob, "GET", "users/me").status_code == 200


def test_a_group_that_may_not_be_mentioned_fails_the_whole_message(scene: Any) -> None:
    scene.group.can_mention = 9
    scene.server.save(scene.group)
    parameters = {"type": "stream", "to": "social-media", "topic": "t", "content": "@*social-approvers* look"}
    answer = scene.call(scene.bot, "POST", "messages", **parameters)
    assert answer["msg"] == "You are not allowed to mention user group 'social-approvers'."
    parameters["content"] = "@_*social-approvers* look"
    assert scene.call(scene.bot, "POST", "messages", **parameters)["result"] == "success"


def test_a_wildcard_in_a_large_channel_is_for_administrators(scene: Any) -> None:
    crowd = [scene.server.add_person(f"P {n}", f"p{n}@example.com") for n in range(12)]
    scene.server.subscribe(scene.media, *crowd)
    parameters = {"type": "stream", "to": "social-media", "topic": "t", "content": "@**all** look"}
    answer = scene.call(scene.bot, "POST", "messages", **parameters)
    assert answer["msg"].startswith("You do not have permission to use wildcard mentions in this")
    assert scene.call(scene.owner, "POST", "messages", **parameters)["result"] == "success"


@pytest.mark.parametrize("key", ["", "x", "é" * 32])
def test_a_key_that_is_none_is_answered_not_raised(scene: Any, key: str) -> None:
    answer = scene.http.get(f"{scene.base}/api/v1/users/me", auth=(scene.bot.email, key.encode()))
    assert answer.status_code == 401
