"""Many notices of one kind at once become one message: after a weekend away forty posts may have missed their time."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from bot.desk import Desk
from bot.replies import lines
from bot.replies.plan import fit
from storage import queue
from storage.models import Notice, Post

log = logging.getLogger("social.gathering")

MOST: Final = 3
"""So many are still told one by one, each in its own topic."""
EXPIRED: Final = "expired"
"""First word of the keys of notices that a post's time has passed."""


def gather(desk: Desk, now: datetime) -> None:
    """Put one notice in the place of many that were not said yet."""
    with desk.database.reading() as session:
        if len(_unsaid(session)) <= MOST:
            return
    with desk.database.transaction() as session:
        notices = _unsaid(session)
        posts = [post for one in notices if (post := session.get(Post, one.post_id))]
        authors = {post.author_id: desk.chat.directory.person(post.author_id).call for post in posts}
        text = lines.expired_together(posts, authors)
        limit = desk.chat.directory.max_length
        text = fit(text, limit, lambda left: f"… and {left} more lines: `queue` shows them.")
        queue.notify(session, key=f"overdue:{notices[0].key}:{now.isoformat()}", text=text, now=now)
        for one in notices:
            queue.said(session, one, now=now)
    log.info("%s posts that expired are told of together", len(posts), extra={"action": "gathered"})


def _unsaid(session: Session) -> list[Notice]:
    found = select(Notice).where(
        col(Notice.said_at).is_(None),
        col(Notice.key).startswith(f"{EXPIRED}:"),
        col(Notice.post_id).is_not(None),
    )
    return list(session.exec(found.order_by(col(Notice.id))))
