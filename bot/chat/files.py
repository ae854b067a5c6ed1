"""Whose files the bot may show: it sees more than each of the people it works for, and must not lend them its eyes.

Zulip tells nobody whether somebody else may see a file. What the bot sees and others may not stands in its direct
messages and in the private channels that it is in beside its own; so that is where a link is looked for.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from bot.chat.client import Chat
from bot.chat.errors import Dismissed, Nonsense, Refused
from bot.chat.sense import understanding
from bot.chat.uploading import Sending
from bot.chat.wire import Wire

PAGE: Final = 1000
_FILE: Final = re.compile(r"/(\d+/\w{1,4}/[\w-]{8,})/")
"""What no two files have in common: organization, folder, and a word that cannot be guessed."""

_ADDRESS: Final = re.compile(r"/user_uploads/[^\s()<>\[\]\"'`]+")


@understanding
def hidden(chat: Chat, files: Mapping[str, int]) -> set[str]:
    """Of these files (path -> who links to it) those that stand where that person is not. Raises `ChatError`."""
    wanted = {path: (_mark(path), user_id) for path, user_id in files.items()}
    if not wanted:
        return set()
    found: set[str] = set()
    wire = chat.wire
    for message in _pages(wire, [{"operator": "is", "operand": "private"}]):
        people = {one["id"] for one in message["display_recipient"]}
        found |= _in(message, {path: mark for path, (mark, user) in wanted.items() if user not in people})
    for channel in list(chat.directory.channels.values()):
        if channel.private and channel.id != chat.home:
            found |= _in_channel(wire, channel.id, wanted)
    return found


def _in_channel(wire: Wire, channel: int, wanted: Mapping[str, tuple[str, int]]) -> set[str]:
    try:
        inside = set(wire.call(f"streams/{channel}/members")["subscribers"])
        outside = {path: mark for path, (mark, user) in wanted.items() if user not in inside}
        found = set()
        for message in _pages(wire, [{"operator": "stream", "operand": channel}]) if outside else ():
            found |= _in(message, outside)
        return found
    except Dismissed:
        raise
    except Refused:  # it is not in that channel any more, so it sees no file by it
        return set()


def _mark(path: str) -> str:
    """What is looked for: the file itself, however its address is written (`%41` is `A`, a thumbnail is the file)."""
    plain = unquote(path)
    match = _FILE.search(plain)
    return match[1] if match else plain.rpartition("/")[0]


def _in(message: dict[str, Any], marks: Mapping[str, str]) -> set[str]:
    content = unquote(message["content"])
    return {path for path, mark in marks.items() if mark in content}


def _pages(wire: Wire, narrow: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every message there that has a file, newest first."""
    anchor: int | str = "newest"
    while True:
        request = {
            "narrow": json.dumps([*narrow, {"operator": "has", "operand": "attachment"}]),
            "anchor": str(anchor),
            "num_before": PAGE,
            "num_after": 0,
            "apply_markdown": "false",
        }
        page = wire.call("messages", "GET", request)["messages"]
        yield from reversed(page)
        if len(page) < PAGE:
            return
        anchor = page[0]["id"] - 1


def upload(chat: Chat, file: Sending) -> str:
    """Bring a file there; its address for a message. Whoever may read that message may read the file.

    Raises `ChatError`.
    """
    answer = chat.wire.call("user_uploads", "POST", file=file)
    address = answer.get("url") or answer.get("uri")
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise Nonsense("Zulip does not tell where it keeps a file.")
    return address


def of_bytes(name: str, mime: str, content: bytes) -> Sending:
    """A small file to be brought there."""
    return Sending(name, mime, len(content), lambda: io.BytesIO(content))
