"""The events about one message, for each event queue as it wants them and with its owner's own flags."""

from __future__ import annotations

from collections.abc import Iterable

from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.queues import Event, Queue
from bot.sandbox.zulip.rows import Message
from bot.sandbox.zulip.shapes import message_json, with_new_names


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
