"""A whole message of Zulip's Markdown as the plain text that platforms without markup show."""

from __future__ import annotations

import re
from collections.abc import Iterable

from handlers.text.fences import Closed, Kind, Line, Opened, scan
from handlers.text.inline import inline

_QUOTED = re.compile(r"\s*(?:>\s?)+")
_HEADING = re.compile(r"#{1,6}\s+(.*?)(?:\s+#+)?\s*")
_BULLET = re.compile(r"(\s*)[-*+]\s+(?=\S)")
_RULE = re.compile(r"\s*([-*_])(?:\s*\1){2,}\s*")
_COLUMN = re.compile(r"\s*:?-+:?\s*")
_MANY_EMPTY = re.compile(r"\n{4,}")
_DEEP = 8
"""Quotes within quotes beyond this are shown no deeper: their marks would be longer than the text."""


def plain(markdown: str) -> str:
    """What readers see where there is no markup: words, addresses, `•` lists, `>` quotes, code as text.

    Mentions become bare names, global times are written out, every newline is a newline, and two empty lines
    in a row (the author's break between the messages of a thread) stay two. No word is lost.
    """
    lines: list[str] = []
    quotes: list[bool] = []
    pending: list[str] = []

    def flush() -> None:
        depth = min(sum(quotes), _DEEP)
        lines.extend("> " * depth + line for line in _block(pending))
        pending.clear()

    events = list(scan(markdown))
    for event, following in zip(events, [*events[1:], None], strict=True):
        if isinstance(event, Line) and not event.verbatim:
            pending.append(event.line)
            continue
        flush()
        if isinstance(event, Opened):
            lines.extend("> " * min(sum(quotes), _DEEP) + line for line in _header(event, following))
            quotes.append(event.kind is Kind.QUOTE)
        elif isinstance(event, Closed):
            quotes.pop()
        else:
            lines.append("> " * min(sum(quotes), _DEEP) + event.line)
    flush()
    text = "\n".join(line.rstrip(" \t") for line in lines)
    return _MANY_EMPTY.sub("\n\n\n", text).strip("\n \t")


def _header(fence: Opened, following: Opened | Closed | Line | None) -> list[str]:
    """What is said in the line of a fence itself: a spoiler's header, or words that were no language."""
    if fence.kind is Kind.SPOILER:
        return [inline(fence.rest)] if fence.rest else []
    empty = following is None or isinstance(following, Closed)
    words = " ".join(word for word in (fence.language if empty else "", fence.rest) if word)
    return [words] if words else []


def _block(lines: list[str]) -> Iterable[str]:
    """Ordinary lines; a table is recognized by its second row."""
    at = 0
    while at < len(lines):
        if "|" in lines[at] and at + 1 < len(lines) and _is_ruler(lines[at + 1]):
            yield _row(lines[at])
            at += 2
            while at < len(lines) and "|" in lines[at]:
                yield _row(lines[at])
                at += 1
        else:
            yield _line(lines[at])
            at += 1


def _is_ruler(line: str) -> bool:
    cells = line.strip().removeprefix("|").removesuffix("|").split("|")
    return "|" in line and all(_COLUMN.fullmatch(cell) for cell in cells)


def _row(line: str) -> str:
    cells = line.strip().removeprefix("|").removesuffix("|").split("|")
    return " | ".join(inline(cell.strip()) for cell in cells)


def _line(line: str) -> str:
    quoted = _QUOTED.match(line)
    marks = quoted.group() if quoted else ""
    rest = line[len(marks) :]
    if _RULE.fullmatch(rest):
        return line
    heading = _HEADING.fullmatch(rest)
    if heading:
        return marks + inline(heading[1])
    bullet = _BULLET.match(rest)
    if bullet:
        return f"{marks}{bullet[1]}• {inline(rest[bullet.end() :])}"
    return marks + inline(rest)
