"""Which files that posts still need are not in the bot's folder, as after a copy was brought back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from bot.actions import rows
from bot.actions.tidying import needed
from bot.replies import words
from bot.replies.escape import inline
from handlers.media import MissingMedia, Store
from storage.models import Post, Revision

MOST: Final = 20
"""So many are named."""


def missing_files(session: Session, store: Store, now: datetime) -> str:
    """A sentence that names them with their posts; empty where none is missing."""
    lacking = {digest for digest in needed(session, now) if not _is_there(store, digest)}
    if not lacking:
        return ""
    current = select(Revision).join(
        Post, (col(Post.id) == Revision.post_id) & (col(Post.revision) == Revision.number)
    )
    named: dict[str, None] = {}
    for revision in session.exec(current.order_by(col(Revision.post_id))):
        for media in (one for outgoing in rows.outgoing(revision).values() for one in outgoing.files):
            if media.sha256 in lacking:
                named[f"“{inline(media.name)}” of #{revision.post_id}"] = None
    told = [*list(named)[:MOST], *([f"{len(named) - MOST} more"] if len(named) > MOST else [])]
    which = f": {words.listed(told)}" if told else f": {len(lacking)} of earlier revisions"
    return (
        f" Missing: {words.count(len(lacking), 'file')} that posts still need{which}. Such a post does not go out without them: edit its draft, or make "
        "it anew with `copy`, which fetches them from the chat again."
    )


def _is_there(store: Store, digest: str) -> bool:
    try:
        store.path(digest)
    except MissingMedia:
        return False
    return True
