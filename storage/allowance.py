"""What people who are no approvers took of the bot's time lately: counted here, so that a restart forgets none of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, delete, func, select

from storage.database import insert
from storage.models import Post
from storage.states import PostState

KEPT: Final = timedelta(hours=2)
"""No bound looks back further."""
UNDECIDED: Final = (PostState.BROKEN, PostState.DRAFT, PostState.HELD)
"""What its author and the approvers have to deal with still."""


class Allowance(SQLModel, table=True):
    """What somebody who is no approver took of the bot's time: counted against the bounds, also after a restart."""

    __table_args__ = (
        UniqueConstraint("kind", "message_id", "version"),
        Index("ix_allowance_person", "person_id", "kind", "at"),
        Index("ix_allowance_kind", "kind", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int
    """Zulip user id."""
    kind: str
    """What is bounded: `draft`, `question`, `order`; or `told draft` when the bound was told."""
    message_id: int = Field(sa_type=BigInteger)
    """The message that took it."""
    version: int = Field(sa_type=BigInteger)
    """When it was edited last, in seconds: tried again it is counted once, edited again it is counted again."""
    at: datetime = Field(index=True)


def take(session: Session, person_id: int, kind: str, message: tuple[int, int], now: datetime) -> None:
    """Count this message (its number and version), once however often it is tried."""
    row = {"person_id": person_id, "kind": kind, "message_id": message[0], "version": message[1], "at": now}
    statement = insert(session, Allowance).values(**row)
    session.execute(statement.on_conflict_do_nothing(index_elements=["kind", "message_id", "version"]))
    session.execute(delete(Allowance).where(col(Allowance.at) < now - KEPT))


def room_at(
    session: Session, person_id: int, kind: str, most: int, span: timedelta, now: datetime
) -> datetime:
    """When this person may have one more, of at most so many within such a span; `now` if at once."""
    taken = select(Allowance.at).where(Allowance.person_id == person_id, Allowance.kind == kind)
    nth = session.exec(taken.order_by(col(Allowance.at).desc()).offset(most - 1).limit(1)).first()
    return now if nth is None else max(now, nth + span)


def room_to_act(
    session: Session,
    person_id: int,
    kind: str,
    most: int,
    this: tuple[int, int],
    span: timedelta,
    now: datetime,
) -> datetime:
    """When this person may do that to a post of others; `now` if at once, and then it is counted."""
    room = room_at(session, person_id, kind, most, span, now) if most else now + span
    if room <= now:
        take(session, person_id, kind, this, now)
    return room


def counted(session: Session, kind: str, message: tuple[int, int]) -> bool:
    """Whether this message is counted already."""
    found = select(Allowance.id).where(
        Allowance.kind == kind, Allowance.message_id == message[0], Allowance.version == message[1]
    )
    return session.exec(found).first() is not None


def by_person(session: Session, kind: str, since: datetime) -> dict[int, int]:
    """How many of this kind were taken since then, by each who is bounded."""
    found = select(Allowance.person_id, func.count()).where(Allowance.kind == kind, Allowance.at > since)
    return dict(session.exec(found.group_by(col(Allowance.person_id))).all())


def open_drafts(session: Session, author_id: int) -> int:
    """Posts of this author that are neither approved nor withdrawn nor past their time."""
    found = select(func.count()).select_from(Post).where(Post.author_id == author_id)
    return session.exec(found.where(col(Post.state).in_(UNDECIDED))).one()
