"""Zulip's limit of requests as a budget that all threads share: what is told leaves room for what is due.

A bot may make 200 requests a minute (facts/zulip.md section 8). Every answer says how many are left, whoever of that
account made the others. Who only tells waits while fewer are left than the reserve; who reads, and who looks at what is
due, waits only when Zulip itself refused.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

WINDOW_S: Final = 60.0
"""Zulip counts the requests of so many seconds."""
RESERVE: Final = 0.3
"""The part of the limit that telling leaves alone."""
LEAST_WAIT_S: Final = 0.05
LONGEST_PAUSE_S: Final = 70.0
"""Zulip's limit is 200 calls a minute; it never asks for longer."""


def pause_s(told: Any) -> float:
    """Seconds that a refusal asks to wait; one where it asks for nothing that makes sense."""
    sensible = isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told)
    return min(float(told), LONGEST_PAUSE_S) if sensible and told >= 0 else 1.0


class Budget:
    """How many requests are left; thread-safe. Servers without a limit tell none, and then nothing waits."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds, from anywhere."""
        self._clock = clock
        self._guard = threading.Lock()
        self._mine: deque[float] = deque()
        self._limit: int | None = None
        self._others: tuple[int, float] = (0, float("-inf"))
        """How many requests of the same account others made, and until when that counts."""
        self._closed_until = float("-inf")
        self._thread = threading.local()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What this thread asks within the block is only told: it leaves the reserve alone."""
        before = getattr(self._thread, "reserve", 0.0)
        self._thread.reserve = RESERVE
        try:
            yield
        finally:
            self._thread.reserve = before

    def wait_s(self) -> float:
        """How long this thread has to wait before its next request; 0: not at all, and the request is counted."""
        with self._guard:
            now = self._clock()
            if now < self._closed_until and getattr(self._thread, "waits_until", 0.0) != self._closed_until:
                return max(self._closed_until - now, LEAST_WAIT_S)
            left = self._left(now)
            reserve = getattr(self._thread, "reserve", 0.0)
            if left is not None and reserve and left <= reserve * (self._limit or 0):
                return self._until_more(now)
            self._mine.append(now)
            return 0.0

    def left(self) -> int | None:
        """How many requests are left now; None where there is no limit."""
        with self._guard:
            return self._left(self._clock())

    def learn(self, headers: Mapping[str, str]) -> None:
        """What an answer says of the limit."""
        try:
            limit = int(headers["X-RateLimit-Limit"])
            left = int(headers["X-RateLimit-Remaining"])
        except (KeyError, ValueError):
            return
        with self._guard:
            now = self._clock()
            self._forget(now)
            self._limit = limit if limit > 0 else None
            others = limit - left - len(self._mine)
            # what was asked since that answer left the server is among ours: never less than nothing
            self._others = (max(others, 0), now + WINDOW_S)

    def refused(self, span_s: float) -> None:
        """Zulip refused this thread a request, and asks to wait so long. Who was refused waits by itself."""
        with self._guard:
            self._closed_until = max(self._closed_until, self._clock() + span_s)
            self._thread.waits_until = self._closed_until
            if self._mine:
                self._mine.pop()  # it is not counted there

    def _left(self, now: float) -> int | None:
        if self._limit is None:
            return None
        self._forget(now)
        others, until = self._others
        return self._limit - len(self._mine) - (others if now < until else 0)

    def _forget(self, now: float) -> None:
        while self._mine and now - self._mine[0] > WINDOW_S:
            self._mine.popleft()

    def _until_more(self, now: float) -> float:
        oldest = self._mine[0] + WINDOW_S if self._mine else now
        until = min(oldest, self._others[1]) if self._others[0] else oldest
        return max(until - now, LEAST_WAIT_S)
