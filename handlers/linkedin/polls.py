"""A poll as LinkedIn takes it: a question, two to four answers, one of four spans. (Poll API.)

The question stands in the poll itself, and the rest of the text above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from handlers.base import Poll, Problem
from handlers.linkedin import little
from handlers.text import plain

QUESTION, CHOICE = 140, 30
"""Characters."""
CHOICES: Final = range(2, 5)
_DAY: Final = 24 * 60
DURATIONS: Final = {
    1 * _DAY: "ONE_DAY",
    3 * _DAY: "THREE_DAYS",
    7 * _DAY: "SEVEN_DAYS",
    14 * _DAY: "FOURTEEN_DAYS",
}
"""Minutes -> LinkedIn's word."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A poll with its question, and the text that is left beside it."""

    poll: Poll
    question: str
    text: str


def asked(poll: Poll, title: str | None, text: str) -> Asked:
    """The poll as it goes out.

    Its question is the `title:`, else the last line that ends with a question mark, else the whole text. A text that
    would be empty without it stays: after a lost answer the post is recognised by it.
    """
    question = " ".join((title or "").split())
    rest = text
    if not question:
        lines = text.split("\n")
        at = next((n for n in reversed(range(len(lines))) if lines[n].rstrip().endswith("?")), None)
        if at is not None:
            question = lines[at].strip()
            rest = re.sub(r"\n{3,}", "\n\n", "\n".join(lines[:at] + lines[at + 1 :])).strip()
        else:
            question = " ".join(text.split())
    question = little.MENTION.sub(r"\1", question)
    choices = tuple(" ".join(plain(one).split()) for one in poll.choices)
    minutes = min(DURATIONS, key=lambda one: abs(one - poll.minutes))
    return Asked(replace(poll, choices=choices, minutes=minutes, multiple=False), question, rest or text)


def judged(wanted: Poll, made: Asked, length: int) -> Iterator[Problem]:
    """What stands in its way, and what is otherwise than it was written; `length` is that of the question."""
    choices = made.poll.choices
    if length > QUESTION:
        yield _error(
            f"the question of a poll has {length} of {QUESTION} characters. Write a shorter one in `title:`, or on a "
            "line of its own that ends with a question mark."
        )
    if not made.question:
        yield _error("a poll needs a question: write it as the text.")
    if len(choices) not in CHOICES:
        yield _error(f"a poll has two to four answers, not {len(choices)}.")
    for one in choices:
        if not one:
            yield _error("an answer of the poll is empty there. Write it in words.")
        if len(one) > CHOICE:
            yield _error(f"the answer “{one}” of the poll has {len(one)} of {CHOICE} characters. Shorten it.")
    if len(set(choices)) < len(choices):
        yield _error("two answers of the poll read alike there. Write one of them otherwise.")
    if made.poll.minutes != wanted.minutes:
        yield Problem(
            f"LinkedIn: the poll is open for {_spoken(made.poll.minutes)} there (1, 3, 7 or 14 days can be chosen)."
        )
    if wanted.multiple:
        yield Problem("LinkedIn: only one answer of the poll can be chosen there.")


def content(poll: Poll, question: str) -> dict[str, Any]:
    """As the creating request has it."""
    return {
        "question": question,
        "options": [{"text": one} for one in poll.choices],
        "settings": {"duration": DURATIONS[poll.minutes]},
    }


def _spoken(minutes: int) -> str:
    days = timedelta(minutes=minutes).days
    return f"{days} day{'s' if days != 1 else ''}"


def _error(text: str) -> Problem:
    return Problem(f"LinkedIn: {text}", error=True)
