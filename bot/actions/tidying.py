"""Files that no post needs any more are removed from the bot's folder."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from bot.actions import rows
from bot.desk import Desk
from bot.replies import bounds
from handlers.media import MissingMedia
from handlers.sweeping import Swept, sweep
from storage import queue
from storage.errors import StorageError
from storage.meter import Meter
from storage.models import Delivery, Entry, Post, Revision, Staged
from storage.plan import UNFINISHED
from storage.states import PostState
from storage.weight import UNREVIEWED

log = logging.getLogger("social.tidying")

KEPT = timedelta(days=14)
"""How long after the last thing that happened to a post its files are still there, so that a delivery that failed
can be ordered again.
"""
COUNTED = timedelta(days=400)
"""How long what was used of limits is remembered: every platform's day or month is over by then."""
UNUSED = timedelta(days=1)
"""How long a file stays that no post speaks of: its draft is being made, or will never be."""

_FILE = re.compile(r'"sha256":\s*"([0-9a-f]{64})"')


def tidy(desk: Desk, now: datetime) -> Swept:
    """Remove what nobody needs. Never raises for a disk or a database in trouble: the next day tries again."""
    try:
        swept = sweep(desk.store, lambda: _needed(desk, now), UNUSED)
        Meter(desk.database, desk.clock).forget(now - COUNTED)
    except (OSError, StorageError) as error:
        log.warning("nothing was tidied: %s", error, extra={"action": "tidy_failed"})
        return Swept()
    if swept.files:
        log.info("%s files with %s bytes removed", swept.files, swept.size, extra={"action": "tidied"})
    return swept


def _needed(desk: Desk, now: datetime) -> Collection[str]:
    with desk.database.reading() as session:
        return needed(session, now, desk.config.social.keep_files)


def needed(session: Session, now: datetime, unreviewed: timedelta = KEPT) -> dict[str, set[int]]:
    """SHA-256 of every file that a post may still need, and the numbers of these posts.

    Of approved posts, of what is on its way, in doubt or prepared ahead, and of every post to which something
    happened lately; what nobody approved, or what was held, is kept for the time of `unreviewed` after the last thing that happened to it.
    """
    waits = select(Post.id).where(col(Post.state).in_((*UNREVIEWED, PostState.HELD)))
    touched = select(Entry.post_id).where(col(Entry.at) > now - unreviewed, col(Entry.post_id).is_not(None))
    lately = select(Entry.post_id).where(col(Entry.at) > now - KEPT, col(Entry.post_id).is_not(None))
    is_open = select(Post.id).where(Post.state == PostState.APPROVED)
    going = select(Delivery.post_id).where(col(Delivery.state).in_(UNFINISHED))
    staged = select(Staged.post_id)
    revisions = select(Revision.post_id, Revision.outgoing).where(
        or_(
            col(Revision.post_id).in_(lately) & col(Revision.post_id).not_in(waits),
            col(Revision.post_id).in_(touched) & col(Revision.post_id).in_(waits),
            col(Revision.post_id).in_(is_open),
            col(Revision.post_id).in_(going),
            col(Revision.post_id).in_(staged),
        )
    )
    found: dict[str, set[int]] = {}
    for post_id, text in session.exec(revisions):
        for name in _FILE.findall(text):
            found.setdefault(name, set()).add(post_id)
    return found


def cancelled(session: Session) -> set[int]:
    """Posts that were cancelled, with nothing of them on its way, in doubt or prepared: their files are kept for convenience."""
    going = select(Delivery.post_id).where(col(Delivery.state).in_(UNFINISHED))
    found = select(Post.id).where(Post.state == PostState.WITHDRAWN, col(Post.id).not_in(going))
    return {one or 0 for one in session.exec(found.where(col(Post.id).not_in(select(Staged.post_id))))}


def lost(desk: Desk, revision: Revision) -> list[str]:
    """Names of the files of a revision that are not in the bot's folder any more."""
    names: set[str] = set()
    for outgoing in rows.outgoing(revision).values():
        for media in outgoing.files:
            try:
                desk.store.path(media.sha256)
            except MissingMedia:
                names.add(media.name)
    return sorted(names)


def possible(desk: Desk, session: Session, post: Post, wanted: PostState, now: datetime) -> PostState:
    """The state a post can come to: not `approved` while its files are tidied away; people are told once what to do."""
    names = lost(desk, rows.current(session, post)) if wanted is PostState.APPROVED else []
    if not names:
        return wanted
    key = f"files_gone:{post.id}:{post.revision}"
    queue.notify(session, key=key, text=bounds.files_gone(post, names), post_id=post.id, now=now)
    return PostState(post.state)
