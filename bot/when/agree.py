"""One answer of all the ways to read a text in the languages of the people; where they differ, a question."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from bot.when.tongues import Reading, named, readings
from bot.when.words import DAY_NAMES, MONTH_NAMES, Ask, ask, quoted

Found = TypeVar("Found")

_NAMES = {one.casefold(): one for one in (*DAY_NAMES, *MONTH_NAMES)}
_TELLING = {"today", "tomorrow", "tonight", "morning", "afternoon", "evening"}
"""What else is said of a word's meaning; of others only that it is another word."""
_OFFERED = 3
_LOST = re.compile(r"I do not understand `([^`]*)`")


def agreed(
    words: str,
    languages: Collection[str],
    understand: Callable[[str], Found | Ask | None],
    spell: Callable[[Found, str], str],
) -> Found | Ask | None:
    """What tidied words mean, if they mean one thing in all the languages that can read them, else a question.

    `understand` reads English words: None, or a question that is not `possible`, where they cannot be meant. `spell` writes
    what was understood, of these English words, so that it can be understood again.
    """
    every = readings(words, languages)
    if len(every) == 1:
        return _in_their_words(understand(every[0].words), words)
    answers = [(one, understand(one.words)) for one in every]
    likely = [(one, answer) for one, answer in answers if _is_possible(answer)]
    for is_mixed in (False, True):
        chosen = [(one, answer) for one, answer in likely if one.mixed == is_mixed and not one.stray]
        if chosen:
            break
    else:
        found = _fullest([answer for one, answer in answers if not one.stray] or [answers[0][1]])
        return _in_their_words(found, words)
    chosen += [(one, answer) for one, answer in likely if one.stray]
    distinct: list[tuple[Reading, Found | Ask | None]] = []
    for one, answer in chosen:
        if all(answer != other for _, other in distinct):
            distinct.append((one, answer))
    if len(distinct) == 1:
        return distinct[0][1]
    offers = [_offer(one, answer, spell) for one, answer in distinct]
    return ask(_difference([one for one, _ in distinct]), *[one for one in offers if one][:_OFFERED])


def _is_possible(answer: object) -> bool:
    return answer is not None and (not isinstance(answer, Ask) or answer.possible)


def _fullest(answers: Sequence[Found | Ask | None]) -> Found | Ask | None:
    """Of answers that all lead nowhere, the one that says most: `two days` rather than `I do not understand`."""
    asked = [one for one in answers if isinstance(one, Ask)]
    known = [one for one in asked if not one.what.startswith("I do not understand")]
    return known[0] if known else asked[0] if asked else answers[0]


def _in_their_words(answer: Found | Ask | None, words: str) -> Found | Ask | None:
    """A question about an English word that nobody wrote, as one about what was written."""
    lost = _LOST.match(answer.what) if isinstance(answer, Ask) else None
    if not isinstance(answer, Ask) or lost is None:
        return answer
    if re.search(rf"(?<!\w){re.escape(lost[1])}(?!\w)", words):
        return answer
    return ask(f"{lost[0].replace(lost[1], quoted(words)[1:-1])} in a time", *answer.offers, possible=False)


def _offer(reading: Reading, answer: Found | Ask | None, spell: Callable[[Found, str], str]) -> str:
    if isinstance(answer, Ask):
        return answer.offers[0] if answer.offers else ""
    return spell(answer, reading.words) if answer is not None else ""


def _difference(found: Sequence[Reading]) -> str:
    """`mar` is Tuesday in French, March in English and Danish."""
    for at, pick in enumerate(found[0].picks):
        meanings = {one.picks[at].meaning.words: one.picks[at].meaning for one in found}
        if len(meanings) > 1:
            said = (_said(pick.written, words, one.languages) for words, one in meanings.items())
            return f"{quoted(pick.written)} is {'; '.join(said)}"
    return "That means different times in different languages"


def _said(written: str, words: str, languages: int) -> str:
    said = _NAMES.get(words, words if words in _TELLING else "another word")
    return f"{said} in {'English' if words in {'', written} else named(languages)}"
