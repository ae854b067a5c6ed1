"""What this process wrote into the database: who waits for that is told, and need not look again and again.

What other copies write is not heard of here; it is looked for, slowly.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Engine, event

CHANGES: Final = ("isinsert", "isupdate", "isdelete")


class Commits:
    """Counts the transactions that changed something, once they are committed. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0
        """How many there were. Who saw a number and then read the database knows all up to there."""
        self._guard = threading.Lock()
        self._told: list[Callable[[], None]] = []
        self._thread = threading.local()

        @event.listens_for(engine, "after_cursor_execute")
        def _executed(_c: Any, _cursor: Any, _statement: Any, _given: Any, context: Any, _many: Any) -> None:
            if any(getattr(context, one, False) for one in CHANGES):
                self._thread.wrote = True

    def tell(self, whom: Callable[[], None]) -> None:
        """Call this after each of them, in the thread that wrote. It must return at once."""
        with self._guard:
            self._told.append(whom)

    @contextmanager
    def noticing(self) -> Iterator[None]:
        """Around one transaction of this thread, its commit included."""
        before = getattr(self._thread, "wrote", False)
        self._thread.wrote = False
        try:
            yield
            wrote = self._thread.wrote
        finally:
            self._thread.wrote = before
        if wrote:
            with self._guard:
                self.count += 1
                told = list(self._told)
            for whom in told:
                whom()
