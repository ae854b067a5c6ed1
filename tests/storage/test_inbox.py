"""The inbox on both databases: twice is one row, what is done goes, what was heard meanwhile stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import inbox
from storage.database import Database
from storage.inbox import Heard, Inbox, Kind


def rows(database: Database) -> Sequence[Inbox]:
    with database.reading() as session:
        return [
            row
            for person in inbox.turns(session, set(Kind))
            for row in inbox.of(session, person, set(Kind), 99)
        ]


def test_what_is_heard_again_while_it_is_worked_off_is_worked_off_again(
    database: Database, now: datetime
) -> None:
    heard = Heard(1, Kind.VOTE, 7, now, 3)
    with database.transaction() as session:
        inbox.write(session, [heard])
    (row,) = rows(database)
    with database.transaction() as session:
        inbox.write(session, [heard])
        inbox.done(session, [row])
    (row,) = rows(database)
    with database.transaction() as session:
        inbox.done(session, [row])
    assert rows(database) == []


def test_an_edit_is_as_old_as_its_first_news(database: Database, now: datetime) -> None:
    """Who edits again and again does not keep the edit from being read."""
    old = now.replace(year=2020)
    for at in (now, old, now):
        with database.transaction() as session:
            inbox.write(session, [Heard(1, Kind.EDIT, 7, at, 3)])
    assert [(row.heard_at, row.times) for row in rows(database)] == [(old, 3)]


def test_an_order_that_was_obeyed_keeps_nothing_back(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        inbox.write(session, [Heard(1, Kind.ORDER, 7, now, 3, "hold"), Heard(2, Kind.QUESTION, 7, now)])
    (row, _) = rows(database)
    with database.transaction() as session:
        assert [one.id for one in inbox.about(session, [3])] == [row.id]
        assert inbox.about(session, [4]) == []
        inbox.answered(session, row, "It is held.", None)
        assert inbox.about(session, [3]) == []


def test_of_no_known_post_is_of_every_post(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        inbox.write(session, [Heard(1, Kind.ORDER, 7, now)])
        assert len(inbox.about(session, [3])) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(list(Kind)), st.integers(1, 3)), max_size=12))
def test_there_is_one_row_for_each_thing(sqlite_url: str, said: list[tuple[int, Kind, int]]) -> None:
    now = datetime.fromisoformat("2026-11-23T08:00:00+00:00")
    database = Database(sqlite_url)
    with database.transaction() as session:
        inbox.clear(session)
        inbox.write(session, [Heard(message, kind, person, now) for message, kind, person in said])
    found = {(row.message_id, Kind(row.kind), row.person_id) for row in rows(database)}
    database.close()
    assert found == set(said)
