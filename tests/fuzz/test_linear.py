"""Eight times the text takes about eight times the time: nobody can stop the bot with ten thousand characters."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import product

import pytest
from targets import SEEDS, TARGETS, TOKENS  # type: ignore[import-not-found]  # beside this file

from handlers.counting import graphemes

THOROUGH = bool(os.environ.get("FUZZ_LONG"))
"""`FUZZ_LONG=1 pytest tests/fuzz` tries every sign; else the worst that are known."""
WORST = (
    "[",
    "](",
    "`",
    "**",
    "@**",
    "http://a.",
    "a.com ",
    "/user_uploads/1/a/",
    "alt: a\n",
    "a: b\n",
    "👩\u200d",
    "\u0301",
    "a",
    ".",
    "é.",
    "字.com",
    "1️⃣",
    "👩‍👩‍👧‍👦",
    "https://a.com/a ",
)
AT_MOST = 120
"""Times as long as reading the characters of as long a text one by one, which is slow enough a measure."""
LONG = 10_000
"""Characters; Zulip's longest message."""
HALF = LONG // 2


def repeated(token: str, length: int) -> str:
    return (token * (length // len(token) + 1))[:length]


@pytest.mark.parametrize("name", TARGETS)
def test_the_time_grows_with_the_text_and_not_with_its_square(name: str, linear: Callable[..., None]) -> None:
    for token in (*TOKENS, *SEEDS) if THOROUGH else WORST:
        linear(TARGETS[name], repeated(token, LONG), repeated(token, LONG // 8))


@pytest.mark.parametrize("name", TARGETS)
def test_no_text_takes_much_longer_than_reading_its_characters(name: str) -> None:
    """What grows with the text alone may still be far too slow: each character was counted sixty times, once."""
    reading = min(_seconds(graphemes, "é" * HALF) for _ in range(3))
    for token in (*TOKENS, *SEEDS) if THOROUGH else WORST:
        said = repeated(token, HALF)
        taken = _seconds(TARGETS[name], said)
        if taken > AT_MOST * reading:  # perhaps the machine had other work
            taken = min(_seconds(TARGETS[name], said) for _ in range(2))
        assert taken < AT_MOST * reading, (token, taken, reading)


def _seconds(work: Callable[[str], object], said: str) -> float:
    begun = time.process_time()
    work(said)
    return time.process_time() - begun


@pytest.mark.parametrize("name", TARGETS)
def test_pairs_of_signs_neither_raise_nor_hang(name: str) -> None:
    target = TARGETS[name]
    signs = [one for number, one in enumerate(TOKENS) if THOROUGH or number % 7 == 0]
    for first, second in product(signs, signs):
        target(f"{first}{second}" * 5)


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("said", SEEDS)
def test_ordinary_posts_cut_anywhere(name: str, said: str) -> None:
    for at in range(0, len(said), 3):
        TARGETS[name](said[:at])
        TARGETS[name](said[at:])


def test_a_square_is_found(linear: Callable[..., None]) -> None:
    def square(times: int) -> None:
        for _ in range(times):
            for _ in range(times):
                pass

    with pytest.raises(AssertionError):
        linear(square, 8_000, 1_000)
