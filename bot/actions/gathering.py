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
OUTCOME: Final = "outcome"
"""First word of the keys of notices of what became of a post."""


def gather(desk: Desk, now: datetime) -> None:
    """Put one notice in the place of many that were not said yet."""
    _outcomes(desk, now)
    _expired(desk, now)


def _outcomes(desk: Desk, now: datetime) -> None:
    """What became of several posts of one topic is told in one message, each in a line of its own."""
    with desk.database.reading() as session:
        if not any(len(some) > 1 for some in _by_topic(session, _unsaid(desk, session, OUTCOME)).values()):
            return
    with desk.database.transaction() as session:
        for some in _by_topic(session, _unsaid(desk, session, OUTCOME)).values():
            for piece in _pieces(some, desk.chat.directory.max_length):
                text = "\n".join(one.text for one in piece)
                key = f"{OUTCOME}s:{piece[0].key}:{now.isoformat()}"
                queue.notify(session, key=key, text=text, post_id=piece[0].post_id, now=now)
                for one in piece:
                    queue.said(session, one, now=now)


def _by_topic(session: Session, notices: list[Notice]) -> dict[tuple[int | None, str], list[Notice]]:
    found: dict[tuple[int | None, str], list[Notice]] = {}
    for one in notices:
        post = session.get(Post, one.post_id)
        if post is not None:
            found.setdefault((post.channel_id, post.topic), []).append(one)
    return found


def _pieces(notices: list[Notice], most: int) -> list[list[Notice]]:
    """As many together as one message holds; one alone stays as it is."""
    pieces: list[list[Notice]] = []
    length = most
    for one in notices:
        if length + len(one.text) + 1 > most:
            pieces.append([])
            length = 0
        pieces[-1].append(one)
        length += len(one.text) + 1
    return [one for one in pieces if len(one) > 1]


def _expired(desk: Desk, now: datetime) -> None:
    with desk.database.reading() as session:
        if len(_unsaid(desk, session, EXPIRED)) <= MOST:
            return
    with desk.database.transaction() as session:
        notices = _unsaid(desk, session, EXPIRED)
        posts = [post for one in notices if (post := session.get(Post, one.post_id))]
        authors = {post.author_id: desk.chat.directory.person(post.author_id).call for post in posts}
        text = lines.expired_together(posts, authors)
        limit = desk.chat.directory.max_length
        text = fit(text, limit, lambda left: f"… and {left} more lines: `queue` shows them.")
        queue.notify(session, key=f"overdue:{notices[0].key}:{now.isoformat()}", text=text, now=now)
        for one in notices:
            queue.said(session, one, now=now)
    log.info("%s posts that expired are told of together", len(posts), extra={"action": "gathered"})


def perhaps_said(desk: Desk, notice: Notice) -> bool:
    """By us, with the answer lost or nothing written down; or by who spoke before us, just before its end."""
    since = max(desk.started_at, desk.listening_since or desk.started_at)
    return notice.id in desk.begun or notice.created_at < since


def _unsaid(desk: Desk, session: Session, kind: str) -> list[Notice]:
    """Those of that kind that may be gathered. They are said in turns, so the oldest alone may stand in the chat already: that one is
    looked for before it is said again.
    """
    oldest = queue.outbox(session, limit=1)
    doubtful = {one.id for one in oldest if perhaps_said(desk, one)}
    found = select(Notice).where(
        col(Notice.said_at).is_(None),
        col(Notice.key).startswith(f"{kind}:"),
        col(Notice.post_id).is_not(None),
    )
    return [one for one in session.exec(found.order_by(col(Notice.id))) if one.id not in doubtful]
