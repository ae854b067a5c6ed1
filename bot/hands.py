"""The threads that speak to platforms: so many at once, and one that hangs is given up and takes nobody's place.

Python cannot end a thread. One that is given up may go on some day; then its claim is lost, so it sends, keeps and settles
nothing any more (`handlers.base.fence`, `storage.queue`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, TypeVar

log = logging.getLogger("social.hands")

T = TypeVar("T")
SLACK: Final = 0.9
"""Of a span: leases and this clock are not read in the same moment."""


@dataclass(slots=True)
class _Work:
    """One piece of work and when something was last heard of it."""

    future: Future[Any]
    run: Callable[[], None]
    since: float = 0.0
    sign: Hashable = None
    lost: bool = False


class Hands:
    """Work in threads, at most `places` at once; more of it waits for its turn. Thread-safe."""

    def __init__(self, places: int, span_s: float, ticks: Callable[[], float] = time.monotonic) -> None:
        """Work that is silent for `span_s` may be given up; `ticks` is a clock that nobody sets (seconds)."""
        self._free = places
        self._span_s = span_s
        self._ticks = ticks
        self._lock = threading.Lock()
        self._waiting: deque[_Work] = deque()
        self._works: dict[Future[Any], _Work] = {}

    def submit(self, work: Callable[..., T], *args: Any) -> Future[T]:
        """Begin it as soon as there is a place."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                found = work(*args)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(found)

        with self._lock:
            self._waiting.append(_Work(future, run))
        self._go_on()
        return future

    def lost(self, future: Future[Any] | None, sign: Hashable = None) -> bool:
        """Whether nobody works on it: it ended, or was silent for so long that it is given up now.

        `sign` is whatever changes while it lives, such as how far its lease goes.
        """
        if future is None or future.done():
            return True
        with self._lock:
            work = self._works.get(future)
            if work is None:
                return False  # it waits for its turn
            if sign != work.sign and work.sign is not None:
                work.since = self._ticks()
            work.sign = sign
            if work.lost or self._ticks() - work.since < self._span_s * SLACK:
                return work.lost
            work.lost = True
            self._free += 1
        log.error("a piece of work hangs, and is given up", extra={"action": "given_up"})
        self._go_on()
        return True

    def touch(self, future: Future[Any]) -> None:
        """Something was heard of it."""
        with self._lock:
            if (work := self._works.get(future)) is not None:
                work.since, work.sign = self._ticks(), None

    def shutdown(self) -> None:
        """Begin nothing more."""
        with self._lock:
            waiting = list(self._waiting)
            self._waiting.clear()
        for one in waiting:
            one.future.cancel()

    def _go_on(self) -> None:
        with self._lock:
            while self._free > 0 and self._waiting:
                work = self._waiting.popleft()
                self._free -= 1
                work.since = self._ticks()
                self._works[work.future] = work
                threading.Thread(target=self._do, args=(work,), name="deliver", daemon=True).start()

    def _do(self, work: _Work) -> None:
        if work.future.set_running_or_notify_cancel():
            work.run()
        with self._lock:
            self._works.pop(work.future, None)
            self._free += not work.lost
        self._go_on()
