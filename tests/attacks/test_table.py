"""The table of attacks names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
TABLE = Path(__file__).with_name("README.md").read_text(encoding="utf-8")


def rows() -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in TABLE.splitlines()
        if line.startswith("| ") and "`test_" in line
    ]


def test_every_test_of_the_table_exists_where_it_says() -> None:
    assert len(rows()) > 60
    for _, _, where in rows():
        names = re.findall(r"`([^`]+)`", where)
        folder = names.pop(0) if names[0].startswith("tests/") else "tests/chat"
        source = "".join(one.read_text(encoding="utf-8") for one in (TESTS.parent / folder).glob("test_*.py"))
        assert names
        assert all(f"def {name}(" in source for name in names), names


def test_every_attack_says_in_a_sentence_what_must_happen() -> None:
    assert all(len(one) == 3 and all(one) for one in rows())


def test_every_test_of_the_attacks_on_votes_messages_and_events_is_in_the_table_or_belongs_to_it() -> None:
    """Most of them; a test that shows a detail need not be a line of its own."""
    for name in ("people", "messages", "events"):
        source = (TESTS / "chat" / f"test_attacks_{name}.py").read_text(encoding="utf-8")
        tests = re.findall(r"^def (test_\w+)\(", source, re.MULTILINE)
        missing = [one for one in tests if one not in TABLE]
        assert len(missing) <= 2, missing
