"""Posts whose time passed: never sent late in silence, and asked about."""

from __future__ import annotations

from datetime import datetime

from bot.actions import cards, drafting, rows
from bot.desk import Desk
from bot.replies import lines
from storage import queue
from storage.states import PostState


def expire(desk: Desk, now: datetime) -> None:
    """Let posts expire that missed their time, and ask their authors for another; drafts in the queue of
    slots are moved on to the next free one instead.
    """
    with desk.database.reading() as session:
        late = [
            (post.id or 0, _rolls(desk, post.timing, post.state))
            for post in queue.late_posts(session, now, desk.config.social.late)
        ]
    for post_id, rolls in late:
        _roll(desk, post_id, now) if rolls else _expire(desk, post_id, now)
        cards.refresh(desk, post_id, now)


def _rolls(desk: Desk, timing: str, state: str) -> bool:
    return timing == "next" and state == PostState.DRAFT and bool(desk.config.social.slots)


def _expire(desk: Desk, post_id: int, now: datetime) -> None:
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        author = desk.chat.directory.person(post.author_id)
        queue.transition(session, post, PostState.EXPIRED, who="bot", what="its time passed", now=now)
        queue.notify(
            session,
            key=f"expired:{post_id}:{now.isoformat()}",
            text=lines.expired(post, f"@**{author.name}|{author.id}**"),
            post_id=post_id,
            now=now,
        )


def _roll(desk: Desk, post_id: int, now: datetime) -> None:
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        if post.not_after is not None and post.not_after < now:
            post.timing = "at"
            session.add(post)
            return
        post.due_at = drafting.free_slot(desk, session, now, None)
        session.add(post)
        queue.write_entry(session, at=now, who="bot", what="moved on to the next free slot", post_id=post_id)
