"""The days that Google counts by: its quotas begin anew at midnight in California."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

PACIFIC: Final = ZoneInfo("America/Los_Angeles")


def day(now: datetime) -> str:
    """The day there: `2026-11-26`."""
    return now.astimezone(PACIFIC).date().isoformat()


def midnight(now: datetime) -> datetime:
    """The next midnight there, in UTC."""
    there = now.astimezone(PACIFIC)
    tomorrow = (there + timedelta(days=1)).date()
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC).astimezone(UTC)
