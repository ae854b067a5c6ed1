"""Which lines of a message are code, quotes or spoilers, by the rules of Zulip's fences.

A fence is three or more backticks or tildes at the start of a line; it ends at a line of exactly the same
fence, or with the message. Quotes and spoilers hold Markdown, and so may hold fences; code and math do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_FENCE = re.compile(r"(`{3,}|~{3,})[ ]*(.*)")
_LANGUAGE = re.compile(r"\{?\.?([A-Za-z0-9_+./#-]+)[ ]*(.*)")


class Kind(Enum):
    """What a fence holds."""

    CODE = "code"
    MATH = "math"
    QUOTE = "quote"
    SPOILER = "spoiler"


@dataclass(frozen=True, slots=True)
class Opened:
    """A fence begins on this line; `rest` are the words behind its kind: a spoiler's header."""

    line: str
    number: int
    kind: Kind
    language: str
    rest: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The innermost fence ends, by a line or (an empty one) with the message."""

    line: str | None
    number: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, or with `verbatim` of code or math."""

    line: str
    number: int
    verbatim: bool = False


def scan(markdown: str) -> Iterator[Opened | Closed | Line]:
    """All lines in order, 1-based; each `Opened` has its `Closed`. A bare carriage return ends a line, as in Zulip."""
    stack: list[tuple[str, bool]] = []
    number = 0
    for number, line in enumerate(markdown.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        fence, verbatim = stack[-1] if stack else ("", False)
        opened = None if verbatim else opens(line, number)
        if stack and line.rstrip() == fence:
            stack.pop()
            yield Closed(line, number)
        elif opened is not None:
            stack.append((opened[0], opened[1].kind in (Kind.CODE, Kind.MATH)))
            yield opened[1]
        else:
            yield Line(line, number, verbatim)
    for _ in stack:
        yield Closed(None, number)


def opens(line: str, number: int) -> tuple[str, Opened] | None:
    """The fence that begins on this line, outside of code, and what it opens; the one reading of fences for all."""
    match = _FENCE.fullmatch(line)
    if match is None or "`" in match[2] or "~" in match[2]:
        return None
    after = match[2].rstrip()
    found = _LANGUAGE.fullmatch(after) if after else None
    if after and found is None:
        return None
    language, rest = (found[1], found[2].removesuffix("}")) if found else ("", "")
    kind = {
        "quote": Kind.QUOTE,
        "quoted": Kind.QUOTE,
        "math": Kind.MATH,
        "spoiler": Kind.SPOILER,
    }.get(language.lower(), Kind.CODE)
    return match[1], Opened(line, number, kind, language, rest.strip())
