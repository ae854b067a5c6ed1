"""What is prepared before its time: claimed by one, handed on to its delivery, and removed when nobody wants it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from storage import queue, staging
from storage.database import Database
from storage.errors import Moved
from storage.models import Delivery, Entry, Post, Staged
from storage.states import DeliveryState, PostState, StagedState

LEASE = timedelta(minutes=5)


@pytest.fixture
def waiting(database: Database, posting: Callable[..., Post], now: datetime) -> Post:
    """An approved post whose time comes in an hour, with its video wanted."""
    with database.transaction() as session:
        post = posting(session, PostState.APPROVED, due_at=now + timedelta(hours=1), revision=1)
        assert staging.want(session, post.id or 0, 1, "youtube", key="k1", now=now)
    return post


def claimed(database: Database, now: datetime, worker: str = "one") -> Staged | None:
    with database.transaction() as session:
        return staging.claim(session, now, LEASE, worker)


def row(database: Database) -> Staged | None:
    with database.reading() as session:
        return session.exec(select(Staged)).first()


def test_it_is_wanted_once_and_claimed_once(database: Database, waiting: Post, now: datetime) -> None:
    with database.transaction() as session:
        assert not staging.want(session, waiting.id or 0, 1, "youtube", key="k2", now=now)
    mine = claimed(database, now)
    assert mine is not None
    assert (mine.state, mine.key, mine.attempts) == (StagedState.STAGING, "k1", 1)
    assert claimed(database, now) is None


def test_one_at_a_time_per_account(
    database: Database, waiting: Post, posting: Callable[..., Post], now: datetime
) -> None:
    with database.transaction() as session:
        other = posting(session, PostState.APPROVED, revision=1)
        staging.want(session, other.id or 0, 1, "youtube", key="k2", now=now)
        staging.want(session, other.id or 0, 1, "youtube:second", key="k3", now=now)
    accounts = [one.account for one in (claimed(database, now), claimed(database, now)) if one]
    assert accounts == ["youtube", "youtube:second"]
    assert claimed(database, now) is None


def test_two_copies_cannot_both_take_one_of_the_same_account(
    postgres_url: str, posting: Callable[..., Post], now: datetime
) -> None:
    """Each would take another row, and the index would end the round of the second. SQLite has but one writer."""
    one, other = Database(postgres_url), Database(postgres_url)
    with one.transaction() as session:
        for account in ("youtube", "youtube", "youtube:second"):
            post = posting(session, PostState.APPROVED, revision=1)
            staging.want(session, post.id or 0, 1, account, key="k", now=now)
    with one.transaction() as first, other.transaction() as second:
        mine = staging.claim(first, now, LEASE, "w1")
        theirs = staging.claim(second, now, LEASE, "w2")
        assert (mine and mine.account, theirs and theirs.account) == ("youtube", "youtube:second")
        assert staging.claim(second, now, LEASE, "w2") is None
    one.close()
    other.close()


def test_what_may_be_sent_by_now_is_not_claimed_any_more(
    database: Database, waiting: Post, now: datetime
) -> None:
    """Its delivery would wait for it, and perhaps miss its time."""
    with database.transaction() as session:
        delivery = Delivery(post_id=waiting.id or 0, revision=1, account="youtube", not_before=now, key="d")
        queue.create(session, delivery, who="bot", what="released", now=now)
    assert claimed(database, now) is None
    with database.transaction() as session:
        assert queue.claim(session, now, LEASE, "one") is not None


def test_a_delivery_waits_for_it_and_goes_on_from_it(
    database: Database, waiting: Post, delivering: Callable[..., Delivery], now: datetime
) -> None:
    mine = claimed(database, now)
    assert mine is not None
    with database.transaction() as session:
        assert staging.keep(session, mine, {"session": "s1"}, now + LEASE)
        session.get_one(Post, waiting.id).state = PostState.RELEASED
        delivery = delivering(session, "youtube", post=waiting)
    with database.transaction() as session:
        assert queue.claim(session, now, LEASE, "two") is None
        assert queue.next_due(session) is None
    with database.transaction() as session:
        staging.settle(session, mine, StagedState.STAGED, now=now, what="prepared")
    with database.transaction() as session:
        got = queue.claim(session, now, LEASE, "two")
        assert got is not None
        assert (got.id, json.loads(got.receipt), got.key, got.first_at) == (
            delivery.id,
            {"session": "s1"},
            "k1",
            now,
        )
    assert row(database) is None


@pytest.mark.parametrize("state", [PostState.WITHDRAWN, PostState.EXPIRED, PostState.BROKEN])
def test_what_is_not_wanted_any_more_is_removed(
    database: Database, waiting: Post, now: datetime, state: PostState
) -> None:
    mine = claimed(database, now)
    assert mine is not None
    with database.transaction() as session:
        session.get_one(Post, waiting.id).state = state
    with database.transaction() as session:
        assert staging.unwanted(session, now) == []  # somebody works on it
    with database.transaction() as session:
        assert not staging.keep(session, mine, {"video": "v1"}, now + LEASE), "it must stop"
        staging.settle(session, mine, StagedState.STAGED, now=now, what="stopped")
    with database.transaction() as session:
        (found,) = staging.unwanted(session, now)
        assert json.loads(found.receipt) == {"video": "v1"}
        staging.later(session, found, now + timedelta(minutes=1))
    with database.transaction() as session:
        assert staging.unwanted(session, now) == []
        (found,) = staging.unwanted(session, now + timedelta(minutes=1))
        staging.drop(session, found, now=now, what="removed")
    assert row(database) is None
    with database.reading() as session:
        assert [one.what for one in session.exec(select(Entry).where(Entry.account == "youtube"))] == [
            "preparing, attempt 1",
            "is not wanted any more",
            "stopped",
            "removed",
        ]


def test_another_revision_makes_the_old_one_unwanted(
    database: Database, waiting: Post, now: datetime
) -> None:
    with database.transaction() as session:
        session.get_one(Post, waiting.id).revision = 2
    with database.transaction() as session:
        assert [one.revision for one in staging.unwanted(session, now)] == [1]
        assert staging.want(session, waiting.id or 0, 2, "youtube", key="k2", now=now)


@pytest.mark.parametrize("state", [PostState.DRAFT, PostState.APPROVED, PostState.HELD, PostState.RELEASED])
def test_as_long_as_it_may_still_go_it_stays(
    database: Database, waiting: Post, now: datetime, state: PostState
) -> None:
    with database.transaction() as session:
        session.get_one(Post, waiting.id).state = state
    with database.transaction() as session:
        assert staging.unwanted(session, now) == []


def test_what_a_cancelled_delivery_had_brought_is_removed(
    database: Database, delivering: Callable[..., Delivery], now: datetime
) -> None:
    with database.transaction() as session:
        delivering(session, "mastodon", state=DeliveryState.CANCELLED, receipt='{"out": []}')
        delivery = delivering(session, "youtube", state=DeliveryState.CANCELLED, receipt='{"video": "v1"}')
    with database.transaction() as session:
        staging.collect(session, ["youtube"], now=now)
        (found,) = staging.unwanted(session, now)
        assert (found.account, found.receipt, found.key) == ("youtube", '{"video": "v1"}', delivery.key)
        assert session.get_one(Delivery, delivery.id).receipt == "{}"
    with database.transaction() as session:
        staging.collect(session, ["youtube"], now=now)
        assert len(staging.unwanted(session, now)) == 1


def test_a_dead_claim_is_taken_up_again_from_its_receipt(
    database: Database, waiting: Post, now: datetime
) -> None:
    mine = claimed(database, now)
    assert mine is not None
    with database.transaction() as session:
        staging.keep(session, mine, {"session": "s1"}, now + LEASE)
    with database.transaction() as session:
        assert staging.interrupted(session, now + LEASE / 2) == []
        (dead,) = staging.interrupted(session, now + LEASE)
        staging.release(session, dead, now + LEASE)
    again = claimed(database, now + LEASE, "two")
    assert again is not None
    assert (again.receipt, again.attempts, again.first_at) == ('{"session": "s1"}', 2, now)
    with database.transaction() as session, pytest.raises(Moved):
        staging.keep(session, mine, {"session": "old"}, now + LEASE)


def test_a_turn_that_only_waited_is_no_attempt(database: Database, waiting: Post, now: datetime) -> None:
    mine = claimed(database, now)
    assert mine is not None
    with database.transaction() as session:
        staging.settle(
            session,
            mine,
            StagedState.PENDING,
            now=now,
            what="waits",
            not_before=now + timedelta(seconds=30),
            counts=False,
        )
    assert claimed(database, now) is None
    again = claimed(database, now + timedelta(seconds=30))
    assert again is not None
    assert again.attempts == 1
