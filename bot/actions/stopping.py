"""What a person cancelled while it was being sent, or in doubt: if that did not bring it out, nothing else does."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot import stops
from bot.chat import Person
from bot.desk import Desk
from bot.replies import lines
from bot.stops import Part
from storage import cursors, queue
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

MEANWHILE = (DeliveryState.SENDING, DeliveryState.UNKNOWN)
"""States of a delivery that cannot be called back, and may still come back."""


def stop(session: Session, post: Post, what: str, who: str, now: datetime) -> list[str]:
    """Cancel the deliveries of a released post that have not begun, and return their accounts; what is being sent, or
    is in doubt, is not sent again from now on.
    """
    stopped = []
    for delivery in queue.deliveries(session, post.id or 0):
        if delivery.state in {DeliveryState.WAITING, DeliveryState.PENDING}:
            queue.transition(session, delivery, DeliveryState.CANCELLED, who=who, what=what, now=now)
            delivery.told = True
            stopped.append(delivery.account)
        elif delivery.state in MEANWHILE and not wished(session, delivery):
            wish(session, delivery, who)
    return stopped


def hold(
    session: Session,
    post: Post,
    person: Person,
    part: Part,
    now: datetime,
    *,
    what: str = "held",
    reason: str = "",
) -> None:
    """Hold a post that is not released, or remember that somebody else wanted that too. Its approvals stay."""
    stops.stopped(post, person, part)
    if post.state == PostState.HELD:
        queue.write_entry(
            session, at=now, who=person.name, what=f"{what} too", post_id=post.id, reason=reason
        )
        return
    if post.timing == "now":
        post.due_at = None  # it has no time to miss; with the next approval it gets one
    queue.transition(session, post, PostState.HELD, who=person.name, what=what, now=now, reason=reason)


def wish(session: Session, delivery: Delivery, who: str) -> None:
    """Remember that somebody cancelled it. Whoever orders it again, gives it a new key, and the wish is void."""
    cursors.write(session, _name(delivery), who)


def wished(session: Session, delivery: Delivery) -> str:
    """Who cancelled it since it was ordered; empty: nobody."""
    return cursors.read(session, _name(delivery))


def heed(desk: Desk, session: Session, delivery: Delivery, now: datetime) -> None:
    """It was settled in this transaction: what was cancelled meanwhile, and is not out, is not tried again."""
    who = wished(session, delivery)
    if not who:
        return
    if delivery.state == DeliveryState.PENDING:
        what = "cancelled while it was sent"
        queue.transition(session, delivery, DeliveryState.CANCELLED, who=who, what=what, now=now)
        delivery.told = True
        key = f"called_back:{delivery.id}:{delivery.key[:8]}"
        text = lines.called_back(delivery, desk.titles)
        queue.notify(session, key=key, text=text, post_id=delivery.post_id, now=now)
    if delivery.state not in MEANWHILE:
        cursors.forget(session, _name(delivery))


def _name(delivery: Delivery) -> str:
    return f"cancelled:{delivery.id}:{delivery.key[:8]}"
