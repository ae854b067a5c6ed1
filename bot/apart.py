"""One thing done with many posts: one post's trouble stays with it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from bot.chat import Dismissed, Down, NotHome
from bot.desk import Desk
from storage import queue
from storage.errors import StorageError

log = logging.getLogger("social.publisher")

REST: Final = timedelta(minutes=1)
"""How long a post is left alone that could not be looked at."""

Work = Callable[[Desk, int, datetime], object]


class Apart:
    """Remembers which posts made trouble. One thread's at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._troubled: dict[int, datetime] = {}
        """Posts that could not be looked at, and until when they are left alone."""

    def begin(self, now: datetime) -> None:
        """A new round: those whose rest is over are tried again."""
        # an instant further ahead than that was written before the clock went back
        self._troubled = {key: at for key, at in self._troubled.items() if now < at <= now + REST}

    def leave(self, post_ids: Iterable[int], until: datetime) -> None:
        """Leave these alone until then."""
        self._troubled |= dict.fromkeys(post_ids, until)

    def __contains__(self, post_id: int) -> bool:
        return post_id in self._troubled

    def each(self, post_ids: Iterable[int], work: Work, now: datetime) -> list[int]:
        """Do it with each post, and return those with which it was done. Raises what is about Zulip or the database."""
        done: list[int] = []
        for post_id in post_ids:
            if post_id in self._troubled:
                continue
            try:
                if work(self._desk, post_id, now):
                    done.append(post_id)
            except queue.Moved as moved:
                log.info(
                    "post %s: %s", post_id, moved, extra={"action": "post_moved"}
                )  # the next round looks
            except (Down, Dismissed, NotHome, StorageError):
                raise
            except Exception:  # a bug, or a refusal of Zulip's, that is about this post alone
                log.exception("post %s: trouble", post_id, extra={"action": "post_troubled"})
                self._troubled[post_id] = now + REST
        return done
