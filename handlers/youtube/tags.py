"""The tags of a video: those of the draft and the hashtags of its text, counted as YouTube counts them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from handlers.base import Problem

LIMIT: Final = 500
"""Characters of all tags together (YouTube's video resource)."""
_HASHTAG: Final = re.compile(r"(?<![\w/&#.@-])#(\w*[^\W\d_]\w*)")
_UNWANTED: Final = re.compile(r"[<>\",\s]+")
"""Angle brackets are refused, commas and quotes stand between and around tags."""


def length(tags: Iterable[str]) -> int:
    """As YouTube adds them up: commas between tags count, and the quotes around one with a blank.

    It is not said whether a rare letter counts as one or two: it is counted as two, to be safe.
    """
    found = list(tags)
    return sum(_units(one) + 2 * (" " in one) for one in found) + max(0, len(found) - 1)


def gather(given: Iterable[str], text: str, problems: list[Problem]) -> tuple[str, ...]:
    """The given tags and the hashtags, once each whatever their case, as many as fit."""
    tags: dict[str, str] = {}
    left_out: list[str] = []
    cleaned = (_UNWANTED.sub(" ", one.strip().lstrip("#")).strip() for one in given)
    for tag in (*cleaned, *_HASHTAG.findall(text)):
        if not tag or tag.casefold() in tags or tag in left_out:
            continue
        if length([*tags.values(), tag]) <= LIMIT:
            tags[tag.casefold()] = tag
        else:
            left_out.append(tag)
    if left_out:
        told = f"YouTube takes {LIMIT} characters of tags; these are left out: {', '.join(left_out)}."
        problems.append(Problem(told))
    return tuple(tags.values())


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
