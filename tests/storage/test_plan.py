"""The questions: what is due, open, planned, taken; and that asking stays quick however much was published."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from storage import inbox, queue
from storage.database import Database
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

Posting = Callable[..., Post]
Delivering = Callable[..., Delivery]
HOUR = timedelta(hours=1)
P, D = PostState, DeliveryState


def names(rows: Iterable[Post]) -> list[str]:
    return [row.summary for row in rows]


def test_due_is_what_is_approved_and_has_come_of_time(
    database: Database, posting: Posting, now: datetime
) -> None:
    with database.transaction() as session:
        posting(session, P.APPROVED, summary="an hour ago", due_at=now - HOUR)
        posting(session, P.APPROVED, summary="this very moment", due_at=now)
        posting(session, P.APPROVED, summary="in a second", due_at=now + timedelta(seconds=1))
        posting(session, P.APPROVED, summary="at once")
        posting(session, P.APPROVED, summary="two hours ago", due_at=now - 2 * HOUR)
        for state in set(P) - {P.APPROVED}:
            posting(session, state, summary=f"{state}", due_at=now - HOUR)
    with database.reading() as session:
        assert names(queue.due_posts(session, now)) == [
            "at once",
            "two hours ago",
            "an hour ago",
            "this very moment",
        ]


def test_late_is_what_missed_its_time_and_is_not_out(
    database: Database, posting: Posting, now: datetime
) -> None:
    with database.transaction() as session:
        posting(session, P.APPROVED, summary="just in time", due_at=now - HOUR)
        posting(session, P.APPROVED, summary="too late", due_at=now - HOUR - timedelta(seconds=1))
        posting(session, P.HELD, summary="no news any more", not_after=now - timedelta(seconds=1))
        posting(session, P.DRAFT, summary="without a time")
        posting(session, P.RELEASED, summary="gone out", due_at=now - 9 * HOUR, not_after=now - HOUR)
    with database.reading() as session:
        assert names(queue.late_posts(session, now, HOUR)) == ["too late", "no news any more"]


def test_open_is_everything_that_something_may_still_happen_to(
    database: Database, posting: Posting, delivering: Delivering
) -> None:
    with database.transaction() as session:
        for state in P:
            posting(session, state, summary=f"{state}")
        for delivery_state in D:
            post = posting(session, P.RELEASED, summary=f"released, {delivery_state}")
            delivering(session, f"{delivery_state}", post=post, state=delivery_state)
    with database.reading() as session:
        assert set(names(queue.open_posts(session))) == {
            "broken", "draft", "approved", "held", "expired",
            "released, waiting", "released, pending", "released, sending", "released, unknown",
        }  # fmt: skip


def test_next_due_is_the_earliest_of_releases_and_deliveries(
    database: Database, posting: Posting, delivering: Delivering, now: datetime
) -> None:
    with database.reading() as session:
        assert queue.next_due(session) is None
    with database.transaction() as session:
        posting(session, P.DRAFT, due_at=now)
        posting(session, P.APPROVED, due_at=now + 3 * HOUR)
        assert queue.next_due(session) == now + 3 * HOUR
        delivering(session, "x", not_before=now + 2 * HOUR)
        assert queue.next_due(session) == now + 2 * HOUR
        posting(session, P.APPROVED, approved_at=now - HOUR)
        assert queue.next_due(session) == now - HOUR


def test_what_waits_behind_its_own_account_is_not_next(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        delivering(session, "x", state=D.SENDING)
        delivering(session, "x", not_before=now - HOUR)
        assert queue.next_due(session) is None
        delivering(session, "linkedin", not_before=now + HOUR)
        assert queue.next_due(session) == now + HOUR


def test_the_plan_holds_what_went_out_and_what_will_in_the_order_of_time(
    database: Database, posting: Posting, now: datetime
) -> None:
    with database.transaction() as session:
        posting(session, P.DRAFT, summary="friday", due_at=now + 5 * HOUR)
        posting(session, P.RELEASED, summary="went early", due_at=now + 90 * HOUR, released_at=now)
        posting(session, P.RELEASED, summary="went before", due_at=now, released_at=now - HOUR)
        posting(session, P.APPROVED, summary="thursday", due_at=now + HOUR)
        posting(session, P.WITHDRAWN, summary="withdrawn", due_at=now + HOUR)
        posting(session, P.DRAFT, summary="without a time")
        posting(session, P.HELD, summary="the end is not in it", due_at=now + 10 * HOUR)
    with database.reading() as session:
        assert names(queue.planned(session, now, now + 10 * HOUR)) == ["went early", "thursday", "friday"]


def test_the_history_is_what_was_published_in_a_span(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        delivering(session, "x", state=D.PUBLISHED, settled_at=now)
        delivering(session, "linkedin", state=D.PUBLISHED, settled_at=now - HOUR)
        delivering(session, "mastodon", state=D.PUBLISHED, settled_at=now + HOUR)
        delivering(session, "youtube", state=D.FAILED, settled_at=now)
    with database.reading() as session:
        assert [one.account for one in queue.published(session, now - HOUR, now + HOUR)] == ["linkedin", "x"]
        assert [one.account for one in queue.troubled(session)] == ["youtube"]


def test_drafts_and_what_has_no_time(database: Database, posting: Posting, now: datetime) -> None:
    with database.transaction() as session:
        for state in P:
            posting(session, state, summary=f"{state}")
            posting(session, state, summary=f"{state} timed", due_at=now)
    with database.reading() as session:
        assert set(names(queue.drafts(session))) == {"broken", "broken timed", "draft", "draft timed"}
        assert set(names(queue.waiting_without_time(session))) == {"broken", "draft", "approved", "held"}


@pytest.mark.parametrize("state", list(P))
def test_a_slot_is_taken_by_what_goes_out_or_went(
    database: Database, posting: Posting, now: datetime, state: PostState
) -> None:
    with database.transaction() as session:
        assert not queue.slot_taken(session, now)
        posting(session, state, due_at=now)
        assert queue.slot_taken(session, now) == (state not in (P.WITHDRAWN, P.EXPIRED, P.BROKEN))
        assert not queue.slot_taken(session, now + HOUR)


ASKED: dict[str, Callable[[Session, datetime], object]] = {
    "next_due": lambda session, _now: queue.next_due(session),
    "due_posts": queue.due_posts,
    "late_posts": lambda session, now: queue.late_posts(session, now, HOUR),
    "open_posts": lambda session, _now: queue.open_posts(session),
    "claim": lambda session, now: queue.claim(session, now, HOUR, "w1"),
    "interrupted": queue.interrupted,
    "outbox": lambda session, _now: queue.outbox(session),
    "slot_taken": queue.slot_taken,
    "planned": lambda session, now: queue.planned(session, now, now + HOUR),
    "published": lambda session, now: queue.published(session, now, now + HOUR),
    "troubled": lambda session, _now: queue.troubled(session),
    "drafts": lambda session, _now: queue.drafts(session),
    "waiting": lambda session, _now: queue.waiting_without_time(session),
    "log": lambda session, _now: queue.log(session, 1),
    "edited": lambda session, _now: inbox.edited(session),
    "about": lambda session, _now: inbox.about(session, [1]),
    "turns": lambda session, _now: inbox.turns(session, {inbox.Kind.ORDER}),
    "untold": lambda session, _now: queue.untold(session),
}


@pytest.mark.parametrize("question", list(ASKED))
def test_no_question_of_every_minute_reads_a_whole_table(
    question: str, sqlite_url: str, posting: Posting, delivering: Delivering, now: datetime
) -> None:
    """So that asking takes as long with a million posts published as with a thousand.

    PostgreSQL chooses by statistics; tests/benchmarks/next_due.py measures it there.
    """
    database = Database(sqlite_url)
    with database.transaction() as session:
        posting(session, P.APPROVED, due_at=now + HOUR)
        delivering(session, not_before=now)
    asked: list[tuple[str, Any]] = []
    with database.transaction() as session:
        session.connection()
        event.listen(
            database._engine,
            "before_cursor_execute",
            lambda _c, _u, statement, parameters, *_: asked.append((statement, parameters)),
        )
        ASKED[question](session, now)
    selects = [(one, how) for one, how in asked if one.lstrip().upper().startswith("SELECT")]
    assert selects
    with database.reading() as session:
        cursor = session.connection().connection.cursor()
        for statement, parameters in selects:
            cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters)
            plan = [row[-1] for row in cursor.fetchall()]
            assert not [step for step in plan if step.startswith("SCAN")], (statement, plan)
            if question == "next_due":
                assert not [step for step in plan if "TEMP B-TREE" in step], (statement, plan)
        cursor.close()
    database.close()
