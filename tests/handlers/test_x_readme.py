"""X's page for people is held to the code: the tests it names are there, and its numbers are those of the handler."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from handlers.x import limits, spending
from handlers.x.settings import RIGHTS

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "handlers" / "x" / "README.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(\w+/test_\w+\.py)`(?:: ((?:`test_\w+`(?:, )?)+))?", PAGE)


def test_the_table_of_features_names_tests() -> None:
    assert len(NAMED) > 20


@pytest.mark.parametrize("file, names", NAMED)
def test_every_test_that_it_names_is_there(file: str, names: str) -> None:
    text = (TESTS / file).read_text(encoding="utf-8")
    for name in re.findall(r"test_\w+", names):
        assert f"def {name}(" in text, name


def test_its_prices_and_limits_are_those_of_the_handler() -> None:
    for price in (
        spending.POST,
        spending.POST_WITH_LINK,
        spending.ALT_TEXT,
        spending.READ_USER,
        spending.READ_POST,
    ):
        assert f"| {price / 1000:.3f} |" in PAGE
    for number in (
        limits.GIF_FRAMES,
        limits.FILM_MINUTES,
        limits.PREMIUM_MINUTES,
        *limits.GIF_BOX,
        limits.ALLOWED.alt,
    ):
        assert str(number) in PAGE
    assert all(f"`{right}`" in PAGE for right in RIGHTS)
