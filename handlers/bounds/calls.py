"""One call to the outside with an end: when its time is over, its connections are shut under whoever waits for them."""

from __future__ import annotations

import heapq
import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final, Self

_CURRENT: ContextVar[tuple[Call, ...]] = ContextVar("calls", default=())


class Call:
    """A request and its answer, or several that belong together; a context manager.

    While the block lasts, connections that this thread opens or uses through `adapter` or `handlers.web` are watched.
    When the time is over they are shut: a read ends as if the server had closed, and `over` is true.
    """

    def __init__(self, seconds: float) -> None:
        """`seconds` from now, until all of the answer must be there. Whoever uses no block calls `close` in the end."""
        self.end = time.monotonic() + min(seconds, _WATCHDOG.most)
        self.over = False
        self._plugs: list[socket.socket] = []
        self._lock = threading.Lock()
        self._done = False
        _WATCHDOG.watch(self)

    def __enter__(self) -> Self:
        self._token = _CURRENT.set((*_CURRENT.get(), self))
        return self

    def __exit__(self, *_: object) -> None:
        _CURRENT.reset(self._token)
        self.close()

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Watch what is opened in the block, and go on watching it until `close`."""
        token = _CURRENT.set((*_CURRENT.get(), self))
        try:
            yield
        finally:
            _CURRENT.reset(token)

    @property
    def done(self) -> bool:
        """Whether nobody waits for it any more."""
        return self._done

    def hold(self, plug: Any) -> None:
        """Watch this connection (a socket, or what has its `fileno`) too.

        A second handle to it is kept: a library may wrap the first one, or close it and let its number go to another.
        """
        number = plug.fileno()
        if number < 0:
            return
        with suppress(OSError):
            own = socket.socket(fileno=os.dup(number))
            with self._lock:
                if self._done:
                    own.close()
                    return
                self._plugs.append(own)
            if self.over:
                self.shut()

    def shut(self) -> None:
        """Its time is over: whoever reads from it or writes to it finds it closed."""
        with self._lock:
            self.over = True
            for one in self._plugs:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """The answer is there, or given up."""
        with self._lock:
            self._done = True
            for one in self._plugs:
                one.close()
            self._plugs.clear()


def hold(plug: Any) -> None:
    """Let every call of this thread that is under way watch this connection."""
    for one in _CURRENT.get():
        one.hold(plug)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """In the block no call of this process may take longer; for tests, and for who cannot wait."""
    before, _WATCHDOG.most = _WATCHDOG.most, min(seconds, _WATCHDOG.most)
    try:
        yield
    finally:
        _WATCHDOG.most = before


class _Watchdog:
    """One thread for all calls, started with the first; it sleeps until the next one's end."""

    def __init__(self) -> None:
        self._ends: list[tuple[float, int, Call]] = []
        self._count: Final = itertools.count()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._wakes_at = float("inf")
        self.most = float("inf")
        """Seconds that no call may exceed at present; see `at_most`."""

    def watch(self, call: Call) -> None:
        with self._news:
            heapq.heappush(self._ends, (call.end, next(self._count), call))
            if self._thread is None or not self._thread.is_alive():  # a fork has no threads of its parent
                self._thread = threading.Thread(target=self._run, name="calls", daemon=True)
                self._thread.start()
            elif call.end < self._wakes_at:
                self._news.notify()

    def _run(self) -> None:
        while True:
            for one in self._next():
                one.shut()

    def _next(self) -> list[Call]:
        """Those whose time is over; waits for the next of them."""
        with self._news:
            while self._ends and self._ends[0][2].done:
                heapq.heappop(self._ends)
            span = self._ends[0][0] - time.monotonic() if self._ends else None
            if span is None or span > 0:
                self._wakes_at = self._ends[0][0] if self._ends else float("inf")
                self._news.wait(span)
                return []
            return [heapq.heappop(self._ends)[2]]


_WATCHDOG: Final = _Watchdog()
