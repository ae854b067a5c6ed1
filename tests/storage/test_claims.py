"""Claims: never two of one delivery, never two deliveries of one account at once, on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from storage import queue
from storage.database import Database
from storage.errors import Moved
from storage.models import Delivery, Post
from storage.states import DeliveryState, ForbiddenEdge, PostState

ROOT = Path(__file__).parents[2]
LEASE = timedelta(minutes=5)
D = DeliveryState

_spec = spec_from_file_location("claiming", Path(__file__).parent / "claiming.py")
assert _spec is not None
assert _spec.loader is not None
claiming = module_from_spec(_spec)
_spec.loader.exec_module(claiming)

Delivering = Callable[..., Delivery]


def claimed(database: Database, now: datetime, worker: str = "w1") -> Delivery:
    with database.transaction() as session:
        delivery = queue.claim(session, now, LEASE, worker)
    assert delivery is not None
    return delivery


def test_a_claim_counts_the_attempt_and_has_a_lease(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        delivering(session)
    one = claimed(database, now)
    assert (one.state, one.attempts, one.worker) == (D.SENDING, 1, "w1")
    assert (one.first_at, one.lease_until) == (now, now + LEASE)


def test_the_first_attempt_is_remembered_through_all_others(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        delivering(session)
    later = now + timedelta(hours=1)
    one = claimed(database, now)
    with database.transaction() as session:
        queue.settle(session, one, D.PENDING, now=now, what="refused for now", not_before=later)
    with database.transaction() as session:
        assert queue.claim(session, now, LEASE, "w1") is None  # not before its time
    again = claimed(database, later)
    assert (again.attempts, again.first_at, again.lease_until) == (2, now, later + LEASE)


def test_what_waits_longest_goes_first(database: Database, delivering: Delivering, now: datetime) -> None:
    with database.transaction() as session:
        delivering(session, "x", not_before=now - timedelta(minutes=1))
        delivering(session, "linkedin", not_before=now - timedelta(minutes=2))
        delivering(session, "youtube", not_before=now + timedelta(seconds=1))
    assert [claimed(database, now).account for _ in range(2)] == ["linkedin", "x"]
    with database.transaction() as session:
        assert queue.claim(session, now, LEASE, "w1") is None


def test_an_account_sends_one_thing_at_a_time_and_holds_up_no_other(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        for account in ("youtube", "youtube", "x"):
            delivering(session, account)
    first, second = claimed(database, now), claimed(database, now)
    assert (first.account, second.account) == ("youtube", "x")
    with database.transaction() as session:
        assert queue.claim(session, now, LEASE, "w1") is None
    with database.transaction() as session:
        queue.settle(session, first, D.PUBLISHED, now=now, what="published", remote_id="1")
    assert claimed(database, now).account == "youtube"


def test_one_delivery_may_be_asked_for(database: Database, delivering: Delivering, now: datetime) -> None:
    with database.transaction() as session:
        delivering(session, "x")
        wanted = delivering(session, "linkedin")
        not_due = delivering(session, "youtube", not_before=now + LEASE)
    with database.transaction() as session:
        assert queue.claim(session, now, LEASE, "w1", not_due.id) is None
        found = queue.claim(session, now, LEASE, "w1", wanted.id)
        assert found is not None
        assert found.id == wanted.id
    with database.transaction() as session:
        assert queue.claim(session, now, LEASE, "w1", wanted.id) is None


@pytest.mark.parametrize("state", [one for one in D if one is not D.PENDING])
def test_only_what_is_pending_is_claimed(
    database: Database, delivering: Delivering, now: datetime, state: DeliveryState
) -> None:
    with database.transaction() as session:
        delivering(session, state=state)
    with database.transaction() as session:
        assert queue.claim(session, now, LEASE, "w1") is None


def test_the_database_itself_refuses_a_second_sending_of_an_account(
    database: Database, delivering: Delivering
) -> None:
    with database.transaction() as session:
        delivering(session, "x", state=D.SENDING)
    with pytest.raises(IntegrityError), database.transaction() as session:
        delivering(session, "x", state=D.SENDING)


def test_many_threads_claim_everything_once(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        wanted = [delivering(session, f"mastodon:{n % 5}").id for n in range(60)]
    done: list[int] = []
    overlaps: list[str] = []
    threads = [
        threading.Thread(target=claiming.work, args=(database, now, f"w{n}", done, overlaps))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(done) == Counter(wanted)
    assert overlaps == []


def test_many_processes_claim_everything_once(
    url: str, database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        wanted = [delivering(session, f"mastodon:{n % 3}").id for n in range(45)]
    worker = Path(__file__).parent / "claiming.py"
    processes = [
        subprocess.Popen(
            [sys.executable, str(worker), url, now.isoformat(), f"p{n}"],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:  # all are there: now they begin together
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert Counter(one for done, _ in told for one in done) == Counter(wanted)
    assert [one for _, overlaps in told for one in overlaps] == []


def test_two_workers_cannot_both_take_the_last_two_of_an_account(
    postgres_url: str, delivering: Delivering, now: datetime
) -> None:
    """The race that row locks alone lose: each takes another row of the same account, neither sees the other.

    SQLite has but one writer.
    """
    one, other = Database(postgres_url), Database(postgres_url)
    with one.transaction() as session:
        delivering(session, "x")
        delivering(session, "x")
        delivering(session, "linkedin")
    with one.transaction() as first, other.transaction() as second:
        mine = queue.claim(first, now, LEASE, "w1")
        theirs = queue.claim(second, now, LEASE, "w2")
        assert (mine and mine.account, theirs and theirs.account) == ("x", "linkedin")
        assert queue.claim(second, now, LEASE, "w2") is None
    one.close()
    other.close()


def test_a_claim_whose_lease_is_over_is_found(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        delivering(session)
    one = claimed(database, now)
    with database.reading() as session:
        assert queue.interrupted(session, now + LEASE - timedelta(seconds=1)) == []
        assert [row.id for row in queue.interrupted(session, now + LEASE)] == [one.id]


def test_a_claim_of_a_copy_that_is_gone_is_found_at_once(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        delivering(session, "x")
        delivering(session, "linkedin")
    one = claimed(database, now, "w1")
    claimed(database, now, "w2")
    with database.reading() as session:
        assert [row.id for row in queue.interrupted(session, now, {"w1", "w3"})] == [one.id]
        assert queue.interrupted(session, now, frozenset()) == []


def test_a_long_send_prolongs_its_lease_and_keeps_its_receipt(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        delivering(session)
    one = claimed(database, now)
    with database.transaction() as session:
        queue.keep_receipt(session, one, {"upload": "https://…/1"}, now + 2 * LEASE)
    with database.reading() as session:
        assert queue.interrupted(session, now + LEASE) == []
        row = session.get(Delivery, one.id)
        assert row is not None
        assert json.loads(row.receipt) == {"upload": "https://…/1"}


def given_up(database: Database, one: Delivery, now: datetime) -> None:
    """What recovery does with a claim whose lease is over."""
    with database.transaction() as session:
        for row in queue.interrupted(session, now):
            queue.settle(session, row, D.UNKNOWN, now=now, what="interrupted")
    with database.reading() as session:
        found = session.get(Delivery, one.id)
        assert found is not None
        assert found.state == D.UNKNOWN


@pytest.mark.parametrize("outcome", [D.PENDING, D.FAILED, D.UNKNOWN])
def test_who_lost_the_claim_cannot_settle_it(
    database: Database, delivering: Delivering, now: datetime, outcome: DeliveryState
) -> None:
    with database.transaction() as session:
        delivering(session)
    slow = claimed(database, now)
    given_up(database, slow, now + LEASE)
    with pytest.raises(Moved, match="no longer ours"), database.transaction() as session:
        queue.settle(session, slow, outcome, now=now, what="too late")
    with pytest.raises(Moved, match="no longer ours"), database.transaction() as session:
        queue.keep_receipt(session, slow, {"part": 2}, now + 9 * LEASE)
    with pytest.raises(Moved, match="no longer ours"), database.transaction() as session:
        queue.renew(session, slow, now + 9 * LEASE)


def test_an_earlier_attempt_of_the_same_worker_keeps_nothing(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    """The row is compared and set in one statement: worker and state alone do not tell one attempt from the next."""
    with database.transaction() as session:
        delivering(session)
    slow = claimed(database, now)
    given_up(database, slow, now + LEASE)
    with database.transaction() as session:
        looked_for = session.get_one(Delivery, slow.id)
        queue.settle(session, looked_for, D.PENDING, now=now, what="certainly not there")
    again = claimed(database, now)
    assert (again.worker, again.key, again.state) == (slow.worker, slow.key, slow.state)
    with pytest.raises(Moved, match="no longer ours"), database.transaction() as session:
        queue.keep_receipt(session, slow, {"part": 2}, now + 9 * LEASE)
    with pytest.raises(Moved, match="no longer ours"), database.transaction() as session:
        queue.renew(session, slow, now + 9 * LEASE)
    with database.reading() as session:
        row = session.get_one(Delivery, slow.id)
    assert (row.receipt, row.lease_until) == (again.receipt, again.lease_until)


def test_that_it_is_out_is_believed_even_of_who_lost_the_claim(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        delivering(session)
    slow = claimed(database, now)
    given_up(database, slow, now + LEASE)
    with database.transaction() as session:
        row = queue.settle(session, slow, D.PUBLISHED, now=now, what="published", remote_id="9", url="u")
    assert (row.state, row.remote_id, row.url, row.settled_at) == (D.PUBLISHED, "9", "u", now)


def test_a_slow_claimer_does_not_end_the_claim_of_its_successor(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        delivering(session)
    slow = claimed(database, now, "w1")
    given_up(database, slow, now + LEASE)
    with database.transaction() as session:
        looked_for = session.get(Delivery, slow.id)
        assert looked_for is not None
        queue.settle(session, looked_for, D.PENDING, now=now, what="certainly not there")
    successor = claimed(database, now, "w2")
    with pytest.raises(Moved), database.transaction() as session:
        queue.settle(session, slow, D.FAILED, now=now, what="too late")
    with database.transaction() as session:
        queue.settle(session, successor, D.PUBLISHED, now=now, what="published")


def test_a_person_orders_a_failed_delivery_again(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        delivering(session)
    one = claimed(database, now)
    with database.transaction() as session:
        queue.keep_receipt(session, one, {"parts": ["1"]}, now + LEASE)
        queue.settle(session, one, D.FAILED, now=now, what="refused", error="Mastodon refused: too long.")
    later, old_key = now + timedelta(days=1), one.key
    with database.transaction() as session:
        again = queue.reorder(session, one, who="Bob", now=later)
    assert (again.state, again.attempts, again.not_before, again.error) == (D.PENDING, 0, later, "")
    assert (again.first_at, json.loads(again.receipt)) == (now, {"parts": ["1"]})
    assert again.key != old_key
    with database.reading() as session:
        last = queue.log(session, one.post_id)[-1]
    assert (last.who, last.what, last.old, last.new) == ("Bob", "ordered again", "failed", "pending")


def test_what_is_published_is_never_ordered_again(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        one = delivering(session, state=D.PUBLISHED)
    with pytest.raises(ForbiddenEdge), database.transaction() as session:
        queue.reorder(session, one, who="Bob", now=now)


def test_a_cancel_that_comes_too_late_does_not_undo_a_claim(
    database: Database, delivering: Delivering, now: datetime
) -> None:
    with database.transaction() as session:
        seen = delivering(session)
    claimed(database, now)
    with pytest.raises(Moved, match="changed by somebody else"), database.transaction() as session:
        queue.transition(session, seen, D.CANCELLED, who="Alice", what="cancelled", now=now)
    with database.reading() as session:
        states = session.exec(select(col(Delivery.state))).all()
    assert states == [D.SENDING]


def test_an_approval_seen_in_the_same_moment_is_counted_once(
    url: str, posting: Callable[..., Post], now: datetime
) -> None:
    one, other = Database(url), Database(url)

    def approve(session: Session, post: Post) -> None:
        queue.transition(session, post, PostState.APPROVED, who="Bob", what="approved", now=now)

    with one.transaction() as session:
        post = posting(session)
    with other.reading() as session:
        seen_too = session.get(Post, post.id)
    assert seen_too is not None
    with one.transaction() as session:
        approve(session, post)
    with pytest.raises(Moved), other.transaction() as session:
        approve(session, seen_too)
    with one.reading() as session:
        assert [entry.new for entry in queue.log(session, post.id or 0)] == ["draft", "approved"]
    one.close()
    other.close()
