"""The questions about posts: what is due, what is open, what is planned, what came of it. Nothing changes here.

All instants are UTC; a span goes from `start` up to, but without, `end`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.models import Delivery, Post, Staged
from storage.prepared import Prepared
from storage.states import DeliveryState, PostState, StagedState

_P, _D = PostState, DeliveryState

UNFINISHED = (_D.WAITING, _D.PENDING, _D.SENDING, _D.UNKNOWN)
"""A released post with one of these is still going out."""

_NOT_OUT = (_P.BROKEN, _P.DRAFT, _P.APPROVED, _P.HELD)


_busy = aliased(Delivery)

BEHIND = exists().where(col(_busy.account) == Delivery.account, col(_busy.state) == _D.SENDING)
"""Of a delivery: its account is sending another one."""
IN_PREPARATION = exists().where(
    col(Staged.post_id) == Delivery.post_id,
    col(Staged.revision) == Delivery.revision,
    col(Staged.account) == Delivery.account,
    col(Staged.state) == StagedState.STAGING,
)
"""Of a delivery: what was begun for it before its time is still under way."""

# asked all the time, so they are written once: that costs more than to ask
_AT_ONCE = Prepared(
    select(Post.approved_at, Post.created_at)
    .where(Post.state == _P.APPROVED, col(Post.due_at).is_(None))
    .limit(1)
)
_TIMED = Prepared(
    select(Post.due_at)
    .where(Post.state == _P.APPROVED, col(Post.due_at).is_not(None))
    .order_by(col(Post.due_at))
    .limit(1)
)
_WAITING = select(Post).where(col(Post.state).in_((_P.DRAFT, _P.APPROVED, _P.HELD)))
_DUE = Prepared(
    select(Post.id).where(Post.state == _P.APPROVED, col(Post.due_at) <= bindparam("now")).limit(1)
)
_WAITS = or_(*(col(Post.state) == state for state in (_P.DRAFT, _P.APPROVED, _P.HELD)))
_PAST_DUE = Prepared(select(Post.id).where(_WAITS, col(Post.due_at) < bindparam("due")).limit(1))
_PAST_LAST = Prepared(
    select(Post.id)
    .where(_WAITS, col(Post.not_after).is_not(None), col(Post.not_after) < bindparam("now"))
    .limit(1)
)
_PENDING = Prepared(
    select(Delivery.not_before)
    .where(Delivery.state == _D.PENDING, ~BEHIND, ~IN_PREPARATION)
    .order_by(col(Delivery.not_before))
    .limit(1)
)


_SENT = Prepared(select(Delivery.id).where(Delivery.state == _D.SENDING).limit(1))
_IN_DOUBT = Prepared(select(Delivery.id).where(Delivery.state == _D.UNKNOWN).limit(1))
_UNDER_WORK = (StagedState.PENDING, StagedState.STAGING, StagedState.DISCARDING)
_BEING_STAGED = Prepared(
    select(Staged.id).where(or_(*(col(Staged.state) == state for state in _UNDER_WORK))).limit(1)
)


def due_posts(session: Session, now: datetime, limit: int = 100) -> Sequence[Post]:
    """Approved posts whose time has come: those without a time first, then the longest due."""
    if _AT_ONCE.first(session) is None and _DUE.first(session, {"now": now}) is None:
        return []  # as nearly always when this is asked
    approved = select(Post).where(Post.state == _P.APPROVED)
    at_once = session.exec(
        approved.where(col(Post.due_at).is_(None)).order_by(col(Post.id)).limit(limit)
    ).all()
    timed = session.exec(
        approved.where(col(Post.due_at) <= now).order_by(col(Post.due_at), col(Post.id)).limit(limit)
    ).all()
    return [*at_once, *timed][:limit]


def late_posts(session: Session, now: datetime, late: timedelta) -> Sequence[Post]:
    """Posts that must expire: more than `late` past their time, or past their "not after"; not yet out."""
    if not any(one.first(session, {"due": now - late, "now": now}) for one in (_PAST_DUE, _PAST_LAST)):
        return []  # as nearly always when this is asked
    # two questions, because each has an index: with one for both, all that ever was would be read
    past_due = session.exec(_WAITING.where(col(Post.due_at) < now - late)).all()
    past_last = session.exec(
        _WAITING.where(col(Post.not_after).is_not(None), col(Post.not_after) < now)
    ).all()
    found = {post.id or 0: post for post in (*past_due, *past_last)}
    return [found[number] for number in sorted(found)]


def open_posts(session: Session) -> Sequence[Post]:
    """Every post that something may still happen to: what must be looked at after a time away."""
    waiting = session.exec(select(Post).where(col(Post.state).in_((*_NOT_OUT, _P.EXPIRED)))).all()
    # asked from the deliveries: almost all released posts are done with
    unfinished = select(Delivery.post_id).where(col(Delivery.state).in_(UNFINISHED))
    going_out = session.exec(
        select(Post).where(col(Post.id).in_(unfinished), Post.state == _P.RELEASED)
    ).all()
    return sorted([*waiting, *going_out], key=lambda post: post.id or 0)


def next_due(session: Session) -> datetime | None:
    """The earliest instant at which there is something to release or to deliver; None if nothing waits.

    It may lie in the past: then it is due. A delivery behind another one of the same account does not
    count; it is looked at again when that one is settled.
    """
    at_once = _AT_ONCE.first(session)
    if at_once is not None:
        since: datetime = at_once[0] or at_once[1]
        return since
    found = (_TIMED.first(session), _PENDING.first(session))
    return min((row[0] for row in found if row is not None), default=None)


def unsettled(session: Session) -> bool:
    """Whether something is on its way, in doubt or being prepared: time alone may bring more to do with that."""
    return any(one.first(session) is not None for one in (_SENT, _IN_DOUBT, _BEING_STAGED))


def planned(session: Session, start: datetime, end: datetime) -> Sequence[Post]:
    """What goes out or went out in a span, in that order: released ones by the time they went, others by
    the time they are to go. Withdrawn ones are left out.
    """
    released, due = col(Post.released_at), col(Post.due_at)
    # each by its own index; only released posts have the time of it, and of those there are more and more
    went = session.exec(select(Post).where(released >= start, released < end)).all()
    waits = col(Post.state).in_((*_NOT_OUT, _P.EXPIRED))
    goes = session.exec(select(Post).where(waits, due >= start, due < end)).all()
    posts = [*(post for post in went if post.state == _P.RELEASED), *goes]
    return sorted(posts, key=lambda post: (post.released_at or post.due_at or start, post.id or 0))


def published(session: Session, start: datetime, end: datetime) -> Sequence[Delivery]:
    """What was published in a span, account by account, oldest first."""
    settled = col(Delivery.settled_at)
    return session.exec(
        select(Delivery)
        .where(Delivery.state == _D.PUBLISHED, settled >= start, settled < end)
        .order_by(settled, col(Delivery.id))
    ).all()


def drafts(session: Session) -> Sequence[Post]:
    """Posts that wait for approval or cannot go out as they stand, oldest first."""
    return session.exec(
        select(Post).where(col(Post.state).in_((_P.DRAFT, _P.BROKEN))).order_by(col(Post.id))
    ).all()


def waiting_without_time(session: Session) -> Sequence[Post]:
    """Posts not yet out that have no time, oldest first."""
    return session.exec(
        select(Post).where(col(Post.state).in_(_NOT_OUT), col(Post.due_at).is_(None)).order_by(col(Post.id))
    ).all()


def troubled(session: Session) -> Sequence[Delivery]:
    """Deliveries that people should decide about: failed or unknown, oldest first."""
    # sorted here: a database that is asked for an order may read all deliveries in it, and these are few
    found = session.exec(select(Delivery).where(col(Delivery.state).in_((_D.FAILED, _D.UNKNOWN)))).all()
    return sorted(found, key=lambda one: one.id or 0)


def slot_taken(session: Session, instant: datetime) -> bool:
    """Whether a post goes, or went, out at this instant: none that is withdrawn or expired, or cannot go out as it stands."""
    gone = (_P.WITHDRAWN, _P.EXPIRED, _P.BROKEN)
    there = select(Post.id).where(Post.due_at == instant, col(Post.state).not_in(gone))
    return session.exec(there.limit(1)).first() is not None


def untold(session: Session) -> dict[int, int]:
    """The posts with outcomes that people were not told of yet, and how many outcomes."""
    settled = (_D.PUBLISHED, _D.FAILED, _D.UNKNOWN)
    found = select(Delivery.state, Delivery.post_id).where(
        col(Delivery.told).is_(False), col(Delivery.state).in_(settled)
    )
    # in the order of the index that holds these alone: else all that ever went out is read
    rows = session.exec(found.order_by(col(Delivery.state), col(Delivery.post_id)))
    return dict(sorted(Counter(post_id for _, post_id in rows).items()))
