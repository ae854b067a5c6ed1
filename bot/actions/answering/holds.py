"""`hold`: the emergency brake, for one post or for everything that is open. Who may is written in `bot.stops`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlmodel import Session, col, select

from bot import stops
from bot.actions import rows, stopping
from bot.actions.answering.order import Order, UserError
from bot.actions.answering.rights import must_have_room
from bot.replies import bounds, holds, refusals
from bot.rules import Electorate
from storage import plan
from storage.models import Delivery, Post
from storage.states import PostState

MOST_HELD: Final = 500
"""Posts that one order holds."""
SOME: Final = 20
"""Posts that are named beside them."""
_OPEN: Final = (PostState.DRAFT, PostState.APPROVED, PostState.HELD)


def hold(order: Order) -> str | None:
    """`hold 12`: an emergency brake that anybody but guests may pull. Without a number it holds everything that is open."""
    if order.person.guest:
        raise UserError("Guests cannot stop posts; please ask somebody in the channel.")
    if order.command.post is None:
        return _hold_all(order)
    post = order.unreleased(order.post())
    if post.state not in _OPEN:
        raise UserError(f"#{post.id} is {post.state}: there is nothing to hold.")
    return _put_on_hold(order, post)[1]


def _put_on_hold(order: Order, post: Post) -> tuple[bool, str]:
    """Whether this order holds it, and what is said of it. Raises `UserError` where it cannot be held."""
    desk = order.desk
    with desk.turn(post.message_id), desk.database.transaction() as session:
        row = order.unreleased(rows.post(session, post.id or 0))  # it may have gone out meanwhile
        part, electorate = order.part(session, row)
        if row.state == PostState.HELD and not stops.outweighs(row, part):
            return False, f"#{post.id} is held already, by {refusals.stopper(row)}."
        said = f"{refusals.held(row, part, electorate)}{order.because}"
        if part is stops.Part.MEMBER:
            _must_have_holds(order, session, electorate)
        if part is stops.Part.MEMBER or order.reason:
            order.tell_there(session, row, said)
        stopping.hold(session, row, order.person, part, order.now, reason=order.reason)
        order.done(session)
    desk.stale.add(post.id or 0)
    return True, said


def _must_have_holds(order: Order, session: Session, electorate: Electorate) -> None:
    most = order.desk.config.social.holds_an_hour
    must_have_room(order, session, "hold", most, lambda room: bounds.holds(most, room, electorate.name))


def _hold_all(order: Order) -> str:
    """`hold all`: what goes out first is held first. Their drafts are not looked at before: a hold waits for nothing."""
    with order.desk.database.reading() as session:
        found, going = _open(session), _going(session)
    held, others, refused = list[int](), [one.id or 0 for one in found[MOST_HELD:]], ""
    for post in found[:MOST_HELD]:
        command = replace(order.command, post=post.id)
        try:
            newly, _ = _put_on_hold(replace(order, command=command, of_several=True), post)
        except UserError as error:
            others, refused = [*others, post.id or 0], str(error)
        else:
            held += [post.id or 0] if newly else []
    return holds.held_all(held, others, going, refused, order.because)


def _open(session: Session) -> Sequence[Post]:
    """What may still go out, the soonest first; of more than are held at once, some more."""
    found = select(Post).where(col(Post.state).in_(_OPEN))
    found = found.order_by(col(Post.due_at).is_(None), col(Post.due_at), col(Post.id))
    return session.exec(found.limit(MOST_HELD + SOME)).all()


def _going(session: Session) -> list[int]:
    """The newest that were released and are not out everywhere."""
    found = select(Delivery.post_id).where(col(Delivery.state).in_(plan.UNFINISHED)).distinct()
    return sorted(session.exec(found.order_by(col(Delivery.post_id).desc()).limit(SOME)).all())
