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
"""How often it looks at everything while nothing is due, nothing is under way and nothing woke it."""
DUE_S: Final = 2.0
"""How long Zulip is left alone while it is away and something is due."""


class Pace:
    """Of one loop: it rests between two looks at the clock, and does a round when there may be something to do."""

    def __init__(self, desk: Desk, wake: threading.Event, round_s: float) -> None:
        self._desk = desk
        self._wake = wake
        self._round_s = round_s
        self._woken = True
        self._looked = 0.0
        self._next: datetime | None = None
        """When something is due next."""

    def worth(self, now: datetime, under_way: Iterable[Future[Any]]) -> bool:
        """Whether to do a round now: it was woken, something is under way or due, or it did none for long."""
        due = self._due(now)
        found = due or self._woken or any(not one.done() for one in under_way)
        if found:
            self._looked = time.monotonic()
        return found

    def _due(self, now: datetime) -> bool:
        with self._desk.database.reading() as session:
            due = self._next = queue.next_due(session)
            return due is not None and due <= now

    def rest(self) -> None:
        """Until the clock is to be looked at again, or somebody wakes it."""
        self._woken = self._wake.wait(self._span()) or time.monotonic() - self._looked > QUIET_S
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
