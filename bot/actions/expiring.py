"""Posts and deliveries whose time passed: never sent late in silence, and asked about."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, and_, col, or_, select

from bot import rules
from bot.actions import drafting, rows
from bot.desk import Desk
from bot.replies import lines
from storage import queue
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

_CLOCKED = (PostState.DRAFT, PostState.APPROVED, PostState.HELD)
"""Posts that have a time to miss."""


def late(desk: Desk, now: datetime) -> list[int]:
    """Posts not yet released that missed their time; none before all of them were looked at after a time away, so
    that people are asked once, and of no post that they moved or deleted meanwhile.
    """
    with desk.database.reading() as session:
        found = [post.id or 0 for post in queue.late_posts(session, now, desk.config.social.late)]
    return found if desk.unlooked.isdisjoint(found) else []


def expire(desk: Desk, post_id: int, now: datetime) -> None:
    """Let a post expire that missed its time, and ask its author for another; a draft in the queue of slots
    is moved on to the next free one instead.
    """
    with desk.database.reading() as session:
        message_id = rows.post(session, post_id).message_id
    with desk.turn(message_id), desk.database.transaction() as session:
        post = rows.post(session, post_id)
        # somebody may have given it another time, or ended it, since it was found to be late
        if post.state not in _CLOCKED or not rules.too_late(post, now, desk.config.social.late):
            return
        if _rolls(desk, post.timing, post.state):
            _roll(desk, session, post, now)
        else:
            _expire(desk, session, post, now)
    desk.stale.add(post_id)


def missed(desk: Desk, now: datetime) -> list[int]:
    """Released posts with deliveries that were not sent in time: nobody sends them later in silence."""
    unsent = (DeliveryState.WAITING, DeliveryState.PENDING)
    over = and_(col(Delivery.state).in_(unsent), col(Post.not_after) < now)
    busy = select(Delivery.account).where(Delivery.state == DeliveryState.SENDING)
    stale = and_(
        Delivery.state == DeliveryState.PENDING,
        Delivery.not_before < now - desk.config.social.late,
        col(Delivery.account).not_in(busy),  # else it only waits for its turn
    )
    found = select(Delivery.post_id).join(Post, col(Post.id) == Delivery.post_id)
    found = found.where(col(Delivery.state).in_(unsent), or_(over, stale))  # said twice: so an index is used
    with desk.database.reading() as session:
        return [number for number in session.exec(found.distinct()) if number not in desk.unlooked]


def give_up(desk: Desk, post_id: int, now: datetime) -> None:
    """Send no more of a post what was not sent in time, and tell the people."""
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        if post.not_after is not None and post.not_after < now:
            _past_the_last_moment(desk, session, post, now)
        else:
            _past_its_time(desk, session, post, now)
    desk.stale.add(post_id)


def _past_the_last_moment(desk: Desk, session: Session, post: Post, now: datetime) -> None:
    dropped = []
    for delivery in queue.deliveries(session, post.id or 0):
        state = {
            DeliveryState.WAITING: DeliveryState.CANCELLED,
            DeliveryState.PENDING: DeliveryState.FAILED,
        }.get(DeliveryState(delivery.state))
        if state is not None:
            delivery.error = "Its last moment passed."
            queue.transition(session, delivery, state, who="bot", what="its last moment passed", now=now)
            delivery.told = True
            session.add(delivery)
            dropped.append(delivery.account)
    if dropped:
        key = f"too_late:{post.id}:{','.join(dropped)}:{now.isoformat()}"
        text = lines.too_late(post, dropped, desk.titles)
        queue.notify(session, key=key, text=text, post_id=post.id, now=now)


def _past_its_time(desk: Desk, session: Session, post: Post, now: datetime) -> None:
    for delivery in queue.deliveries(session, post.id or 0):
        if delivery.state != DeliveryState.PENDING or delivery.not_before >= now - desk.config.social.late:
            continue
        why = f" The last trouble: {delivery.error}" if delivery.error else ""
        delivery.error = f"It could not be sent in time, and is not sent later without being asked for.{why}"
        queue.transition(session, delivery, DeliveryState.FAILED, who="bot", what="its time passed", now=now)
        delivery.told = False
        session.add(delivery)


def _rolls(desk: Desk, timing: str, state: str) -> bool:
    return timing == "next" and state == PostState.DRAFT and bool(desk.config.social.slots)


def _expire(desk: Desk, session: Session, post: Post, now: datetime) -> None:
    author = desk.chat.directory.person(post.author_id)
    queue.transition(session, post, PostState.EXPIRED, who="bot", what="its time passed", now=now)
    queue.notify(
        session,
        key=f"expired:{post.id}:{now.isoformat()}",
        text=lines.expired(post, author.call),
        post_id=post.id,
        now=now,
    )


def _roll(desk: Desk, session: Session, post: Post, now: datetime) -> None:
    if post.not_after is not None and post.not_after < now:
        post.timing = "at"
        session.add(post)
        return
    post.due_at = drafting.free_slot(desk, session, now, None)
    session.add(post)
    queue.write_entry(session, at=now, who="bot", what="moved on to the next free slot", post_id=post.id)
