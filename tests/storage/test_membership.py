"""Which copies live and which one leads: known soon of those that died or hang, and never said of those that live."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text

from storage import queue, staging
from storage.database import Database
from storage.errors import StorageError
from storage.membership import BEAT_S, GONE_S, STALE_S, Membership, Shared, membership_of
from storage.models import Delivery, Post
from storage.states import DeliveryState

Delivering = Callable[..., Delivery]


class Watch:
    """The clock of the copies' machine, moved by the test."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Copies:
    """Two copies on one database; the first leads and has claimed something."""

    def __init__(self, url: str, delivering: Delivering, now: datetime) -> None:
        self.watch = Watch()
        self.databases = Database(url), Database(url)
        self.one, self.two = (Shared(database, "here", self.watch) for database in self.databases)
        self.names = tuple(database.worker for database in self.databases)
        self.one.beat()
        self.two.beat()
        with self.databases[0].transaction() as session:
            delivering(session)
        with self.databases[0].transaction() as session:
            assert queue.claim(session, now, timedelta(minutes=5), self.names[0]) is not None

    def pass_by(self, seconds: float, *beating: Shared) -> None:
        """Time passes, in which these copies beat."""
        for _ in range(int(seconds / BEAT_S)):
            self.watch.now += BEAT_S
            for one in beating:
                one.beat()

    def silence(self, who: int, seconds: float) -> None:
        """The server has not heard of that copy for so long."""
        with self.databases[1 - who].transaction() as session:
            session.connection().execute(
                text(
                    "UPDATE member SET seen_at = clock_timestamp() - make_interval(secs => :s) WHERE worker = :who"
                ),
                {"s": seconds, "who": self.names[who]},
            )

    def cut(self) -> None:
        """The server ends every connection, as a restart of it does."""
        with self.databases[1].transaction() as session:
            session.connection().execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            )

    def members(self) -> list[str]:
        with self.databases[1].reading() as session:
            return list(session.connection().execute(text("SELECT worker FROM member")).scalars())


@pytest.fixture
def copies(postgres_url: str, delivering: Delivering, now: datetime) -> Iterator[Copies]:
    made = Copies(postgres_url, delivering, now)
    yield made
    for one, database in zip((made.one, made.two), made.databases, strict=True):
        one.leave()
        database.close()


def takes_it(copy: Membership) -> bool:
    """Beat until it leads: the server ends a connection in its own time."""
    latest = time.monotonic() + 10
    while not copy.leads() and time.monotonic() < latest:
        copy.beat()
    return copy.leads()


def test_the_only_process_on_sqlite_leads_and_is_always_present(sqlite_url: str) -> None:
    alone = membership_of(Database(sqlite_url), "here")
    alone.beat()
    assert alone.leads()
    assert alone.heard()
    assert alone.present()
    assert not alone.gone()
    assert not alone.elsewhere()
    alone.leave()


def test_one_of_two_leads(copies: Copies) -> None:
    copies.pass_by(6, copies.one, copies.two)
    assert (copies.one.leads(), copies.two.leads()) == (True, False)
    copies.one.leave()
    assert not copies.one.leads()
    copies.two.beat()
    assert copies.two.leads()
    copies.one.beat()
    assert not copies.one.leads()


def test_a_leader_that_hangs_loses_it_at_once_and_knows_when_it_wakes(copies: Copies) -> None:
    copies.watch.now += STALE_S + 1
    copies.two.beat()
    assert not copies.two.leads(), "the server has heard of it"
    assert not copies.one.leads(), "it may be somebody else's by now"
    assert not copies.one.present()
    copies.silence(0, STALE_S + 1)
    assert takes_it(copies.two)
    copies.one.beat()
    copies.one.beat()
    assert (copies.one.leads(), copies.one.present()) == (False, True)


def test_a_leader_that_is_heard_of_keeps_it(copies: Copies) -> None:
    copies.silence(0, STALE_S - 3)
    copies.two.beat()
    copies.one.beat()
    copies.two.beat()
    assert (copies.one.leads(), copies.two.leads()) == (True, False)


def test_a_database_that_went_away_is_waited_for(copies: Copies) -> None:
    copies.cut()
    copies.one.beat()
    assert takes_it(copies.one)
    assert copies.one.present()


def test_the_others_know_whether_the_leader_has_caught_up(postgres_url: str) -> None:
    databases = Database(postgres_url), Database(postgres_url)
    one, two = (Shared(database, "here") for database in databases)
    assert not two.heard(), "nobody has ever listened"
    one.beat(hears=True)
    assert not two.heard(), "it has just begun to listen, whatever it says"
    one.beat(hears=False)
    two.beat(hears=True)
    assert not two.heard(), "of one that does not lead it says nothing"
    one.beat(hears=True)
    assert two.heard()
    with databases[1].transaction() as session:
        session.connection().execute(text("UPDATE member SET seen_at = seen_at - interval '6 seconds'"))
    assert not two.heard(), "it may hang"
    one.beat(hears=True)
    assert two.heard()
    one.leave()
    assert not two.heard(), "at once, though its last word is fresh"
    two.leave()
    for database in databases:
        database.close()


def test_who_lives_is_never_gone_whatever_it_has_claimed(copies: Copies) -> None:
    copies.pass_by(60, copies.one, copies.two)
    assert copies.one.present()
    assert not copies.two.gone()


def test_who_died_is_gone_after_some_seconds(copies: Copies) -> None:
    copies.one.leave()
    copies.pass_by(GONE_S, copies.two)
    assert not copies.two.gone(), "it may only have lost its connection"
    copies.pass_by(BEAT_S, copies.two)
    assert copies.two.gone() == {copies.names[0]}


def test_who_hangs_is_gone_as_soon_as_it_is_silent(copies: Copies) -> None:
    copies.silence(0, STALE_S - 1)
    copies.two.beat()
    assert not copies.two.gone()
    copies.silence(0, STALE_S + 1)
    copies.two.beat()
    assert copies.two.gone() == {copies.names[0]}
    copies.one.beat()
    copies.two.beat()
    assert not copies.two.gone(), "it woke: what it still holds is its own again"


def test_everything_that_a_silent_copy_holds_is_freed(
    copies: Copies, delivering: Delivering, now: datetime
) -> None:
    with copies.databases[0].transaction() as session:
        delivering(session, "x")

    def claimed(who: int) -> bool:
        with copies.databases[who].transaction() as session:
            return queue.claim(session, now, timedelta(minutes=5), copies.names[who]) is not None

    def hangs() -> None:
        with copies.databases[0].transaction() as session:
            assert queue.claim(session, now, timedelta(minutes=5), copies.names[0]) is not None
            assert not claimed(1), "its transaction holds the account"
            copies.silence(0, STALE_S + 1)
            copies.two.beat()
            assert claimed(1)

    with pytest.raises(StorageError, match="does not answer"):
        hangs()


def test_what_is_not_the_silent_copys_lives_on(copies: Copies, postgres_url: str) -> None:
    other = Database(postgres_url)
    line = other.apart()
    copies.silence(0, STALE_S + 1)
    copies.two.beat()
    assert line.execute(text("SELECT 1")).scalar() == 1
    assert copies.two.present()
    line.close()
    other.close()


def test_who_wakes_says_so_before_its_new_connections_are_ended(copies: Copies) -> None:
    copies.silence(0, STALE_S + 1)
    copies.two.beat()
    copies.one.beat()  # of which the server ended the connection
    assert copies.one.present()


def test_what_is_left_of_a_copy_that_is_no_more_is_forgotten(copies: Copies, now: datetime) -> None:
    copies.databases[0].close()
    copies.silence(0, STALE_S + 1)
    copies.two.beat()
    copies.two.beat()
    assert set(copies.members()) == set(copies.names), "it has claims yet"
    with copies.databases[1].transaction() as session:
        (left,) = queue.interrupted(session, now, copies.two.gone())
        queue.settle(session, left, DeliveryState.UNKNOWN, now=now, what="was interrupted")
    copies.two.beat()
    assert copies.members() == [copies.names[1]]


def test_who_has_claimed_nothing_is_of_no_concern(copies: Copies) -> None:
    copies.two.leave()
    copies.pass_by(60, copies.one)
    assert not copies.one.gone()


def test_a_copy_whose_connection_was_cut_takes_its_lock_again_in_time(copies: Copies) -> None:
    for _ in range(5):
        copies.cut()
        copies.pass_by(3 * BEAT_S, copies.one, copies.two)
        assert not copies.two.gone()
    assert copies.one.present()


def test_after_a_cut_of_its_own_a_copy_begins_to_look_anew(copies: Copies) -> None:
    copies.one.leave()
    copies.pass_by(GONE_S, copies.two)
    copies.cut()
    copies.pass_by(GONE_S, copies.two)
    assert not copies.two.gone()
    copies.pass_by(BEAT_S, copies.two)
    assert copies.two.gone() == {copies.names[0]}


def test_a_copy_that_slept_knows_nothing_of_the_others(copies: Copies) -> None:
    copies.one.leave()
    copies.pass_by(GONE_S + BEAT_S, copies.two)
    assert copies.two.gone() == {copies.names[0]}
    copies.watch.now += STALE_S
    assert not copies.two.gone()
    assert not copies.two.present()
    copies.two.beat()
    assert not copies.two.gone(), "it begins to look anew"


def test_a_new_copy_that_claims_between_two_looks_is_not_gone(
    copies: Copies, postgres_url: str, delivering: Delivering, now: datetime
) -> None:
    copies.pass_by(60, copies.one, copies.two)
    database = Database(postgres_url)
    third = Shared(database, "here", copies.watch)
    third.beat()
    with database.transaction() as session:
        delivering(session, "x")
    with database.transaction() as session:
        assert queue.claim(session, now, timedelta(minutes=5), database.worker) is not None
    assert not copies.two.gone()
    copies.pass_by(BEAT_S, copies.one, copies.two, third)
    assert not copies.two.gone()
    third.leave()
    database.close()


def test_a_copy_that_works_in_another_folder_is_seen_as_long_as_it_lives(postgres_url: str) -> None:
    databases = [Database(postgres_url) for _ in range(3)]
    first, second, third = (
        membership_of(database, folder)
        for database, folder in zip(databases, ("here", "here", "there"), strict=True)
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
    for database in databases:
        database.close()


def test_a_claim_on_what_is_prepared_is_no_copy_in_another_folder(
    copies: Copies, posting: Callable[..., Post], now: datetime
) -> None:
    with copies.databases[1].transaction() as session:
        post = posting(session)
        staging.want(session, post.id or 0, 1, "youtube", key="k", now=now)
    with copies.databases[1].transaction() as session:
        assert staging.claim(session, now, timedelta(minutes=5), copies.names[1]) is not None
        assert not copies.one.elsewhere()


def test_another_database_user_is_told_what_it_lacks(
    postgres_url: str, delivering: Delivering, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        name = owner.info.dbname
        for role in ("first", "second"):
            owner.execute(f"CREATE ROLE {role}_{name} LOGIN".encode())
            owner.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}_{name}".encode())
            owner.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}_{name}".encode())
        of = [postgres_url.replace("social@", f"{role}_{name}@") for role in ("first", "second")]
        databases = [Database(url) for url in (of[0], of[1], of[0])]
        hangs, other, same = (Shared(database, "here") for database in databases)
        hangs.beat()
        owner.execute(b"UPDATE member SET seen_at = clock_timestamp() - interval '9 s'")
        other.beat()
        other.beat()
        assert sum("pg_signal_backend" in record.message for record in caplog.records) == 1, "told once"
        assert not other.leads()
        same.beat()
        assert takes_it(same), "the same user may, whoever it is"
        for one, database in zip((hangs, other, same), databases, strict=True):
            one.leave()
            database.close()
