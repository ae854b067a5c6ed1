"""A character that nobody sees makes no public text of an option, and no riddle of an order."""

from __future__ import annotations

import pytest

from bot.grammar import Command, Written, parse

ACCOUNTS = ("mastodon", "linkedin", "x", "youtube", "zulip")
UNSEEN = [
    *(chr(one) for one in range(32) if chr(one) not in "\t\n\r\x0b\x0c"),
    "\x7f",
    "\x9f",
    "\u200b",
    "\u2060",
    "\ufeff",
]


@pytest.mark.parametrize("char", UNSEEN, ids=lambda one: f"U+{ord(one):04X}")
def test_an_option_with_one_in_it_is_read_or_asked_about(char: str) -> None:
    for line in (
        "ti{}tle: Secret",
        "{}title: Secret",
        "title{}: Secret",
        "to{}: mastodon",
        "{}at: friday 9:00",
        "no{}te: Secret",
    ):
        draft = parse(f"draft\n{line.format(char)}\nPublic words.", accounts=ACCOUNTS, defaults=ACCOUNTS)
        assert isinstance(draft, Written), line
        assert draft.text == "Public words." or any(one.error for one in draft.problems), (line, draft)


@pytest.mark.parametrize("char", UNSEEN, ids=lambda one: f"U+{ord(one):04X}")
def test_one_before_an_order_or_a_draft_changes_nothing(char: str) -> None:
    assert parse(f"{char}hold 12", accounts=ACCOUNTS, defaults=ACCOUNTS) == Command("hold", 12)
    draft = parse(f"{char}draft Hello", accounts=ACCOUNTS, defaults=ACCOUNTS)
    assert isinstance(draft, Written)
    assert draft.text == "Hello"
