"""No message stops the bot, whatever it repeats ten thousand times behind whatever words."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import islice

import pytest
from repeats import drawn, known, repeated, whole  # type: ignore[import-not-found]  # beside this file

from bot import grammar
from bot.replies.escape import escape, with_code
from handlers.counting import graphemes

ACCOUNTS = ("mastodon", "linkedin", "x", "zulip:news")
THOROUGH = bool(os.environ.get("FUZZ_LONG"))
"""`FUZZ_LONG=1 pytest tests/fuzz/test_repeats.py` tries each piece behind each beginning, and `FUZZ_TEXTS` drawn ones."""
TEXTS = int(os.environ.get("FUZZ_TEXTS", "20000" if THOROUGH else "60"))
SEED = int(os.environ.get("FUZZ_SEED", "8"))
LONG = 10_000 if THOROUGH else 6_000
"""Characters; Zulip's longest message has ten thousand."""
LITTLE_S = 0.25
"""Seconds that are not worth a second measure."""
AT_MOST = 120
"""Times as long as reading half as many characters one by one."""
FEW = 23
"""Characters with which a pattern that doubles with each of them can be told."""


def heard(said: str) -> object:
    """All that the lane does that hears everybody, before anything is asked of anybody."""
    grammar.stops_behind(said, name="social", user_id=7)
    grammar.stop_in_passing(said, name="social")
    grammar.quoted_card(said, name="social", user_id=7, post=1)
    text = grammar.addressed(said, name="social", user_id=7, direct=True)
    return grammar.parse(text or "", accounts=ACCOUNTS, defaults=("mastodon",), site="https://a.com")


def shown(said: str) -> None:
    """What is said back."""
    escape(said)
    with_code(said)


def judged(work: Callable[[str], object], shape: tuple[str, str, str], linear: Callable[..., None]) -> None:
    """The time grows with the message and not with its square, and is no more than its characters are worth."""
    few, eighth, said = (repeated(*shape, length) for length in (FEW, LONG // 8, LONG))
    linear(work, few, few[:3])
    taken = _seconds(work, said)
    if taken < LITTLE_S:
        return
    linear(work, said, eighth)
    reading = min(_seconds(graphemes, "é" * (LONG // 2)) for _ in range(3))
    taken = min(taken, _seconds(work, said))
    assert taken < max(LITTLE_S, AT_MOST * reading), (shape, taken, reading)


def _seconds(work: Callable[[str], object], said: str) -> float:
    begun = time.process_time()
    work(said)
    return time.process_time() - begun


def test_no_sign_that_is_repeated_stops_the_bot(linear: Callable[..., None]) -> None:
    for shape in known():
        judged(heard, (f"@social {shape[0]}", *shape[1:]), linear)


def test_no_pieces_that_are_repeated_stop_the_bot(linear: Callable[..., None]) -> None:
    for shape in (*(whole() if THOROUGH else ()), *islice(drawn(SEED), TEXTS)):
        judged(heard, (f"@social {shape[0]}", *shape[1:]), linear)


def test_no_long_lines_of_blanks_stop_the_bot(linear: Callable[..., None]) -> None:
    for line in ("# a{}b", "```{}b", "title{}x", "- a{}:", "--- x{}y"):
        long, short = ("\n".join([line.format(" " * size)] * 5) for size in (1_900, 1_900 // 8))
        linear(heard, f"@social draft\n{long}", f"@social draft\n{short}")


@pytest.mark.parametrize("end", ["", "x", " Agenda"])
def test_no_sign_that_is_said_back_stops_the_bot(end: str, linear: Callable[..., None]) -> None:
    for sign in (*"-_*~`#>|[(<.:&\\0 \t", "- ", "-  ", "` ", "1. ", "&#1;", "http://a", "-\n"):
        judged(shown, ("", sign, end), linear)
