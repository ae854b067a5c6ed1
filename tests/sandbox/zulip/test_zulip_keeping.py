"""What survives a kill, and what a bot's announcement is to the world's readers."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from bot.sandbox.zulip import Zulip


def test_everything_but_the_queues_survives_a_kill(staged: Any, tmp_path: Path) -> None:
    with staged(512, tmp_path) as first:
        address = first.upload(first.alice, "a.txt", b"kept", "text/plain")
        number = first.say(first.alice, f"@**social-bot** [a]({address})", "plan")
        first.call(first.bob, "POST", f"messages/{number}/reactions", emoji_name="check")
        first.call(first.alice, "PATCH", f"messages/{number}", content=f"edited [a]({address})")
        first.server.rename(first.group, "editors")
        first.server.deactivate(first.carol)
        first.server.unsubscribe(first.media, first.bot)
        before = first.call(first.bob, "GET", f"messages/{number}")
        queue = first.queue(first.bot)
        key = first.bot.api_key
    with staged(512, tmp_path) as second:
        assert second.bot.api_key == key
        after = second.call(second.bob, "GET", f"messages/{number}")
        assert after == before
        assert second.fetch(second.bob, address) == 200
        assert second.ask(second.carol, "GET", "users/me").status_code == 401
        assert "editors" in {
            one["name"] for one in second.call(second.bot, "GET", "user_groups")["user_groups"]
        }
        assert second.bot.user_id not in second.media.subscribers
        gone = second.call(second.bot, "GET", "events", queue_id=queue.id, last_event_id=-1)
        assert gone["code"] == "BAD_EVENT_QUEUE_ID"
        assert second.say(second.bob, "next") > number


def test_what_a_bot_announces_is_published_with_its_pictures(staged: Any) -> None:
    with staged(218, announce="elsewhere-public") as scene:
        address = scene.upload(scene.bot, "cat.png", b"picture", "image/png")
        said = scene.call(
            scene.bot,
            "POST",
            "messages",
            type="stream",
            to="elsewhere-public",
            topic="News",
            content=f"**We** celebrate :tada:\nToday & here\n\n[A cat](/user_uploads/x) [Two cats]({address})",
            local_id="post-12",
            queue_id="q",
        )
        scene.say(scene.alice, "people are not published", to="elsewhere-public")
        scene.say(scene.bot, "nor is this", to="social-media")
        (post,) = scene.world.posts()
        assert (post["service"], post["account"], post["id"]) == (
            "zulip",
            "elsewhere-public",
            str(said["id"]),
        )
        assert post["text"].startswith("We celebrate 🎉\nToday & here\n\n")
        assert post["idempotency_key"] == "post-12"
        assert post["raw"]["topic"] == "News"
        assert [(one["sha256"], one["alt"]) for one in post["media"]] == [
            (hashlib.sha256(b"picture").hexdigest(), "Two cats")
        ]
        assert post["url"].startswith(f"{scene.base}/#narrow/stream/3-elsewhere-public/topic/News/near/")


def test_an_announcement_that_is_edited_moved_or_deleted_is_so_for_readers_too(staged: Any) -> None:
    with staged(512, announce="elsewhere-public") as scene:
        first, second = (scene.say(scene.bot, text, "News", to="elsewhere-public") for text in ("one", "two"))
        scene.server.subscribe(scene.elsewhere, scene.bot)
        scene.call(scene.bot, "PATCH", f"messages/{first}", content="one, better")
        assert [one["text"] for one in scene.world.posts()] == ["one, better", "two"]
        scene.call(scene.bot, "DELETE", f"messages/{first}")
        assert [one["text"] for one in scene.world.posts()] == ["two"]
        scene.call(scene.owner, "PATCH", f"messages/{second}", stream_id=scene.private.stream_id)
        assert scene.world.posts() == []


def test_a_bot_posts_where_its_owner_may(scene: Any) -> None:
    """Recordings 05 and 25: without being in the channel it can neither read nor edit what it said there."""
    number = scene.say(scene.bot, "from outside", to="elsewhere-private")
    assert scene.call(scene.bot, "GET", f"messages/{number}")["msg"] == "Invalid message(s)"
    assert scene.call(scene.bot, "PATCH", f"messages/{number}", content="x")["msg"] == "Invalid message(s)"


def test_a_move_shows_and_hides_messages(scene: Any) -> None:
    queue = scene.queue(scene.bot, event_types='["message", "update_message", "delete_message"]')
    number = scene.say(scene.alice, "moves", "old")
    queue.news()
    scene.call(scene.owner, "PATCH", f"messages/{number}", stream_id=scene.elsewhere.stream_id)
    (moved,) = queue.news()
    assert (moved["type"], moved["new_stream_id"]) == ("update_message", scene.elsewhere.stream_id)
    assert "subject" not in moved
    back = {"stream_id": scene.media.stream_id, "propagate_mode": "change_all"}
    scene.call(scene.owner, "PATCH", f"messages/{number}", **back)
    assert [one["type"] for one in queue.news()][-1] == "message"
    scene.call(scene.owner, "PATCH", f"messages/{number}", stream_id=scene.hidden.stream_id)
    assert [one["type"] for one in queue.news()] == ["delete_message"]


def test_the_zuliprc_is_what_a_person_downloads(scene: Any) -> None:
    server: Zulip = scene.server
    lines = server.zuliprc(scene.bot).splitlines()
    assert lines == ["[api]", f"email={scene.bot.email}", f"key={scene.bot.api_key}", f"site={scene.base}"]


def test_changed_groups_are_told_to_bots(scene: Any) -> None:
    queue = scene.queue(scene.bot, event_types='["user_group"]')
    deputies = scene.server.add_group("deputies", [scene.carol], [scene.group])
    scene.server.add_members(deputies, scene.bob)
    scene.server.remove_members(deputies, scene.carol)
    scene.server.rename(deputies, "stand-ins")
    scene.server.delete_group(deputies)
    events = queue.news()
    assert [one["op"] for one in events] == ["add", "add_members", "remove_members", "update", "remove"]
    assert events[0]["group"]["direct_subgroup_ids"] == [scene.group.group_id]
    assert events[3]["data"] == {"name": "stand-ins"}
