"""What happened outside is written down, even if the database is away for a moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from storage.errors import Moved, StorageError
from storage.insist import insist

AWAY = StorageError("away", passing=True)


def failing(*errors: Exception) -> Callable[[], str]:
    left = list(errors)

    def work() -> str:
        if left:
            raise left.pop(0)
        return "written"

    return work


def test_trouble_that_passes_is_waited_out() -> None:
    rested: list[float] = []
    assert insist(failing(AWAY, AWAY), (1, 2, 4), rested.append) == "written"
    assert rested == [1, 2]


def test_in_the_end_it_gives_up() -> None:
    with pytest.raises(StorageError, match="away"):
        insist(failing(*[AWAY] * 4), (1, 2, 4), lambda _: None)


@pytest.mark.parametrize("error", [Moved("moved"), StorageError("the disk is broken")])
def test_what_does_not_pass_is_told_at_once(error: StorageError) -> None:
    rested: list[float] = []
    with pytest.raises(StorageError, match=str(error)):
        insist(failing(error), (1, 2), rested.append)
    assert rested == []
