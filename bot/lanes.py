"""One lane per account: its deliveries one after the other, each claimed right after the one before was settled.

The publisher's thread looks at what comes next of all accounts with one request, and starts the lanes; a lane goes on by
itself as long as that look is fresh.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import exists
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.actions import delivering, lastlook, rows
from bot.actions.intake import gate
from bot.desk import Desk
from bot.underway import SEND, UnderWay
from storage import queue
from storage.membership import Membership
from storage.models import Delivery, Post
from storage.plan import IN_PREPARATION
from storage.states import DeliveryState

AHEAD: Final = 12
"""So many deliveries of each account are looked at with one request: about what it sends in a second."""


class Lanes:
    """Starts what is ready; thread-safe."""

    def __init__(
        self,
        desk: Desk,
        under_way: UnderWay,
        membership: Membership,
        look: Callable[[Iterable[int], datetime], None],
    ) -> None:
        """`look` has posts looked at; it is called by `feed` alone."""
        self._desk = desk
        self._under_way = under_way
        self._membership = membership
        self._look = look
        self._closed = threading.Event()
        self.sending: dict[int, object] = {}
        """Deliveries that lanes are sending right now, each with its lane's token."""
        self._tokens: dict[str, object] = {}
        """Account -> its lane's; one that was given up has none any more."""
        self.waiting = False
        """Whether a lane stopped before something due, until it is looked at again."""

    def feed(self, now: datetime) -> None:
        """Start the lanes of all accounts that have something due and send nothing. Raises `ChatError`."""
        self.waiting = False
        heads = self._heads(now)
        idle = [account for account in heads if not self._under_way.busy(SEND, account)]
        if not idle:
            return
        if any(not lastlook.fresh(self._desk, heads[account][0]) for account in idle):
            # the first of each, then the second of each: what is looked at in vain stands at the end
            rows = max(len(one) for one in heads.values())
            wanted = [one[row] for row in range(rows) for one in heads.values() if row < len(one)]
            self._look(list(dict.fromkeys(wanted)), now)
        for account in idle:
            if lastlook.fresh(self._desk, heads[account][0]):
                self._under_way.start(SEND, account, self._go, account)

    def close(self) -> None:
        """Claim nothing more."""
        self._closed.set()

    def _go(self, account: str) -> None:
        self._tokens[account] = token = object()
        while self._tokens.get(account) is token and (delivery := self._claimed(account)) is not None:
            number = delivery.id or 0
            self.sending[number] = token
            self._under_way.alive(SEND, account)
            try:
                delivering.deliver(self._desk, delivery)
            finally:
                if self.sending.get(number) is token:
                    del self.sending[number]

    def lost(self, delivery: Delivery) -> bool:
        """Whether no lane sends it (any more); one that was silent for a whole lease is given up. It may go on some day,
        but it holds no claim then.
        """
        number = delivery.id or 0
        if number not in self.sending:
            return True
        if not self._under_way.lost(SEND, delivery.account, delivery.lease_until):
            return False
        self.sending.pop(number, None)
        self._tokens.pop(delivery.account, None)
        return True

    def _claimed(self, account: str) -> Delivery | None:
        """The account's longest due delivery, claimed; None if there is none, or its post has to be looked at first."""
        now = self._desk.clock()
        if self._closed.is_set() or not self._membership.present():
            return None  # the others could take it for a dead one's
        with self._desk.database.reading() as session:
            head = session.exec(_pending(now).where(Delivery.account == account).limit(1)).first()
        if head is None:
            return None
        if not lastlook.fresh(self._desk, head.post_id):
            self.waiting = True
            return None
        with self._desk.database.transaction() as session:
            if gate.kept_back(self._desk, session, rows.post(session, head.post_id)):
                return None
            return queue.claim(session, now, self._desk.config.social.lease, self._desk.worker, head.id)

    def _heads(self, now: datetime) -> dict[str, list[int]]:
        """Account -> the posts whose deliveries there are due, in the order in which they go."""
        heads: dict[str, list[int]] = {}
        with self._desk.database.reading() as session:
            sending = select(Delivery.id, Delivery.account).where(Delivery.state == DeliveryState.SENDING)
            elsewhere = {account for number, account in session.exec(sending) if number not in self.sending}
            due = _pending(now).where(col(Delivery.account).not_in(elsewhere))
            for delivery in session.exec(due.limit(200)):
                posts = heads.setdefault(delivery.account, [])
                if len(posts) < AHEAD:
                    posts.append(delivery.post_id)
        return heads


def _pending(now: datetime) -> SelectOfScalar[Delivery]:
    """What is due and may still go, the longest due first."""
    over = exists().where(col(Post.id) == Delivery.post_id, col(Post.not_after) < now)
    return (
        select(Delivery)
        .where(
            Delivery.state == DeliveryState.PENDING,
            col(Delivery.not_before) <= now,
            ~IN_PREPARATION,
            ~over,
        )
        .order_by(col(Delivery.not_before), col(Delivery.id))
    )
