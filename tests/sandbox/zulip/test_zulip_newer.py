"""Where the newest known server differs from the recorded one (facts/zulip-newer.md), both sides of each difference."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


def test_reactions_name_the_person_only_on_older_servers(scene: Any) -> None:
    queue = scene.queue(scene.bot, event_types='["reaction"]')
    number = scene.say(scene.alice, "react")
    scene.call(scene.bob, "POST", f"messages/{number}/reactions", emoji_name="thumbs_up")
    (event,) = queue.news()
    (kept,) = scene.call(scene.bot, "GET", f"messages/{number}")["message"]["reactions"]
    assert ("user" in event, "user" in kept) == (
        not scene.server.core.since(484),
        not scene.server.core.since(328),
    )
    assert (event["user_id"], kept["user_id"]) == (scene.bob.user_id, scene.bob.user_id)
    assert kept["emoji_name"] == "thumbs_up"


def test_deactivation_is_a_removal_on_the_older_server(old: Any) -> None:
    queue = old.queue(old.bot, event_types='["realm_user", "user_group"]')
    old.server.deactivate(old.bob)
    old.server.reactivate(old.bob)
    assert [(one["op"], one["person"]["user_id"]) for one in queue.news()] == [("remove", 8), ("add", 8)]
    old.server.deactivate(old.bob)
    groups = old.call(old.alice, "GET", "user_groups/17/members")["members"]
    assert groups == [7, 8]


def test_deactivation_is_a_changed_property_on_the_newer_server_and_leaves_the_groups(new: Any) -> None:
    queue = new.queue(new.bot, event_types='["realm_user", "user_group"]')
    new.server.deactivate(new.bob)
    first, *rest = queue.news()
    assert first["op"] == "update"
    assert first["person"] == {"user_id": 8, "is_active": False}
    assert {(one["op"], one["group_id"]) for one in rest} >= {("remove_members", 17)}
    assert new.call(new.alice, "GET", "user_groups/17/members")["members"] == [7]
    new.server.reactivate(new.bob)
    first, *rest = queue.news()
    assert first["person"] == {"user_id": 8, "is_active": True}
    assert ("add_members", 17) in {(one["op"], one["group_id"]) for one in rest}


def test_bots_may_ask_for_groups_only_on_the_newer_server(old: Any, new: Any) -> None:
    refused = old.call(old.bot, "GET", "user_groups")
    assert refused["msg"] == "This endpoint does not accept bot requests."
    assert 17 in {one["id"] for one in new.call(new.bot, "GET", "user_groups")["user_groups"]}
    assert new.call(new.guest, "GET", "user_groups")["msg"] == "Not allowed for guest users"


def test_each_picture_brings_an_update_that_nobody_made(new: Any) -> None:
    queue = new.queue(new.bot, event_types='["message", "update_message"]')
    address = new.upload(new.alice, "cat.png", PNG, "image/png")
    number = new.say(new.alice, f"@**social-bot** [cat]({address})")
    said, updated = queue.news()
    assert said["message"]["content"] == updated["content"]
    assert (updated["rendering_only"], updated["user_id"], updated["flags"]) == (True, None, ["mentioned"])
    assert "orig_content" not in updated
    assert "/user_uploads/thumbnail/" in updated["rendered_content"]
    new.say(new.alice, f"again [cat]({address})")
    assert [one["type"] for one in queue.news()] == ["message"]
    new.call(new.alice, "PATCH", f"messages/{number}", content=f"edited [cat]({address})")
    assert [one["rendering_only"] for one in queue.news()] == [False]


def test_the_recorded_server_tells_of_no_thumbnails(old: Any) -> None:
    queue = old.queue(old.bot, event_types='["message", "update_message"]')
    address = old.upload(old.alice, "cat.png", PNG, "image/png")
    old.say(old.alice, f"[cat]({address})")
    assert [one["type"] for one in queue.news()] == ["message"]


def test_an_upload_tells_its_address_by_another_key(old: Any, new: Any) -> None:
    for scene, keys in ((old, {"uri"}), (new, {"uri", "url", "filename"})):
        answer = scene.http.post(
            f"{scene.base}/api/v1/user_uploads",
            auth=(scene.alice.email, scene.alice.api_key),
            files={"f": ("a.png", PNG, "image/png")},
        ).json()
        assert set(answer) == {"result", "msg", *keys}


def test_a_channel_message_may_be_called_so_on_the_newer_server(old: Any, new: Any) -> None:
    parameters = {"type": "channel", "to": "social-media", "topic": "t", "content": "x"}
    assert old.call(old.bot, "POST", "messages", **parameters)["msg"] == "Invalid type"
    answer = new.call(new.bot, "POST", "messages", **parameters)
    assert answer["message_url"].endswith(f"/#narrow/channel/1-social-media/topic/t/near/{answer['id']}")
    shown = new.call(new.bot, "GET", f"messages/{answer['id']}")["message"]
    assert (shown["type"], shown["subject"], shown["stream_id"]) == ("stream", "t", new.media.stream_id)


def test_sentences_say_channel_on_the_newer_server(old: Any, new: Any) -> None:
    for scene, word in ((old, "stream"), (new, "channel")):
        answer = scene.call(
            scene.carol, "POST", "messages", type="stream", to="social-approvals", topic="t", content="x"
        )
        assert answer["msg"] == f"Not authorized to send to {word} 'social-approvals'"
        answer = scene.call(scene.carol, "POST", "messages", type="stream", to="nope", topic="t", content="x")
        assert (answer["code"], answer["msg"]) == (
            "STREAM_DOES_NOT_EXIST",
            f"{word.capitalize()} 'nope' does not exist",
        )


def test_an_empty_topic_is_refused_there_and_general_chat_here(old: Any, new: Any) -> None:
    parameters = {"type": "stream", "to": "social-media", "topic": "", "content": "x"}
    assert old.call(old.bot, "POST", "messages", **parameters)["msg"] == "Topic can't be empty!"
    queue = new.queue(new.bot, event_types='["message"]')
    aware = new.queue(new.bot, event_types='["message"]', client_capabilities='{"empty_topic_name": true}')
    number = new.call(new.bot, "POST", "messages", **parameters)["id"]
    for topic in ("(no topic)", "general chat"):
        new.call(new.bot, "POST", "messages", **parameters | {"topic": topic})
    assert {one["message"]["subject"] for one in queue.news()} == {"general chat"}
    assert {one["message"]["subject"] for one in aware.news()} == {""}
    shown = new.call(new.bot, "GET", f"messages/{number}", allow_empty_topic_name="true")
    assert shown["message"]["subject"] == ""
    asked = '[["channel", "social-media"], ["topic", "general chat"]]'
    found = new.call(new.bot, "GET", "messages", anchor="newest", num_before=9, num_after=0, narrow=asked)
    assert len(found["messages"]) == 3


def test_channels_may_refuse_empty_named_or_new_topics(new: Any) -> None:
    def send(topic: str, person: Any = new.carol) -> dict[str, Any]:
        answer: dict[str, Any] = new.call(
            person, "POST", "messages", type="stream", to="social-media", topic=topic, content="x"
        )
        return answer

    new.say(new.alice, "x", "known")
    new.media.topics_policy = "disable_empty_topic"
    assert send("")["empty_topic_display_name"] == "general chat"
    assert send("known")["result"] == "success"
    new.media.topics_policy = "empty_topic_only"
    assert send("known")["empty_topic_display_name"] == "general chat"
    assert send("")["result"] == "success"
    new.media.topics_policy, new.media.new_topics = "inherit", False
    new.server.save(new.media)
    assert send("KNOWN")["result"] == "success"
    assert send("new")["msg"] == "You do not have permission to create new topics in this channel."
    assert send("new", new.bot)["result"] == "success"  # its owner may
    new.server.settings.mandatory_topics = True
    new.server.save_settings()
    assert send("")["result"] == "error"


def test_mentions_of_everybody_have_more_names_on_the_newer_server(old: Any, new: Any) -> None:
    expected = {
        old: (["wildcard_mentioned"], ["wildcard_mentioned"], []),
        new: (
            ["stream_wildcard_mentioned", "wildcard_mentioned"],
            ["topic_wildcard_mentioned", "wildcard_mentioned"],
            ["stream_wildcard_mentioned", "wildcard_mentioned"],
        ),
    }
    for scene, (everybody, topic, channel) in expected.items():
        queue = scene.queue(scene.bot, event_types='["message"]')
        scene.say(scene.bot, "I take part", "here")
        scene.say(scene.alice, "@**all** look", "here")
        scene.say(scene.alice, "@**topic** look", "here")
        scene.say(scene.alice, "@**channel** look", "here")
        assert [one["flags"] for one in queue.news()] == [[], everybody, topic, channel]


def test_edits_lose_and_gain_keys(old: Any, new: Any) -> None:
    common = {
        "type", "id", "user_id", "edit_timestamp", "message_id", "message_ids", "rendering_only", "flags", "stream_name",
        "stream_id", "orig_content", "orig_rendered_content", "content", "rendered_content", "is_me_message",
    }  # fmt: skip
    for scene, extra in ((old, {"prev_rendered_content_version"}), (new, set())):
        queue = scene.queue(scene.bot, event_types='["update_message"]')
        number = scene.say(scene.alice, "first")
        answer = scene.call(scene.alice, "PATCH", f"messages/{number}", content="second")
        assert ("detached_uploads" in answer) is (scene is new)
        (event,) = queue.news()
        assert set(event) == common | extra


def test_moves_are_told_apart_from_edits_by_a_time_of_their_own(old: Any, new: Any) -> None:
    for scene, keys in ((old, {"last_edit_timestamp"}), (new, {"last_moved_timestamp"})):
        numbers = [scene.say(scene.alice, text, "from") for text in ("a", "b", "c")]
        scene.call(scene.bob, "PATCH", f"messages/{numbers[1]}", topic="to", propagate_mode="change_all")
        shown = scene.call(scene.bot, "GET", f"messages/{numbers[0]}")["message"]
        assert set(shown) & {"last_edit_timestamp", "last_moved_timestamp"} == keys


def test_any_member_moves_messages_of_others_on_the_newer_server(old: Any, new: Any) -> None:
    refused = "You don't have permission to move this message"
    for scene, members in ((old, False), (new, True)):
        number = scene.say(scene.alice, "moves", "from")
        to = {"stream_id": scene.elsewhere.stream_id}
        assert scene.call(scene.guest, "PATCH", f"messages/{number}", **to)["result"] == "error"
        answer = scene.call(scene.bob, "PATCH", f"messages/{number}", **to)
        assert (answer["result"] == "success") == members
        assert members or answer["msg"] == refused
    shown = new.call(new.bot, "GET", f"messages/{number}")["message"]
    assert shown["edit_history"][0]["user_id"] == new.bob.user_id
    assert shown["edit_history"][0]["prev_stream"] == new.media.stream_id
    new.server.core.organisation.settings.show_history = False
    assert "edit_history" not in new.call(new.bot, "GET", f"messages/{number}")["message"]


def test_a_member_moves_nothing_old_to_another_channel(new: Any) -> None:
    number = new.say(new.alice, "an old one", "from")
    new.world.clock.advance(timedelta(days=8))
    to = {"stream_id": new.elsewhere.stream_id}
    answer = new.call(new.bob, "PATCH", f"messages/{number}", **to)
    assert answer["code"] == "MOVE_MESSAGES_TIME_LIMIT_EXCEEDED"
    assert new.call(new.owner, "PATCH", f"messages/{number}", **to)["result"] == "success"


def test_taking_back_a_resolution_at_once_deletes_the_note_on_the_newer_server(new: Any) -> None:
    queue = new.queue(
        new.bot,
        event_types='["message", "delete_message"]',
        client_capabilities='{"bulk_message_deletion": true}',
    )
    number = new.say(new.alice, "x", "done")
    new.call(new.alice, "PATCH", f"messages/{number}", topic="✔ done", propagate_mode="change_all")
    _, note = queue.news()
    new.call(new.alice, "PATCH", f"messages/{number}", topic="done", propagate_mode="change_all")
    (gone,) = queue.news()
    assert gone["message_ids"] == [note["message"]["id"]]


def test_subscribing_is_answered_by_id_on_the_newer_server(old: Any, new: Any) -> None:
    for scene, key in ((old, "social-bot@zulipdev.com"), (new, "11")):
        answer = scene.call(
            scene.owner,
            "POST",
            "users/me/subscriptions",
            subscriptions='[{"name": "elsewhere-public"}]',
            principals="[11]",
        )
        assert answer["subscribed"] == {key: ["elsewhere-public"]}


def test_own_messages_can_be_deleted_only_on_the_newer_server_and_only_for_a_while(
    old: Any, new: Any
) -> None:
    refusal = "You don't have permission to delete this message"
    assert old.call(old.bot, "DELETE", f"messages/{old.say(old.bot, 'x')}")["msg"] == refusal
    first, second = new.say(new.bot, "x"), new.say(new.bot, "y")
    assert new.call(new.bot, "DELETE", f"messages/{first}")["result"] == "success"
    new.advance(700)
    answer = new.call(new.bot, "DELETE", f"messages/{second}")
    assert answer["msg"] == "The time limit for deleting this message has passed"


def test_an_edit_can_demand_that_nothing_changed_meanwhile(new: Any) -> None:
    number = new.say(new.bot, "as I know it")
    answer = new.call(new.bot, "PATCH", f"messages/{number}", content="new", prev_content_sha256="0" * 64)
    assert answer["code"] == "EXPECTATION_MISMATCH"


def test_messages_can_be_fetched_by_their_ids(new: Any) -> None:
    numbers = [new.say(new.alice, text) for text in ("a", "b", "c")]
    found = new.call(new.bot, "GET", "messages", message_ids=f"[{numbers[0]}, {numbers[2]}, 9999]")
    assert [one["id"] for one in found["messages"]] == [numbers[0], numbers[2]]


def test_the_server_between_them_has_what_had_come_by_then(staged: Any) -> None:
    """Level 321 (10.0-dev) was measured: it is neither the oldest nor the newest in one piece."""
    with staged(321) as between:
        told = between.call(between.bot, "POST", "register", event_types="[]", fetch_event_types='["realm"]')
        assert (told["zulip_version"], told["zulip_feature_level"]) == ("10.0-dev+git", 321)
        assert "realm_empty_topic_display_name" not in told  # level 334
        assert told["realm_mandatory_topics"] is False  # until level 392
        empty = between.call(
            between.bot, "POST", "messages", type="channel", to="social-media", topic="", content="x"
        )
        assert empty["msg"] == "Topic can't be empty!"
        between.media.post_policy = 2
        between.server.save(between.media)
        refused = between.call(
            between.carol, "POST", "messages", type="channel", to="social-media", topic="t", content="x"
        )
        assert refused["msg"] == "Only organization administrators can send to this channel."
        (shown,) = [
            one
            for one in between.call(between.bot, "GET", "streams")["streams"]
            if one["name"] == "social-media"
        ]
        assert shown["stream_post_policy"] == 2
        assert "can_send_message_group" not in shown  # level 333
        asked = between.call(between.bot, "GET", "user_groups")  # for bots only from level 496
        assert asked["msg"] == "This endpoint does not accept bot requests."
        between.server.deactivate(between.bob)  # level 303: out of the groups at once
        assert between.call(between.alice, "GET", "user_groups/17/members")["members"] == [7]
