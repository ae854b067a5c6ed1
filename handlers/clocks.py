"""How far a server's clock is from ours, as its answers tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def ahead(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """By how much the server's clock is ahead of ours (`now`), by the `Date` of an answer that came just now; None if it
    told no time. Names in lower case, or in any.
    """
    try:
        told = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)) - now
