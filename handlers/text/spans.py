"""Stretches of a line in which Markdown means nothing: code and addresses."""

from __future__ import annotations

import re
from bisect import bisect_right

Span = tuple[int, int]

_TICKS = re.compile(r"`+")
_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_URL_END = ".,;:!?*~'\"`"


def code_spans(text: str) -> list[Span]:
    """Start and end of each inline code, backticks included; a run closes only with a run as long.

    A backslash before the opening backtick keeps it from opening one, as in Zulip.
    """
    runs = [(run.start(), run.end()) for run in _TICKS.finditer(text)]
    by_size: dict[int, list[int]] = {}
    for start, end in runs:
        by_size.setdefault(end - start, []).append(start)
    spans: list[Span] = []
    done = 0
    for start, end in runs:
        if start < done or (start > 0 and text[start - 1] == "\\"):
            continue
        same = by_size[end - start]
        following = bisect_right(same, start)
        if following < len(same):
            done = same[following] + end - start
            spans.append((start, done))
    return spans


def url_at(text: str, at: int) -> int | None:
    """The end of the address that begins here, without punctuation and markup that follow it."""
    match = _URL.match(text, at)
    return _trimmed(text, match) if match else None


def url_spans(text: str) -> list[Span]:
    """All addresses with `http://` or `https://`."""
    return [(match.start(), _trimmed(text, match)) for match in _URL.finditer(text)]


def _trimmed(text: str, match: re.Match[str]) -> int:
    end = match.end()
    while end > match.start() and text[end - 1] in _URL_END:
        end -= 1
    return end


def inside(spans: list[Span], at: int) -> bool:
    """Whether this place is in one of the spans, which are in order and do not overlap."""
    before = bisect_right(spans, (at, len(spans) and spans[-1][1] + 1)) - 1
    return before >= 0 and spans[before][0] <= at < spans[before][1]
