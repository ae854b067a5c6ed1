"""Stopping posts, letting them go on, and repeating what is not out. Who may is written in `bot.stops`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from bot import stops
from bot.actions import rows, stopping
from bot.actions.answering.order import Order, UserError
from bot.actions.answering.rights import (
    must_be_free_to_move,
    must_be_free_to_repeat,
    must_end_pause,
    must_undo,
)
from bot.actions.sync import follow
from bot.replies import words
from bot.replies.escape import inline
from handlers.media import MissingMedia
from storage import queue
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

_BY_NOW = {DeliveryState.FAILED, DeliveryState.CANCELLED}
"""Of deliveries in these states the files may be gone by now; what is in doubt keeps them."""


AGAIN = {DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.CANCELLED}
"""What a person may order again."""


def resume(order: Order) -> str | None:
    """`resume 12`: back to where its votes put it; or at once on its way, without waiting for what somebody meant."""
    post = order.post()
    held = post.state == PostState.HELD
    if must_end_pause(order, post, alone=not held) and not held:
        return f"▶ #{post.id} waits no longer for what was meant: it is {words.state(post)}."
    post = order.unreleased(post)
    if post.state != PostState.HELD:
        raise UserError(f"There is nothing to resume: #{post.id} is not held, it is {words.state(post)}.")
    desk = order.desk
    with desk.turn(post.message_id), desk.database.transaction() as session:
        row = order.unreleased(rows.post(session, post.id or 0))
        must_undo(order, session, row, f"resume {row.id}")
        if row.timing == "now":  # it goes out by this, at another time than was approved
            must_be_free_to_move(order, session, row, order.now, f"resume {row.id}")
        queue.transition(session, row, PostState.DRAFT, who=order.person.name, what="resumed", now=order.now)
        order.done(session)
    post = follow(desk, post.id or 0, order.now)
    return f"▶ #{post.id} goes on: it is {words.state(post)}."


def cancel(order: Order) -> str | None:
    """`cancel 12`: what is not out yet stays in."""
    post = order.steerable()
    if post.state == PostState.WITHDRAWN:
        return f"#{post.id} is withdrawn already."
    if post.state != PostState.RELEASED:
        _withdraw(order, post)
        return _withdrawn(order, post)
    desk = order.desk
    with desk.turn(post.message_id), desk.database.transaction() as session:
        row = rows.post(session, post.id or 0)
        stops.stopped(row, order.person, order.part(session, row)[0])
        stopped = stopping.stop(session, row, "cancelled", order.person.name, order.now)
        if order.reason:
            queue.write_entry(
                session,
                at=order.now,
                who=order.person.name,
                what="cancelled it on its way",
                post_id=row.id,
                reason=order.reason,
            )
        left = [one for one in queue.deliveries(session, post.id or 0) if one.account not in stopped]
        meanwhile = [one.account for one in left if one.state in stopping.MEANWHILE]
        order.done(session)
    desk.stale.add(post.id or 0)
    out = words.listed([f"{desk.titles.get(one.account, one.account)} ({one.state})" for one in left])
    again = words.listed([desk.titles.get(one, one) for one in meanwhile])
    rest = f" If it turns out that it is not out on {again}, it is not tried again there." if again else ""
    if not stopped:
        return f"It is too late to cancel #{post.id}: {out}.{rest}"
    done = words.listed([desk.titles.get(one, one) for one in stopped])
    also = f" Not to be called back: {out}.{rest}" if left else ""
    return f"✖ #{post.id} no longer goes to {done}.{also}{order.because}"


def retry(order: Order) -> str | None:
    """`retry 12 [platform]`: a person orders what failed, or what may not be out, again."""
    post = order.steerable()
    if post.state != PostState.RELEASED:
        raise UserError(
            f"#{post.id} is {words.state(post)}: nothing of it was sent yet, so there is nothing to retry."
        )
    if post.not_after is not None and post.not_after < order.now:
        raise UserError(
            f"#{post.id} must not go out after {words.when(post.not_after)}. `copy {post.id}` starts anew from its text."
        )
    desk = order.desk
    wanted = order.accounts(post)
    with desk.turn(post.message_id), desk.database.transaction() as session:
        every = queue.deliveries(session, post.id or 0)
        found = [one for one in every if one.account in wanted]
        todo = [one.account for one in found if one.state in AGAIN]
        _must_have_files(order, session, [one for one in found if one.state in _BY_NOW])
        _must_be_allowed(order, session, every, todo)
        for delivery in found:
            if delivery.account in todo:
                queue.reorder(session, delivery, who=order.person.name, now=order.now)
                delivery.told = False
                session.add(delivery)
        order.done(session)
    if not todo:
        states = words.listed(
            [f"{desk.titles.get(one.account, one.account)} is {one.state}" for one in found]
        )
        raise UserError(f"There is nothing of #{post.id} to retry: {states}.")
    follow(desk, post.id or 0, order.now)
    return _retried(order, post, todo)


def _must_be_allowed(order: Order, session: Session, every: Sequence[Delivery], todo: list[str]) -> None:
    """What an approver cancelled on its way stays in, but for an approver; as long as any of it is in. And nobody else
    brings out so late what was approved for another time.
    """
    if not todo:
        return
    row = rows.post(session, every[0].post_id)
    if row.stopped_as:
        by, name, how = row.stopped_by, row.stopped_name, row.stopped_as
        must_undo(order, session, row, f"retry {row.id}")
        if any(one.state in AGAIN and one.account not in todo for one in every):
            row.stopped_by, row.stopped_name, row.stopped_as = by, name, how
    must_be_free_to_repeat(order, session, row, f"retry {row.id} {' '.join(todo)}")


def _must_have_files(order: Order, session: Session, again: list[Delivery]) -> None:
    """Files are removed some time after the last thing that happened to a post."""
    gone: set[str] = set()
    for delivery in again:
        outgoing = rows.outgoing(rows.revision(session, delivery.post_id, delivery.revision))
        for media in outgoing[delivery.account].files:
            try:
                order.desk.store.path(media.sha256)
            except MissingMedia:
                gone.add(media.name)
    if gone:
        number = again[0].post_id
        are = "is" if len(gone) == 1 else "are"
        raise UserError(
            f"{words.listed([f'“{inline(one)}”' for one in sorted(gone)])} of #{number} {are} no longer in the bot's "
            f"folder, so it cannot be sent as it was approved. `copy {number}` makes a new draft from its text, and "
            "fetches its files from the chat again."
        )


def _retried(order: Order, post: Post, todo: list[str]) -> str:
    """What really follows from the order, after a look at the draft and its card."""
    with order.desk.database.reading() as session:
        states = {one.account: one.state for one in queue.deliveries(session, post.id or 0)}
    titles = order.desk.titles
    by_state = {
        state: words.listed([titles.get(one, one) for one in todo if states[one] == state])
        for state in (DeliveryState.CANCELLED, DeliveryState.WAITING)
    }
    going = words.listed([titles.get(one, one) for one in todo if states[one] not in by_state])
    said = [f"🔁 #{post.id} is tried again on {going}."] if going else []
    if waiting := by_state[DeliveryState.WAITING]:
        said.append(f"#{post.id} goes to {waiting} once it is approved again: see its card.")
    if cancelled := by_state[DeliveryState.CANCELLED]:
        said.append(
            f"#{post.id} does not go to {cancelled}, because its draft was deleted. "
            f"`copy {post.id}` starts anew from its text."
        )
    return " ".join(said)


def _withdraw(order: Order, post: Post) -> None:
    desk = order.desk
    with desk.turn(post.message_id), desk.database.transaction() as session:
        row = order.unreleased(rows.post(session, post.id or 0))  # it may have gone out meanwhile
        stops.stopped(row, order.person, order.part(session, row)[0])
        queue.transition(
            session,
            row,
            PostState.WITHDRAWN,
            who=order.person.name,
            what="cancelled",
            now=order.now,
            reason=order.reason,
        )
        if order.reason:
            order.tell_there(session, row, _withdrawn(order, row))
        order.done(session)
    desk.stale.add(post.id or 0)


def _withdrawn(order: Order, post: Post) -> str:
    return f"✖ #{post.id} is withdrawn. `copy {post.id}` starts anew from its text.{order.because}"
