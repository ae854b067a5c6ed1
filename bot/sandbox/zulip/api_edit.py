"""Changing and deleting messages: content, topic and channel, with the limits that bind bots as well."""

from __future__ import annotations

from typing import Any

from bot.sandbox.zulip import moving
from bot.sandbox.zulip.api_send import check_topic, may_post, topic_allowed
from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.deleting import remove
from bot.sandbox.zulip.errors import Refusal
from bot.sandbox.zulip.linking import claim, fresh_pictures, thumbnail_ready
from bot.sandbox.zulip.queues import Event
from bot.sandbox.zulip.rows import MODERATOR, Channel, Message, Person, Upload
from bot.sandbox.zulip.speaking import flags, is_me_message, participants, render, tidy
from bot.sandbox.zulip.telling import with_flags
from bot.sandbox.zulip.web import Call

GRACE_S = 20
"""So much longer than the limit says an edit is still taken."""
_MODES = {"change_one", "change_later", "change_all"}


def edit(core: Core, call: Call) -> dict[str, Any]:
    """`PATCH /messages/{id}`."""
    params = call.params
    message = core.organisation.message(call.person, call.number("id"))
    content = params.text("content")
    topic = params.text("topic")
    if topic is None:
        topic = params.text("subject")
    mode = params.text("propagate_mode") or "change_one"
    stream_id = params.number("stream_id")
    to_old = params.flag("send_notification_to_old_thread")
    to_new = params.flag("send_notification_to_new_thread", True)
    sha = params.text("prev_content_sha256") if core.since(379) else None
    if mode not in _MODES:
        raise Refusal("Invalid propagate_mode")
    if content is not None and not core.organisation.settings.allow_editing:
        raise Refusal("Your organization has turned off message editing")
    topic = _new_topic(core, message, topic)
    if core.since(509) and stream_id == message.stream_id:  # level 509
        stream_id = None
    _payload(message, content, topic, stream_id, mode)
    if content is not None:
        _may_edit(core, call.person, message, sha)
        content = tidy(content) if content.strip() else "(deleted)"
    channel = _may_move(core, call.person, message, topic, stream_id)
    _change(core, call.person, message, content, moving.Move(topic, channel, mode, to_old, to_new))
    return {"detached_uploads": []} if core.since(285) else {}


def _new_topic(core: Core, message: Message, topic: str | None) -> str | None:
    if topic is None or message.stream_id is None:
        return topic
    tidied = check_topic(core, topic)
    return None if tidied == message.topic else tidied


def _payload(
    message: Message, content: str | None, topic: str | None, stream_id: int | None, mode: str
) -> None:
    if content is None and topic is None and stream_id is None:
        raise Refusal("Nothing to change")
    if message.stream_id is None and stream_id is not None:
        raise Refusal("Direct messages cannot be moved to channels.")
    if message.stream_id is None and topic is not None:
        raise Refusal("Direct messages cannot have topics.")
    if mode != "change_one" and topic is None and stream_id is None:
        raise Refusal("Invalid propagate_mode without topic edit")
    if stream_id is not None and content is not None:
        raise Refusal("Cannot change message content while changing stream")
    if content is not None and message.submessages:
        raise Refusal("Widgets cannot be edited.")


def _may_edit(core: Core, person: Person, message: Message, sha: str | None) -> None:
    settings = core.organisation.settings
    if message.sender_id != person.user_id:
        raise Refusal("You don't have permission to edit this message")
    limit = settings.edit_limit
    if limit is not None and core.organisation.now() - message.timestamp > limit + GRACE_S:
        raise Refusal("The time limit for editing this message has passed")
    if sha is not None and sha != moving.sha256(message.content):
        raise Refusal(
            "'prev_content_sha256' value does not match the expected value.", "EXPECTATION_MISMATCH"
        )


def _may_move(
    core: Core, person: Person, message: Message, topic: str | None, stream_id: int | None
) -> Channel | None:
    organisation = core.organisation
    if topic is not None:
        limit = organisation.settings.topic_edit_limit
        old = limit is not None and organisation.now() - message.timestamp > limit + GRACE_S
        if old and not person.is_admin:
            code = "MOVE_MESSAGES_TIME_LIMIT_EXCEEDED" if core.since(505) else "BAD_REQUEST"
            raise Refusal("The time limit for editing this message's topic has passed.", code)
        target = organisation.channels[stream_id or message.stream_id or 0]
        if core.since(392):
            topic_allowed(core, person, target, topic)
    if stream_id is None:
        return None
    channel = organisation.channels.get(stream_id)
    if channel is None or not organisation.can_see(person, channel):
        raise Refusal(f"Invalid {organisation.word} ID")
    if person.role > organisation.settings.movers:
        raise Refusal("You don't have permission to move this message")
    limit = organisation.settings.channel_move_limit
    if (
        limit is not None
        and person.role > MODERATOR
        and organisation.now() - message.timestamp > limit + GRACE_S
    ):
        code = "MOVE_MESSAGES_TIME_LIMIT_EXCEEDED" if core.since(505) else "BAD_REQUEST"
        raise Refusal(f"The time limit for editing this message's {organisation.word} has passed", code)
    may_post(core, person, channel)
    return channel


def _change(core: Core, person: Person, message: Message, content: str | None, move: moving.Move) -> None:
    organisation = core.organisation
    event, entry = _beginning(core, person, message)
    readers = organisation.readers(message)
    pictures: list[Upload] = []
    final = message.rendered
    if content is not None:
        pictures, final = _rewrite(core, person, message, content, event, entry)
        message.edited = organisation.now()
    plan = moving.plan(core, message, move) if move.moves else None
    if plan is None:
        message.history.insert(0, entry)
        organisation.save(message)
        with_flags(core, message, {**event, "message_ids": [message.id]}, readers)
    else:
        message.history.insert(0, entry | plan.entry)
        moving.carry_out(core, person, message, plan)
        told = set(readers) - plan.lose
        with_flags(core, message, {**event, **plan.event, "message_ids": plan.ids}, told)
        moving.afterwards(core, person, message, plan)
    for upload in pictures:
        message.rendered = final
        organisation.save(message)
        thumbnail_ready(core, message, upload)
    core.publish(message)


def _beginning(core: Core, person: Person, message: Message) -> tuple[Event, dict[str, Any]]:
    """What every `update_message` event and every entry of a history begins with."""
    now = core.organisation.now()
    event: Event = {
        "type": "update_message",
        "user_id": person.user_id,
        "edit_timestamp": now,
        "message_id": message.id,
        "rendering_only": False,
    }
    if message.stream_id is not None:
        name = core.organisation.channels[message.stream_id].name
        event |= {"stream_name": name, "stream_id": message.stream_id}
    return event, {"user_id": person.user_id, "timestamp": now}


def _rewrite(
    core: Core, person: Person, message: Message, content: str, event: Event, entry: dict[str, Any]
) -> tuple[list[Upload], str]:
    """New content: its HTML, flags, files; and what the event and the history say of it."""
    rendered = render(core, content, person, ready=False)
    pictures = fresh_pictures(core, rendered.found)
    final = render(core, content, person).html if core.since(276) else rendered.html
    event |= {
        "orig_content": message.content,
        "orig_rendered_content": message.rendered,
        "content": content,
        "rendered_content": rendered.html if pictures else final,
        "is_me_message": is_me_message(content, final),
    }
    entry |= {"prev_content": message.content, "prev_rendered_content": message.rendered}
    if not core.since(284):
        event["prev_rendered_content_version"] = entry["prev_rendered_content_version"] = 1
    message.content, message.rendered = content, event["rendered_content"]
    message.is_me = event["is_me_message"]
    subscribed = set(message.people)
    active_in_topic = set(message.people)
    if message.stream_id is not None:
        subscribed = set(core.organisation.channels[message.stream_id].subscribers)
        active_in_topic = participants(core, message.stream_id, message.topic)
    for user, row in message.rows.items():
        kept = [one for one in row if "mentioned" not in one]
        new = flags(core, rendered.found, user, active_in_topic, subscribed=user in subscribed)
        message.rows[user] = new + kept
    # Whoever the message was never delivered to does not get it now, mentioned or not (recording 05b).
    claim(core, message, rendered.found, person)
    return pictures, final


def delete(core: Core, call: Call) -> dict[str, Any]:
    """`DELETE /messages/{id}`."""
    organisation, person = core.organisation, call.person
    message = organisation.message(person, call.number("id"))
    settings = organisation.settings
    if not person.is_admin:
        if message.sender_id != person.user_id or settings.delete_own != "everyone":
            raise Refusal("You don't have permission to delete this message")
        limit = settings.delete_limit
        if limit is not None and organisation.now() - message.timestamp > limit + GRACE_S:
            raise Refusal("The time limit for deleting this message has passed")
    remove(core, [message])
    return {}
