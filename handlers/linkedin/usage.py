"""What is used of LinkedIn's daily limits, and how long to wait after it said "too many".

LinkedIn tells neither in a header; its numbers stand on the app's own page only. A day ends at midnight UTC. Whatever
else uses the same app or the same member's sign-in is not known here, so a count is "at least".
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from handlers.base import Meter, Use
from handlers.linkedin.settings import LinkedInSettings

log = logging.getLogger(__name__)

APP_CALLS, MEMBER_CALLS = 500, 100
"""A day, in the development tier (Community Management API, integration requirements, August 2026)."""
POSTS: Final = 150
"""A day and member. (Share on LinkedIn's page, and Ayrshare for pages: second-hand.)"""
BURSTS: Final = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4))
"""The guard against bursts lets go after about 35 seconds; who is refused after these has used up the day."""
_MARGIN: Final = timedelta(minutes=1)


class Counter:
    """The counts of one account, kept in the meter. Nothing here may cost a post: a count that fails is logged."""

    def __init__(self, account: str, settings: LinkedInSettings, meter: Meter) -> None:
        self._account = account
        self._settings = settings
        self._meter = meter
        self._app = f"linkedin:app:{settings.client_id}" if settings.client_id else account
        """Accounts that share an app share its calls."""

    def called(self, calls: int, now: datetime) -> None:
        """So many calls were made by one piece of work."""
        if calls:
            with _in_peace():
                for of in {self._account, self._app}:
                    self._meter.take(of, "calls", _day(now), calls, most=None, key=secrets.token_hex(8))

    def posted(self, key: str, now: datetime) -> None:
        """A post of this delivery is out: LinkedIn takes posts again, if it did not."""
        day = _day(now)
        with _in_peace():
            self._meter.take(self._account, "posts", day, 1, most=None, key=key)
            for number in range(self._meter.used(self._account, "refusals", day)):
                self._meter.give_back(self._account, "refusals", f"{day}:{number}")

    def uses(self, now: datetime) -> tuple[Use, ...]:
        """What was used today."""
        development = self._settings.tier == "development"
        day = _day(now)
        return (
            Use(
                "calls counted today for the app",
                self._meter.used(self._app, "calls", day),
                APP_CALLS if development else None,
            ),
            Use(
                "calls counted today for the member",
                self._meter.used(self._account, "calls", day),
                MEMBER_CALLS if development else None,
            ),
            Use("posts counted today", self._meter.used(self._account, "posts", day), POSTS),
        )

    def refused(self, now: datetime) -> timedelta:
        """LinkedIn said "too many" once more: how long to wait."""
        day, before = _day(now), 0
        with _in_peace():
            before = self._meter.used(self._account, "refusals", day)
            self._meter.take(self._account, "refusals", day, 1, most=None, key=f"{day}:{before}")
        return BURSTS[before] if before < len(BURSTS) else _until_midnight(now)


@contextmanager
def _in_peace() -> Iterator[None]:
    """What is counted here is for people to read: when the database fails, the post matters more."""
    try:
        yield
    except Exception as error:
        told = type(error).__name__  # a database that is away is no error of the program
        log.warning("linkedin: what was used cannot be counted (%s)", told, extra={"action": "count_failed"})


def _day(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%d}"


def _until_midnight(now: datetime) -> timedelta:
    now = now.astimezone(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight - now + _MARGIN
