"""The event queue: register, wait, and turn what comes into hints. Events wake us; the messages tell us."""

from __future__ import annotations

import json
from typing import Any

from bot.chat.errors import Refused
from bot.chat.people import Directory
from bot.chat.values import Hint, Kind
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
        self._queue = state["queue_id"]
        self._last = state["last_event_id"]
        self.directory.read(state)

    def poll(self, wire: Wire, *, block: bool) -> list[Hint]:
        """The hints that came since the last poll; with `block`, wait for one (up to a minute).

        Raises `QueueGone` when the queue is no more, `Down` when the server does not answer.
        """
        answer = self._ask(wire, block=block)
        hints: list[Hint] = []
        for event in answer["events"]:
            self._last = max(self._last, event["id"])
            if self.directory.apply(event):
                hints.append(Hint(Kind.PEOPLE))
            else:
                hints.extend(read_event(event))
        return hints

    def peek(self, wire: Wire) -> None:
        """Ask without waiting, and leave what is there to the next poll."""
        self._ask(wire, block=False)

    def _ask(self, wire: Wire, *, block: bool) -> dict[str, Any]:
        request: dict[str, Any] = {"queue_id": self._queue, "last_event_id": str(self._last)}
        if not block:
            request["dont_block"] = "true"
        try:
            return wire.call("events", "GET", request, waiting=block)
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


def read_event(event: dict[str, Any]) -> list[Hint]:
    """The hints in one event of a message; none for what concerns nobody (heartbeats, link previews)."""
    match event["type"]:
        case "message":
            message = event["message"]
            return [Hint(Kind.WRITTEN, message["id"], message["sender_id"])]
        case "reaction":
            return [Hint(Kind.REACTED, event["message_id"], event["user_id"])]
        case "delete_message":
            ids = event.get("message_ids") or [event["message_id"]]
            return [Hint(Kind.DELETED, one) for one in ids]
        case "update_message" if not event.get("rendering_only"):
            hints = []
            if "orig_content" in event:
                hints.append(Hint(Kind.EDITED, event["message_id"], event.get("user_id") or 0))
            if "orig_subject" in event or "new_stream_id" in event:
                channel = event.get("new_stream_id") or 0
                hints.extend(Hint(Kind.MOVED, one, channel_id=channel) for one in event["message_ids"])
            return hints
    return []
