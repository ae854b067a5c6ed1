"""Orders that stop, said as people say them in a hurry: of several posts at once, with a reason, behind other lines.

Only what stops a post, or lets it go on, is read so generously: a post that is held by mistake goes out later, one that
was not held by mistake is out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.grammar.values import Command, Unknown

HEAD = r"(?:(?:the\s++)?(?:posts?|drafts?|cards?|numbers?|no\.?|nr\.?)\s*+)?[(\[*\"'“`]{0,8}+(?:#\s*+)?"
"""What may stand before a number; of a row of signs the last few, or each would be looked at once for every one before it."""
STOPS = frozenset({"hold", "cancel", "veto", "withdraw"})
"""Verbs that keep a post from going out."""
BRAKES = frozenset({"hold", "veto"})
"""Of these, those that are taken back as easily as they are said."""
MOST = 20
"""Posts that one order may name."""
_DIGITS = 12
"""More than any number of a post has."""
WITHOUT_END = 10_000
_SPANS = r"(?:-|–|—|to|through)"
_LINK = (
    rf"(?:[ \t]*+{_SPANS}[ \t]*+(?={HEAD}[0-9])|(?:\n[ \t]*+[-•–]\s|[\s,;&+/)*`'\"”]|"
    r"(?:and|und|og|och|ja|or|plus|also|then|both|as\s+well\s+as)(?!\w))++)"
)
"""What may stand between two numbers of posts."""
_END = r"(?:\]\([^\s()]*+\))?+"
"""Of a number that is a link, as the plan shows it."""
SEVERAL = rf"{HEAD}(?P<n>[0-9]+){_END}(?P<more>(?:{_LINK}{HEAD}[0-9]+{_END})*)(?!\w|[.:/-][0-9])[*)`'\"”]*+"
"""Numbers of posts: `1`, `1 and 2`, `#1, #2`, `1 2`, `1-3`; and one on each line."""
_PIECE = re.compile(rf"(?P<link>{_LINK}){HEAD}(?P<n>[0-9]+)", re.IGNORECASE)
_SPAN = frozenset({"-", "–", "—", "to", "through"})
_MEANT = re.compile(
    r"\s*(?:$|[:;,.!?()*–—\n-]|(?:because|since|as|please|pls|plz|thanks?|now|for now|on hold|off hold)\b)",
    re.IGNORECASE,
)
"""What stands behind a list of posts, whatever is ordered of them."""
_VAGUE = re.compile(r"(?<!\w)or(?!\w)|[0-9]\s++[0-9]", re.IGNORECASE)
"""Between numbers of which each is approved: which of them is meant, or whether that is one number, is not certain."""
_OR = re.compile(r"(?<!\w)or(?!\w)", re.IGNORECASE)
_CHAIN = re.compile(
    rf"(?![0-9]{{4}}-[0-9])[0-9]++\s*+{_SPANS}\s*+#?[0-9]++\s*+{_SPANS}\s*+#?[0-9]", re.IGNORECASE
)
_BUT = re.compile(
    rf"[0-9]++(?:\s*+(?:{_SPANS}|,|and)\s*+#?[0-9]++)++\s++(?:but|except|without|not)(?!\w)", re.IGNORECASE
)
_AND = re.compile(r"(?<!\w)(?:and|und|og|och|ja|both|plus|as\s+well\s+as)(?!\w)|[&+]", re.IGNORECASE)
_THINGS = re.compile(
    r"\s*(?:(?:more|other|new|extra|of)\s+)?(?:more|others?|posts?|drafts?|cards?|people|persons?|places?|seats?|times?|"
    r"pictures?|images?|photos?|links?|typos?|mistakes?|errors?|words?|characters?|percent|st|nd|rd|th|of)(?!\w)",
    re.IGNORECASE,
)
"""What is counted: the number in front of it is hardly a post's."""
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


def meant(verb: str, more: str, rest: str) -> bool:
    """Whether the numbers behind the first are posts, by what follows them: whoever brakes is not asked for signs; what stops
    for good needs an `and`, or one.
    """
    if verb == "approve" and _VAGUE.search(f"0{more}"):
        return False
    if not more or _MEANT.match(rest) is not None:
        return True
    if counts(rest) or _THINGS.match(rest) is not None:
        return False
    return verb in BRAKES or (verb in STOPS and _AND.search(more) is not None)


def is_vague(verb: str, said: str, more: str) -> bool:
    """Whether which of these posts is meant is not certain, for an order that brings out or stops for good."""
    if verb in BRAKES:
        return False
    return _OR.search(more) is not None or _CHAIN.match(said) is not None or _BUT.match(said) is not None


def counts(rest: str) -> bool:
    """Whether the number in front of this counts time and is no post's: `hold 12 more hours`."""
    return _SPANS_OF_TIME.match(rest) is not None


def number(digits: str) -> int:
    """The number that is written so; of one that no post can have, the beginning."""
    return int(digits.lstrip("0")[:_DIGITS] or "0")


def numbers(first: int, more: str, most: int = MOST) -> tuple[int, ...] | None:
    """The posts that are named, each once, in the order in which they are; None if that makes no sense."""
    found = [first]
    for piece in _PIECE.finditer(more):
        now = number(piece["n"])
        if piece["link"].strip().casefold() not in _SPAN or "\n" in piece["link"]:
            found.append(now)
            continue
        if not found[-1] < now <= found[-1] + MOST:
            return None
        found += range(found[-1] + 1, now + 1)
    found = list(dict.fromkeys(found))
    return tuple(found) if len(found) <= most and all(found) else None


def is_greeting(line: str) -> bool:
    """Whether this is no more than a greeting."""
    return len(line) <= _LONGEST_GREETING and _GREETING.fullmatch(line.strip()) is not None


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
        polite = polite and is_greeting(line)
    return None


def _is_plain(found: Command, line: str) -> bool:
    return not found.rest or re.search(r"\b(?:because|since|reason)\b", line, re.IGNORECASE) is not None
