"""Many messages with few requests: Zulip allows a bot 200 a minute, and gives up to 5000 messages at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from bot.chat.errors import Refused, TooMuch
from bot.chat.sense import number, objects, words
from bot.chat.values import Message, Place, read_message
from bot.chat.wire import Wire

PAGE = 1000
"""Messages fetched at once."""
SMALLEST = 8
"""With fewer messages a page is not made smaller still."""
BY_ID = 300
"""From this feature level on messages can be fetched by their ids (facts/zulip-newer.md)."""
IDS_AT_ONCE = 500
"""They stand in the address, which may not become too long."""

Narrow = list[dict[str, Any]]
DIRECT: Narrow = [{"operator": "is", "operand": "private"}]
MENTIONED: Narrow = [{"operator": "is", "operand": "mentioned"}]


def channel(number: int) -> Narrow:
    """What was written in that channel."""
    return [{"operator": "stream", "operand": number}]


def not_of(person: int) -> Narrow:
    """What others wrote."""
    return [{"operator": "sender", "operand": person, "negated": True}]


def page(wire: Wire, narrow: Narrow, anchor: int | str, *, before: int, after: int) -> list[dict[str, Any]]:
    """Messages around an anchor, oldest first, as Zulip gives them; in smaller pieces where one answer is too large."""
    request = {
        "narrow": json.dumps(narrow),
        "anchor": str(anchor),
        "num_before": before,
        "num_after": after,
        "apply_markdown": "false",
    }
    try:
        return objects(wire.call("messages", "GET", request), "messages")
    except TooMuch:
        if min(before, after) or before + after < SMALLEST:
            raise
    many = (before + after) // 2
    if before:
        later = page(wire, narrow, anchor, before=many, after=0)
        if len(later) < many:
            return later
        return page(wire, narrow, number(later[0], "id") - 1, before=before - many, after=0) + later
    sooner = page(wire, narrow, anchor, before=0, after=many)
    if len(sooner) < many:
        return sooner
    return sooner + page(wire, narrow, number(sooner[-1], "id") + 1, before=0, after=after - many)


def since(wire: Wire, message_id: int, home: int, me: int) -> list[Message]:
    """Every message after that one in the bot's channel, also if it was moved out since, in its direct messages, or that
    mentions it.
    """
    found: dict[int, Message] = {}
    for narrow in (DIRECT, MENTIONED, *([channel(home)] if home else [])):
        found.update((one["id"], read_message(one, me)) for one in later(wire, narrow, message_id))
    reached = (read_message(one, me) for one in later(wire, not_of(me), message_id))
    found.update((one.id, one) for one in reached if home in {move.left for move in one.moves})
    return [found[key] for key in sorted(found)]


def later(wire: Wire, narrow: Narrow, message_id: int) -> Iterator[dict[str, Any]]:
    """Every message after that one, oldest first, as Zulip gives them."""
    anchor = message_id + 1
    while True:
        raw = page(wire, narrow, anchor, before=0, after=PAGE)
        yield from (one for one in raw if one["id"] > message_id)
        if len(raw) < PAGE:
            return
        anchor = raw[-1]["id"] + 1


def said(wire: Wire, me: int, place: Place, text: str, after: int) -> int | None:
    """Id of the bot's own message with this text there, later than message `after`, if there is one."""
    narrow: Narrow = [{"operator": "sender", "operand": me}]
    if place.channel_id is not None:
        narrow += channel(place.channel_id)
    # all of them: much may have been said since, to others
    for one in later(wire, narrow, after):
        if one["content"].strip() == text.strip():
            return int(one["id"])
    return None


def until(wire: Wire, message_id: int, home: int, me: int) -> list[Message]:
    """The newest thousand up to that message in the bot's channel, and in its direct messages."""
    found: dict[int, Message] = {}
    for narrow in (DIRECT, *([channel(home)] if home else [])):
        for one in page(wire, narrow, message_id, before=PAGE, after=0):
            if one["id"] <= message_id:
                found[one["id"]] = read_message(one, me)
    return [found[key] for key in sorted(found)]


def some(wire: Wire, message_ids: Collection[int], home: int, me: int) -> dict[int, Message]:
    """As many of these messages as a few requests give. One that is missing is deleted, or must be looked at alone."""
    wanted = sorted(set(message_ids))
    raw = _by_id(wire, wanted) if wire.feature_level >= BY_ID else _walked(wire, wanted, home)
    known = set(wanted)
    return {one["id"]: read_message(one, me) for one in raw if one["id"] in known}


def _by_id(wire: Wire, wanted: list[int]) -> list[dict[str, Any]]:
    found = []
    for at in range(0, len(wanted), IDS_AT_ONCE):
        ids = json.dumps(wanted[at : at + IDS_AT_ONCE])
        request = {"message_ids": ids, "apply_markdown": "false"}
        found.extend(objects(wire.call("messages", "GET", request), "messages"))
    return found


def _walked(wire: Wire, wanted: list[int], home: int) -> list[dict[str, Any]]:
    """Through the channel's history, from one that is wanted to the next: never more requests than messages."""
    found: list[dict[str, Any]] = []
    while wanted and home:
        raw = page(wire, channel(home), wanted[0], before=0, after=PAGE)
        found.extend(raw)
        last = max([wanted[0], *(one["id"] for one in raw)])
        wanted = [one for one in wanted if one > last] if len(raw) >= PAGE else []
    return found


def history(wire: Wire, message_id: int) -> list[str] | None:
    """What `Chat.history` gives."""
    try:
        answer = wire.call(f"messages/{message_id}/history")
    except Refused as error:
        if error.code != "BAD_REQUEST":
            raise
        return None
    return [words(one, "content") for one in objects(answer, "message_history")]
