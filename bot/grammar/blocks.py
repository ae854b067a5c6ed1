"""Which lines of a message are code and which are quotes, by the rules of Zulip's Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.text.fences import opens

_INDENTED = re.compile(r"(?: {4}|\t)")
_QUOTED = re.compile(r" {0,3}>")
_TICKS = re.compile(r"`+")
_REPLY = re.compile(r".*@_\*\*[^*\n]+\*\*.*[:：]\s*")
"""`@_**Alice|7** [said](…):` in any of Zulip's forms and languages."""
_LONGEST_REPLY = 2000


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block that stands in no other: from the line of its fence to the line that closes it."""

    kind: str
    """`quote`, `spoiler`, `math`, or `code` for all others."""
    first: int
    last: int
    closed: bool

    @property
    def inside(self) -> range:
        """The lines between the fences."""
        return range(self.first + 1, self.last if self.closed else self.last + 1)


@dataclass(frozen=True, slots=True)
class Layout:
    """What each line (0-based) is, and the outermost fenced blocks."""

    code: tuple[bool, ...]
    quote: tuple[bool, ...]
    fenced: tuple[bool, ...]
    """In any block, or its fence."""
    blocks: tuple[Block, ...]


def layout(lines: Sequence[str]) -> Layout:
    """Walk the lines once. A fence closes with the very fence that opened it, as on Zulip."""
    code, quote, fenced, blocks = [], [], [], []
    stack: list[tuple[str, str]] = []
    first = quotes = 0
    for at, line in enumerate(lines):
        inside = stack[-1] if stack else ("", "")
        opened = None if inside[1] in {"code", "math"} else opens(line, at + 1)
        if stack and line.rstrip() == inside[0]:
            stack.pop()
            code.append(inside[1] in {"code", "math"})
            quote.append(quotes > 0)
            fenced.append(True)
            quotes -= inside[1] == "quote"
            if not stack:
                blocks.append(Block(inside[1], first, at, closed=True))
            continue
        if opened:
            kind = opened[1].kind.value
            first = at if not stack else first
            quotes += kind == "quote"
            stack.append((opened[0], kind))
        top = stack[-1][1] if stack else ""
        code.append(top in {"code", "math"} or (not stack and _is_indented(lines, at)))
        quote.append(quotes > 0 or (not stack and bool(_QUOTED.match(line))))
        fenced.append(bool(stack))
    if stack:
        blocks.append(Block(stack[0][1], first, len(lines) - 1, closed=False))
    return Layout(tuple(code), tuple(quote), tuple(fenced), tuple(blocks))


def _is_indented(lines: Sequence[str], at: int) -> bool:
    """Four blanks make code only after an empty line."""
    return at > 0 and bool(_INDENTED.match(lines[at])) and not lines[at - 1].strip()


def inline_code(line: str) -> list[tuple[int, int]]:
    """The spans of a line that stand between equal runs of backticks."""
    runs = [match.span() for match in _TICKS.finditer(line)]
    partner: list[int | None] = []
    later: dict[int, int] = {}
    for at in range(len(runs) - 1, -1, -1):
        size = runs[at][1] - runs[at][0]
        partner.append(later.get(size))
        later[size] = at
    partner.reverse()
    spans, at = [], 0
    while at < len(runs):
        end = partner[at]
        if end is None:
            at += 1
            continue
        spans.append((runs[at][0], runs[end][1]))
        at = end + 1
    return spans


def is_reply_header(line: str) -> bool:
    """Whether this is the line that Zulip puts before a quoted message."""
    return "@_**" in line and len(line) <= _LONGEST_REPLY and bool(_REPLY.fullmatch(line))


def quoted_replies(lines: Sequence[str], start: int = 0) -> tuple[list[tuple[int, Block]], int]:
    """The quoted messages that stand together at `start`: for each the line where it begins (its header, where
    it has one) and its block; and the first line after them.
    """
    by_line = {block.first: block for block in layout(lines).blocks if block.kind == "quote"}
    found: list[tuple[int, Block]] = []
    at = end = start
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        header = at if is_reply_header(lines[at]) else None
        fence = at if header is None else at + 1
        while header is not None and fence < len(lines) and not lines[fence].strip():
            fence += 1
        block = by_line.get(fence)
        if block is None:
            break
        found.append((at, block))
        at = end = block.last + 1
    return found, end
