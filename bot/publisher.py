"""The publishing loop: whatever the clock brings. One step is `tick`; `run` repeats it until told to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlmodel import select

from bot.actions import checking, delivering, expiring, lastlook, living, searching, staging, tidying
from bot.actions.intake import gate
from bot.actions.sync import note_edit
from bot.apart import Apart
from bot.chat import ChatError
from bot.desk import NEVER, Desk
from bot.lanes import Lanes
from bot.pacing import Pace
from bot.telling import Telling
from bot.underway import CHECK, SEARCH, SEND, STAGE, TIDY, UnderWay
from storage import queue
from storage.errors import StorageError
from storage.membership import ALONE, Membership
from storage.models import Delivery, Staged
from storage.states import DeliveryState

log = logging.getLogger("social.publisher")

ROUND_S = 0.5
"""How long the loop rests when nothing wakes it; the sandbox's clock may jump at any moment."""
AT_ONCE = 50
"""So many due posts are looked at with one request."""
SLICES = (4, 16)
"""After so many released posts, what is ready is sent on: the first go out before the last are released. Later on the
lanes are at work, and to ask what comes next costs more than to let another post go."""
DAY = timedelta(days=1)
AWAY = timedelta(seconds=2)
"""How long Zulip is left alone after it did not answer: something may be due."""


class Publisher:
    """Releases, delivers and searches; `telling` reports. One delivery at a time per account, all side by side."""

    def __init__(
        self,
        desk: Desk,
        wake: threading.Event | None = None,
        leads: Callable[[], bool] = lambda: True,
        caught_up: Callable[[], bool] = lambda: True,
        membership: Membership = ALONE,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`leads` says whether this copy is the one that listens: it alone judges and speaks, all deliver.

        Until it has `caught_up` with what was written while nobody listened, nothing of it goes out. By
        `membership` the copies know of each other who lives.
        """
        self._desk = desk
        self._leads = leads
        self._caught_up = caught_up
        self._membership = membership
        self._wake = wake or threading.Event()
        # one delivery, one search and one preparation at a time per account: a platform that hangs takes nobody's place
        places = 3 * (len(desk.platforms) + len(desk.config.waiting)) + 2  # those, too, that may yet wake
        lease_s = desk.config.social.lease.total_seconds()
        self._under_way = UnderWay(places, self._wake, lease_s, ticks)
        self._apart = Apart(desk)
        self._lanes = Lanes(desk, self._under_way, membership, self._look)
        self.telling = Telling(desk, leads, lambda: bool(self._under_way.futures(SEND)) or self._lanes.stand)
        self._away_until: datetime | None = None
        self._complaint = ""
        """What was last logged of Zulip, so that a long absence is told once."""
        self._acquainted: datetime | None = None
        self._signed = NEVER
        self._more = False
        """Whether there is more to do at once: a look became too old."""
        self._kept_s = float("-inf")
        """When the house was last kept (monotonic seconds)."""

    def acquaint(self) -> None:
        """Ask every account who we are there, side by side: it tells the limits of its texts, and whether its
        token works. Nothing waits for the answers.
        """
        for account in list(self._desk.platforms):
            self._check(account)
        self._acquainted = self._desk.clock()

    def tick(self, now: datetime, *, settle: bool = False) -> None:
        """One step by hand: a look at everything, and what is to be told. With `settle`, what was begun is waited for
        before it is told of (tests step like that).
        """
        self._more = False
        self._desk.looked.clear()
        self._desk.peeks_paid_s = float("-inf")
        self._desk.passed.clear()
        self._round(now)
        self._keep_house(now)
        if settle:
            self.settle()
            while self._more or self._lanes.waiting:  # the end of that wakes the loop
                self._more = self._lanes.waiting = False
                self._desk.peeks_paid_s = float("-inf")
                self._round(now)
                self.settle()
        if settle or self._away_until is None:
            self._tell(self._desk.clock() if settle else now)

    def settle(self) -> None:
        """Wait for everything under way: deliveries, searches and checks."""
        self._under_way.settle()

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; then let what is being sent come to its end for a moment."""
        pace = Pace(self._desk, self._wake, ROUND_S)
        telling = threading.Thread(target=self.telling.run, args=(stop,), name="telling", daemon=True)
        telling.start()
        while not stop.is_set():
            if self._acquainted is None or self._desk.clock() - self._acquainted > DAY:
                self.acquaint()
                self._under_way.start(TIDY, "", tidying.tidy, self._desk, self._desk.clock())
            try:
                if pace.worth(self._desk.clock(), self._under_way.futures(SEND, SEARCH, STAGE)):
                    self._round(self._desk.clock())
                    self.telling.wake.set()
                    if time.monotonic() - self._kept_s >= ROUND_S:
                        self._keep_house(self._desk.clock())
            except StorageError as error:
                log.error("%s", error, extra={"action": "storage_trouble"})
                stop.wait(ROUND_S * 4)
                self._wake.set()  # what it was woken for is not done
            except Exception:  # a bug in one round must not end the service
                log.exception("error in a round", extra={"action": "round_failed"})
                stop.wait(ROUND_S * 4)
            pace.rest()

    def recover_all(self, now: datetime) -> None:
        """At the start of the only process: whatever is still `sending` was cut off, leases or not."""
        with self._desk.database.reading() as session:
            found = list(session.exec(select(Delivery).where(Delivery.state == DeliveryState.SENDING)))
        for delivery in found:
            delivering.interrupt(self._desk, delivery, now)
        staging.recover(self._desk, None)

    def close(self, patience_s: float) -> int:
        """Take nothing more, wait for what is under way, and tell how much of it was not finished."""
        self._lanes.close()
        return self._under_way.close(patience_s)

    def _round(self, now: datetime) -> None:
        """Everything that needs a look at Zulip; while it is away, nothing goes out."""
        if self._away_until is not None and self._away_until - AWAY <= now < self._away_until:
            return
        self._away_until = None
        try:
            self._with_people(now)
        except ChatError as error:
            self._complain(error, now)
        else:
            self._complaint = ""

    def _with_people(self, now: datetime) -> None:
        self._desk.chat.must_be_home()
        self._apart.begin(now)
        if not self._caught_up():
            return
        if self._leads():
            self._apart.each(expiring.late(self._desk, now), expiring.expire, now)
            self._apart.each(expiring.missed(self._desk, now), expiring.give_up, now)
        self._lanes.feed(now)
        if self._leads():
            self._judge(now)
        self._stage(now)

    def _judge(self, now: datetime) -> None:
        """Let go what is due."""
        due = self._due(now)
        for first in range(0, len(due), AT_ONCE):
            self._release(due[first : first + AT_ONCE], now)

    def _release(self, post_ids: list[int], now: datetime) -> None:
        """Look at these together, and let them go; what is ready is sent on in between."""
        self._desk.chat.must_be_home(ask=True)
        self._look(post_ids, now)
        first, many = SLICES
        for piece in (
            post_ids[:first],
            *(post_ids[at : at + many] for at in range(first, len(post_ids), many)),
        ):
            ready = [one for one in piece if lastlook.fresh(self._desk, one)]
            if self._apart.each(ready, delivering.release, now):
                self._lanes.feed(now)
            if any(one in self._desk.looked for one in piece if one not in ready):
                self._more = True  # the look is too old by now: the next round looks again
                self._wake.set()

    def _look(self, post_ids: Iterable[int], now: datetime) -> None:
        """The last look at these posts, but for those that somebody spoke of: that is to be acted on first. What changed
        is judged anew; a new text waits in the inbox, for its files may be large.
        """
        all_ids = list(post_ids)
        wanted = [one for one in all_ids if one not in self._apart]
        free = gate.may_go(self._desk, wanted, now)

        def judge(post_id: int, *, edited: bool) -> bool:
            if edited:
                note_edit(self._desk, post_id, now)
                return False
            return bool(self._apart.each([post_id], delivering.judge, now))

        lastlook.look(self._desk, [one for one in wanted if one in free], judge)
        lastlook.pass_over(self._desk, [one for one in all_ids if one not in self._desk.looked])

    def _due(self, now: datetime) -> list[int]:
        """Approved posts whose time has come."""
        grace = self._desk.config.social.grace
        with self._desk.database.reading() as session:
            approved = [
                post.id or 0
                for post in queue.due_posts(session, now)
                if post.approved_at is not None and post.approved_at + grace <= now
            ]
        due = [
            one for one in approved if one not in self._apart and not lastlook.passed_over(self._desk, one)
        ]
        return gate.not_paused(self._desk, due)

    def _stage(self, now: datetime) -> None:
        """Bring there, unseen, what may be brought before its time."""
        if self._leads():
            staging.plan(self._desk, now)
        if not self._membership.present():
            return
        for staged in staging.claims(self._desk, now):
            self._prepare(staged, staging.stage)

    def _prepare(self, staged: Staged, work: Callable[[Desk, Staged], None]) -> None:
        self._under_way.start(STAGE, staged.id or 0, work, self._desk, staged)

    def _keep_house(self, now: datetime) -> None:
        """What Zulip has no part in: claims of the dead, searches, what is to be removed, the accounts."""
        self._kept_s = time.monotonic()
        for number, lease_until in staging.leases(self._desk, self._under_way.whose(STAGE)).items():
            self._under_way.lost(STAGE, number, lease_until)
        self._under_way.give_up(CHECK)
        if self._leads():
            self._recover(now)
            staging.recover(self._desk, now, self._membership.gone(), busy=self._under_way.whose(STAGE))
            for staged in staging.leftovers(self._desk, now):
                self._prepare(staged, staging.discard)
            self._sign(now)
        for account in checking.signed_in_anew(self._desk):
            self._check(account)

    def _check(self, account: str) -> None:
        platform = self._desk.platforms[account]
        self._under_way.start(CHECK, account, checking.acquaint, self._desk, account, platform)

    def _sign(self, now: datetime) -> None:
        """A sign of life, as long as anything is heard; a clock that was turned back makes it anew."""
        since = self._desk.listening_since
        if since is not None and not self._signed <= now < self._signed + living.EVERY:
            living.sign(self._desk, since, now)
            self._signed = now

    def _recover(self, now: datetime) -> None:
        """What a crash left `sending`, and what is in doubt."""
        with self._desk.database.reading() as session:
            cut_off = list(queue.interrupted(session, now, self._membership.gone()))
        for delivery in cut_off:
            if self._lanes.lost(delivery):
                delivering.interrupt(self._desk, delivery, now)
        self._under_way.give_up(SEARCH)
        for delivery in searching.doubtful(self._desk, now):
            if delivery.id not in self._lanes.sending:
                self._under_way.start(SEARCH, delivery.account, searching.search, self._desk, delivery)

    def _tell(self, now: datetime) -> None:
        try:
            self.telling.round(now)
        except ChatError as error:
            self._complain(error, now)

    def _complain(self, error: ChatError, now: datetime) -> None:
        if str(error) != self._complaint:
            log.warning("%s", error, extra={"action": "zulip_away"})
        self._complaint = str(error)
        self._away_until = now + AWAY
