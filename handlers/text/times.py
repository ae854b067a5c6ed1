"""Zulip's global times (`<time:…>`) for readers who see no local time: written out, with their own offset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def readable_time(written: str) -> str | None:
    """`2026-12-01T09:00:00+02:00` as `Tue 1 Dec 2026, 09:00 (UTC+2)`; None if it is no time.

    As in Zulip a time without an offset is UTC, and a bare number is seconds since 1970.
    """
    written = written.strip()
    try:
        if written.isascii() and written.isdigit() and len(written) > len("20261201"):
            at = datetime.fromtimestamp(int(written), UTC)
        else:
            at = datetime.fromisoformat(written)
    except (ValueError, OverflowError, OSError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    day = f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at.year}"
    return f"{day}, {at.hour:02}:{at.minute:02} ({_offset(at)})"


def _offset(at: datetime) -> str:
    minutes = (at.utcoffset() or timedelta()) // timedelta(minutes=1)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")
