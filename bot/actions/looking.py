"""The look at every open post after a time away, in pieces: what is due does not wait for it, nor what is written.

Whatever goes out is looked at just before, by whoever releases and delivers it, and orders are read before that. So
nothing but the cards waits for this, and the question what becomes of posts whose time has passed.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.actions import catching, lastlook
from bot.desk import Desk
from storage import cursors
from storage.models import Post
from storage.states import PostState

AT_ONCE: Final = 50
"""Posts in one piece; what is heard waits for no more than that, and a look is some tenths of a second old."""
NEAR: Final = timedelta(minutes=30)
"""Posts whose time is as near as that are looked at first."""
FIRST: Final = 20
"""So many at most: a process that dies again and again comes to the others, too."""
WRITTEN_DOWN: Final = 10
"""After so many looks it is written down how far it came."""
MARK: Final = "looked_up_to"


class Looking:
    """Which open posts are still to be looked at. The listener's thread says so, one lane looks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._todo: deque[int] = deque()
        self._waiting: set[int] = set()
        self._written = 0
        self._guard = threading.Lock()

    def __bool__(self) -> bool:
        """Whether there is something to look at now; nothing is, while the bot is not in its channel."""
        return bool(self._todo) and self._desk.chat.at_home

    def after_absence(self, now: datetime) -> None:
        """Nobody listened for a while: every open post may have changed."""
        with self._desk.database.reading() as session:
            posts = list(catching.open_posts(session, voted=False))
            mark = cursors.read(session, MARK)
        lastlook.forget(self._desk, ())
        with self._guard:
            self._todo = deque(_ordered(posts, int(mark or 0), now))
            self._waiting = set(self._todo)
            self._desk.unlooked = set(self._todo)
        self._desk.bell.ring()

    def people_changed(self) -> None:
        """Other people may approve: the votes of every open post may count for more, or less."""
        with self._desk.database.reading() as session:
            found = [post.id or 0 for post in catching.open_posts(session, voted=True)]
        with self._guard:
            fresh = [number for number in found if number not in self._waiting]
            self._todo.extend(fresh)
            self._waiting.update(fresh)
        self._desk.bell.ring()

    def some(self, look: Callable[[int], None]) -> int:
        """Look at the next few; returns at how many. Raises what `look` raises, and that one is looked at again."""
        if not self:
            return 0
        with self._guard:
            todo = self._todo
            piece = list(todo)[:AT_ONCE]
        more = len(todo) > AT_ONCE
        with catching.ahead(self._desk, piece):
            for number in piece:
                look(number)
                if not self._looked_at(todo, number):
                    break
                self._written += 1
                if more and self._written % WRITTEN_DOWN == 0:
                    self._write_down(number)
        return len(piece)

    def _looked_at(self, todo: deque[int], number: int) -> bool:
        """It was; False if all are to be looked at once more, because nobody listened meanwhile."""
        with self._guard:
            if todo is not self._todo:
                return False
            todo.popleft()
            self._waiting.discard(number)
            self._desk.unlooked.discard(number)
        return True

    def _write_down(self, number: int) -> None:
        with self._desk.database.transaction() as session:
            cursors.write(session, MARK, str(number))


def _ordered(posts: list[Post], mark: int, now: datetime) -> list[int]:
    """Those whose time is near, then the others, beginning behind the one that was looked at last."""
    near = sorted(
        (post.due_at, post.id or 0)
        for post in posts
        if post.due_at is not None and post.state in _AWAITED and abs(post.due_at - now) <= NEAR
    )
    first = [number for _, number in near[:FIRST]]
    rest = sorted({post.id or 0 for post in posts} - set(first), key=lambda number: (number <= mark, number))
    return [*first, *rest]


_AWAITED = frozenset({PostState.DRAFT, PostState.APPROVED})
