"""One lane per account: its deliveries one after the other, each claimed right after the one before was settled.

The publisher's thread looks at what comes next of all accounts with one request, and starts the lanes; a lane goes on by
itself as long as that look is fresh. While lanes are at work the look is made anew before it is too old, and at as many
posts as they send meanwhile: Zulip allows fifty such looks a minute, and without one they would stand still.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import bindparam, exists
from sqlmodel import Session, col, select

from bot.actions import delivering, lastlook, rows
from bot.actions.intake import gate
from bot.desk import Desk
from bot.underway import SEND, UnderWay
from storage import queue
from storage.membership import Membership
from storage.models import Delivery, Post
from storage.plan import IN_PREPARATION
from storage.prepared import Prepared
from storage.states import DeliveryState

AHEAD: Final = 12
"""So many deliveries of each account are looked at first with one request; then as many as it sends meanwhile, and more."""
LEAST: Final = 6
MOST: Final = 100
RENEWED_S: Final = 0.7
"""While lanes are at work a look so old is made anew: it takes some time, and is good for a second."""


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
        self._due = False
        """Whether something was due when it was looked last."""
        self._each_s: dict[str, float] = {}
        """Account -> how long one delivery takes there, in seconds: the latest count most, and a quick one all, because
        too few that are looked at cost more than too many.
        """
        self._woken_for = float("-inf")
        """Of which look a lane said that it is soon too old."""

    def feed(self, now: datetime) -> None:
        """Start the lanes of all accounts that have something due and send nothing. Raises `ChatError`."""
        self.waiting = False
        found = self._heads(now)
        heads = {account: posts for account, posts in found.items() if posts}
        self._due = bool(found)
        if not heads:
            return
        if self._look_is_over(heads):
            # the first of each, then the second of each: what is looked at in vain stands at the end
            most = max(len(one) for one in heads.values())
            wanted = [one[row] for row in range(most) for one in heads.values() if row < len(one)]
            self._look(list(dict.fromkeys(wanted)), now)
        for account, post_ids in heads.items():
            if any(lastlook.fresh(self._desk, one) for one in post_ids):
                self._under_way.start(SEND, account, self._go, account)

    def _look_is_over(self, heads: dict[str, list[int]]) -> bool:
        """Whether a lane stands before what was not looked at just now, or is about to and Zulip may be asked."""
        busy = [one for one in heads if self._under_way.busy(SEND, one)]
        if any(not lastlook.fresh(self._desk, posts[0]) for one, posts in heads.items() if one not in busy):
            return True
        old = [one for one in busy if not lastlook.fresh(self._desk, heads[one][0], RENEWED_S)]
        return bool(old) and gate.may_peek(self._desk)

    def _ahead(self, account: str) -> int:
        """As many posts are looked at as the account sends while a look is fresh, and half as many more."""
        each_s = self._each_s.get(account)
        if each_s is None:
            return AHEAD
        return min(max(math.ceil(1.5 * lastlook.FRESH_S / max(each_s, 0.001)), LEAST), MOST)

    @property
    def stand(self) -> bool:
        """Whether something due waits for the next look that Zulip allows."""
        return self._due and not gate.may_peek(self._desk)

    def close(self) -> None:
        """Claim nothing more."""
        self._closed.set()

    def _go(self, account: str) -> None:
        self._tokens[account] = token = object()
        ahead: deque[tuple[int, int]] = deque()
        while self._tokens.get(account) is token and (delivery := self._claimed(account, ahead)) is not None:
            number = delivery.id or 0
            self.sending[number] = token
            self._under_way.alive(SEND, account)
            began = time.monotonic()
            try:
                delivering.deliver(self._desk, delivery)
                took_s = time.monotonic() - began
                before_s = self._each_s.get(account, took_s)
                self._each_s[account] = min((before_s + took_s) / 2, took_s)
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

    def _claimed(self, account: str, ahead: deque[tuple[int, int]]) -> Delivery | None:
        """The account's longest due delivery that may go, claimed; None if there is none, or its post has to be looked at
        first. `ahead`: those that come next, as far as they were read.
        """
        if not ahead:
            ahead.extend(self._next(account, self._desk.clock()))
        while ahead:
            number, post_id = ahead[0]
            if self._closed.is_set() or not self._membership.present():
                return None  # the others could take it for a dead one's
            if not lastlook.fresh(self._desk, post_id):
                if lastlook.passed_over(self._desk, post_id):
                    ahead.popleft()
                    continue
                self.waiting = True
                return None
            ahead.popleft()
            self._foresee(post_id)
            claimed = self._claim(account, number, post_id)
            if claimed is not None or not lastlook.passed_over(self._desk, post_id):
                return claimed
        return None

    def _foresee(self, post_id: int) -> None:
        """Wake who looks before this look is too old, once for each."""
        at = self._desk.looked.get(post_id, float("-inf"))
        if at != self._woken_for and not lastlook.fresh(self._desk, post_id, RENEWED_S):
            self._woken_for = at
            self._under_way.wake()

    def _claim(self, account: str, number: int, post_id: int) -> Delivery | None:
        """Claim that one, unless something was said meanwhile that may keep it back."""
        now = self._desk.clock()
        with self._desk.database.transaction() as session:
            latest = rows.not_after(session, post_id)
            late = latest is not None and latest < now
            if late or gate.kept_back_now(self._desk, session, post_id):
                lastlook.pass_over(self._desk, [post_id])
                return None
            lease = self._desk.config.social.lease
            return queue.claim_that(session, number, account, now, lease, self._desk.worker)

    def _heads(self, now: datetime) -> dict[str, list[int]]:
        """Account that no other copy sends to and that has something due -> the posts of which that is, in the order in
        which they go, without those that were passed over just now.
        """
        with self._desk.database.reading() as session:
            sending = _SENDING.rows(session)
            elsewhere = {account for number, account in sending if number not in self.sending}
            due = {account for (account,) in _ACCOUNTS.rows(session, {"now": now})} - elsewhere
            found = {account: self._following(session, account, now) for account in sorted(due)}
        return {account: [post for _, post in posts] for account, posts in found.items()}

    def _next(self, account: str, now: datetime) -> list[tuple[int, int]]:
        """Number and post of what the account sends next, the longest due first, without what was passed over just now."""
        with self._desk.database.reading() as session:
            return self._following(session, account, now)

    def _following(self, session: Session, account: str, now: datetime) -> list[tuple[int, int]]:
        ahead = self._ahead(account)
        given = {"now": now, "account": account, "most": ahead + len(self._desk.passed)}
        found = _NEXT.rows(session, given)
        free = ((number, post) for number, post in found if not lastlook.passed_over(self._desk, post))
        return list(islice(free, ahead))


_SENDING = Prepared(select(Delivery.id, Delivery.account).where(Delivery.state == DeliveryState.SENDING))
_DUE = (Delivery.state == DeliveryState.PENDING, col(Delivery.not_before) <= bindparam("now"))
_ACCOUNTS = Prepared(select(Delivery.account).where(*_DUE).distinct())
_OVER = exists().where(col(Post.id) == Delivery.post_id, col(Post.not_after) < bindparam("now"))
_NEXT = Prepared(
    select(Delivery.id, Delivery.post_id)
    .where(*_DUE, Delivery.account == bindparam("account"), ~IN_PREPARATION, ~_OVER)
    .order_by(col(Delivery.not_before), col(Delivery.id))
    .limit(bindparam("most"))
)
