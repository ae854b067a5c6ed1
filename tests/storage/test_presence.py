"""Which copies are gone: known soon of those that died, and never said of those that live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from storage import queue
from storage.chair import BEAT_S, STALE_S
from storage.database import Database
from storage.models import Delivery
from storage.presence import GONE_S, _Shared, presence_of

Delivering = Callable[..., Delivery]


class Watch:
    """The clock of the copies' machine, moved by the test."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Copies:
    """Two copies on one database; the first has claimed something."""

    def __init__(self, url: str, delivering: Delivering, now: datetime) -> None:
        self.watch = Watch()
        self.databases = Database(url), Database(url)
        self.first = _Shared(self.databases[0], "one", "here", self.watch)
        self.second = _Shared(self.databases[1], "two", "here", self.watch)
        self.first.beat()
        self.second.beat()
        with self.databases[0].transaction() as session:
            delivering(session)
        with self.databases[0].transaction() as session:
            assert queue.claim(session, now, timedelta(minutes=5), "one") is not None

    def pass_by(self, seconds: float, *beating: _Shared) -> None:
        """Time passes, in which these copies beat."""
        for _ in range(int(seconds / BEAT_S)):
            self.watch.now += BEAT_S
            for one in beating:
                one.beat()

    def cut(self) -> None:
        """The server ends every connection, as a restart of it does."""
        with self.databases[1].transaction() as session:
            session.connection().execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            )


@pytest.fixture
def copies(postgres_url: str, delivering: Delivering, now: datetime) -> Iterator[Copies]:
    made = Copies(postgres_url, delivering, now)
    yield made
    for one, database in zip((made.first, made.second), made.databases, strict=True):
        one.leave()
        database.close()


def test_the_only_process_on_sqlite_is_always_present(sqlite_url: str) -> None:
    presence = presence_of(Database(sqlite_url), "one", "here")
    presence.beat()
    assert presence.present()
    assert presence.gone() == frozenset()
    presence.leave()


def test_who_lives_is_never_gone_whatever_it_has_claimed(copies: Copies) -> None:
    copies.pass_by(60, copies.first, copies.second)
    assert copies.first.present()
    assert copies.second.gone() == frozenset()


def test_who_died_is_gone_after_some_seconds(copies: Copies) -> None:
    copies.first.leave()
    copies.pass_by(GONE_S, copies.second)
    assert copies.second.gone() == frozenset(), "it may only have lost its connection"
    copies.pass_by(BEAT_S, copies.second)
    assert copies.second.gone() == {"one"}


def test_who_has_claimed_nothing_is_of_no_concern(copies: Copies) -> None:
    copies.second.leave()
    copies.pass_by(60, copies.first)
    assert copies.first.gone() == frozenset()


def test_a_copy_whose_connection_was_cut_takes_its_lock_again_in_time(copies: Copies) -> None:
    for _ in range(5):
        copies.cut()
        copies.pass_by(3 * BEAT_S, copies.first, copies.second)
        assert copies.second.gone() == frozenset()
    assert copies.first.present()


def test_after_a_cut_of_its_own_a_copy_begins_to_look_anew(copies: Copies) -> None:
    copies.first.leave()
    copies.pass_by(GONE_S, copies.second)
    copies.cut()
    copies.pass_by(2 * BEAT_S, copies.second)
    assert copies.second.gone() == frozenset()
    copies.pass_by(GONE_S + BEAT_S, copies.second)
    assert copies.second.gone() == {"one"}


def test_a_copy_that_slept_knows_nothing_of_the_others(copies: Copies) -> None:
    copies.first.leave()
    copies.pass_by(GONE_S + BEAT_S, copies.second)
    assert copies.second.gone() == {"one"}
    copies.watch.now += STALE_S
    assert copies.second.gone() == frozenset()
    assert not copies.second.present()
    copies.second.beat()
    assert copies.second.gone() == frozenset(), "it begins to look anew"


def test_a_new_copy_that_claims_between_two_looks_is_not_gone(
    copies: Copies, postgres_url: str, delivering: Delivering, now: datetime
) -> None:
    copies.pass_by(60, copies.first, copies.second)
    database = Database(postgres_url)
    third = _Shared(database, "three", "here", copies.watch)
    third.beat()
    with database.transaction() as session:
        delivering(session, "x")
    with database.transaction() as session:
        assert queue.claim(session, now, timedelta(minutes=5), "three") is not None
    assert copies.second.gone() == frozenset()
    copies.pass_by(BEAT_S, copies.first, copies.second, third)
    assert copies.second.gone() == frozenset()
    third.leave()
    database.close()


def test_a_copy_that_works_in_another_folder_is_seen_as_long_as_it_lives(postgres_url: str) -> None:
    database = Database(postgres_url)
    first, second, third = (
        presence_of(database, who, folder) for who, folder in (("1", "here"), ("2", "here"), ("3", "there"))
    )
    for one in (first, second):
        one.beat()
    assert not first.elsewhere()
    assert not second.elsewhere()
    third.beat()
    assert third.elsewhere()
    assert first.elsewhere()
    third.leave()
    assert not first.elsewhere()
    third.beat()
    first.leave()
    second.leave()
    assert not third.elsewhere()
    third.leave()
    database.close()
