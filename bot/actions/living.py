"""A sign of life, written down by the copy that listens: silence is not death, but this is how one knows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.desk import Desk
from storage.models import Cursor

ALIVE: Final = "alive"
"""Name of the row: `when|who|since`."""
EVERY: Final = timedelta(seconds=30)
IN_TOUCH: Final = timedelta(seconds=150)
"""Who listened longer ago than this does not know how things stand: a poll with nothing to tell takes a minute."""


def sign(desk: Desk, since: datetime | None, now: datetime) -> None:
    """Say that the bot is alive, and since when it listens; None while it does not hear anything."""
    if desk.heard_at is not None and not in_touch(desk.heard_at, now):
        return  # it slept, or the clock was set: what happened meanwhile is not known yet
    told = f"{now.isoformat()}|{desk.worker}|{since.isoformat() if since else ''}"
    with desk.database.transaction() as session:
        session.merge(Cursor(name=ALIVE, value=told))


def in_touch(heard: datetime, now: datetime) -> bool:
    """Whether what was known then still says how things stand; a clock that was turned back says nothing."""
    return -timedelta(seconds=5) < now - heard < IN_TOUCH


def last_sign(desk: Desk) -> datetime | None:
    """When any copy last listened, as far as it was written down."""
    with desk.database.reading() as session:
        row = session.get(Cursor, ALIVE)
    return datetime.fromisoformat(row.value.partition("|")[0]) if row else None
