"""The words of time, and the tidying that every reader here begins with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 200
"""Characters; nobody needs more for one time."""

_ECHO = 40

MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

MONTHS = {name.lower(): number for number, name in enumerate(MONTH_NAMES, 1)}
MONTHS |= {name.lower()[:3]: number for number, name in enumerate(MONTH_NAMES, 1)} | {"sept": 9}

DAYS = {name.lower(): number for number, name in enumerate(DAY_NAMES)}
DAYS |= {name.lower()[:3]: number for number, name in enumerate(DAY_NAMES)}
DAYS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
DAYS |= {f"{name}s": number for name, number in DAYS.items() if name.endswith("day")}

NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
}


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of these words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


MONTH = any_of(MONTHS)
DAY = any_of(DAYS)


@dataclass(frozen=True, slots=True)
class Ask:
    """Not clear enough to act on: what is unclear, and how to write it."""

    question: str
    offers: tuple[str, ...] = ()
    """Answers that would be understood; they stand in the question too."""
    what: str = ""
    """The question without its offers."""
    possible: bool = True
    """Whether the words can be what somebody meant, though something is missing; not where they contradict themselves."""


def ask(what: str, *offers: str, possible: bool = True) -> Ask:
    """A question that ends in its offers: `what: write `a` or `b`.`"""
    offers = tuple(dict.fromkeys(offers))
    if not offers:
        return Ask(what if what[-1] in ".?" else f"{what}.", (), what, possible)
    write = " Write" if what[-1] in ".?" else ": write"
    return Ask(f"{what}{write} {' or '.join(f'`{offer}`' for offer in offers)}.", offers, what, possible)


def quoted(text: str) -> str:
    """What somebody wrote, short enough and harmless enough to be said back in code marks."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).replace("`", "'").split())
    return f"`{plain if len(plain) <= _ECHO else plain[: _ECHO - 1] + '…'}`"


_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_QUOTES = {ord("’"): "'", ord("‘"): "'", ord("“"): " ", ord("”"): " ", ord('"'): " ", ord("`"): " "}


def tidy(text: str) -> str:
    """Small letters, plain dashes and quotes, single blanks, no invisible characters."""
    text = unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_QUOTES)
    text = "".join(" " if c.isspace() else c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(text.casefold().split())
