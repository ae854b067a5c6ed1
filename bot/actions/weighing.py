"""How many bytes of files may be fetched for a draft: bounded for people who are no approvers, and told on the card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from bot.actions import electing
from bot.chat import Person
from bot.desk import Desk
from bot.replies import bounds
from storage import weight

HOUR: Final = timedelta(hours=1)
MIB: Final = 1024 * 1024


class TooHeavy(Exception):
    """No more is fetched for this draft; its text is for people."""


class Scales:
    """What may still be fetched for one draft, and what was."""

    def __init__(self, desk: Desk, writer: Person, now: datetime) -> None:
        social = desk.config.social
        self._left: int | None = None
        self._told = ""
        with desk.database.reading() as session:
            if electing.approves(desk, session, writer):
                return
            own = social.file_mib_an_hour * MIB - sum(weight.brought(session, writer.id, now - HOUR).values())
            all_of_them = social.file_mib_waiting * MIB - sum(weight.unreviewed(session).values())
        self._left = max(0, min(own, all_of_them))
        self._told = (
            bounds.heavy(social.file_mib_an_hour)
            if own <= all_of_them
            else bounds.heavy_together(social.file_mib_waiting)
        )

    def weighed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces, as long as there is room for them. Raises `TooHeavy`."""
        for piece in pieces:
            if self._left is not None:
                self._left -= len(piece)
                if self._left < 0:
                    self._left = 0
                    raise TooHeavy(self._told)
            yield piece
