"""The event queue: register, wait, and turn what comes into hints. Events wake us; the messages tell us."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from bot.chat.errors import Nonsense, Refused, TooMuch
from bot.chat.people import Directory
from bot.chat.sense import MALFORMED, maybe, number, numbers, objects, understood, words
from bot.chat.values import Hint, Kind, Message, Place, read_message
from bot.chat.wire import Wire

EVENT_TYPES = (
    "message",
    "update_message",
    "delete_message",
    "reaction",
    "realm_user",
    "user_group",
    "subscription",
    "stream",
    "realm_emoji",
)
FETCH_TYPES = ("realm", "realm_user", "realm_user_groups", "realm_emoji", "subscription", "message")
NEVER = datetime.min.replace(tzinfo=UTC)
CAPABILITIES = {"notification_settings_null": True, "bulk_message_deletion": True}
"""Only these: the others change the shape of what older servers send (facts/zulip-newer.md, Register)."""


class QueueGone(Exception):
    """The server forgot our queue: register anew, then catch up."""


class Events:
    """One event queue and the directory that it keeps up to date."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._queue = ""
        self._last = -1
        self._noted = -1
        """Up to which event all is written down, or was no matter."""
        self._puzzled = False
        """Whether something came that cannot be understood: then all is looked at anew."""

    def register(self, wire: Wire) -> None:
        """Open a queue and read the directory anew. What happens from now on will be in the queue."""
        state = wire.call(
            "register",
            "POST",
            {
                "event_types": json.dumps(EVENT_TYPES),
                "fetch_event_types": json.dumps(FETCH_TYPES),
                "client_capabilities": json.dumps(CAPABILITIES),
                "apply_markdown": "false",
                "client_gravatar": "true",
            },
        )
        with understood():
            queue, last = words(state, "queue_id"), number(state, "last_event_id")
            self.directory.read(state)
        self._queue, self._last, self._puzzled = queue, last, False
        self._noted = last

    def poll(self, wire: Wire, *, block: bool) -> list[Hint]:
        """The hints that came since the last poll; with `block`, wait for one (up to a minute).

        Raises `QueueGone` when the queue is no more, `Down` when the server does not answer, `Nonsense` for what cannot
        be understood. What an event told of that could not be read is not known, so the next poll raises `QueueGone`.
        """
        if self._puzzled:
            raise QueueGone("it told something that cannot be understood")
        answer = self._ask(wire, self._last, block=block)
        hints: list[Hint] = []
        try:
            with understood():
                for event in objects(answer, "events"):
                    self._last = max(self._last, number(event, "id"))
                    if self.directory.apply(event):
                        hints.append(Hint(Kind.PEOPLE))
                    else:
                        hints.extend(read_event(event, self.directory.me))
        except Nonsense:
            self._puzzled = True
            raise
        return hints

    def noted(self) -> None:
        """All that `poll` gave is written down."""
        self._noted = self._last

    def peek(self, wire: Wire) -> list[Hint]:
        """Everything that happened and is not written down yet, without waiting; it is left to the next poll, and a poll
        that waits ends. For another thread than that which polls. Raises as `poll` does.
        """
        hints: list[Hint] = []
        with understood():
            for event in objects(self._ask(wire, self._noted, block=False), "events"):
                if _is_about_rights(event):
                    hints.append(Hint(Kind.PEOPLE))
                else:
                    hints.extend(read_event(event, self.directory.me))
        return hints

    def _ask(self, wire: Wire, last: int, *, block: bool) -> dict[str, Any]:
        request: dict[str, Any] = {"queue_id": self._queue, "last_event_id": str(last)}
        if not block:
            request["dont_block"] = "true"
        try:
            return wire.call("events", "GET", request, waiting=block)
        except TooMuch as error:  # what was written meanwhile is read page by page
            raise QueueGone("it has too many events for one answer") from error
        except Refused as error:
            # A pruned or a future event id is told as BAD_REQUEST (facts/zulip.md section 3).
            if error.code in {"BAD_EVENT_QUEUE_ID", "BAD_REQUEST"}:
                raise QueueGone("it forgot the event queue") from error
            raise

    def close(self, wire: Wire) -> None:
        """Give the queue back, so that the server need not keep it."""
        if self._queue:
            wire.call("events", "DELETE", {"queue_id": self._queue})
            self._queue = ""


def _is_about_rights(event: dict[str, Any]) -> bool:
    """Whether somebody may come to approve by it, or not any more: not a new name or picture, which strangers give
    themselves as often as they like.
    """
    person: dict[str, Any] = maybe(event, "person", {})
    changed = {"role", "is_active"} & set(person) or event.get("op") == "remove"
    return event["type"] == "user_group" or (event["type"] == "realm_user" and bool(changed))


def read_event(event: dict[str, Any], me: int = 0) -> list[Hint]:
    """The hints in one event of a message; none for what concerns nobody (heartbeats, link previews)."""
    match event["type"]:
        case "message":
            raw = event["message"]
            written = number(raw, "id"), number(raw, "sender_id")
            return [Hint(Kind.WRITTEN, *written, message=_written(event, me))]
        case "reaction":
            return [Hint(Kind.REACTED, number(event, "message_id"), number(event, "user_id"))]
        case "delete_message":
            ids = numbers(event, "message_ids") if event.get("message_ids") else [number(event, "message_id")]
            return [Hint(Kind.DELETED, one) for one in ids]
        case "update_message" if not event.get("rendering_only"):
            hints = []
            if "orig_content" in event:
                edited = _edited(event)
                hints.append(Hint(Kind.EDITED, edited.id, edited.sender_id, message=edited))
            if "orig_subject" in event or "new_stream_id" in event:
                channel = maybe(event, "new_stream_id", 0)
                moved = numbers(event, "message_ids")
                by = maybe(event, "user_id", 0)
                hints.extend(Hint(Kind.MOVED, one, by, channel) for one in moved)
            return hints
    return []


def _written(event: dict[str, Any], me: int) -> Message | None:
    """The message itself; None where the event does not tell it whole: then a look does."""
    try:
        return read_message(event["message"] | {"flags": event.get("flags", ())}, me)
    except MALFORMED:
        return None


def _edited(event: dict[str, Any]) -> Message:
    """What an edited message says now. Only its author edits a text; a direct message's people are not told."""
    channel = maybe(event, "new_stream_id", 0) or maybe(event, "stream_id", 0)
    return Message(
        id=number(event, "message_id"),
        sender_id=maybe(event, "user_id", 0),
        content=maybe(event, "content", ""),
        place=Place(channel_id=channel or None, topic=maybe(event, "subject", "")),
        at=NEVER,
        mentioned="mentioned" in event.get("flags", ()),
    )
