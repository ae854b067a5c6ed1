"""The request that says something, sent once."""

from __future__ import annotations

import json
from typing import Any

from bot.chat.errors import Lost, Refused
from bot.chat.values import Place
from bot.chat.wire import Wire


def post(wire: Wire, place: Place, text: str) -> int:
    """Say it there; the message's id. Raises `Lost` where nobody knows whether it was said, and other `ChatError`s."""
    request: dict[str, Any] = {"content": text}
    if place.channel_id is None:
        request |= {"type": "direct", "to": json.dumps(place.user_ids)}
    else:
        request |= {"type": "stream", "to": place.channel_id, "topic": place.topic}
    try:
        return _sent(wire, request)
    except Refused as error:
        other = _other_topic(wire, place, error)
        if other is None:
            raise
        return _sent(wire, request | {"topic": other})


def _sent(wire: Wire, request: dict[str, Any]) -> int:
    found = wire.call("messages", "POST", request, once=True).get("id")
    if not isinstance(found, int) or isinstance(found, bool):
        raise Lost("Zulip does not tell which message it made.")
    return found


def _other_topic(wire: Wire, place: Place, error: Refused) -> str | None:
    """Where to say it when this topic is refused: newer servers can forbid new or named topics."""
    if place.channel_id is None:
        return None
    if "empty_topic_display_name" in error.answer:
        return "" if place.topic else "social"
    if "create new topics" in str(error):
        topics = wire.call(f"users/me/{place.channel_id}/topics")["topics"]
        return topics[0]["name"] if topics else None
    return None
