"""Mastodon's length: graphemes, every link as long as the instance says, no server behind a handle."""

from __future__ import annotations

import re

from handlers.counting.links import MASTODON, links
from handlers.counting.units import graphemes

_HANDLE = re.compile(r"(?<![=/\w])(@[a-z0-9_]++(?:[.-]++[a-z0-9_]++)*+)@[\w.-]*\w", re.IGNORECASE)


def mastodon_length(text: str, per_url: int = 23) -> int:
    """Length as Mastodon counts it; the limit is the instance's `max_characters`.

    `per_url` is the instance's `characters_reserved_per_url`. A content warning counts too, as graphemes.
    """
    counted = [text[:0]]
    at = found = 0
    for start, end in links(text, MASTODON):
        counted.append(_HANDLE.sub(r"\1", text[at:start]))
        found, at = found + 1, end
    counted.append(_HANDLE.sub(r"\1", text[at:]))
    # a stand-in for each link keeps its neighbours from joining into one grapheme
    return graphemes("x".join(counted[1:])) + found * (per_url - 1)
