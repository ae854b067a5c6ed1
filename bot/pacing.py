"""When a whole round of the publisher is worth while: most of the time nothing is due, and to find that out is cheap."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Final

from bot.desk import Desk
from storage import queue

QUIET_S: Final = 3.0
"""How often it looks at everything while nothing is due, nothing is under way and nothing woke it."""


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
            return (due is not None and due <= now) or bool(queue.changed(session))

    def rest(self) -> None:
        """Until the clock is to be looked at again, or somebody wakes it."""
        self._woken = self._wake.wait(self._span()) or time.monotonic() - self._looked > QUIET_S
        self._wake.clear()

    def _span(self) -> float:
        """Until the next thing is due, if that is sooner than usual: it is not to wait for the end of a rest."""
        ahead_s = (self._next - self._desk.clock()).total_seconds() if self._next else 0.0
        return min(ahead_s, self._round_s) if ahead_s > 0 else self._round_s
