"""Where the time comes from: this machine, or the sandbox, whose clock can be moved."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import requests

from handlers.bounds.adapter import Limits, bounded

log = logging.getLogger("social.clocks")

Clock = Callable[[], datetime]
FRESH_S = 0.25
"""How long an answer of the sandbox's clock is good for, in real seconds."""


def machine() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class SandboxClock:
    """The clock of a sandbox, asked over HTTP and carried on by this machine's own in between."""

    def __init__(self, url: str) -> None:
        """`url` answers `{"now": "<ISO 8601>"}`."""
        self._url = url
        self._session = bounded(requests.Session())
        self._lock = threading.Lock()
        self._ahead = timedelta()
        self._asked = float("-inf")

    def __call__(self) -> datetime:
        """The sandbox's present; while it does not answer, the last known pace goes on."""
        with self._lock:
            if time.monotonic() - self._asked > FRESH_S:
                self._ask()
            return machine() + self._ahead

    def _ask(self) -> None:
        try:
            with Limits(seconds=2, size=4096):
                answer = self._session.get(self._url, timeout=2)
            now = datetime.fromisoformat(answer.json()["now"])
        except (OSError, ValueError, LookupError, TypeError) as error:
            log.debug("the sandbox's clock does not answer: %s", error)
        else:
            self._ahead = now - machine()
        self._asked = time.monotonic()
