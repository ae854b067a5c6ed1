"""The topic of an announcement: always the same, or one for each, made of its title."""

from __future__ import annotations

from typing import Final

from handlers.base import Draft
from handlers.text import plain

TITLE: Final = "{title}"
"""What stands for the post's title in the configured topic."""


def of(draft: Draft, pattern: str, limit: int) -> str:
    """The topic of this post, at most `limit` characters (code points, as the server counts)."""
    if TITLE not in pattern:
        return pattern
    room = limit - len(fixed(pattern))
    return pattern.replace(TITLE, _cut(_title(draft), max(room, 0))).strip()


def fixed(pattern: str) -> str:
    """What is the same in every topic."""
    return pattern.replace(TITLE, "")


def _title(draft: Draft) -> str:
    """The title, else the first line of the text."""
    lines = plain(draft.text).strip().splitlines()
    words = (draft.options.title or "").strip() or (lines[0] if lines else "")
    return " ".join("".join(one for one in words if one.isprintable()).split()) or "announcement"


def _cut(text: str, room: int) -> str:
    """Whole words where there are any; the server would cut anywhere, with three dots."""
    if len(text) <= room:
        return text
    kept = text[: max(room - 1, 0)]
    if " " in kept:
        kept = kept[: kept.rindex(" ")]
    return f"{kept.rstrip(' ,;:-–')}…" if room else ""
