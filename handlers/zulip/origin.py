"""What a message said first, and where: people change and move messages, and who did so is not the bot."""

from __future__ import annotations

from typing import Any, Final

from handlers.likeness import Likeness

_UNNAMED: Final = {"", "general chat", "(no topic)"}
"""How a server tells the topic without a name."""
_CUT: Final = "..."
_CONTENT_ALONE: Final = 365
"""The feature level since which `last_edit_timestamp` tells of changed texts alone, and `last_moved_timestamp` of moves."""


def content(message: dict[str, Any], level: int) -> str | None:
    """What the message said when it was sent; None: somebody changed it, and nobody tells from what."""
    entries = _entries(message)
    texts = [str(one["prev_content"]) for one in entries if "prev_content" in one]
    if texts:
        return texts[-1]
    hidden = message.get("last_edit_timestamp") and (level >= _CONTENT_ALONE or not entries)
    return None if hidden else str(message.get("content"))


def agreement(message: dict[str, Any], channel: int, topic: str, level: int) -> Likeness:
    """Whether this message was posted to that channel and topic, wherever it is now; ALIKE: nobody tells."""
    entries = _entries(message)
    edited = "last_edit_timestamp" in message and level < _CONTENT_ALONE
    if not entries and (edited or "last_moved_timestamp" in message):
        return Likeness.ALIKE  # the organisation does not show what was changed
    began: dict[str, Any] = {}
    for entry in reversed(entries):  # the oldest first
        began = {**entry, **began}
    now_in = message.get("subject", topic)
    return min(
        _topic(str(began.get("prev_topic", began.get("prev_subject", now_in))), topic),
        Likeness.SAME if began.get("prev_stream", channel) == channel else Likeness.OTHER,
    )


def _entries(message: dict[str, Any]) -> list[dict[str, Any]]:
    """What was done to it, the newest first; empty where the organisation does not show that."""
    return [one for one in message.get("edit_history") or () if isinstance(one, dict)]


def _topic(told: str, sent: str) -> Likeness:
    """A server cuts a topic without a word."""
    if not sent.strip():
        return Likeness.SAME if told in _UNNAMED else Likeness.ALIKE
    wanted, there = sent.strip().casefold(), told.strip().casefold()
    if there == wanted or (there.endswith(_CUT) and wanted.startswith(there.removesuffix(_CUT))):
        return Likeness.SAME
    return Likeness.OTHER
