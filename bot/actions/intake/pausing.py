"""A pause for a post of which somebody said something that was not understood, and that may be meant to stop it.

It begins when they are asked what they meant. It ends after `LENGTH`, or when somebody who may says `resume` or `now`; what
stops the post for good (`hold`, `cancel`, `veto`) makes it needless. It is no hold: nobody has to end it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, delete, or_, select

from bot import rules, stops
from bot.actions import electing, rows
from bot.chat import Message, Person
from bot.desk import Desk
from bot.grammar import Unknown
from bot.replies import unclear
from storage import inbox, queue
from storage.inbox import Heard, Inbox, Kind
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

LENGTH: Final = timedelta(minutes=5)
"""Long enough to read the question and to answer it."""
SOON: Final = timedelta(minutes=30)
"""Words that name no post mean one that goes out within that time, if there is one alone."""
_WAITS: Final = (DeliveryState.PENDING, DeliveryState.WAITING)


def ask(desk: Desk, message: Message, said: Unknown, person: Person, now: datetime) -> str:
    """The answer to such words: what they meant is asked, and the posts wait for it."""
    with desk.database.transaction() as session:
        near = () if said.stops else _near(session, now)
        found = [session.get(Post, one) for one in said.stops or near]
        who = electing.electorate(desk, session)
        mine = [one for one in found if one is not None and rules.may_steer(person, one, who)]
        posts = [one for one in mine if may_still_go(session, one)]
        if not said.stops and len(posts) != 1:
            numbers = [one.id or 0 for one in posts]
            return unclear.which_post(numbers) if numbers else unclear.not_understood(said.nearest, said.why)
        if not posts:
            return unclear.not_understood(said.nearest, said.why)
        numbers = [one.id or 0 for one in posts]
        _begin(session, message, person, numbers, now)
    return unclear.paused(said.why, numbers, now + LENGTH)


def _begin(session: Session, message: Message, person: Person, numbers: Sequence[int], now: datetime) -> None:
    first, *others = numbers
    _forget(session, now)
    heard = Heard(message.id, Kind.PAUSE, person.id, now, first, "", inbox.listed(others))
    inbox.write(session, [heard])
    for one in numbers:
        queue.write_entry(
            session, at=now, who="bot", what=f"asked {person.name} what they meant", post_id=one
        )


def paused(desk: Desk, session: Session, post_ids: Collection[int]) -> set[int]:
    """Those of these posts that wait so now."""
    now = desk.clock()
    found = [one for one in inbox.about(session, post_ids, {Kind.PAUSE}) if lasts(one, now)]
    return {number for number in post_ids if any(one.names(number) for one in found)} if found else set()


def lasts(row: Inbox, now: datetime) -> bool:
    """Whether the pause is not over. One that lies ahead began before the clock went back."""
    return now - LENGTH < row.heard_at <= now


def end(session: Session, post: Post, person: Person, part: stops.Part, now: datetime) -> bool:
    """Let the post wait no longer; False if this person may not: what an approver, or its author, may have meant to stop, goes
    on by an approver or by who said so.
    """
    found = [one for one in inbox.about(session, [post.id or 0], {Kind.PAUSE}) if lasts(one, now)]
    if part is not stops.Part.APPROVER and any(one.person_id != person.id for one in found):
        return False
    for one in found:
        inbox.leave_out(session, one, post.id or 0)
    return True


def _forget(session: Session, now: datetime) -> None:
    """Those that are over."""
    over = or_(col(Inbox.heard_at) <= now - LENGTH, col(Inbox.heard_at) > now)
    session.execute(delete(Inbox).where(col(Inbox.kind) == Kind.PAUSE, over))


def _near(session: Session, now: datetime) -> list[int]:
    """What goes out soon, or is on its way and not out yet."""
    soon = select(Post.id).where(Post.state == PostState.APPROVED, col(Post.due_at) <= now + SOON)
    going = select(Delivery.post_id).where(col(Delivery.state).in_(_WAITS))
    return sorted({one for found in (soon, going) for one in session.exec(found) if one is not None})


def may_still_go(session: Session, post: Post) -> bool:
    """Whether it goes out, or may, if nobody stops it."""
    if post.state == PostState.RELEASED:
        return rows.unfinished(session, post.id or 0)
    return post.state in {PostState.DRAFT, PostState.APPROVED}
