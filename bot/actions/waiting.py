"""When something that did not go is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from handlers.base import Unavailable

ATTEMPTS: Final = 8
"""How often it is tried before people are asked; with the back-off below about two hours."""
FIRST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(minutes=30)


def wait(attempts: int, trouble: Unavailable, now: datetime) -> datetime:
    """When the platform said, else with back-off, doubling from 15 s to half an hour."""
    backed_off = min(FIRST_WAIT * 2 ** max(attempts - 1, 0), LONGEST_WAIT)
    told = [trouble.until] if trouble.until else []
    told += [now + trouble.wait] if trouble.wait else []
    return max(told) if told else now + backed_off
