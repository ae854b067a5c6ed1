"""The inbox: what was heard in Zulip and is not worked off yet. Written down at once, by whoever hears it.

One row for each thing that somebody said or did, however often it is heard of. A row goes when its work is done; an
order that was obeyed stays until its answer was said, and then keeps nothing back any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, Index, UniqueConstraint, bindparam, case
from sqlmodel import Field, Session, SQLModel, col, delete, func, or_, select, update

from storage.database import insert
from storage.models import Post
from storage.prepared import Prepared


class Kind(StrEnum):
    """What was heard."""

    ORDER = "order"
    """A command about a post: hold, cancel, approve, move …"""
    VOTE = "vote"
    """A reaction on a draft or a card came, or went."""
    PLACE = "place"
    """A draft or a card was moved or deleted."""
    EDIT = "edit"
    """A draft was edited: its text must be read anew."""
    REWRITE = "rewrite"
    """A command that gives a post another text: edit, alt …"""
    UNCLEAR = "unclear"
    """Words that were not understood, and may be meant to stop a post."""
    PAUSE = "pause"
    """Who said such words was asked what they meant: the post waits for a while, and nobody works this off."""
    QUESTION = "question"
    DRAFT = "draft"
    """A new draft, or a copy of an old one."""


TOLD_LATER: Final = frozenset({Kind.ORDER, Kind.UNCLEAR})
"""Kinds that are acted on at once, and answered by who tells: the next order does not wait until Zulip takes an answer."""
ORDERED: Final = frozenset({Kind.ORDER, Kind.REWRITE, Kind.UNCLEAR})
"""What somebody wrote to the bot that may change whether, or what, goes out."""
STOPS: Final = frozenset(Kind) - {Kind.QUESTION, Kind.DRAFT}
"""What may change whether a post goes out."""
IN_ORDER: Final = frozenset({Kind.ORDER, Kind.REWRITE})
"""Of these, those about one post are worked off in the order in which they were written."""


class Inbox(SQLModel, table=True):
    """One thing that was heard and is not worked off."""

    __table_args__ = (
        UniqueConstraint("message_id", "kind", "person_id"),
        Index("ix_inbox_turn", "kind", "person_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(sa_type=BigInteger)
    """The message that says it, or the draft or card to which it was done."""
    kind: str
    verb: str = ""
    """Of a command: which."""
    person_id: int
    """Whose turn it takes: who said or did it."""
    post_id: int | None = Field(default=None, index=True)
    """The post it may concern, or the first of several; None: no post that was known."""
    others: str = ""
    """Further posts that it concerns: `,2,5,`."""
    heard_at: datetime
    """UTC; when it was heard of first."""
    times: int = 1
    """How often it was heard of: what is heard while it is worked off is worked off again."""
    answer: str = ""
    """What is to be said to it: written down with what was done."""
    channel_id: int | None = None
    """Where it was said: an answer is not said anywhere else. None: in a direct message."""

    def names(self, post_id: int | None) -> bool:
        """Whether it speaks of this post."""
        return post_id is not None and (self.post_id == post_id or f",{post_id}," in self.others)

    @property
    def post_ids(self) -> set[int]:
        """Every post of which it speaks."""
        first = set() if self.post_id is None else {self.post_id}
        return first | {int(one) for one in self.others.split(",") if one}


TO_DO: Final = or_(col(Inbox.kind).not_in(TOLD_LATER), col(Inbox.answer) == "")
"""Of a row: whether a lane has something to do with it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that was heard, on its way into the inbox."""

    message_id: int
    kind: Kind
    person_id: int
    heard_at: datetime
    post_id: int | None = None
    verb: str = ""
    others: str = ""


def listed(post_ids: Iterable[int]) -> str:
    """Numbers of posts as `Inbox.others` has them."""
    joined = ",".join(map(str, post_ids))
    return joined and f",{joined},"


_FREE = (col(Inbox.kind).in_(bindparam("kinds", expanding=True)), col(Inbox.answer) == "")
_FIRST = or_(col(Inbox.post_id).in_(bindparam("posts", expanding=True)), col(Inbox.post_id).is_(None))
_ABOUT = select(Inbox).where(or_(_FIRST, col(Inbox.others) != ""), *_FREE).order_by(col(Inbox.id))
_ABOUT_ONE = (
    select(Inbox)
    .where(or_(_FIRST, col(Inbox.others).like(bindparam("named"))), *_FREE)
    .order_by(col(Inbox.id))
)
"""Both written once: they are asked at every claim, which is of one post."""
_CONCERNS = Prepared(
    select(Inbox.id)
    .where(
        or_(
            col(Inbox.post_id) == bindparam("post"),
            col(Inbox.post_id).is_(None),
            col(Inbox.others).like(bindparam("named")),
        ),
        col(Inbox.answer) == "",
        *(col(Inbox.kind) != kind for kind in sorted(set(Kind) - STOPS)),
    )
    .limit(1)
)
_ONE = ("message_id", "kind", "person_id")


def write(session: Session, heard: Iterable[Heard]) -> None:
    """Write down what was heard; twice is one row, and waits once more if it is being worked off."""
    for one in heard:
        statement = insert(session, Inbox).values(times=1, answer="", **asdict(one))
        again = {
            "heard_at": case(
                (statement.excluded.heard_at < col(Inbox.heard_at), statement.excluded.heard_at),
                else_=col(Inbox.heard_at),
            ),
            "post_id": func.coalesce(statement.excluded.post_id, col(Inbox.post_id)),
            "verb": statement.excluded.verb,
            "others": statement.excluded.others,
            "times": Inbox.times + 1,
        }
        session.execute(statement.on_conflict_do_update(index_elements=_ONE, set_=again))


def write_unheard(session: Session, heard: Iterable[Heard]) -> None:
    """Write down what was found by looking, unless it waits already."""
    for one in heard:
        statement = insert(session, Inbox).values(times=1, answer="", **asdict(one))
        session.execute(statement.on_conflict_do_nothing(index_elements=_ONE))


def turns(session: Session, kinds: Collection[Kind]) -> dict[int, int]:
    """Everybody of whom something of these kinds waits -> the number of the oldest of it."""
    found = select(Inbox.person_id, func.min(Inbox.id)).where(col(Inbox.kind).in_(kinds), TO_DO)
    return {person: first or 0 for person, first in session.exec(found.group_by(col(Inbox.person_id)))}


def of(session: Session, person_id: int, kinds: Collection[Kind], limit: int) -> Sequence[Inbox]:
    """What waits of one person, oldest first."""
    found = select(Inbox).where(Inbox.person_id == person_id, col(Inbox.kind).in_(kinds), TO_DO)
    return session.exec(found.order_by(col(Inbox.id)).limit(limit)).all()


def about(session: Session, post_ids: Collection[int], kinds: Collection[Kind] = STOPS) -> Sequence[Inbox]:
    """What may concern these posts and was not acted on yet, oldest first."""
    given = {"posts": list(post_ids), "kinds": [str(one) for one in kinds]}
    if len(post_ids) == 1:
        (number,) = post_ids
        return session.exec(_ABOUT_ONE, params=given | {"named": f"%,{number},%"}).all()
    found = session.exec(_ABOUT, params=given).all()
    return [one for one in found if one.post_id is None or any(one.names(number) for number in post_ids)]


def concerns(session: Session, post_id: int) -> bool:
    """Whether there is anything `about` this post: nearly always there is not, and it is asked at every claim."""
    return _CONCERNS.first(session, {"post": post_id, "named": f"%,{post_id},%"}) is not None


def unanswered(session: Session, limit: int) -> Sequence[Inbox]:
    """What was acted on and is to be answered by who tells, oldest first."""
    found = select(Inbox).where(col(Inbox.kind).in_(TOLD_LATER), col(Inbox.answer) != "")
    return session.exec(found.order_by(col(Inbox.id)).limit(limit)).all()


def edited(session: Session) -> Sequence[tuple[int, datetime]]:
    """Number of each post with an edit that is not read yet, and when it was heard of."""
    found = select(Inbox.post_id, Inbox.heard_at).where(Inbox.kind == Kind.EDIT)
    return [(number or 0, at) for number, at in session.exec(found)]


def answered(session: Session, row: Inbox, text: str, channel_id: int | None) -> None:
    """It was acted on, and this is what is to be said to it."""
    session.execute(update(Inbox).where(col(Inbox.id) == row.id).values(answer=text, channel_id=channel_id))


def done(session: Session, rows: Iterable[Inbox]) -> None:
    """All is done, and said; what was heard of again meanwhile waits once more."""
    for row in rows:
        session.execute(delete(Inbox).where(col(Inbox.id) == row.id, col(Inbox.times) == row.times))
        session.execute(update(Inbox).where(col(Inbox.id) == row.id).values(answer=""))


def replace(session: Session, row: Inbox, heard: Heard) -> None:
    """It is something else than it was when it was heard: somebody edited it."""
    session.execute(delete(Inbox).where(col(Inbox.id) == row.id))
    write(session, [heard])


def leave_out(session: Session, row: Inbox, post_id: int) -> None:
    """It concerns that post no more."""
    left = sorted(row.post_ids - {post_id})
    if left:
        values = {"post_id": left[0], "others": listed(left[1:])}
        session.execute(update(Inbox).where(col(Inbox.id) == row.id).values(**values))
    else:
        session.execute(delete(Inbox).where(col(Inbox.id) == row.id))


def clear(session: Session) -> None:
    """Forget all that waits."""
    session.execute(delete(Inbox))


EDIT_WAITS = (
    select(Inbox.id)
    .where(col(Inbox.post_id) == col(Post.id), Inbox.kind == Kind.EDIT)
    .correlate(Post)
    .exists()
)
"""Of a post in a question of one's own: an edit of it is not read yet."""
