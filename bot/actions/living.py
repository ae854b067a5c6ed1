"""A sign of life, written down by the copy that listens: silence is not death, but this is how one knows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from bot.desk import Desk
from bot.replies.standing import Pulse
from storage import cursors
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

ALIVE: Final = "alive"
"""Name of the row: `when|who|since`."""
EVERY: Final = timedelta(seconds=30)
IN_TOUCH: Final = timedelta(seconds=150)
"""Who listened longer ago than this does not know how things stand: a poll with nothing to tell takes a minute."""


def sign(desk: Desk, since: datetime | None, now: datetime) -> None:
    """Say that the bot is alive, and since when it listens; None while it does not hear anything."""
    if desk.heard_at is not None and not in_touch(desk.heard_at, now):
        return  # it slept, or the clock was set: what happened meanwhile is not known yet
    told = f"{now.isoformat()}|{desk.worker}|{since.isoformat() if since else ''}"
    with desk.database.transaction() as session:
        cursors.write(session, ALIVE, told)


def in_touch(heard: datetime, now: datetime) -> bool:
    """Whether what was known then still says how things stand; a clock that was turned back says nothing."""
    return -timedelta(seconds=5) < now - heard < IN_TOUCH


def pulse(desk: Desk, session: Session) -> Pulse:
    """What shows that silence is not death: since when the bot listens, what went out last, what goes out next."""
    out = select(Delivery.post_id, Delivery.settled_at).where(Delivery.state == DeliveryState.PUBLISHED)
    last = session.exec(out.order_by(col(Delivery.settled_at).desc()).limit(1)).first()
    waiting = select(Post.id, Post.due_at).where(
        Post.state == PostState.APPROVED, col(Post.due_at).is_not(None)
    )
    following = session.exec(waiting.order_by(col(Post.due_at)).limit(1)).first()
    return Pulse(desk.listening_since, _named(last), _named(following))


def _named(found: tuple[int | None, datetime | None] | None) -> tuple[int, datetime] | None:
    return (found[0] or 0, found[1]) if found and found[1] else None


def last_sign(desk: Desk) -> datetime | None:
    """When any copy last listened, as far as it was written down."""
    with desk.database.reading() as session:
        told = cursors.read(session, ALIVE)
    return datetime.fromisoformat(told.partition("|")[0]) if told else None
