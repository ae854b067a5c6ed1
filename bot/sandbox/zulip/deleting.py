"""Making messages disappear, from the organisation or from somebody's sight, and the events that tell of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.queues import Event, Queue
from bot.sandbox.zulip.rows import Message


def remove(core: Core, messages: list[Message]) -> None:
    """Delete messages of one topic or conversation, and tell those who could see them."""
    if not messages:
        return
    organisation = core.organisation
    readers = {one for message in messages for one in organisation.readers(message)}
    for message in messages:
        del organisation.messages[message.id]
        organisation.world.shelf.drop("zulip-message", message.id)
        organisation.world.retract("zulip", str(message.id))
    first = messages[0]
    tell_gone(core, [one.id for one in messages], first.stream_id, first.topic, readers)


def tell_gone(
    core: Core, ids: list[int], stream_id: int | None, topic: str, readers: Collection[int]
) -> None:
    """The `delete_message` event: one for all to clients that asked for it so, else one for each message."""
    where: dict[str, Any] = {"type": "delete_message"}
    if stream_id is None:
        where["message_type"] = "private"
    else:
        where |= {"stream_id": stream_id, "topic": topic, "message_type": "stream"}

    def bulk(queue: Queue) -> Event | None:
        told = queue.bulk_delete and queue.user_id in readers
        return {**where, "message_ids": ids} if told else None

    core.queues.each("delete_message", bulk)
    for one in ids:
        event = {**where, "message_id": one}

        def single(queue: Queue, event: Event = event) -> Event | None:
            return event if not queue.bulk_delete and queue.user_id in readers else None

        core.queues.each("delete_message", single)
