"""Somebody who makes the bot work a lot: what they cost it is bounded, and nobody else waits for long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from town import Town, picture

from bot.actions.attaching import MOST_FILES


class Counting:
    """The chat, and how many files were read from it."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.read: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def file(self, path: str, limit: int) -> Iterator[bytes]:
        """As the chat does it."""
        self.read.append(path)
        found: Iterator[bytes] = self._real.file(path, limit)
        return found


@pytest.fixture
def counting(town: Town) -> Counting:
    counting = Counting(town.desk.chat)
    town.desk.chat = counting  # type: ignore[assignment]  # the same methods
    return counting


def test_a_draft_with_very_many_files_is_refused_before_any_is_read(town: Town, counting: Counting) -> None:
    path = town.carol.uploads(picture(), "hall.png")
    town.carol.says("@social draft\nto: mastodon\nSee\n" + f"[]({path})\n" * 150)
    assert counting.read == []
    assert town.post(1).state == "broken"
    assert f"150 files, and at most {MOST_FILES} are taken" in town.card()


def test_a_file_that_is_linked_several_times_is_read_once(town: Town, counting: Counting) -> None:
    path = town.carol.uploads(picture(), "hall.png")
    town.carol.says(
        f"@social draft\nto: mastodon\nSee [the hall]({path}) and\n\n--- mastodon\nThis [our hall]({path})"
    )
    assert counting.read == [path]
    assert "the hall" in town.card()
    assert "our hall" in town.card()
