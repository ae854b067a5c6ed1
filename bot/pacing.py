"""When a whole round of the publisher is worth while: most of the time nothing is due, and to find that out is cheap."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Protocol

from bot.desk import Desk
from storage import queue
from storage.errors import StorageError

QUIET_S: Final = 3.0
"""How often it looks at everything while something is in doubt or being prepared, and nothing woke it."""
IDLE_S: Final = 10.0
"""The same while nothing is: only what has no sign of its own is found then, such as a post whose time passed."""
JUMP_S: Final = 1.0
"""By more than that no clock goes ahead of the other, or back, by itself: somebody set it, or the machine slept."""
DUE_S: Final = 2.0
"""How long Zulip is left alone while it is away and something is due."""


class Pace:
    """Of one loop: it rests between two looks at the clock, and does a round when there may be something to do.

    The database is asked only after something was written into it; by another copy it may be at any moment.
    """

    def __init__(self, desk: Desk, wake: threading.Event, round_s: float) -> None:
        self._desk = desk
        self._wake = wake
        self._round_s = round_s
        self._woken = True
        self._looked = 0.0
        self._next: datetime | None = None
        """When something is due next."""
        self._unsettled = True
        self._read_up_to: int | None = None
        """How much was written when the database was asked last."""
        self._clocks: tuple[datetime, float] | None = None

    def worth(self, now: datetime, under_way: Iterable[Future[Any]]) -> bool:
        """Whether to do a round now: it was woken, something is under way or due, or it did none for long."""
        self._woken |= self._jumped(now)
        due = self._due(now)
        idle_s = time.monotonic() - self._looked
        waited = idle_s > (QUIET_S if self._unsettled else IDLE_S)
        found = due or self._woken or waited or any(not one.done() for one in under_way)
        self._woken = False
        if found:
            self._looked = time.monotonic()
        return found

    def _due(self, now: datetime) -> bool:
        written = self._desk.database.commits.count
        if written != self._read_up_to or not self._desk.single:
            with self._desk.database.reading() as session:
                self._next, self._unsettled = queue.next_due(session), queue.unsettled(session)
            self._read_up_to = written
        return self._next is not None and self._next <= now

    def _jumped(self, now: datetime) -> bool:
        """Whether the clock was set, or the machine slept, since it was asked last."""
        before, self._clocks = self._clocks, (now, time.monotonic())
        if before is None:
            return False
        passed_s = (now - before[0]).total_seconds()
        return abs(passed_s - (self._clocks[1] - before[1])) > JUMP_S

    def rest(self) -> None:
        """Until the clock is to be looked at again, or somebody wakes it."""
        self._woken |= self._wake.wait(self._span())
        self._wake.clear()

    def _span(self) -> float:
        """Until the next thing is due, if that is sooner than usual: it is not to wait for the end of a rest."""
        ahead_s = (self._next - self._desk.clock()).total_seconds() if self._next else 0.0
        return min(ahead_s, self._round_s) if ahead_s > 0 else self._round_s


class Stop(Protocol):
    """What ends a rest early: `threading.Event`."""

    def wait(self, timeout: float) -> bool:
        """True: it is to end."""
        ...


def rest_while_away(desk: Desk, stop: Stop, span_s: float) -> None:
    """Rest while Zulip is away, for so long; but no longer than some seconds once a post is due.

    While the database cannot be read either, the whole span is rested.
    """
    while span_s > 0 and not stop.wait(min(span_s, DUE_S)):
        span_s -= DUE_S
        with suppress(StorageError), desk.database.reading() as session:
            due = queue.next_due(session)
            if due is not None and due <= desk.clock():
                return
