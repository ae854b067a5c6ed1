"""Times in the languages of the people: every way to read them as English words.

`readings` gives them; where two make different times of one text, the reader asks which is meant (`bot.when.agree`). A
reading is whole in a language, or mixes English with it, which counts only where no language reads the text alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from bot.when.tongues.lexicon import EVERY, LANGUAGES, MASKS, TOKEN, Meaning, is_english, lexicon, longest
from bot.when.words import DAY_NAMES, MONTH_NAMES

__all__ = ["LANGUAGES", "Pick", "Reading", "named", "names_day", "readings"]

_MOST = 64
"""Readings of one text that are looked at; nobody writes so many words with two meanings."""
_SHORTEST = 3
"""Letters that may be a word of their own behind a number: `14uhr`, but `2nd` and `9am`."""


@dataclass(frozen=True, slots=True)
class Pick:
    """One phrase of a text, and what it is taken for."""

    written: str
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class _Piece:
    """A phrase that means something, or what lies between two."""

    text: str
    meanings: tuple[Meaning, ...]
    dotted: bool
    """A point stood behind it, as behind what is shortened."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in English."""

    words: str
    picks: tuple[Pick, ...] = ()
    mixed: bool = False
    """Only English and another language together read it so."""
    stray: bool = False
    """A word of it was taken for one that says nothing: never the right one, but perhaps the one that was meant."""


def readings(words: str, languages: Collection[str] = LANGUAGES) -> list[Reading]:
    """Every reading of tidied words in these languages and English; those that need no mixing first. Never empty."""
    allowed = sum(MASKS[one] for one in {*languages, "en"})
    pieces = [] if "<" in words else list(_pieces(words, allowed))
    choices = [[Pick(one.text, meaning) for meaning in one.meanings] for one in pieces if one.meanings]
    if not choices or prod(map(len, choices)) > _MOST:
        return [Reading(words)]
    found: dict[str, Reading] = {}
    every = (_reading(pieces, picks) for picks in product(*choices))
    for one in sorted((one for one in every if one), key=lambda one: (one.mixed, one.stray)):
        found.setdefault(one.words, one)
    return [*found.values()] or [Reading(words)]


def _reading(pieces: Sequence[_Piece], picks: Sequence[Pick]) -> Reading | None:
    shared = mixed = EVERY
    for pick in picks:
        shared &= pick.meaning.languages
        mixed &= EVERY if pick.meaning.languages & MASKS["en"] else pick.meaning.languages
    stray = any(pick.meaning.stray for pick in picks)
    if not shared and (stray or not mixed):
        return None
    left = iter(picks)
    said = "".join(_said(next(left), piece) if piece.meanings else piece.text for piece in pieces)
    return Reading(" ".join(said.split()), tuple(picks), not shared, stray)


def _said(pick: Pick, piece: _Piece) -> str:
    """The English words of a phrase, with its numbers; English itself stays as it was written."""
    words, written = pick.meaning.words, pick.written
    if pick.meaning.languages & MASKS["en"] and (words == written or "#" in words or is_english(written)):
        return written + "." * piece.dotted
    for number in (one for one in TOKEN.findall(written) if one[0].isdigit()):
        words = words.replace("#", number, 1)
    return f" {words} "


def _pieces(words: str, allowed: int) -> Iterator[_Piece]:
    tokens = TOKEN.findall(words)
    has_number = any(one[0].isdigit() for one in tokens)
    at = 0
    while at < len(tokens):
        end, meanings = _phrase(tokens, at, allowed, short=has_number)
        dotted = bool(meanings) and tokens[end : end + 1] == ["."]
        end = end if meanings else at + 1
        yield _Piece("".join(tokens[at:end]), meanings, dotted)
        at = end + dotted


def _phrase(tokens: Sequence[str], at: int, allowed: int, *, short: bool) -> tuple[int, tuple[Meaning, ...]]:
    """The longest phrase that begins at this token: where it ends, and what it means; nothing if there is none."""
    most = longest().get(_shape(tokens[at]), 0)
    if not most or _is_part(tokens, at):
        return at, ()
    ends: list[tuple[int, str]] = []
    key = ""
    for end in range(at, min(len(tokens), at + 3 * most)):
        if tokens[end].isspace() or (tokens[end] == "." and key):
            continue
        key = f"{key} {_shape(tokens[end])}" if key else _shape(tokens[end])
        ends.append((end + 1, key))
        if len(ends) == most:
            break
    known = lexicon()
    for end, phrase in reversed(ends):
        if phrase in known and not _in_path(tokens, end - 1) and _has_minutes(tokens[at:end], phrase):
            found = tuple(
                one for one in known[phrase] if one.languages & allowed and (short or not one.short)
            )
            if any(not one.stray for one in found):
                return end, tuple(replace(one, languages=one.languages & allowed) for one in found)
    return at, ()


def _shape(token: str) -> str:
    """Its place in a phrase: a number is `#` there, and so the sign itself is nothing."""
    if token == "#":  # noqa: S105  a sign, no secret
        return ""
    return "#" if token[0].isdigit() else token


def _is_part(tokens: Sequence[str], at: int) -> bool:
    """Whether this token belongs to something that is read as it is: `2nd`, `europe/oslo`."""
    behind_number = at > 0 and tokens[at - 1][0].isdigit() and tokens[at][0].isalpha()
    return _in_path(tokens, at) or (behind_number and len(tokens[at]) < _SHORTEST)


def _in_path(tokens: Sequence[str], at: int) -> bool:
    return bool({"/", "_", "@"}.intersection((*tokens[max(0, at - 1) : at], *tokens[at + 1 : at + 2])))


def _has_minutes(tokens: Sequence[str], phrase: str) -> bool:
    """Whether the second number of `14 h 30` has two digits; a phrase with one number has no need of it."""
    numbers = [one for one in tokens if one[0].isdigit()]
    return phrase.count("#") < 2 or (numbers[-1].isdigit() and len(numbers[-1]) == 2)  # noqa: PLR2004


def named(languages: int) -> str:
    """`German and Dutch`, of a set of languages."""
    names = [name for code, name in LANGUAGES.items() if languages & MASKS[code]]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def names_day(words: str) -> bool:
    """Whether tidied words name a day, a month, `tomorrow` or `now` in another language than English, by a whole name."""
    found = (meaning for piece in _pieces(words, EVERY - MASKS["en"]) for meaning in piece.meanings)
    return any(not one.short and one.words in _NAMES for one in found)


_NAMES = {
    "today", "tonight", "tomorrow", "day after tomorrow", "now", "noon", "midnight",
    *(one.casefold() for one in (*DAY_NAMES, *MONTH_NAMES)),
}  # fmt: skip
