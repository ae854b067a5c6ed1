"""Where a message was posted first: people move messages, and who moved one is not the bot."""

from __future__ import annotations

from typing import Any, Final

from handlers.likeness import Likeness

_UNNAMED: Final = {"", "general chat", "(no topic)"}
"""How a server tells the topic without a name."""
_CUT: Final = "..."


def agreement(message: dict[str, Any], channel: int, topic: str) -> Likeness:
    """Whether this message was posted to that channel and topic, wherever it is now; ALIKE: nobody tells."""
    entries = [one for one in message.get("edit_history") or () if isinstance(one, dict)]
    if not entries and ("last_edit_timestamp" in message or "last_moved_timestamp" in message):
        return Likeness.ALIKE  # the organisation does not show what was changed
    began: dict[str, Any] = {}
    for entry in reversed(entries):  # the oldest first
        began = {**entry, **began}
    now_in = message.get("subject", topic)
    return min(
        _topic(str(began.get("prev_topic", began.get("prev_subject", now_in))), topic),
        Likeness.SAME if began.get("prev_stream", channel) == channel else Likeness.OTHER,
    )


def _topic(told: str, sent: str) -> Likeness:
    """A server cuts a topic without a word."""
    if not sent.strip():
        return Likeness.SAME if told in _UNNAMED else Likeness.ALIKE
    wanted, there = sent.strip().casefold(), told.strip().casefold()
    if there == wanted or (there.endswith(_CUT) and wanted.startswith(there.removesuffix(_CUT))):
        return Likeness.SAME
    return Likeness.OTHER
