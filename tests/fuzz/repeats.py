"""Messages that repeat one piece up to the longest message, behind every beginning that the grammar knows.

A pattern that begins anew inside a run of signs takes the square of the run, and holds the interpreter meanwhile; but only
behind the words that lead to it. So each beginning is drawn with each piece, and with pieces of two.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

from targets import TOKENS  # type: ignore[import-not-found]  # beside this file

from bot.grammar.known import KNOWN
from bot.grammar.verbs import VERBS
from bot.when.tongues.lexicon import lexicon
from bot.when.words import DAYS, MONTHS

FIRST = ("hold all ", "x ", "alt 1 1 ", "what ")
"""Beginnings that lead to most of the patterns, and to no text, which takes longer."""
BEGINNINGS = tuple(
    dict.fromkeys(
        (
            *FIRST,
            *(f"{verb.sample} " for verb in VERBS),
            *(f"{word} " for verb in VERBS for word in verb.words if word.isalpha()),
            *(f"{example} " for verb in VERBS for example in verb.examples),
            *(f"draft\n{name}: a" for name in KNOWN),
            *("hold 1, ", "hold 1 because ", "move 1 to ", "cancel all ", "not ", "1", "put 1", "draft a", "draft\n# a", "edit 1 at: "),
            *("@**social** a [b](/user_uploads/1/a.png", "draft [a](/user_uploads/1/a.png) ", "x @social @social "),
        )
    )
)  # fmt: skip
SIGNS = (*"[](){}<>`*_~|@#$&\\/:;,.!?'\"“”=%^+-0a é", "\n", "\t", "\u2028", "- ", "1 ", " (", "\n\n ")
TOLD = (
    "\n",
    "-move 1 to ",
    "move 1 to _",
    "or |move 1 to ",
    "(hold 1\nmove 1 to ",
    "3. 10:00 hold 1 because 2 ",
    "`[**",
    '("',
    "(1",
)
"""What attackers found, in two."""
PIECES = tuple(
    dict.fromkeys(
        (
            *SIGNS,
            *TOLD,
            *TOKENS,
            *(f"{word} {tail}" for verb in VERBS for word in verb.words for tail in ("", "1 ", "1\n")),
            *(f"{name}: a\n" for name in KNOWN),
            *(f"{word} " for word in (*DAYS, *MONTHS, *sorted(lexicon()))),
            *("and ", "because ", "the ", "please ", "all ", "post ", "no ", "until ", "```quote\n", "@social ", "10:00 ", "30.11. "),
        )
    )
)  # fmt: skip
ENDS = ("", "x", " 1", "\nx")
"""What follows the run: many patterns only fail there."""


def repeated(beginning: str, piece: str, end: str, length: int) -> str:
    """A message of that many characters, and a few more."""
    return beginning + (piece * (length // len(piece) + 1))[:length] + end


def known() -> Iterator[tuple[str, str, str]]:
    """Each sign behind two beginnings, and what attackers found."""
    yield from product(FIRST[:2], SIGNS, ("",))
    yield from product(FIRST, TOLD, ("",))


def whole() -> Iterator[tuple[str, str, str]]:
    """Each piece behind each beginning."""
    yield from product(BEGINNINGS, PIECES, ("", "x"))


def drawn(seed: int) -> Iterator[tuple[str, str, str]]:
    """Pieces of one, two or three behind any beginning, without end."""
    chance = random.Random(seed)  # noqa: S311 - texts, no secret
    while True:
        piece = "".join(chance.choices(PIECES, k=chance.choice((1, 2, 2, 3))))
        yield chance.choice(BEGINNINGS), piece, chance.choice(ENDS)
