"""Eight times the text takes about eight times the time: nobody can stop the bot with ten thousand characters."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from targets import SEEDS, TARGETS, TOKENS  # type: ignore[import-not-found]  # beside this file

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
)
LONG = 10_000
"""Characters; Zulip's longest message."""
TIMES = 8
SLOW_S = 0.25
"""Only what takes so long at full length is measured twice: below, noise is larger than what is measured."""
AT_MOST = 28.0
"""Times as long for eight times the text: 8 is linear, and 64 quadratic. Between them lies what a text costs only when
it is long (it becomes a thread), and a machine that does much else.
"""


def seconds(target: Callable[[str], Any], said: str, times: int) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        target(said)
        best = min(best, time.process_time() - start)
    return best


def repeated(token: str, length: int) -> str:
    return (token * (length // len(token) + 1))[:length]


@pytest.mark.parametrize("name", TARGETS)
def test_the_time_grows_with_the_text_and_not_with_its_square(name: str) -> None:
    target = TARGETS[name]
    target("x")
    for token in (*TOKENS, *SEEDS) if THOROUGH else WORST:
        whole = seconds(target, repeated(token, LONG), 1)
        if whole < SLOW_S:
            continue
        part = seconds(target, repeated(token, LONG // TIMES), 2)
        if whole / part > AT_MOST:  # perhaps the machine had other work
            whole = seconds(target, repeated(token, LONG), 3)
        assert whole / part < AT_MOST, (token, part, whole)


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
