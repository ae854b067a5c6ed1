"""How many bytes the files of posts have: of one person lately, and of all that nobody approved yet.

Read from the revisions themselves, so that nothing can be counted wrongly, forgotten, or twice for the same file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from storage.models import Post, Revision
from storage.states import PostState

UNREVIEWED = (PostState.BROKEN, PostState.DRAFT, PostState.EXPIRED)
"""What nobody approved, or what was approved for a time that passed."""


def brought(session: Session, person_id: int, since: datetime) -> dict[str, int]:
    """SHA-256 and bytes of every file in revisions that this person made since then."""
    found = select(Revision.outgoing).where(
        Revision.created_by == person_id, col(Revision.created_at) > since
    )
    return _sizes(session.exec(found))


def unreviewed(session: Session) -> dict[str, int]:
    """The same, of all posts that nobody approved."""
    found = select(Revision.outgoing).join(Post, col(Post.id) == Revision.post_id)
    found = found.where(col(Post.state).in_(UNREVIEWED), Revision.number == Post.revision)
    return _sizes(session.exec(found))


def _sizes(texts: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in texts:
        if '"sha256"' in text:
            _gather(json.loads(text), found)
    return found


def _gather(told: Any, found: dict[str, int]) -> None:
    if isinstance(told, dict):
        if isinstance(told.get("sha256"), str) and isinstance(told.get("size"), int):
            found[told["sha256"]] = told["size"]
        told = list(told.values())
    if isinstance(told, list):
        for one in told:
            _gather(one, found)
