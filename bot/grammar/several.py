"""Orders that stop, said as people say them in a hurry: of several posts at once, with a reason, behind other lines.

Only what stops a post, or lets it go on, is read so generously: a post that is held by mistake goes out later, one that
was not held by mistake is out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.grammar.values import Command, Unknown

HEAD = r"(?:(?:the\s+)?(?:posts?|drafts?|cards?|numbers?|no\.?|nr\.?)\s*)?[(*]*(?:#\s*)?"
"""What may stand before a number."""
STOPS = frozenset({"hold", "cancel", "veto", "withdraw"})
"""Verbs that keep a post from going out."""
MOST = 20
"""Posts that one order may name."""
_DIGITS = 12
"""More than any number of a post has."""
_AND = r"(?:,\s*and|,|;|&|\+|/|and|und|og|och|ja|-|–|—|to|through)"
SEVERAL = rf"{HEAD}(?P<n>[0-9]+)(?P<more>(?:\s*(?:{_AND})\s*{HEAD}[0-9]+)*)(?!\w|[.:/-][0-9])[*)]*"
"""Numbers of posts: `1`, `1 and 2`, `#1, #2`, `1-3`."""
_PIECE = re.compile(rf"\s*(?P<and>{_AND})\s*{HEAD}(?P<n>[0-9]+)", re.IGNORECASE)
_SPAN = frozenset({"-", "–", "—", "to", "through"})
_MEANT = re.compile(
    r"\s*(?:$|[:;,.!?()*–—\n-]|(?:because|since|as|please|pls|plz|thanks?|now|for now)\b)", re.IGNORECASE
)
"""What stands behind a list of posts; behind anything else the second number counts something: `veto 1, 2 a day suffice`."""
_SPANS_OF_TIME = re.compile(
    r"\s*(?:more\s+)?(?:sec(?:ond)?s?|min(?:ute)?s?|h|hours?|days?|weeks?|months?|am|pm|o'clock)(?!\w)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|hei|hej|moi|terve|hallo|dear|good\s+(?:morning|day|afternoon|evening)|greetings|everybody|"
    r"(?:@\S+|@_?\*\*[^*\n]+\*\*))(?:[\s,&]+[\w'@*|.-]+){0,4}[\s,!:.–-]*",
    re.IGNORECASE,
)
_LONGEST_GREETING = 80
_LINES = 50
"""Lines among which an order is looked for."""


def meant(more: str, rest: str) -> bool:
    """Whether the numbers behind the first are posts, by what follows them."""
    return not more or _MEANT.match(rest) is not None


def counts(rest: str) -> bool:
    """Whether the number in front of this counts time and is no post's: `hold 12 more hours`."""
    return _SPANS_OF_TIME.match(rest) is not None


def number(digits: str) -> int:
    """The number that is written so; of one that no post can have, the beginning."""
    return int(digits.lstrip("0")[:_DIGITS] or "0")


def numbers(first: int, more: str) -> tuple[int, ...] | None:
    """The posts that are named, each once, in the order in which they are; None if that makes no sense."""
    found = [first]
    for piece in _PIECE.finditer(more):
        now = number(piece["n"])
        if piece["and"].casefold() not in _SPAN:
            found.append(now)
            continue
        if not found[-1] < now <= found[-1] + MOST:
            return None
        found += range(found[-1] + 1, now + 1)
    found = list(dict.fromkeys(found))
    return tuple(found) if len(found) <= MOST and all(found) else None


def behind(
    lines: Sequence[str], read: Callable[[str], Command | Unknown], begins: Callable[[str], bool]
) -> Command | None:
    """The order that stands behind a greeting or a quote, or the one that stops something behind other lines.

    `read` reads an order, `begins` tells whether a line looks like one.
    """
    polite = True
    for at, line in enumerate(lines[:_LINES]):
        if not any(c.isalnum() for c in line) or line.lstrip().startswith(">"):
            continue
        if at and polite:
            found = read("\n" * at + "\n".join(lines[at:]))
            if isinstance(found, Command):
                return found
        elif at:
            found = read("\n" * at + line)
            if isinstance(found, Command) and found.verb in STOPS and _is_plain(found, line):
                return found
        if begins(line):
            return None  # it was an order, and not understood: what follows belongs to it
        polite = polite and len(line) <= _LONGEST_GREETING and _GREETING.fullmatch(line.strip()) is not None
    return None


def _is_plain(found: Command, line: str) -> bool:
    return not found.rest or re.search(r"\b(?:because|since|reason)\b", line, re.IGNORECASE) is not None
