"""Moving messages to another topic or channel: which ones go, who loses sight of them, what is said about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.deleting import remove, tell_gone
from bot.sandbox.zulip.organisation import NEWEST
from bot.sandbox.zulip.rows import NOTIFICATION_BOT, Channel, Message, Person
from bot.sandbox.zulip.speaking import notify, participants

RESOLVED = "✔ "
UNDO_S = 60
"""Resolving taken back so soon deletes the note about it instead of adding one (newer server)."""


@dataclass(frozen=True)
class Move:
    """What was asked for; `topic` and `channel` are None when they stay."""

    topic: str | None
    channel: Channel | None
    mode: str
    to_old: bool
    to_new: bool

    @property
    def moves(self) -> bool:
        """Is anything moved at all?"""
        return self.topic is not None or self.channel is not None


@dataclass
class Plan:
    """What a move does."""

    move: Move
    messages: list[Message]
    old_channel: Channel
    old_topic: str
    whole_topic: bool
    event: dict[str, Any] = field(default_factory=dict)
    entry: dict[str, Any] = field(default_factory=dict)
    lose: set[int] = field(default_factory=set)
    """Who may not see the messages where they go."""

    @property
    def ids(self) -> list[int]:
        """All moved messages."""
        return [message.id for message in self.messages]

    @property
    def channel(self) -> Channel:
        """Where they go."""
        return self.move.channel or self.old_channel

    @property
    def topic(self) -> str:
        """The topic they get."""
        return self.old_topic if self.move.topic is None else self.move.topic


def sha256(content: str) -> str:
    """As `prev_content_sha256` wants it."""
    return hashlib.sha256(content.encode()).hexdigest()


def plan(core: Core, message: Message, move: Move) -> Plan:
    """Work out what moves."""
    organisation = core.organisation
    channel = organisation.channels[message.stream_id or 0]
    topic = organisation.in_topic(channel.stream_id, message.topic)
    if move.mode == "change_one":
        others = []
    elif move.mode == "change_later":
        others = [one for one in topic if one.id > message.id]
    else:
        others = [one for one in topic if one.id != message.id]
    others.sort(key=lambda one: -one.id)
    messages = [message, *others]
    if core.since(393):
        messages.sort(key=lambda one: one.id)
    answer = Plan(move, messages, channel, message.topic, len(messages) == len(topic))
    answer.event = {"propagate_mode": move.mode, "orig_subject": message.topic}
    if move.topic is not None:
        answer.event |= {"subject": move.topic, "topic_links": []}
        answer.entry |= {"prev_topic": message.topic, "topic": move.topic}
    if move.channel is not None:
        answer.event["new_stream_id"] = move.channel.stream_id
        answer.entry |= {"prev_stream": channel.stream_id, "stream": move.channel.stream_id}
        people = (organisation.people[one] for one in organisation.readers(message))
        answer.lose = {one.user_id for one in people if not organisation.can_see(one, move.channel)}
    return answer


def carry_out(core: Core, person: Person, first: Message, plan: Plan) -> None:
    """Put the messages where they go."""
    now = core.organisation.now()
    for message in plan.messages:
        if message is not first:
            message.history.insert(0, {"user_id": person.user_id, "timestamp": now, **plan.entry})
        message.topic = plan.topic
        message.stream_id = plan.channel.stream_id
        message.recipient_id = plan.channel.recipient_id
        if core.since(365):
            message.moved = now
        else:
            message.edited = now
        for user in plan.lose:
            message.rows.pop(user, None)
        core.organisation.save(message)
        if message is not first:
            core.publish(message)


def afterwards(core: Core, person: Person, message: Message, plan: Plan) -> None:
    """To those who may not see them any more the messages are deleted; then the Notification Bot speaks."""
    if plan.lose:
        tell_gone(core, plan.ids, plan.old_channel.stream_id, plan.old_topic, plan.lose)
    _notify(core, person, message, plan)


def _notify(core: Core, person: Person, message: Message, plan: Plan) -> None:
    """What the Notification Bot says about the move."""
    voice = f"@_**{person.full_name}|{person.user_id}**"
    if plan.move.channel is None and _resolving(core, plan, voice):
        return
    old = f"#**{plan.old_channel.name}>{plan.old_topic}**"
    new = f"#**{plan.channel.name}>{plan.topic}**"
    count = len(plan.messages)
    one = count == 1
    if plan.move.to_new:
        if plan.whole_topic:
            text = f"This topic was moved here from {old} by {voice}."
        elif one:
            text = f"[A message]({core.address(message)}) was moved here from {old} by {voice}."
        else:
            text = f"{count} messages were moved here from {old} by {voice}."
        notify(core, plan.channel, plan.topic, text)
    if plan.move.to_old:
        if plan.whole_topic:
            text = f"This topic was moved to {new} by {voice}."
        elif one:
            text = f"A message was moved from this topic to {new} by {voice}."
        else:
            text = f"{count} messages were moved from this topic to {new} by {voice}."
        notify(core, plan.old_channel, plan.old_topic, text)


def _resolving(core: Core, plan: Plan, voice: str) -> bool:
    """A topic marked as resolved, or no longer: is it that, and has it been told?"""
    was, is_now = plan.old_topic.startswith(RESOLVED), plan.topic.startswith(RESOLVED)
    bare = [one.removeprefix(RESOLVED) for one in (plan.old_topic, plan.topic)]
    if plan.move.mode != "change_all" or was == is_now or bare[0] != bare[1]:
        return False
    if not is_now and core.since(NEWEST) and (note := _fresh_note(core, plan)) is not None:
        remove(core, [note])
        return True
    took_part = participants(core, plan.channel.stream_id, plan.topic)
    aside = set(core.everybody()) - took_part
    word = "resolved" if is_now else "unresolved"
    notify(core, plan.channel, plan.topic, f"{voice} has marked this topic as {word}.", read_by=aside)
    return True


def _fresh_note(core: Core, plan: Plan) -> Message | None:
    topic = core.organisation.in_topic(plan.channel.stream_id, plan.topic)
    last = max(topic, key=lambda one: one.id)
    fresh = core.organisation.now() - last.timestamp <= UNDO_S
    said = last.sender_id == NOTIFICATION_BOT and "has marked this topic as" in last.content
    return last if fresh and said else None
