"""What comes late is still true: an attempt that was given up and published after all, an order for what has begun."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from storage import queue
from storage.database import Database
from storage.errors import Moved
from storage.models import Delivery
from storage.states import DeliveryState, ForbiddenEdge

LEASE = timedelta(minutes=5)
D = DeliveryState

Delivering = Callable[..., Delivery]


def claimed(database: Database, now: datetime, worker: str = "w1") -> Delivery:
    with database.transaction() as session:
        delivery = queue.claim(session, now, LEASE, worker)
    assert delivery is not None
    return delivery


def given_up(database: Database, now: datetime) -> Delivery:
    """The lease is over, and what the attempt did is not known."""
    with database.transaction() as session:
        (one,) = queue.interrupted(session, now)
        return queue.settle(session, one, D.UNKNOWN, now=now, what="was interrupted")


def row_of(database: Database, one: Delivery) -> Delivery:
    with database.reading() as session:
        found = session.get(Delivery, one.id)
    assert found is not None
    return found


@pytest.mark.parametrize("meanwhile", ["ordered again", "not found", "without approvals", "cancelled"])
def test_what_a_slow_attempt_published_is_not_sent_again(
    database: Database, delivering: Delivering, now: datetime, meanwhile: str
) -> None:
    with database.transaction() as session:
        delivering(session)
    slow = claimed(database, now)
    unknown = given_up(database, now + LEASE)
    with database.transaction() as session:
        if meanwhile == "ordered again":
            row = queue.reorder(session, unknown, who="Bob", now=now)
        else:
            row = queue.settle(session, unknown, D.PENDING, now=now, what="is not there", not_before=now)
        if meanwhile in {"without approvals", "cancelled"}:
            state = D.WAITING if meanwhile == "without approvals" else D.CANCELLED
            queue.transition(session, row, state, who="Bob", what=meanwhile, now=now)
    with database.transaction() as session:
        queue.settle(session, slow, D.PUBLISHED, now=now, what="published", remote_id="9", url="u")
    found = row_of(database, slow)
    assert (found.state, found.remote_id, found.url) == (D.PUBLISHED, "9", "u")
    with database.transaction() as session:
        assert queue.claim(session, now + LEASE, LEASE, "w2") is None


def test_what_is_known_to_be_out_is_not_told_to_be_out_once_more(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        delivering(session)
    slow = claimed(database, now)
    unknown = given_up(database, now + LEASE)
    with database.transaction() as session:
        queue.settle(session, unknown, D.PUBLISHED, now=now, what="found", remote_id="8")
    with pytest.raises(Moved, match="known to be out"), database.transaction() as session:
        queue.settle(session, slow, D.PUBLISHED, now=now, what="published", remote_id="9")
    assert row_of(database, slow).remote_id == "8"


@pytest.mark.parametrize("state", [D.SENDING, D.PENDING, D.WAITING])
def test_an_order_for_what_is_on_its_way_by_now_does_not_send_it_a_second_time(
    database: Database, delivering: Delivering, now: datetime, state: DeliveryState
) -> None:
    """Two copies: one reads that it is unknown; the other finds that it is not there, and sends it."""
    with database.transaction() as session:
        one = delivering(session, state=state, key="first")
    one.state = D.UNKNOWN  # as it was when the person who orders it looked
    with pytest.raises((Moved, ForbiddenEdge)), database.transaction() as session:
        queue.reorder(session, one, who="Bob", now=now)
    found = row_of(database, one)
    assert (found.state, found.key) == (state, "first")


def test_each_doubt_is_searched_for_anew(database: Database, delivering: Delivering, now: datetime) -> None:
    """Absent twice counts as certain: a look after the first lost answer says nothing about the second."""
    with database.transaction() as session:
        delivering(session, searches=1, attempts=1)
    again = claimed(database, now)
    with database.transaction() as session:
        row = queue.settle(session, again, D.UNKNOWN, now=now, what="answer lost")
    assert row.searches == 0
