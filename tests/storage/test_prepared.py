"""Prepared statements do what SQLAlchemy does with the same statement, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, event, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from storage import queue
from storage.database import Database
from storage.errors import Moved, StorageError
from storage.models import Cursor, Delivery, Post
from storage.prepared import Prepared, new_only
from storage.states import DeliveryState

Delivering = Callable[..., Delivery]
Posting = Callable[..., Post]
FOUND = Prepared(
    sa_select(
        *(col(one) for one in (Delivery.id, Delivery.account, Delivery.told, Delivery.not_before))
    ).where(col(Delivery.state) == DeliveryState.PENDING, col(Delivery.not_before) <= bindparam("now"))
)
RENAMED = Prepared(update(Cursor).where(col(Cursor.name) == bindparam("old")).values(name=bindparam("new")))
WRITTEN = new_only(Cursor)


def value(session: Session, name: str) -> str | None:
    return session.exec(select(Cursor.value).where(Cursor.name == name)).first()


def test_what_is_found_has_the_types_of_the_columns(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        one = delivering(session, account="x", not_before=now)
    expected = [(one.id, "x", False, now)]
    with database.reading() as session:
        assert list(FOUND.rows(session, {"now": now})) == expected
        assert FOUND.first(session, {"now": now - timedelta(seconds=1)}) is None


def _break_off(database: Database) -> None:
    with database.transaction() as session:
        WRITTEN.changed(session, {"name": "a", "value": "0"})
        raise LookupError


def _too_late(database: Database, seen: Delivery, now: datetime) -> None:
    with database.transaction() as session:
        seen.error = "too late"
        queue.transition(session, seen, DeliveryState.SENDING, who="bot", what="attempt 1", now=now)


def test_what_was_changed_in_the_session_before_is_seen(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        one = delivering(session, not_before=now + timedelta(days=1))
        one.not_before = now
        session.add(one)
        assert FOUND.first(session, {"now": now}) is not None


def test_what_is_written_goes_with_its_transaction_and_is_told_of(database: Database) -> None:
    told: list[int] = []
    database.commits.tell(lambda: told.append(1))
    with pytest.raises(LookupError):
        _break_off(database)
    assert told == []
    with database.transaction() as session:
        assert value(session, "a") is None
        assert WRITTEN.changed(session, {"name": "a", "value": "1"}) == 1
        assert WRITTEN.changed(session, {"name": "a", "value": "2"}) == 0
        assert RENAMED.changed(session, {"old": "a", "new": "b"}) == 1
        assert RENAMED.changed(session, {"old": "a", "new": "b"}) == 0
        assert value(session, "b") == "1"
    assert told == [1]


def test_who_listens_for_statements_hears_of_it(database: Database) -> None:
    heard: list[tuple[str, Any]] = []

    def hear(_c: Any, _cursor: Any, words: str, values: Any, *_: Any) -> None:
        heard.append((words, values))

    event.listen(database._engine, "before_cursor_execute", hear)
    with database.transaction() as session:
        WRITTEN.changed(session, {"name": "a", "value": "1"})
    assert [one for one in heard if "INSERT INTO cursor" in one[0] and "'a'" in str(one[1])]


def test_what_only_reads_cannot_write_by_it(database: Database) -> None:
    with pytest.raises(StorageError, match="cannot be written"), database.reading() as session:
        WRITTEN.changed(session, {"name": "a", "value": "1"})


def test_a_list_is_refused(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    some = Prepared(select(Cursor.name).where(col(Cursor.name).in_(["a", "b"])))
    with pytest.raises(ValueError, match="list"), database.reading() as session:
        some.rows(session)
    database.close()


def test_a_value_that_is_not_given_is_no_null(sqlite_url: str, now: datetime) -> None:
    database = Database(sqlite_url)
    with database.reading() as session:
        assert FOUND.first(session, {"now": now}) is None
        with pytest.raises(KeyError):
            FOUND.first(session)
    database.close()


def test_a_state_changes_with_what_else_was_changed_in_one_statement(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    """And of a row that somebody else changed meanwhile, nothing is."""
    with database.transaction() as session:
        one = delivering(session)
    with database.reading() as session:
        seen = session.get_one(Delivery, one.id)
    said: list[str] = []
    event.listen(database._engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    with database.transaction() as session:
        one = session.get_one(Delivery, one.id)
        one.error, one.attempts = "It was there already.", 3
        queue.transition(session, one, DeliveryState.CANCELLED, who="Bob", what="cancelled", now=now)
    assert len([words for words in said if words.startswith("UPDATE")]) == 1
    with database.reading() as session:
        row = session.get_one(Delivery, one.id)
    assert (row.state, row.error, row.attempts, row.settled_at) == (
        "cancelled",
        "It was there already.",
        3,
        now,
    )
    with pytest.raises(Moved):
        _too_late(database, seen, now)
    with database.reading() as session:
        assert session.get_one(Delivery, one.id).error == "It was there already."
