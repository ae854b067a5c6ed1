"""A sign of life, written down by the copy that listens: silence is not death, but this is how one knows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.desk import Desk
from storage import cursors

ALIVE: Final = "alive"
"""Name of the row: `when|who|since`."""
EVERY: Final = timedelta(seconds=30)


def sign(desk: Desk, since: datetime | None, now: datetime) -> None:
    """Say that the bot is alive, and since when it listens; None while it does not hear anything."""
    told = f"{now.isoformat()}|{desk.worker}|{since.isoformat() if since else ''}"
    with desk.database.transaction() as session:
        cursors.write(session, ALIVE, told)
