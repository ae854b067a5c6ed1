"""Up to which moment it is known what happened in Zulip, by two clocks.

A machine that sleeps stops the one, and anybody can set the other; so both are asked, and either may say that what
is known is too old. Then nothing goes out until Zulip was asked again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from bot.actions import living, redating
from bot.chat import ChatError, Hint, QueueGone
from bot.desk import Desk

log = logging.getLogger("social.hearing")

LONGEST_WAIT_S: Final = 100.0
"""No wait for hints takes longer: the server ends it after a minute, the client after one and a half."""
BACK_S: Final = 60.0
"""A clock that goes back by less is only put right."""
NUDGE_S: Final = 2.0
"""How often a wait for hints that may be too old is cut short."""

Moment = tuple[datetime, float]
"""An instant (UTC), and the same by the clock that nobody sets (seconds)."""


class Idle(threading.Event):
    """Set while nothing that was heard is worked off; a stop cuts nothing off then."""

    def __init__(self) -> None:
        super().__init__()
        self._at_work = 0
        self._guard = threading.Lock()
        self.set()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Not set in the block, nor while somebody else is in one."""
        with self._guard:
            self._at_work += 1
            self.clear()
        try:
            yield
        finally:
            with self._guard:
                self._at_work -= 1
                if not self._at_work:
                    self.set()


class Ear:
    """What the listener knows, and how old that is. The listener's thread hears, the publisher's asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._heard_s = self._nudged_s = float("-inf")
        self._hurry = False
        """Whether the last wait was cut short: the next question waits for nothing."""
        self._told = False
        """Whether it was logged that it is not known how things stand."""

    @staticmethod
    def moment(now: datetime) -> Moment:
        """An instant, and the other clock with it."""
        return now, time.monotonic()

    def hear(self, clock: Callable[[], datetime], *, block: bool) -> tuple[Moment, list[Hint]]:
        """What came, and up to which moment that is certainly all. Raises `QueueGone` and `ChatError`."""
        before = self.moment(clock())
        hints = self._desk.chat.hints(block=block and not self._hurry)
        passed_s = (clock() - before[0]).total_seconds()
        self._hurry = not 0 <= passed_s < LONGEST_WAIT_S or time.monotonic() - before[1] > LONGEST_WAIT_S
        if self._hurry:  # the answer may be as old as the wait for it
            log.warning(
                "%.0f s passed at once: this machine slept, or its clock was set",
                passed_s,
                extra={"action": "time_gap"},
            )
        return before, hints

    def knows(self, moment: Moment) -> None:
        """All that had happened at that moment is written down."""
        if self._desk.heard_at is not None:
            passed_s = (moment[0] - self._desk.heard_at).total_seconds()
            back_s = moment[1] - self._heard_s - passed_s
            if BACK_S < back_s < float("inf"):
                redating.went_back(self._desk, timedelta(seconds=back_s), moment[0])
        self._desk.heard_at, self._heard_s = moment

    def in_touch(self) -> bool:
        """Whether that is so recent that it says how things stand. If not, the listener is made to ask."""
        heard, silent_s = self._desk.heard_at, time.monotonic() - self._heard_s
        fresh = heard is not None and living.in_touch(heard, self._desk.clock())
        if fresh and silent_s < living.IN_TOUCH.total_seconds():
            self._told = False
            return True
        if not self._told:
            self._told = True
            log.warning(
                "what happened since %s is not known: nothing goes out before Zulip was asked",
                heard,
                extra={"action": "out_of_touch"},
            )
        self._nudge()
        return False

    def _nudge(self) -> None:
        """Called by the publisher's thread: the listener's own may wait for a minute more."""
        if time.monotonic() - self._nudged_s < NUDGE_S:
            return
        self._nudged_s = time.monotonic()
        try:
            self._desk.chat.unheard()
        except (ChatError, QueueGone) as error:  # the listener finds out by itself
            log.info("zulip could not be asked: %s", error, extra={"action": "out_of_touch"})
