"""Putting a message into the organisation: whom it reaches, with which flags, and the events that tell of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal
from bot.sandbox.zulip.linking import claim, fresh_pictures, thumbnail_ready
from bot.sandbox.zulip.markup import Rendered
from bot.sandbox.zulip.markup_context import Found
from bot.sandbox.zulip.rows import NOTIFICATION_BOT, Channel, Message, Person
from bot.sandbox.zulip.telling import announce

LONGEST_MESSAGE = 10_000
LONGEST_TOPIC = 60
TOO_MANY_EMOJI = 5_000
"""So many in one message took the recorded server longer than its limit of 5 s for rendering."""
_CUT = "\n[message truncated]"
_READ_BY_SENDER = {"website", "ZulipElectron", "ZulipMobile", "ZulipTerminal"}
"""Clients whose sender has read what was sent; the API's are not among them."""


def tidy(content: str) -> str:
    """As Zulip stores it: no blanks at the end, cut silently at 10 000 characters. Raises Refusal."""
    body = content.rstrip()
    if not body.strip():
        raise Refusal("Message must not be empty")
    if "\x00" in body:
        raise Refusal("Message must not contain null bytes")
    if len(body) > LONGEST_MESSAGE:
        body = body[: LONGEST_MESSAGE - len(_CUT)] + _CUT
    return body


def tidy_topic(topic: str) -> str:
    """Cut silently at 60 characters."""
    return topic if len(topic) <= LONGEST_TOPIC else topic[: LONGEST_TOPIC - 3] + "..."


def render(core: Core, content: str, sender: Person, *, ready: bool = True) -> Rendered:
    """The HTML. Raises Refusal when the real server would take too long for it."""
    if sum(1 for one in content if ord(one) >= 0x1F000) >= TOO_MANY_EMOJI:  # noqa: PLR2004 - where emoji begin
        raise Refusal("Unable to render message")
    return core.renderer.render(content, sender, ready=ready)


def mentioned(core: Core, found: Found) -> set[int]:
    """Everybody mentioned, alone or with a group."""
    groups = (core.organisation.groups[one] for one in found.groups)
    return found.mentioned | {user for group in groups for user in core.organisation.members_of(group)}


def flags(core: Core, found: Found, user_id: int, participants: set[int], *, subscribed: bool) -> list[str]:
    """What the text says about this person."""
    answer = []
    if user_id in mentioned(core, found):
        answer.append("mentioned")
    if found.everybody and subscribed:
        answer.append("stream_wildcard_mentioned")
    if found.topic and user_id in participants:
        answer.append("topic_wildcard_mentioned")
    return answer


def participants(core: Core, stream_id: int, topic: str) -> set[int]:
    """Who has written or reacted in a topic."""
    answer: set[int] = set()
    for message in core.organisation.in_topic(stream_id, topic):
        answer.add(message.sender_id)
        answer |= {one["user_id"] for one in message.reactions}
    return answer


def say(
    core: Core,
    sender: Person,
    content: str,
    *,
    channel: Channel | None = None,
    topic: str = "",
    people: Iterable[int] = (),
    client: str = "API",
    raw: dict[str, Any] | None = None,
    widget: Any = None,
    read_by: Collection[int] = (),
) -> Message:
    """Store a tidy message and tell of it. Permissions were looked at before.

    Raises Refusal when it cannot be rendered. `read_by` have read it at once.
    """
    organisation = core.organisation
    final = render(core, content, sender)
    pictures = fresh_pictures(core, final.found)
    first = render(core, content, sender, ready=False) if pictures else final
    message = _new(core, sender, channel, sorted(set(people)))
    message.content, message.rendered, message.topic = content, first.html, topic
    message.is_me = is_me_message(content, final.html)
    message.client, message.raw = client, raw or {}
    message.rows = _rows(core, message, final.found, read_by)
    _add_widget(core, message, widget)
    organisation.messages[message.id] = message
    claim(core, message, final.found, sender)
    organisation.save(message)
    announce(core, message)
    for upload in pictures:
        message.rendered = final.html
        organisation.save(message)
        thumbnail_ready(core, message, upload)
    core.publish(message)
    return message


def _new(core: Core, sender: Person, channel: Channel | None, people: list[int]) -> Message:
    """A message to a channel or to people, still without words."""
    return Message(
        id=core.organisation.next("message"),
        sender_id=sender.user_id,
        content="",
        rendered="",
        timestamp=core.organisation.now(),
        client="",
        recipient_id=channel.recipient_id if channel else direct_recipient(core, sender, people),
        stream_id=channel.stream_id if channel else None,
        people=people,
    )


def is_me_message(content: str, html: str) -> bool:
    """Does it tell what the sender does? Only a text of one paragraph can."""
    return content.startswith("/me ") and html.startswith("<p>") and html.endswith("</p>")


def _rows(core: Core, message: Message, found: Found, read_by: Collection[int]) -> dict[int, list[str]]:
    organisation = core.organisation
    if message.stream_id is None:
        members = set(message.people)
        reached, participating = members, members
    else:
        channel = organisation.channels[message.stream_id]
        members = set(channel.subscribers)
        # A mention reaches bots even in private channels they are not in (recording 05).
        called = {
            one
            for one in mentioned(core, found)
            if (person := organisation.people[one]).is_bot or organisation.can_see(person, channel)
        }
        reached = members | called
        participating = participants(core, message.stream_id, message.topic) | {message.sender_id}
    has_read = {*read_by, message.sender_id} if message.client in _READ_BY_SENDER else set(read_by)
    rows = {}
    for user in organisation.active(sorted(reached)):
        row = flags(core, found, user, participating, subscribed=user in members)
        rows[user] = row + (["read"] if user in has_read else [])
    return rows


def direct_recipient(core: Core, sender: Person, people: list[int]) -> int:
    """The number of a direct conversation: on the older server that of whoever receives, when it is only one."""
    organisation = core.organisation
    others = [one for one in people if one != sender.user_id]
    if not core.since(327) and len(others) <= 1:
        return organisation.people[others[0] if others else sender.user_id].recipient_id
    key = "dm:" + ",".join(map(str, people))
    if key not in organisation.counters:
        organisation.counters[key] = organisation.next("recipient")
        organisation.save_settings()
    return organisation.counters[key]


def _add_widget(core: Core, message: Message, widget: Any) -> None:
    first, _, rest = message.content.partition("\n")
    if widget is None and first.startswith("/poll"):
        options = [line.strip(" *-") for line in rest.splitlines() if line.strip(" *-")]
        extra: Any = {"question": first.removeprefix("/poll").strip(), "options": options}
        widget = {"widget_type": "poll", "extra_data": extra}
    elif widget is None and first.startswith("/todo"):
        widget = {"widget_type": "todo", "extra_data": None}
    if widget is not None:
        message.submessages.append(
            {
                "id": core.organisation.next("submessage"),
                "message_id": message.id,
                "sender_id": message.sender_id,
                "msg_type": "widget",
                "content": json.dumps(widget),
            }
        )


def notify(core: Core, channel: Channel, topic: str, content: str, read_by: Collection[int] = ()) -> Message:
    """What the Notification Bot says in a topic."""
    voice = core.organisation.people[NOTIFICATION_BOT]
    return say(core, voice, content, channel=channel, topic=topic, client="Internal", read_by=read_by)
