"""Who waits for something to be written is told once it is committed, and of nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from storage import cursors
from storage.database import Database


def test_what_was_written_is_told_of_once_it_is_committed(database: Database) -> None:
    told: list[str] = []

    def look() -> None:
        with database.reading() as session:
            told.append(cursors.read(session, "a"))

    database.commits.tell(look)
    before = database.commits.count
    with database.transaction() as session:
        cursors.write(session, "a", "1")
        assert database.commits.count == before
    assert (told, database.commits.count) == (["1"], before + 1)


def test_what_was_only_read_or_taken_back_is_not_told_of(database: Database) -> None:
    told: list[int] = []
    database.commits.tell(lambda: told.append(1))
    with database.transaction() as session:
        cursors.read(session, "a")
        session.execute(text("SELECT 1"))
    with pytest.raises(LookupError):
        _break_off(database)
    with database.transaction() as session:
        cursors.read(session, "a")
    assert told == []


def _break_off(database: Database) -> None:
    with database.transaction() as session:
        cursors.write(session, "a", "1")
        raise LookupError
