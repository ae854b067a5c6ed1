"""Whether the same text went out, or is planned, already: asked for every draft, so what is known is kept in memory.

A revision never changes; of each of the newest posts the marks of its texts are kept, not the texts.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from weakref import WeakKeyDictionary

from pydantic import TypeAdapter
from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select, tuple_

from storage.models import Post, Revision
from storage.states import PostState

MOST: Final = 500
"""How many posts back the same text is looked for."""

_TEXT = TypeAdapter(str)
_STORED = re.compile(r'"text":("(?:[^"\\]|\\.)*")')
"""A text of one part, as it stands in a stored `outgoing`."""
_RECENT = (
    select(col(Post.id), Post.revision, Post.state)
    .where(
        col(Post.id) > select(func.coalesce(func.max(Post.id), 0) - MOST).scalar_subquery(),
        Post.created_at >= bindparam("since"),
        Post.state != PostState.WITHDRAWN,
    )
    .order_by(col(Post.id).desc())
)
_Marks = dict[tuple[int, int], frozenset[int]]
_known: WeakKeyDictionary[Any, _Marks] = WeakKeyDictionary()
"""Database -> post and revision -> the marks of what goes out there."""


def same(
    session: Session, texts: Collection[str], since: datetime, but: int | None
) -> tuple[int, str] | None:
    """Number and state of the newest post with one of these texts that was begun since then, is not withdrawn and
    is not number `but`.
    """
    recent = [(number or 0, revision, state) for number, revision, state in _recent(session, since)]
    marks = _marks(session, [(number, revision) for number, revision, _ in recent])
    wanted = {hash(_TEXT.dump_json(one).decode()) for one in texts}
    for number, revision, state in recent:
        if number != but and not wanted.isdisjoint(marks.get((number, revision), ())):
            return number, state
    return None


def _recent(session: Session, since: datetime) -> list[tuple[int | None, int, str]]:
    return list(session.exec(_RECENT, params={"since": since}))


def _marks(session: Session, wanted: list[tuple[int, int]]) -> _Marks:
    known = _known.setdefault(session.get_bind(), {})
    missing = [one for one in wanted if one not in known]
    if missing:
        found = select(Revision.post_id, Revision.number, Revision.outgoing).where(
            tuple_(col(Revision.post_id), col(Revision.number)).in_(missing)
        )
        for post_id, number, outgoing in session.exec(found):
            known[post_id, number] = frozenset(map(hash, _STORED.findall(outgoing)))
        for old in sorted(known)[: -2 * MOST]:
            known.pop(old, None)
    return known
