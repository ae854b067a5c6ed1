"""How many bytes the files of posts have: of one person lately, and of all that nobody approved yet.

Read from the revisions themselves, so that nothing can be counted wrongly, forgotten, or twice for the same file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Waiting:
    """The files of a post that nobody approved."""

    post_id: int
    author_id: int
    """Zulip user id."""
    files: dict[str, int]
    """SHA-256 and bytes of each."""


def unreviewed(session: Session) -> list[Waiting]:
    """The files of all posts that nobody approved, the oldest post first; without posts that have none."""
    found = select(Post.id, Post.author_id, Revision.outgoing).join(
        Revision, col(Post.id) == Revision.post_id
    )
    found = found.where(col(Post.state).in_(UNREVIEWED), Revision.number == Post.revision)
    rows = session.exec(found.order_by(col(Post.id)))
    each = (Waiting(post_id or 0, author_id, _sizes([text])) for post_id, author_id, text in rows)
    return [one for one in each if one.files]


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
