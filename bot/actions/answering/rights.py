"""The rules of `bot.stops` put to one order: who may let a stopped post go on, and who may move an approved one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from bot import stops
from bot.actions import allowing, rows
from bot.actions.answering.order import Order, UserError
from bot.actions.intake import pausing
from bot.replies import refusals
from storage import allowance, queue
from storage.models import Post


def must_have_room(
    order: Order, session: Session, kind: str, most: int, told: Callable[[datetime], str]
) -> None:
    """Count what somebody did with a post of others; refuse who did so too often within an hour."""
    this = order.message.id, order.command.post or 0
    room = allowance.room_to_act(session, order.person.id, kind, most, this, allowing.HOUR, order.now)
    if room > order.now:
        raise UserError(told(room))


def must_undo(order: Order, session: Session, post: Post, how: str) -> None:
    """Refuse who may not let a stopped post go on; for all others the stop is lifted. `how` is what they say."""
    part, electorate = order.part(session, post)
    if stops.may_undo(post.stopped_as, post.stopped_by, order.person.id, part):
        stops.lifted(post)
        session.add(post)
    elif stops.is_told(post):
        raise UserError(refusals.stays_stopped(post, electorate, how))
    else:
        raise order.no_right(post)


def must_be_free_to_move(order: Order, session: Session, post: Post, to: datetime | None, how: str) -> None:
    """Refuse who may not give the post that time while its approvals stand (None: now). An approver's own word
    becomes the time that is approved. `how` is what an approver would say.
    """
    part, electorate = order.part(session, post)
    approved_for = rows.approved_for(session, post)
    free = order.desk.config.social.move_freely
    if approved_for is not None and not stops.may_move(approved_for, to, free, part):
        raise UserError(refusals.keeps_its_time(post, approved_for, free, electorate, how))
    if part is stops.Part.APPROVER:
        post.approved_for = to or order.now


def must_be_free_to_repeat(order: Order, session: Session, post: Post, how: str) -> None:
    """The same for who orders again what is not out, long after the time that was approved."""
    part, electorate = order.part(session, post)
    approved_for = rows.approved_for(session, post)
    free = order.desk.config.social.move_freely
    if approved_for is not None and not stops.may_repeat(approved_for, order.now, free, part):
        raise UserError(refusals.too_long_ago(post, approved_for, free, electorate, how))
    if part is stops.Part.APPROVER:
        post.approved_for = order.now
        session.add(post)


def must_end_pause(order: Order, post: Post, *, alone: bool = True) -> bool:
    """Let the post wait no longer for what somebody meant (`intake.pausing`); False if it does not. `alone`: the order does
    nothing else. Refuse who may not.
    """
    with order.desk.database.transaction() as session:
        if not pausing.paused(order.desk, session, [post.id or 0]):
            return False
        part, electorate = order.part(session, post)
        if not pausing.end(session, post, order.person, part, order.now):
            raise UserError(refusals.waits_for_meaning(post, electorate))
        queue.write_entry(
            session, at=order.now, who=order.person.name, what="ended the wait", post_id=post.id
        )
        if alone:
            order.done(session)
    return True
