"""Putting a message into the organisation: whom it reaches, with which flags, and the events that tell of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal
from bot.sandbox.zulip.markup import Found, Rendered
from bot.sandbox.zulip.queues import Event, Queue
from bot.sandbox.zulip.rows import NOTIFICATION_BOT, Channel, Message, Person, Upload
from bot.sandbox.zulip.shapes import message_json, with_new_names

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
    read_by: set[int] | None = None,
) -> Message:
    """Store a tidy message and tell of it. Permissions were looked at before. Raises Refusal when it cannot be shown."""
    organisation = core.organisation
    rendered = render(core, content, sender, ready=False)
    pictures = fresh_pictures(core, rendered.found)
    first_html = rendered.html
    if core.newer:
        rendered = render(core, content, sender)
    everyone = sorted(set(people))
    message = Message(
        id=organisation.next("message"),
        sender_id=sender.user_id,
        content=content,
        rendered=first_html if pictures else rendered.html,
        timestamp=organisation.now(),
        client=client,
        recipient_id=channel.recipient_id if channel else direct_recipient(core, sender, everyone),
        stream_id=channel.stream_id if channel else None,
        topic=topic,
        people=everyone,
        is_me=content.startswith("/me ") and "\n" not in content.strip(),
        raw=raw or {},
    )
    message.rows = _rows(core, message, rendered.found, read_by or set())
    if client in _READ_BY_SENDER and sender.user_id in message.rows:
        message.rows[sender.user_id].append("read")
    _add_widget(core, message, widget)
    organisation.messages[message.id] = message
    claim(core, message, rendered.found, sender)
    organisation.save(message)
    announce(core, message)
    if pictures:
        message.rendered = rendered.html
        organisation.save(message)
        for upload in pictures:
            thumbnail_ready(core, message, upload)
    core.publish(message)
    return message


def _rows(core: Core, message: Message, found: Found, read_by: set[int]) -> dict[int, list[str]]:
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
    rows = {}
    for user in organisation.active(sorted(reached)):
        row = flags(core, found, user, participating, subscribed=user in members)
        rows[user] = row + (["read"] if user in read_by else [])
    return rows


def direct_recipient(core: Core, sender: Person, people: list[int]) -> int:
    """The number of a direct conversation: on the older server that of whoever receives, when it is only one."""
    organisation = core.organisation
    others = [one for one in people if one != sender.user_id]
    if not core.newer and len(others) <= 1:
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


def claim(core: Core, message: Message, found: Found, sender: Person) -> None:
    """Link the files of a message to it: from now on whoever may read it may read them (recording 24)."""
    organisation = core.organisation
    for upload in organisation.uploads.values():
        linked = upload.path in found.uploads
        if message.id in upload.messages and not linked:
            upload.messages.remove(message.id)
        elif linked and message.id not in upload.messages and may_download(core, sender, upload):
            upload.messages.append(message.id)
            upload.claimed = True
        else:
            continue
        organisation.save(upload)


def may_download(core: Core, person: Person, upload: Upload) -> bool:
    """Its owner, and whoever may read a message that links it."""
    organisation = core.organisation
    if upload.owner_id == person.user_id:
        return True
    messages = (organisation.messages[one] for one in upload.messages if one in organisation.messages)
    return any(organisation.can_read(person, message) for message in messages)


def fresh_pictures(core: Core, found: Found) -> list[Upload]:
    """Linked pictures that have no thumbnail yet (newer server)."""
    if not core.newer:
        return []
    uploads = (core.organisation.uploads.get(path) for path in dict.fromkeys(found.uploads))
    return [one for one in uploads if one and not one.thumbnailed and one.mime.startswith("image/")]


def thumbnail_ready(core: Core, message: Message, upload: Upload) -> None:
    """The newer server makes thumbnails after sending, and tells when one is there: nobody has edited anything."""
    upload.thumbnailed = True
    core.organisation.save(upload)
    event = {
        "type": "update_message",
        "user_id": None,
        "edit_timestamp": core.organisation.now(),
        "message_id": message.id,
        "rendering_only": True,
        "content": message.content,
        "rendered_content": message.rendered,
        "message_ids": [message.id],
    }
    with_flags(core, message, event)


def with_flags(core: Core, message: Message, event: Event, readers: Iterable[int] | None = None) -> None:
    """An event about a message, with each reader's own flags."""
    told = set(core.organisation.readers(message) if readers is None else readers)

    def make(queue: Queue) -> Event | None:
        if queue.user_id not in told:
            return None
        row = message.rows.get(queue.user_id, ["read"])
        return {**event, "flags": with_new_names(core.organisation, row)}

    core.queues.each(str(event["type"]), make)


def announce(core: Core, message: Message) -> None:
    """The `message` event, for each queue as it wants it."""
    organisation = core.organisation
    channel = organisation.channels.get(message.stream_id or -1)
    public = channel is not None and not channel.private
    local = message.raw.get("local_id")

    def make(queue: Queue) -> Event | None:
        person = organisation.people[queue.user_id]
        row = message.rows.get(queue.user_id)
        if not person.is_active or (row is None and not (queue.all_public and public)):
            return None
        shown = message_json(
            organisation,
            message,
            markdown=queue.markdown,
            gravatar=queue.gravatar,
            empty_topics=queue.empty_topics,
        )
        row = with_new_names(organisation, row or [])
        if not queue.wants(shown, row):
            return None
        event = {"type": "message", "message": shown, "flags": row}
        if local is not None and message.raw.get("queue_id") == queue.id:
            event["local_message_id"] = local
        return event

    core.queues.each("message", make)


def notify(
    core: Core, channel: Channel, topic: str, content: str, read_by: set[int] | None = None
) -> Message:
    """What the Notification Bot says in a topic."""
    voice = core.organisation.people[NOTIFICATION_BOT]
    return say(core, voice, content, channel=channel, topic=topic, client="Internal", read_by=read_by)
