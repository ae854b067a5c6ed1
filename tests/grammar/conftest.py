"""A community with five accounts, and how its messages are read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.grammar import Said, Written, parse

ACCOUNTS = ("mastodon", "linkedin", "x", "youtube", "zulip")
DEFAULTS = ("mastodon", "linkedin", "x")

Read = Callable[[str], Said]


@pytest.fixture
def drafted() -> Callable[[str], Written]:
    """Reads a text that must be a draft."""

    def read(text: str) -> Written:
        said = parse(text, accounts=ACCOUNTS, defaults=DEFAULTS)
        assert isinstance(said, Written), said
        return said

    return read


@pytest.fixture
def said() -> Read:
    """Reads any text."""
    return lambda text: parse(text, accounts=ACCOUNTS, defaults=DEFAULTS)
