"""The lanes in which the inbox is worked off: orders and votes, questions, drafts; each by a thread of its own.

What is in one lane never waits for what is in another. A step by hand works them off one after the other.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.actions import catching
from bot.actions.hearing import Idle
from bot.actions.intake.turns import Turns
from bot.actions.intake.working import LANES, look_at, work
from bot.actions.looking import Looking
from bot.chat import ChatError, Dismissed, NotHome
from bot.desk import Desk
from storage import inbox
from storage.errors import StorageError
from storage.inbox import Inbox

log = logging.getLogger("social.workers")

AT_ONCE: Final = {"orders": 8, "questions": 4, "drafts": 1}
"""Rows of a lane that are taken together: what comes meanwhile waits for no more than these."""
LONGEST_PAUSE_S: Final = 30.0
LOOK_S: Final = 10.0
"""How often a lane looks into the inbox when nothing rings: another copy may have written into it."""
GATHER_S: Final = 1.0
"""The same while the lane waits for an edit to be the last one."""


class Deposed(Exception):
    """Another copy of the bot listens now."""


class Workers:
    """Works off the inbox, as long as this copy leads."""

    def __init__(
        self,
        desk: Desk,
        looking: Looking,
        idle: Idle,
        *,
        wake: threading.Event,
        leads: Callable[[], bool],
        dismissed: Callable[[Dismissed], None],
    ) -> None:
        """`wake` is set whenever something changed that the publisher may care about. `leads` says whether this copy is
        the one that works them off. `dismissed` is called once Zulip does not let the bot in any more.
        """
        self._desk = desk
        self._looking = looking
        self._idle = idle
        self._wake = wake
        self._leads = leads
        self._dismissed = dismissed
        self.ready = threading.Event()
        """Set once it was told who is who; nothing can be judged before."""
        self._turns = {name: Turns(desk, kinds) for name, kinds in LANES.items()}
        self._threads: list[threading.Thread] = []

    def drain(self, clock: Callable[[], datetime]) -> int:
        """Work off all that can be worked off now, orders first, and look at the next few posts that are to be looked
        at; returns how much it was. Raises `ChatError`.
        """
        done = 0
        while found := next((n for name in LANES if (n := self._step(name, clock))), 0):
            done += found
        looked = self._look(clock)
        if done or looked:
            self._wake.set()
        return done + looked

    def start(self, stop: threading.Event) -> None:
        """Work them off side by side, until told to stop."""
        if self._threads:
            return
        for name in LANES:
            thread = threading.Thread(target=self._run, args=(name, stop), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, name: str, stop: threading.Event) -> None:
        pause_s = 1.0
        while not stop.is_set():
            rung = self._desk.bell.rung
            try:
                done = self.ready.is_set() and self._leads() and self._round(name)
            except Deposed:
                done = 0
            except Dismissed as error:
                self._dismissed(error)
                return
            except Exception as error:  # what waits is tried again, or worked off by whoever leads then
                known = isinstance(error, ChatError | StorageError)
                told = (name, error, pause_s)
                log.warning(
                    "%s: %s Trying again in %.0f s.",
                    *told,
                    exc_info=not known,
                    extra={"action": "lane_waits"},
                )
                stop.wait(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
                continue
            pause_s = 1.0
            if done:
                self._wake.set()
                continue
            self._desk.bell.wait(rung, GATHER_S if name == "drafts" and self._gathers() else LOOK_S)

    def _round(self, name: str) -> int:
        done = self._step(name, self._desk.clock)
        return done + (self._look(self._desk.clock) if name == "questions" else 0)

    def _step(self, name: str, clock: Callable[[], datetime]) -> int:
        """Work off the next few rows of a lane; returns how many."""
        turns = self._turns[name]
        if self._desk.chat.at_home:
            turns.aside.clear()
        rows = turns.next(clock(), AT_ONCE[name])
        if not rows:
            return 0
        with self._idle.busy(), catching.heard(self._desk, rows):
            for row in rows:
                if not self._leads():
                    raise Deposed
                self._work(turns, row, clock())
        return len(rows)

    def _work(self, turns: Turns, row: Inbox, now: datetime) -> None:
        try:
            work(self._desk, row.id or 0, now)
        except NotHome as error:  # it waits until the bot is back
            log.warning("%s", error, extra={"action": "not_home"})
            turns.aside.add(row.id or 0)

    def _look(self, clock: Callable[[], datetime]) -> int:
        """Look at a few of the posts that are to be looked at; returns at how many."""
        if not self._looking:
            return 0
        try:
            with self._idle.busy():
                return self._looking.some(lambda number: self._look_at(number, clock()))
        except NotHome as error:  # all are looked at once it is back
            log.warning("%s", error, extra={"action": "not_home"})
            return 0

    def _look_at(self, post_id: int, now: datetime) -> None:
        if not self._leads():
            raise Deposed
        look_at(self._desk, post_id, now)

    def _gathers(self) -> bool:
        with self._desk.database.reading() as session:
            return bool(inbox.edited(session))
