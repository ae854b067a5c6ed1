"""Which outcomes are worth telling in this round: with many posts on their way, most wait for the others of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.actions import delivering, reporting
from bot.desk import Desk

AGAIN: Final = timedelta(seconds=5)
"""After so long a post whose outcomes were not told yet is thought of again, though no new one came."""


class News:
    """Remembers of which posts it thought, and how many untold outcomes they had. One thread's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._thought: dict[int, tuple[int, datetime]] = {}
        self._untold: Mapping[int, int] = {}

    def posts(self, now: datetime) -> list[int]:
        """Those with an outcome that is new, or old enough to be told without the others."""
        self._untold = reporting.untold(self._desk)
        self._thought = {post: one for post, one in self._thought.items() if post in self._untold}
        return [post for post in self._untold if not self._waits(post, now)]

    @property
    def waiting(self) -> bool:
        """Whether outcomes wait for the others of their posts."""
        return bool(self._untold)

    def _waits(self, post_id: int, now: datetime) -> bool:
        count, at = self._thought.get(post_id, (0, now))
        return count == self._untold[post_id] and at <= now < at + AGAIN

    def tell(self, desk: Desk, post_id: int, now: datetime) -> None:
        """Tell of it, or let its card show it at least."""
        delivering.tell(desk, post_id, now)
        self._thought[post_id] = (self._untold.get(post_id, 0), now)
