"""Rows by their number, and the JSON in them as values."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache

from pydantic import TypeAdapter
from sqlalchemy import Executable, Integer, bindparam, cast, union_all
from sqlmodel import Session, col, or_, select, update

from bot.grammar import Written
from handlers.base import Outgoing, Problem
from storage import plan
from storage.database import Database
from storage.models import Continuation, Cursor, Delivery, Post, Revision, Vote
from storage.prepared import Prepared

# Written once: putting a question together takes longer than answering it, and these are asked at every look.
_REVISION = select(Revision).where(
    Revision.post_id == bindparam("post"), Revision.number == bindparam("number")
)
_BY_DRAFT = select(Post).where(Post.message_id == bindparam("message"))
_ABOUT: Executable = union_all(
    select(col(Post.id)).where(Post.message_id == bindparam("message")),
    select(col(Revision.post_id)).where(Revision.card_id == bindparam("message")),
    select(col(Continuation.post_id)).where(Continuation.message_id == bindparam("message")),
    select(cast(col(Cursor.value), Integer)).where(Cursor.name == bindparam("former")),
)
"""The number of the post whose draft or card that message is, or was: one question, for most messages are neither."""
_OPEN_CARDS = (
    select(Revision)
    .where(
        Revision.post_id == bindparam("post"),
        Revision.number < bindparam("number"),
        col(Revision.card_open).is_(True),
    )
    .order_by(col(Revision.number))
)
_STANDING = (
    select(Vote)
    .where(Vote.post_id == bindparam("post"), Vote.revision == bindparam("number"))
    .order_by(col(Vote.id))
)
_NOT_AFTER = Prepared(select(Post.not_after).where(Post.id == bindparam("post")))
_DRAFT_OF = Prepared(select(Post.message_id).where(Post.id == bindparam("post")))
_GOES_OUT = Prepared(
    select(Revision.outgoing).where(
        Revision.post_id == bindparam("post"), Revision.number == bindparam("number")
    )
)
_WITH_CARDS = select(Post, Revision.card_id).join(
    Revision, (col(Revision.post_id) == Post.id) & (col(Revision.number) == Post.revision)
)


def post(session: Session, post_id: int) -> Post:
    """The post of that number. Raises LookupError if there is none."""
    row = session.get(Post, post_id)
    if row is None:
        raise LookupError(f"there is no post {post_id}")
    return row


def not_after(session: Session, post_id: int) -> datetime | None:
    """When that post may go out last. Raises LookupError if there is none."""
    found = _NOT_AFTER.first(session, {"post": post_id})
    if found is None:
        raise LookupError(f"there is no post {post_id}")
    latest: datetime | None = found[0]
    return latest


def draft_of(session: Session, post_id: int) -> int:
    """The message that holds its draft. Raises LookupError if there is no such post."""
    found = _DRAFT_OF.first(session, {"post": post_id})
    if found is None:
        raise LookupError(f"there is no post {post_id}")
    return int(found[0])


def goes_out(session: Session, post_id: int, number: int) -> dict[str, Outgoing]:
    """Account -> exactly what goes out there of that revision."""
    found = _GOES_OUT.first(session, {"post": post_id, "number": number})
    if found is None:
        raise LookupError(f"there is no revision {number} of post {post_id}")
    return dict(_read_outgoing(found[0]))


def revision(session: Session, post_id: int, number: int) -> Revision:
    """One revision of a post."""
    return session.exec(_REVISION, params={"post": post_id, "number": number}).one()


def current(session: Session, row: Post) -> Revision:
    """The revision that the post is now."""
    return session.exec(_REVISION, params={"post": row.id, "number": row.revision}).one()


def by_draft(session: Session, message_id: int) -> Post | None:
    """The post whose draft is that message."""
    return session.exec(_BY_DRAFT, params={"message": message_id}).first()


def by_message(session: Session, message_id: int) -> Post | None:
    """The post whose draft is that message, or whose card (of any revision) it is, was, or continues."""
    number = session.execute(_ABOUT, {"message": message_id, "former": former(message_id)}).scalar()
    return None if number is None else post(session, number)


def former(message_id: int) -> str:
    """Under which name it is remembered whose card that message was (`actions.moved_cards`)."""
    return f"former_card:{message_id}"


def about(session: Session, message_ids: Collection[int]) -> list[tuple[Post, int | None]]:
    """The posts whose draft or card is one of these messages, each with its current card."""
    if not message_ids:
        return []
    by_card = select(Revision.post_id).where(col(Revision.card_id).in_(message_ids))
    theirs = or_(col(Post.message_id).in_(message_ids), col(Post.id).in_(by_card))
    return list(session.exec(_WITH_CARDS.where(theirs)))


def these(session: Session, post_ids: Collection[int]) -> list[tuple[Post, int | None]]:
    """The posts of these numbers, each with its current card."""
    return list(session.exec(_WITH_CARDS.where(col(Post.id).in_(post_ids))))


def standing_now(database: Database, post_id: int) -> tuple[Post, Revision, list[Revision]]:
    """A post, its current revision, and the older ones whose cards may still look as if they counted."""
    with database.reading() as session:
        row = post(session, post_id)
        older = session.exec(_OPEN_CARDS, params={"post": post_id, "number": row.revision})
        return row, current(session, row), list(older)


def card_said(session: Session, post_id: int, number: int, **now: int | str | bool) -> None:
    """Write down of a revision's card what it is now: `card_id`, `card_text`, `card_open`."""
    session.execute(
        update(Revision)
        .where(col(Revision.post_id) == post_id, col(Revision.number) == number)
        .values(**now)
        .execution_options(synchronize_session=False)
    )


def standing(session: Session, row: Post, number: int) -> list[Vote]:
    """The votes that were cast on that revision and not taken back, oldest first."""
    return list(session.exec(_STANDING, params={"post": row.id, "number": number}))


def approved_for(session: Session, row: Post) -> datetime | None:
    """The time that the approvals which stand were given for; None if none stands."""
    given = [vote.at for vote in standing(session, row, row.revision) if vote.kind == "approve"]
    return (row.approved_for or row.due_at or max(given)) if given else None


def unfinished(session: Session, post_id: int) -> bool:
    """Whether something of a released post is still going out, or waits for its approvals."""
    found = select(Delivery.id).where(Delivery.post_id == post_id, col(Delivery.state).in_(plan.UNFINISHED))
    return session.exec(found.limit(1)).first() is not None


@lru_cache
def _outgoing() -> TypeAdapter[dict[str, Outgoing]]:
    return TypeAdapter(dict[str, Outgoing])


@lru_cache
def _problems() -> TypeAdapter[tuple[Problem, ...]]:
    return TypeAdapter(tuple[Problem, ...])


@lru_cache
def _written() -> TypeAdapter[Written]:
    return TypeAdapter(Written)


def revisions(session: Session, post_id: int) -> Sequence[Revision]:
    """Everything that the post ever said, oldest first."""
    found = select(Revision).where(Revision.post_id == post_id)
    return session.exec(found.order_by(col(Revision.number))).all()


def outgoing(row: Revision) -> dict[str, Outgoing]:
    """Account -> exactly what goes out there, as it was stored."""
    return dict(_read_outgoing(row.outgoing))


@lru_cache(maxsize=256)
def _read_outgoing(stored_text: str) -> dict[str, Outgoing]:
    """Read once: a card is looked at again and again within seconds, and each lane is at another post of a burst."""
    return _outgoing().validate_json(stored_text)


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
