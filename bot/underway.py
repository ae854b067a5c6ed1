"""What is under way beside the loops: each piece of work by its kind and whose it is, so that it is there once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Final

SEND: Final = "send"
SEARCH: Final = "search"
STAGE: Final = "stage"
CHECK: Final = "check"
EDIT: Final = "edit"

Key = tuple[str, str | int]
"""Kind, and an account or a number."""


class UnderWay:
    """A pool, and one registry of all that it does. Thread-safe."""

    def __init__(self, places: int, wake: threading.Event) -> None:
        """`places`: how much at once. `wake` is set whenever a piece comes to its end."""
        self._pool = ThreadPoolExecutor(places, thread_name_prefix="deliver")
        self._wake = wake
        self._guard = threading.Lock()
        self._futures: dict[Key, Future[Any]] = {}

    def start(self, kind: str, whose: str | int, work: Callable[..., object], *given: Any) -> bool:
        """Do it in a thread of the pool, unless that is under way already; then False."""
        key = (kind, whose)
        with self._guard:
            if key in self._futures:
                return False
            future = self._pool.submit(work, *given)
            self._futures[key] = future
        future.add_done_callback(lambda _: self._ended(key))
        return True

    def _ended(self, key: Key) -> None:
        with self._guard:
            self._futures.pop(key, None)
        self._wake.set()

    def busy(self, kind: str, whose: str | int) -> bool:
        """Whether this is under way."""
        with self._guard:
            return (kind, whose) in self._futures

    def futures(self, *kinds: str) -> list[Future[Any]]:
        """What of these kinds is under way; without kinds, all."""
        with self._guard:
            return [one for (kind, _), one in self._futures.items() if not kinds or kind in kinds]

    def settle(self) -> None:
        """Wait for all that is under way."""
        while found := self.futures():
            wait(found)

    def close(self, patience_s: float) -> int:
        """Take nothing more, wait for what is under way, and tell how much of it was not finished."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        _, unfinished = wait(self.futures(SEND, SEARCH), patience_s)
        return len(unfinished)
