"""Whether the same text went out, or is planned, already: asked for every draft, so what is known is kept in memory.

A revision never changes; of each of those of the newest posts the marks of its texts are kept, not the texts.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from weakref import WeakKeyDictionary

from pydantic import TypeAdapter
from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from storage.models import Post, Revision
from storage.states import PostState

MOST: Final = 500
"""How many posts back the same text is looked for."""
SLACK: Final = 20
"""So many revisions are asked for again: on a server a smaller number may be committed after a greater one."""

_TEXT = TypeAdapter(str)
_STORED = re.compile(r'"text":("(?:[^"\\]|\\.)*")')
"""A text of one part, as it stands in a stored `outgoing`."""
_OLDEST = select(func.coalesce(func.max(Post.id), 0) - MOST).scalar_subquery()
_NEW = (
    select(col(Revision.id), Revision.post_id, Revision.number, Revision.outgoing)
    .where(col(Revision.id) > bindparam("after"), col(Revision.post_id) > _OLDEST)
    .order_by(col(Revision.id))
)
_RECENT = (
    select(col(Post.id), Post.revision, Post.state)
    .where(
        col(Post.id).in_(bindparam("numbers", expanding=True)),
        col(Post.id) > _OLDEST,
        Post.created_at >= bindparam("since"),
        Post.state != PostState.WITHDRAWN,
    )
    .order_by(col(Post.id).desc())
)


class _Marks:
    """What is known of one database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest = 0
        self._of: dict[int, tuple[tuple[int, int], frozenset[int]]] = {}
        """Revision -> its post and number, and the marks of what goes out."""
        self._with: dict[int, set[tuple[int, int]]] = {}
        """Mark -> post and number of the revisions that have it."""

    def found(self, session: Session, wanted: Collection[int]) -> set[tuple[int, int]]:
        """Post and number of the revisions with one of these marks."""
        with self._lock:
            self._learn(session)
            return set().union(*(self._with.get(one, ()) for one in wanted))

    def _learn(self, session: Session) -> None:
        for row, post, number, outgoing in session.exec(_NEW, params={"after": self._newest - SLACK}):
            if row is not None and row not in self._of:
                revision, marks = (post, number), frozenset(map(hash, _STORED.findall(outgoing)))
                self._of[row] = revision, marks
                for mark in marks:
                    self._with.setdefault(mark, set()).add(revision)
                self._newest = max(self._newest, row)
        if len(self._of) > 4 * MOST:
            for row in sorted(self._of)[: -2 * MOST]:
                self._forget(row)

    def _forget(self, row: int) -> None:
        revision, marks = self._of.pop(row)
        for mark in marks:
            self._with[mark].discard(revision)
            if not self._with[mark]:
                del self._with[mark]


_known: WeakKeyDictionary[Any, _Marks] = WeakKeyDictionary()
"""Database -> what is known of it."""


def same(
    session: Session, texts: Collection[str], since: datetime, but: int | None
) -> tuple[int, str] | None:
    """Number and state of the newest post with one of these texts that was begun since then, is not withdrawn and
    is not number `but`.
    """
    wanted = {hash(_TEXT.dump_json(one).decode()) for one in texts}
    known = _known.setdefault(session.get_bind(), _Marks())
    found = {one for one in known.found(session, wanted) if one[0] != but}
    if not found:
        return None
    recent = session.exec(_RECENT, params={"since": since, "numbers": [number for number, _ in found]})
    for number, revision, state in recent:
        if (number, revision) in found:
            return number or 0, state
    return None
