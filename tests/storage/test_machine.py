"""A random walk of deliveries with crashes at every step, through the real functions of the queue."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, select
from typing_extensions import override

from storage import queue
from storage.database import Database
from storage.errors import Moved
from storage.models import Delivery, Post
from storage.states import DeliveryState, ForbiddenEdge, PostState

D = DeliveryState
LEASE = timedelta(minutes=5)
ACCOUNTS = ("mastodon", "x")
OUTCOMES = (D.PUBLISHED, D.PENDING, D.FAILED, D.UNKNOWN)

RARELY = st.integers(0, 4).map(lambda number: number == 4)  # smaller examples are those without a crash

Call = tuple[Delivery, DeliveryState]


class Crash(Exception):
    """The process ended inside a transaction."""


class Deliveries(RuleBasedStateMachine):
    """One platform that really publishes, some workers that claim, call and settle, and may die in between.

    The model is small: how often each delivery really went out, and how often a person ordered it again.
    """

    address: ClassVar[str]
    start: ClassVar[datetime]
    numbers: ClassVar[count[int]] = count(10_000)

    held = Bundle("held")
    """Deliveries that a living worker has claimed, as it knows them."""
    called = Bundle("called")
    """Calls that were made and are not yet settled."""

    def __init__(self) -> None:
        super().__init__()
        self.database = Database(self.address)
        self.now = self.start
        self.out: Counter[int] = Counter()
        self.orders: Counter[int] = Counter()
        self.published: set[int] = set()
        self.posts: list[int] = []
        self.claims: list[tuple[int, str, int]] = []
        self.sending: dict[int, tuple[str, int]] = {}
        """Delivery -> the claim that holds it: until it settles, or its lease is over and that was seen."""
        self.leases: dict[int, datetime] = {}

    @override
    def teardown(self) -> None:
        """Every walk begins with nothing that is claimable."""
        with self.database.transaction() as session:
            for row in session.exec(select(Delivery).where(col(Delivery.post_id).in_(self.posts))):
                session.delete(row)
        self.database.close()

    @initialize(accounts=st.lists(st.sampled_from(ACCOUNTS), min_size=1, max_size=2))
    def release(self, accounts: list[str]) -> None:
        """Posts are released: their deliveries are pending."""
        with self.database.transaction() as session:
            for account in accounts:
                post = Post(
                    state=PostState.RELEASED,
                    author_id=8,
                    author_name="Alice",
                    message_id=next(self.numbers),
                    created_at=self.now,
                )
                queue.create(session, post, who="Alice", what="drafted", now=self.now)
                assert post.id is not None
                self.posts.append(post.id)
                one = Delivery(
                    post_id=post.id, revision=1, account=account, not_before=self.now, key=queue.new_key()
                )
                queue.create(session, one, who="bot", what="released", now=self.now)
                assert one.id is not None
                self.orders[one.id] = 1

    @rule(target=held, worker=st.sampled_from(("w1", "w2")), crash=RARELY)
    def claim(self, worker: str, crash: bool) -> Any:
        """A worker claims; if it dies before the commit, nothing happened."""
        try:
            with self.database.transaction() as session:
                one = queue.claim(session, self.now, LEASE, worker)
                if crash:
                    raise Crash
        except Crash:
            return multiple()
        if one is None:
            return multiple()
        assert one.id is not None
        self.claims.append((one.id, one.key, one.attempts))
        self.sending[one.id] = (one.key, one.attempts)
        self.leases[one.id] = self.now + LEASE
        return one

    @rule(target=called, one=consumes(held), outcome=st.sampled_from(OUTCOMES), dies=RARELY)
    def call(self, one: Delivery, outcome: DeliveryState, dies: bool) -> Any:
        """The worker calls the platform, unless it died before, or lost its claim while it slept."""
        if dies:
            return multiple()
        try:
            with self.database.transaction() as session:
                queue.keep_receipt(session, one, {"began": True}, self.leases[one.id or 0])
        except Moved:
            return multiple()
        assert self.sending[one.id or 0] == (one.key, one.attempts)
        assert one.id is not None
        if outcome is D.PUBLISHED:
            self.out[one.id] += 1
        return one, outcome

    @rule(call=consumes(called), dies=st.sampled_from(("never", "never", "before", "inside")))
    def settle(self, call: Call, dies: str) -> None:
        """The answer is written down, perhaps much later; the worker may die before, or before the commit."""
        if dies == "before":
            return
        one, outcome = call
        assert one.id is not None
        try:
            with self.database.transaction() as session:
                queue.settle(
                    session, one, outcome, now=self.now, what="called", not_before=self.now, remote_id="1"
                )
                if dies == "inside":
                    raise Crash
        except (Crash, Moved, ForbiddenEdge):
            return
        assert outcome is D.PUBLISHED or self.sending[one.id] == (one.key, one.attempts)
        self.sending.pop(one.id, None)
        if outcome is D.PUBLISHED:
            self.published.add(one.id)

    @rule(minutes=st.sampled_from((0, 1, 6)), crash=RARELY)
    def recover(self, minutes: int, crash: bool) -> None:
        """Time passes, and what was interrupted by then becomes unknown."""
        self.now += timedelta(minutes=minutes)
        try:
            with self.database.transaction() as session:
                for row in queue.interrupted(session, self.now):
                    queue.settle(session, row, D.UNKNOWN, now=self.now, what="interrupted")
                if crash:
                    raise Crash
        except Crash:
            return
        self.sending = {one: claim for one, claim in self.sending.items() if self.leases[one] > self.now}

    @rule(deed=st.sampled_from(("find", "order", "cancel")), data=st.data())
    def decide(self, deed: str, data: st.DataObject) -> None:
        """The platform is asked about what is unknown; a person orders again, or cancels what is pending."""
        state = {"find": (D.UNKNOWN,), "order": (D.UNKNOWN, D.FAILED, D.CANCELLED), "cancel": (D.PENDING,)}[
            deed
        ]
        ours = select(Delivery).where(col(Delivery.post_id).in_(self.posts), col(Delivery.state).in_(state))
        with self.database.transaction() as session:
            rows = session.exec(ours.order_by(col(Delivery.id))).all()
            if not rows:
                return
            row = rows[data.draw(st.integers(0, len(rows) - 1))]
            assert row.id is not None
            if deed == "find":
                there = self.out[row.id] > 0
                new = D.PUBLISHED if there else D.PENDING
                queue.settle(session, row, new, now=self.now, what="looked for", not_before=self.now)
                self.published |= {row.id} if there else set()
            elif deed == "order":
                queue.reorder(session, row, who="Bob", now=self.now)
                self.orders[row.id] += 1
            else:
                queue.transition(session, row, D.CANCELLED, who="Alice", what="cancelled", now=self.now)

    @invariant()
    def holds(self) -> None:
        """What must be true after every step."""
        assert max(Counter(self.claims).values(), default=0) <= 1, "an attempt was given to two workers"
        assert all(self.out[one] <= self.orders[one] for one in self.out), "out more often than ordered"
        with self.database.reading() as session:
            rows = session.exec(select(Delivery).where(col(Delivery.post_id).in_(self.posts))).all()
            logs = {
                row.post_id: [one for one in queue.log(session, row.post_id) if one.account] for row in rows
            }
        sending = [row for row in rows if row.state == D.SENDING]
        # nothing stays `sending` after recovery, and nobody loses a claim before
        assert {one.id: (one.key, one.attempts) for one in sending} == self.sending
        assert max(Counter(one.account for one in sending).values(), default=0) <= 1, "two of an account"
        assert self.published <= {row.id for row in rows if row.state == D.PUBLISHED}, "published was left"
        for row in rows:
            lines = logs[row.post_id]
            assert lines[-1].new == row.state
            assert [one.new for one in lines[:-1]] == [one.old for one in lines[1:]], "a gap in the log"


def test_nothing_is_claimed_or_published_twice_whatever_dies(url: str, now: datetime) -> None:
    walk = type("Walk", (Deliveries,), {"address": url, "start": now})
    run_state_machine_as_test(
        walk,
        settings=settings(
            max_examples=25 if url.startswith("sqlite") else 6,
            stateful_step_count=40,
            deadline=None,
            phases=(Phase.reuse, Phase.generate),  # a shorter example is not worth minutes of database work
            suppress_health_check=list(HealthCheck),
        ),
    )
