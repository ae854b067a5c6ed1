"""The publishing loop: whatever the clock brings. One step is `tick`; `run` repeats it until told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from bot.actions import (
    checking,
    delivering,
    expiring,
    living,
    progressing,
    reporting,
    searching,
    staging,
    tidying,
)
from bot.actions.news import News
from bot.actions.sync import sync
from bot.chat import ChatError, Dismissed, Down, NotHome
from bot.desk import NEVER, Desk
from bot.pacing import Pace
from storage import queue
from storage.errors import StorageError
from storage.membership import ALONE, Membership
from storage.models import Delivery, Staged
from storage.plan import IN_PREPARATION
from storage.states import DeliveryState

log = logging.getLogger("social.publisher")
Work = Callable[[Desk, int, datetime], object]

ROUND_S = 0.5
"""How long the loop rests when nothing wakes it; the sandbox's clock may jump at any moment."""
AT_ONCE = 2
"""So many posts are released in one round: of many that are due, the first are sent before the last are released."""
DAY = timedelta(days=1)
AWAY = timedelta(seconds=5)
"""How long Zulip is left alone after it did not answer."""
REST = timedelta(minutes=1)
"""How long a post is left alone that could not be looked at."""


class Publisher:
    """Releases, delivers and reports. One delivery at a time per account, all accounts side by side."""

    def __init__(
        self,
        desk: Desk,
        wake: threading.Event | None = None,
        leads: Callable[[], bool] = lambda: True,
        caught_up: Callable[[], bool] = lambda: True,
        membership: Membership = ALONE,
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
        self._news = News(desk)
        # one delivery, one search and one preparation at a time per account: a platform that hangs takes nobody's place
        places = 3 * (len(desk.platforms) + len(desk.config.waiting)) + 1  # those, too, that may yet wake
        self._pool = ThreadPoolExecutor(places, thread_name_prefix="deliver")
        self._searched: dict[str, Future[None]] = {}
        self._under_way: dict[int, Future[None]] = {}
        self._away_until: datetime | None = None
        self._complaint = ""
        """What was last logged of Zulip, so that a long absence is told once."""
        self._acquainted: datetime | None = None
        self._troubled: dict[int, datetime] = {}
        """Posts that could not be looked at, and until when they are left alone."""
        self._checks: list[Future[Any]] = []
        self._staging: dict[int, Future[None]] = {}
        self._signed = NEVER

    def acquaint(self) -> None:
        """Ask every account who we are there, side by side: it tells the limits of its texts, and whether its
        token works. Nothing waits for the answers.
        """
        for account, platform in self._desk.platforms.items():
            self._checks.append(self._pool.submit(checking.acquaint, self._desk, account, platform))
        self._acquainted = self._desk.clock()

    def tick(self, now: datetime, *, settle: bool = False) -> None:
        """One round. With `settle`, the deliveries begun are waited for, and told of (tests step like that)."""
        self._under_way = {key: one for key, one in self._under_way.items() if not one.done()}
        if self._away_until is None or now >= self._away_until or now < self._away_until - AWAY:
            self._away_until = None
            try:
                self._with_people(now)
            except ChatError as error:
                if str(error) != self._complaint:
                    log.warning("%s", error, extra={"action": "zulip_away"})
                self._complaint = str(error)
                self._away_until = now + AWAY
            else:
                self._complaint = ""
        if self._leads():
            self._recover(now)
            self._remove(now)
            self._sign(now)
        for account in checking.signed_in_anew(self._desk):
            platform = self._desk.platforms[account]
            self._checks.append(self._pool.submit(checking.acquaint, self._desk, account, platform))
        if settle:
            self.settle()
        if settle and self._leads():
            self._tell(self._desk.clock())

    def _sign(self, now: datetime) -> None:
        """A sign of life, as long as anything is heard; a clock that was turned back makes it anew."""
        since = self._desk.listening_since
        if since is not None and not self._signed <= now < self._signed + living.EVERY:
            living.sign(self._desk, since, now)
            self._signed = now

    def settle(self) -> None:
        """Wait for everything under way: deliveries, searches and checks."""
        wait([*self._under_way.values(), *self._staging.values(), *self._checks])
        self._checks.clear()

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; then let what is being sent come to its end for a moment."""
        pace = Pace(self._desk, self._wake, ROUND_S)
        while not stop.is_set():
            if self._acquainted is None or self._desk.clock() - self._acquainted > DAY:
                self.acquaint()
                self._checks.append(self._pool.submit(tidying.tidy, self._desk, self._desk.clock()))
            try:
                going = (*self._under_way.values(), *self._staging.values(), *self._searched.values())
                if pace.worth(self._desk.clock(), going):
                    self.tick(self._desk.clock())
            except StorageError as error:
                log.error("%s", error, extra={"action": "storage_trouble"})
                stop.wait(ROUND_S * 4)
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
        self._pool.shutdown(wait=False, cancel_futures=True)
        _, unfinished = wait(self._under_way.values(), patience_s)
        return len(unfinished)

    def _with_people(self, now: datetime) -> None:
        """Everything that needs a look at Zulip, or says something there. Nothing, while we are not at home."""
        self._desk.chat.must_be_home()
        # an instant further ahead than that was written before the clock went back
        self._troubled = {key: at for key, at in self._troubled.items() if now < at <= now + REST}
        if not self._caught_up():
            if self._leads():
                self._tell(now)
            return
        looked = set(self._judge(now)) if self._leads() else set()
        for delivery in self._ready(now):
            # a deletion or a lost approval wins to the last moment
            if delivery.post_id in looked or self._each([delivery.post_id], delivering.last_look, now):
                looked.add(delivery.post_id)
                self._claim(delivery, now)
        self._stage(now)
        self._each({self._desk.stale.pop() for _ in range(len(self._desk.stale))}, delivering.show, now)
        if self._leads():
            self._tell(now)

    def _judge(self, now: datetime) -> list[int]:
        """Whatever the clock does to posts; returns those that were released."""
        self._each(self._gathered(now), sync, now)
        self._each(expiring.late(self._desk, now), expiring.expire, now)
        self._each(expiring.missed(self._desk, now), expiring.give_up, now)
        return self._each(self._due(now), delivering.release, now, most=AT_ONCE)

    def _stage(self, now: datetime) -> None:
        """Bring there, unseen, what may be brought before its time."""
        if self._leads():
            staging.plan(self._desk, now)
        if not self._membership.present():
            return
        for staged in staging.claims(self._desk, now):
            self._prepare(staged, staging.stage)

    def _remove(self, now: datetime) -> None:
        """Remove what was brought there and is not wanted any more; Zulip has no part in it."""
        self._staging = {key: one for key, one in self._staging.items() if not one.done()}
        staging.recover(self._desk, now, self._membership.gone())
        for staged in staging.leftovers(self._desk, now):
            if staged.id not in self._staging:
                self._prepare(staged, staging.discard)

    def _prepare(self, staged: Staged, work: Callable[[Desk, Staged], None]) -> None:
        future = self._pool.submit(work, self._desk, staged)
        self._staging[staged.id or 0] = future
        future.add_done_callback(lambda _: self._wake.set())

    def _each(self, post_ids: Iterable[int], work: Work, now: datetime, most: int = 0) -> list[int]:
        """Do it with each post, and return those with which it was done. One post's trouble stays with it."""
        done: list[int] = []
        for post_id in post_ids:
            if post_id in self._troubled or (most and len(done) == most):
                continue
            try:
                if work(self._desk, post_id, now):
                    done.append(post_id)
            except queue.Moved as moved:
                log.info(
                    "post %s: %s", post_id, moved, extra={"action": "post_moved"}
                )  # the next round looks
            except (Down, Dismissed, NotHome, StorageError):
                raise
            except Exception:  # a bug, or a refusal of Zulip's, that is about this post alone
                log.exception("post %s: trouble", post_id, extra={"action": "post_troubled"})
                self._troubled[post_id] = now + REST
        return done

    def _gathered(self, now: datetime) -> list[int]:
        quiet = now - self._desk.config.social.gather
        with self._desk.database.reading() as session:
            # one that lies ahead was written before the clock went back
            return [number for number, at in queue.changed(session) if at <= quiet or at > now]

    def _due(self, now: datetime) -> list[int]:
        grace = self._desk.config.social.grace
        with self._desk.database.reading() as session:
            return [
                post.id or 0
                for post in queue.due_posts(session, now)
                if post.approved_at is not None and post.approved_at + grace <= now
            ]

    def _ready(self, now: datetime) -> list[Delivery]:
        """For each account that sends nothing, its longest due delivery."""
        with self._desk.database.reading() as session:
            busy = set(session.exec(select(Delivery.account).where(Delivery.state == DeliveryState.SENDING)))
            pending = select(Delivery).where(
                Delivery.state == DeliveryState.PENDING,
                col(Delivery.not_before) <= now,
                col(Delivery.account).not_in(busy),
                ~IN_PREPARATION,
            )
            first: dict[str, Delivery] = {}
            for delivery in session.exec(
                pending.order_by(col(Delivery.not_before), col(Delivery.id)).limit(200)
            ):
                if delivery.post_id not in self._troubled:
                    first.setdefault(delivery.account, delivery)
        return list(first.values())

    def _claim(self, delivery: Delivery, now: datetime) -> None:
        if not self._membership.present():
            return  # the others could take it for a dead one's
        with self._desk.database.transaction() as session:
            claimed = queue.claim(
                session, now, self._desk.config.social.lease, self._desk.worker, delivery.id
            )
        if claimed is not None:
            self._start(claimed, delivering.deliver)

    def _recover(self, now: datetime) -> None:
        """What a crash left `sending`, and what is in doubt."""
        with self._desk.database.reading() as session:
            cut_off = queue.interrupted(session, now, self._membership.gone())
            interrupted = [one for one in cut_off if one.id not in self._under_way]
        for delivery in interrupted:
            delivering.interrupt(self._desk, delivery, now)
        self._searched = {key: one for key, one in self._searched.items() if not one.done()}
        for delivery in searching.doubtful(self._desk, now):
            if delivery.id not in self._under_way and delivery.account not in self._searched:
                self._searched[delivery.account] = self._start(delivery, searching.search)

    def _start(self, delivery: Delivery, work: Callable[[Desk, Delivery], None]) -> Future[None]:
        future = self._pool.submit(work, self._desk, delivery)
        self._under_way[delivery.id or 0] = future
        future.add_done_callback(lambda _: self._wake.set())
        return future

    def _tell(self, now: datetime) -> None:
        self._each(self._news.posts(now), self._news.tell, now)
        reporting.speak(self._desk, now)
        progressing.show(self._desk, now)
