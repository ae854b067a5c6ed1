"""What is under way beside the loops: each piece of work by its kind and whose it is, so that it is there once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
from typing import Any, Final

from bot.hands import Hands

SEND: Final = "send"
SEARCH: Final = "search"
STAGE: Final = "stage"
CHECK: Final = "check"
TIDY: Final = "tidy"
EDIT: Final = "edit"

Key = tuple[str, str | int]
"""Kind, and an account or a number."""


class UnderWay:
    """A pool, and one registry of all that it does. Thread-safe."""

    def __init__(
        self,
        places: int,
        wake: threading.Event,
        span_s: float,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`places`: how much at once. `wake` is set whenever a piece comes to its end. The rest as `Hands`."""
        self._pool = Hands(places, span_s, ticks)
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
        future.add_done_callback(lambda _: self._ended(key, future))
        return True

    def wake(self) -> None:
        """Wake who starts what is under way here."""
        self._wake.set()

    def _ended(self, key: Key, future: Future[Any]) -> None:
        with self._guard:
            if (
                self._futures.get(key) is future
            ):  # and not what was begun in the place of one that was given up
                del self._futures[key]
        self._wake.set()

    def alive(self, kind: str, whose: str | int) -> None:
        """Called from this very piece of work: it goes on."""
        with self._guard:
            future = self._futures.get((kind, whose))
        if future is not None:
            self._pool.touch(future)

    def lost(self, kind: str, whose: str | int, sign: Hashable = None) -> bool:
        """Whether this is not under way, or was silent for so long that it is given up now; see `Hands.lost`."""
        key = (kind, whose)
        with self._guard:
            future = self._futures.get(key)
        if not self._pool.lost(future, sign):
            return False
        if future is not None:
            self._ended(key, future)
        return True

    def give_up(self, kind: str) -> None:
        """Give up what of this kind was silent for too long."""
        with self._guard:
            keys = [key for key in self._futures if key[0] == kind]
        for key in keys:
            self.lost(*key)

    def whose(self, kind: str) -> list[str | int]:
        """Of whom this is under way."""
        with self._guard:
            return [whose for one, whose in self._futures if one == kind]

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
        self._pool.shutdown()
        _, unfinished = wait(self.futures(SEND, SEARCH), patience_s)
        return len(unfinished)
