"""A text for a Zulip channel: its Markdown as it is, but nobody is pinged by it."""

from __future__ import annotations

import re
from collections.abc import Callable

from handlers.text.fences import Line, Opened, scan
from handlers.text.spans import Span, code_spans, inside

_WILDCARDS = frozenset({"all", "everyone", "channel", "stream", "topic"})
_USER = re.compile(r"(?<!@)(?<!@_)(?:@_?)++\*\*([^*\n]+)\*\*")
_GROUP = re.compile(r"(?<!@)(?<!@_)(?:@_?)++\*([^*\n]+)\*")
_ROUNDS = 8
"""Taking one mention away may put together another (`@*@*all**`); people never write so many."""


def announcement(markdown: str) -> str:
    """The same Markdown with user mentions silent and wildcard and group mentions plain bold text.

    Code is left alone, but only where Zulip can read it as nothing else.
    """
    done: list[str] = []
    paragraph: list[str] = []

    def flush() -> None:
        if paragraph:
            done.extend(_silenced("\n".join(paragraph)).split("\n"))
            paragraph.clear()

    for event in scan(markdown):
        text = isinstance(event, Line) and not event.verbatim
        if text and event.line is not None and event.line.strip():
            paragraph.append(event.line)
            continue
        flush()
        if event.line is None:
            continue
        # the line of a fence is no code itself: a spoiler's header is shown
        done.append(_silenced(event.line, code=False) if isinstance(event, Opened) else event.line)
    flush()
    return "\n".join(done)


def _silenced(text: str, *, code: bool = True) -> str:
    for _ in range(_ROUNDS):
        silent = _pass(text, _Code(text if code else ""))
        if silent == text:
            return text
        text = silent
    return text.replace("@", "@ ")


class _Code:
    """Inline code that is code whether or not it may run over the end of a line, or of a table's cell."""

    def __init__(self, text: str) -> None:
        self._over_lines = code_spans(text)
        self._by_line: list[Span] = []
        offset = 0
        for line in text.split("\n"):
            spans = code_spans(line)
            self._by_line += [(offset + a, offset + b) for a, b in spans if "|" not in line[a:b]]
            offset += len(line) + 1

    def holds(self, at: int) -> bool:
        """Whether this place is surely code."""
        return inside(self._by_line, at) and inside(self._over_lines, at)


def _pass(text: str, code: _Code) -> str:
    silent = _replaced(_USER, text, code, _user)
    return _replaced(_GROUP, text, code, _group) if silent == text else silent


def _user(match: re.Match[str]) -> str:
    nobody = match[1].strip().lower() in _WILDCARDS or "@" in match[1]  # no name has an @ in it
    return f"**{match[1]}**" if nobody else f"@_**{match[1]}**"


def _group(match: re.Match[str]) -> str:
    return f"**{match[1]}**"


def _replaced(mention: re.Pattern[str], text: str, code: _Code, by: Callable[[re.Match[str]], str]) -> str:
    """Every mention replaced that does not begin in code. What begins there hides none that begins behind it."""
    done: list[str] = []
    at = 0
    while match := mention.search(text, at):
        if code.holds(match.start()):
            done.append(text[at : match.start() + 1])
            at = match.start() + 1
        else:
            done += (text[at : match.start()], by(match))
            at = match.end()
    return "".join([*done, text[at:]])
