"""Rows by their number, and the JSON in them as values."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache

from pydantic import TypeAdapter
from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from bot.grammar import Written
from handlers.base import Outgoing, Problem
from storage import plan
from storage.models import Delivery, Post, Revision, Vote
from storage.states import PostState

MOST = 500
"""How many posts back the same text is looked for."""

# Written once: putting a question together takes longer than answering it, and these are asked at every look.
_REVISION = select(Revision).where(
    Revision.post_id == bindparam("post"), Revision.number == bindparam("number")
)
_BY_DRAFT = select(Post).where(Post.message_id == bindparam("message"))
_BY_CARD = (
    select(Post)
    .join(Revision, col(Revision.post_id) == Post.id)
    .where(Revision.card_id == bindparam("message"))
)
_STANDING = (
    select(Vote)
    .where(Vote.post_id == bindparam("post"), Vote.revision == bindparam("number"))
    .order_by(col(Vote.id))
)
_RECENT = (
    select(col(Post.id), Post.state, Revision.outgoing)
    .join(Revision, (col(Revision.post_id) == Post.id) & (col(Revision.number) == Post.revision))
    .where(
        col(Post.id) > select(func.coalesce(func.max(Post.id), 0) - MOST).scalar_subquery(),
        Post.created_at >= bindparam("since"),
        Post.state != PostState.WITHDRAWN,
    )
    .order_by(col(Post.id).desc())
)


def post(session: Session, post_id: int) -> Post:
    """The post of that number. Raises LookupError if there is none."""
    row = session.get(Post, post_id)
    if row is None:
        raise LookupError(f"there is no post {post_id}")
    return row


def revision(session: Session, post_id: int, number: int) -> Revision:
    """One revision of a post."""
    return session.exec(_REVISION, params={"post": post_id, "number": number}).one()


def current(session: Session, row: Post) -> Revision:
    """The revision that the post is now."""
    return session.exec(_REVISION, params={"post": row.id, "number": row.revision}).one()


def by_message(session: Session, message_id: int) -> Post | None:
    """The post whose draft is that message, or whose card (of any revision) it is."""
    found = session.exec(_BY_DRAFT, params={"message": message_id}).first()
    return found or session.exec(_BY_CARD, params={"message": message_id}).first()


def open_cards(session: Session, post_id: int, *, before: int) -> list[Revision]:
    """Older revisions whose cards may still look as if they counted."""
    found = select(Revision).where(
        Revision.post_id == post_id, Revision.number < before, col(Revision.card_open).is_(True)
    )
    return list(session.exec(found.order_by(col(Revision.number))))


def standing(session: Session, row: Post, number: int) -> list[Vote]:
    """The votes that were cast on that revision and not taken back, oldest first."""
    return list(session.exec(_STANDING, params={"post": row.id, "number": number}))


def unfinished(session: Session, post_id: int) -> bool:
    """Whether something of a released post is still going out, or waits for its approvals."""
    found = select(Delivery.id).where(Delivery.post_id == post_id, col(Delivery.state).in_(plan.UNFINISHED))
    return session.exec(found.limit(1)).first() is not None


def recent(session: Session, since: datetime) -> list[tuple[int, str, str]]:
    """Number, state and stored `outgoing` of posts begun since then that are not withdrawn, newest first.

    Only the newest `MOST` posts are looked at, and what goes out is not parsed: this is asked for every draft.
    """
    return [
        (number or 0, state, text) for number, state, text in session.exec(_RECENT, params={"since": since})
    ]


_TEXT = TypeAdapter(str)


@lru_cache
def _outgoing() -> TypeAdapter[dict[str, Outgoing]]:
    return TypeAdapter(dict[str, Outgoing])


@lru_cache
def _problems() -> TypeAdapter[tuple[Problem, ...]]:
    return TypeAdapter(tuple[Problem, ...])


@lru_cache
def _written() -> TypeAdapter[Written]:
    return TypeAdapter(Written)


def stored(text: str) -> str:
    """A text of one part as it stands in a stored `outgoing`."""
    return f'"text":{_TEXT.dump_json(text).decode()}'


def outgoing(row: Revision) -> dict[str, Outgoing]:
    """Account -> exactly what goes out there, as it was stored."""
    return _outgoing().validate_json(row.outgoing)


def problems(row: Revision) -> tuple[Problem, ...]:
    """The revision's problems beside the platforms' own."""
    return _problems().validate_json(row.problems)


def written(row: Revision) -> Written:
    """The parsed draft."""
    return _written().validate_json(row.written)


def going(row: Revision) -> list[str]:
    """The accounts that the revision really goes to."""
    names: list[str] = json.loads(row.accounts)
    return names


def broken(row: Revision) -> bool:
    """Whether the revision cannot go out as it stands."""
    own = [problem for one in outgoing(row).values() for problem in one.problems]
    return any(problem.error for problem in (*problems(row), *own))


def dump(value: Written | dict[str, Outgoing] | tuple[Problem, ...]) -> str:
    """The JSON of a draft, of what goes out, or of problems."""
    if isinstance(value, Written):
        return _written().dump_json(value).decode()
    if isinstance(value, dict):
        return _outgoing().dump_json(value).decode()
    return _problems().dump_json(value).decode()
