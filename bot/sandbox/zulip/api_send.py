"""`POST /messages`: to whom, under which topic, and whether that is allowed; and `POST /messages/render`."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.zulip.core import Core, sender_may_post
from bot.sandbox.zulip.errors import Refusal
from bot.sandbox.zulip.organisation import Organisation, printable
from bot.sandbox.zulip.rows import GUEST, MODERATOR, NOTIFICATION_BOT, Channel, Message, Person
from bot.sandbox.zulip.shapes import NO_TOPIC
from bot.sandbox.zulip.speaking import participants, render, say, tidy, tidy_topic
from bot.sandbox.zulip.web import Call

LARGE_CHANNEL = 15
"""In a channel with more subscribers only administrators may mention everybody."""
_DIRECT = {"direct", "private"}


def send(core: Core, call: Call) -> dict[str, Any]:
    """Say something in a channel or directly to people."""
    params = call.params
    kind = params.required("type")
    to = params.text("to")
    topic = params.text("topic")
    if topic is None:
        topic = params.text("subject")
    content = params.required("content")
    widget = params.json("widget_content")
    client = params.text("client") or call.client
    raw = params.as_sent()
    for name in ("queue_id", "local_id", "read_by_sender"):
        params.text(name)
    if kind in {"stream"} | ({"channel"} if core.since(248) else set()):
        target = _channel_target(core, to)
        topic = _topic(core, topic)
        body = tidy(content)
        channel = _find(core, target)
        may_post(core, call.person, channel)
        topic = topic_allowed(core, call.person, channel, topic)
        _wildcards(core, call.person, body, channel, topic)
        message = say(
            core, call.person, body, channel=channel, topic=topic, client=client, raw=raw, widget=widget
        )
    elif kind in _DIRECT:
        people = _people(core, to)
        body = tidy(content)
        members = [call.person.user_id, *people]
        message = say(core, call.person, body, people=members, client=client, raw=raw, widget=widget)
    else:
        raise Refusal("Invalid type")
    answer: dict[str, Any] = {"id": message.id}
    if core.since(508):
        answer |= {"message_url": core.address(message), "message_link": _link(core, message)}
    return answer


def _link(core: Core, message: Message) -> str | None:
    """As one writes a link to it in a message; direct messages have none."""
    channel = core.organisation.channels.get(message.stream_id or -1)
    return f"#**{channel.name}>{message.topic}@{message.id}**" if channel else None


def render_only(core: Core, call: Call) -> dict[str, Any]:
    """What a text would look like."""
    content = call.params.required("content")
    return {"rendered": render(core, content, call.person).html}


def _channel_target(core: Core, to: str | None) -> str | int:
    word = core.organisation.word
    if to is None:
        raise Refusal(f"Missing {word}")
    try:
        value = json.loads(to)
    except ValueError:
        return to
    if isinstance(value, list):
        if len(value) != 1:
            raise Refusal(f"Expected exactly one {word}")
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Refusal(f"Invalid data type for {word}")
    return value


def _find(core: Core, target: str | int) -> Channel:
    organisation = core.organisation
    word = organisation.word.capitalize()
    if isinstance(target, int):
        channel = organisation.channels.get(target)
        if channel is None:
            raise Refusal(
                f"{word} with ID '{target}' does not exist", "STREAM_DOES_NOT_EXIST", stream_id=target
            )
        return channel
    found = organisation.channel_named(target)
    if found is None:
        raise Refusal(f"{word} '{target}' does not exist", "STREAM_DOES_NOT_EXIST", stream=target)
    return found


def _topic(core: Core, topic: str | None) -> str:
    if topic is None:
        raise Refusal("Missing topic")
    return check_topic(core, topic)


def check_topic(core: Core, topic: str) -> str:
    """The topic as it is stored. Raises Refusal for one that is empty (older server) or has odd characters."""
    topic = topic.strip()
    if core.since(334) and topic in {"(no topic)", NO_TOPIC}:
        topic = ""
    if not topic and not core.since(334):
        raise Refusal("Topic can't be empty!")
    for position, character in enumerate(topic, 1):
        if not printable(character):
            raise Refusal(f"Invalid character in topic, at position {position}!")
    return tidy_topic(topic)


def topic_allowed(core: Core, sender: Person, channel: Channel, topic: str) -> str:
    """The channel's rules about topics (newer server). Raises Refusal."""
    if not core.since(392):
        return topic
    organisation = core.organisation
    policy = channel.topics_policy
    if policy == "inherit" and organisation.settings.mandatory_topics:
        policy = "disable_empty_topic"
    if policy == "disable_empty_topic" and not topic:
        raise Refusal(
            "Sending messages to the general chat is not allowed in this channel.",
            empty_topic_display_name=NO_TOPIC,
        )
    if policy == "empty_topic_only" and topic:
        raise Refusal(
            f'Only the "{NO_TOPIC}" topic is allowed in this channel.', empty_topic_display_name=NO_TOPIC
        )
    new = topic != "" and not organisation.in_topic(channel.stream_id, topic)
    if new and not channel.new_topics and not any(one.is_admin for one in sender_may_post(core, sender)):
        raise Refusal("You do not have permission to create new topics in this channel.")
    return topic


def may_post(core: Core, sender: Person, channel: Channel) -> None:
    """The channel's rules about who may write. A bot has its owner's right too. Raises Refusal."""
    organisation = core.organisation
    if sender.user_id == NOTIFICATION_BOT:
        return
    judges = sender_may_post(core, sender)
    if channel.archived:
        raise _not_authorized(core, channel)
    if not any(_policy_allows(one, channel.post_policy) for one in judges):
        raise Refusal(_policy_sentence(organisation, channel.post_policy))
    for one in judges:
        if one.user_id in channel.subscribers or (not channel.private and not one.is_guest):
            return
    raise _not_authorized(core, channel)


def _not_authorized(core: Core, channel: Channel) -> Refusal:
    name = channel.name
    if channel.archived and not core.since(315):
        name = archived_name(channel)
    return Refusal(f"Not authorized to send to {core.organisation.word} '{name}'")


def archived_name(channel: Channel) -> str:
    """What the older server renames a channel to when it is archived."""
    return f"{channel.created:07x}"[-7:] + f"!DEACTIVATED:{channel.name}"


def _policy_allows(person: Person, policy: int) -> bool:
    return {1: True, 2: person.is_admin, 3: person.role < GUEST, 4: person.role <= MODERATOR}[policy]


def _policy_sentence(organisation: Organisation, policy: int) -> str:
    if organisation.since(333):
        return "You do not have permission to post in this channel."
    who = {2: "Only organization administrators", 4: "Only organization administrators and moderators"}
    return (
        f"{who[policy]} can send to this {organisation.word}."
        if policy in who
        else f"New members cannot send to this {organisation.word}."
    )


def _wildcards(core: Core, sender: Person, body: str, channel: Channel, topic: str) -> None:
    found = render(core, body, sender).found
    organisation = core.organisation
    for group_id in found.groups:
        group = organisation.groups[group_id]
        allowed = organisation.groups.get(group.can_mention)
        if allowed is None or sender.user_id not in _everybody_in(core, allowed.group_id):
            raise Refusal(f"You are not allowed to mention user group '{group.name}'.")
    if sender.is_admin:
        return
    code = "STREAM_WILDCARD_MENTION_NOT_ALLOWED" if core.since(229) else "BAD_REQUEST"
    if found.everybody and len(organisation.active(channel.subscribers)) > LARGE_CHANNEL:
        raise Refusal(
            f"You do not have permission to use wildcard mentions in this {organisation.word}.", code
        )
    if found.topic and len(participants(core, channel.stream_id, topic)) > LARGE_CHANNEL:
        code = "TOPIC_WILDCARD_MENTION_NOT_ALLOWED" if core.since(229) else "BAD_REQUEST"
        raise Refusal("You do not have permission to use topic wildcard mentions in this topic.", code)


def _everybody_in(core: Core, group_id: int) -> set[int]:
    organisation = core.organisation
    return set(organisation.members_of(organisation.groups[group_id]))


def _people(core: Core, to: str | None) -> list[int]:
    try:
        value = json.loads(to or "")
    except ValueError:
        value = [one.strip() for one in (to or "").split(",") if one.strip()]
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, list):
        raise Refusal("Invalid data type for recipients")
    if not value:
        raise Refusal("Message must have recipients")
    kinds = {type(one) for one in value}
    if len(kinds) > 1:
        raise Refusal("Recipient lists may contain emails or user IDs, but not both.")
    if not kinds <= {int, str}:
        raise Refusal("Recipient lists may contain emails or user IDs.")
    return [_recipient(core, one) for one in value]


def _recipient(core: Core, one: str | int) -> int:
    organisation = core.organisation
    if isinstance(one, int):
        person = organisation.people.get(one)
        if person is None:
            raise Refusal(f"Invalid user ID {one}")
    else:
        person = organisation.by_email(one)
        if person is None:
            raise Refusal(f"Invalid email '{one}'")
    if not person.is_active:
        raise Refusal(f"'{person.email}' is no longer using Zulip.")
    return person.user_id
