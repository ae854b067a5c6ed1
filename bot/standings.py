"""How the accounts stood when they were last asked."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Final

from handlers.base import Standing

FRESH: Final = timedelta(minutes=5)
"""So old may an answer be that is given to anybody."""
SOON: Final = timedelta(seconds=20)
"""The same for approvers."""
A_DAY: Final = 20
"""So often a day others than approvers make the bot ask the platforms."""


class Standings:
    """What the accounts last said, so that whoever asks `status` again and again asks no platform. Thread-safe."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[datetime, Standing | str]] = {}
        self._asked: deque[datetime] = deque(maxlen=A_DAY)
        """When anybody's question was handed on to the platforms."""
        self._lock = threading.Lock()

    def keep(self, account: str, answer: Standing | str, now: datetime) -> None:
        """So the account stands now."""
        with self._lock:
            self._answers[account] = (now, answer)

    def fresh(self, now: datetime, *, trusted: bool) -> dict[str, Standing | str]:
        """The answers that are good enough; what is missing may be asked for. To be called once for each question.

        Of an approver (`trusted`) they may be some seconds old, of anybody else some minutes; and only so many times a
        day are they asked for anew for others than approvers: LinkedIn answers a hundred times.
        """
        with self._lock:
            many = len(self._asked) == A_DAY and now - self._asked[0] < timedelta(days=1)
            most = SOON if trusted else timedelta.max if many else FRESH
            good = {name: one for name, (at, one) in self._answers.items() if abs(now - at) < most}
            if not trusted and len(good) < len(self._answers):
                self._asked.append(now)
            return good
