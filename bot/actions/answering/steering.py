"""Stopping, moving and repeating posts."""

from __future__ import annotations

import re
from datetime import datetime

from sqlmodel import Session

from bot import when
from bot.actions import cards, drafting, rows, stopping
from bot.actions.answering.order import Order, UserError
from bot.actions.sync import rewrite, stop, sync
from bot.replies import words
from bot.replies.escape import inline
from handlers.media import MissingMedia
from storage import queue
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

_LINK = re.compile(r"https?://[^\s<>()\[\]`*\\|]+")
"""A link that cannot mean anything else on the card."""
_BY_NOW = {DeliveryState.FAILED, DeliveryState.CANCELLED}
"""Of deliveries in these states the files may be gone by now; what is in doubt keeps them."""
MOVABLE = {PostState.BROKEN, PostState.DRAFT, PostState.APPROVED, PostState.HELD, PostState.EXPIRED}


def hold(order: Order) -> str | None:
    """`hold 12`: an emergency brake that anybody but guests may pull."""
    if order.person.guest:
        raise UserError("Guests cannot stop posts; please ask somebody in the channel.")
    post = order.unreleased(order.post())
    if post.state == PostState.HELD:
        return f"#{post.id} is held already."
    if post.state not in {PostState.DRAFT, PostState.APPROVED}:
        raise UserError(f"#{post.id} is {post.state}: there is nothing to hold.")
    _change(order, post, PostState.HELD, "held")
    return f"⏸ #{post.id} is held. `resume {post.id}` lets it go on."


def resume(order: Order) -> str | None:
    """`resume 12`: back to where its votes put it."""
    post = order.unreleased(order.steerable())
    if post.state != PostState.HELD:
        raise UserError(f"#{post.id} is not held; it is {post.state}.")
    _change(order, post, PostState.DRAFT, "resumed")
    post = sync(order.desk, post.id or 0, order.now)
    return f"▶ #{post.id} goes on: it is {_standing(post)}."


def cancel(order: Order) -> str | None:
    """`cancel 12`: what is not out yet stays in."""
    post = order.steerable()
    if post.state == PostState.WITHDRAWN:
        return f"#{post.id} is withdrawn already."
    if post.state != PostState.RELEASED:
        _change(order, post, PostState.WITHDRAWN, "cancelled")
        return f"✖ #{post.id} is withdrawn. `copy {post.id}` starts anew from its text."
    desk = order.desk
    with desk.turn(post.message_id), desk.database.transaction() as session:
        stopped = stop(session, rows.post(session, post.id or 0), "cancelled", order.person.name, order.now)
        left = [one for one in queue.deliveries(session, post.id or 0) if one.account not in stopped]
        meanwhile = [one.account for one in left if one.state in stopping.MEANWHILE]
        for one in left:
            if one.account in meanwhile:
                stopping.wish(session, one, order.person.name)
        order.done(session)
    cards.refresh(desk, post.id or 0, order.now)
    out = words.listed([f"{desk.titles.get(one.account, one.account)} ({one.state})" for one in left])
    again = words.listed([desk.titles.get(one, one) for one in meanwhile])
    rest = f" If it turns out that it is not out on {again}, it is not tried again there." if again else ""
    if not stopped:
        return f"It is too late to cancel #{post.id}: {out}.{rest}"
    done = words.listed([desk.titles.get(one, one) for one in stopped])
    return f"✖ #{post.id} no longer goes to {done}." + (
        f" Not to be called back: {out}.{rest}" if left else ""
    )


def move(order: Order) -> str | None:
    """`move 12 to friday 9:00`; approvals stay."""
    post = order.unreleased(order.steerable())
    if post.state not in MOVABLE:
        raise UserError(f"#{post.id} is {post.state}: `copy {post.id}` starts anew from its text.")
    if not order.command.rest.strip():
        raise UserError(f"To when? For example `move {post.id} to tomorrow 10:00`.")
    moment = when.read(order.command.rest, now=order.now, zone=order.zone)
    if isinstance(moment, when.Ask):
        raise UserError(moment.question)
    due = moment.at
    if moment.kind == "next":
        with order.desk.database.reading() as session:
            due = drafting.free_slot(order.desk, session, order.now, None)
        if due is None:
            raise UserError("No slots are configured to take the next of: write a time.")
    _before_the_last_moment(post, due or order.now)
    return _retime(order, post, moment.kind, due)


def at_once(order: Order) -> str | None:
    """`now 12`: as soon as it is approved."""
    post = order.unreleased(order.steerable())
    if post.state not in MOVABLE:
        raise UserError(f"#{post.id} is {post.state}: `copy {post.id}` starts anew from its text.")
    _before_the_last_moment(post, order.now)
    return _retime(order, post, "now", None)


def _before_the_last_moment(post: Post, due: datetime) -> None:
    if post.not_after is not None and due > post.not_after:
        raise UserError(
            f"#{post.id} must not go out after {words.when(post.not_after)} (its `not after:`). "
            "Edit the draft to change that."
        )


def _retime(order: Order, post: Post, timing: str, due: datetime | None) -> str | None:
    desk = order.desk
    with desk.turn(post.message_id):
        with desk.database.transaction() as session:
            row = order.unreleased(rows.post(session, post.id or 0))
            row.timing, row.moved = timing, True
            row.due_at = order.now if timing == "now" and row.state == PostState.APPROVED else due
            session.add(row)
            what = f"moved to {timing if due is None else f'{due:%Y-%m-%d %H:%M} UTC'}"
            queue.write_entry(session, at=order.now, who=order.person.name, what=what, post_id=row.id)
            if row.state == PostState.EXPIRED:
                queue.transition(
                    session, row, PostState.DRAFT, who=order.person.name, what="moved", now=order.now
                )
            revision = rows.current(session, row)
            order.done(session)
        if row.state == PostState.BROKEN:
            # Perhaps only its time was wrong: read the same text anew.
            author = desk.chat.directory.person(row.author_id)
            rewrite(
                desk,
                row,
                rows.written(revision),
                revision.source,
                author,
                order.now,
                writer_id=revision.created_by,
            )
    post = sync(desk, post.id or 0, order.now)
    goes = f"goes out {words.when(post.due_at)}" if post.due_at else "goes out once it is approved"
    if post.state == PostState.APPROVED and timing == "now":
        goes = "goes out now"
    return f"#{post.id} {goes}; it is {_standing(post)}."


def retry(order: Order) -> str | None:
    """`retry 12 [platform]`: a person orders what failed, or what may not be out, again."""
    post = order.steerable()
    if post.state != PostState.RELEASED:
        raise UserError(
            f"#{post.id} is {_standing(post)}: nothing of it was sent yet, so there is nothing to retry."
        )
    if post.not_after is not None and post.not_after < order.now:
        raise UserError(
            f"#{post.id} must not go out after {words.when(post.not_after)}. `copy {post.id}` starts anew from its text."
        )
    desk = order.desk
    wanted = order.accounts(post)
    again = {DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.CANCELLED}
    with desk.turn(post.message_id), desk.database.transaction() as session:
        found = [one for one in queue.deliveries(session, post.id or 0) if one.account in wanted]
        todo = [one.account for one in found if one.state in again]
        _must_have_files(order, session, [one for one in found if one.state in _BY_NOW])
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
    sync(desk, post.id or 0, order.now)
    return _retried(order, post, todo)


def _must_have_files(order: Order, session: Session, again: list[Delivery]) -> None:
    """Files are removed some time after the last thing that happened to a post."""
    gone: set[str] = set()
    for delivery in again:
        outgoing = rows.outgoing(rows.revision(session, delivery.post_id, delivery.revision))
        for media in (one for part in outgoing[delivery.account].parts for one in part.media):
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


def published(order: Order) -> str | None:
    """`published 12 linkedin LINK`: a person says that a delivery in doubt, or a failed one, is out."""
    post = order.steerable()
    link = order.command.rest.strip()
    if link and not _LINK.fullmatch(link):
        raise UserError(
            f"Please give the link of the post, such as `published {post.id} mastodon https://…`, or no link at all."
        )
    doubt = {DeliveryState.UNKNOWN, DeliveryState.FAILED}
    with order.desk.database.transaction() as session:
        wanted = order.command.accounts
        found = [
            one
            for one in queue.deliveries(session, post.id or 0)
            if one.state in doubt and (not wanted or one.account in order.accounts(post))
        ]
        delivery = _only(found, post)
        queue.settle(
            session,
            delivery,
            DeliveryState.PUBLISHED,
            now=order.now,
            who=order.person.name,
            what="says it is out",
            url=link,
        )
        delivery.told = True
        session.add(delivery)
        order.done(session)
    cards.refresh(order.desk, post.id or 0, order.now)
    title = order.desk.titles.get(delivery.account, delivery.account)
    return f"✔ #{post.id} counts as published on {title}. Thank you for looking."


def _only(found: list[Delivery], post: Post) -> Delivery:
    if not found:
        raise UserError(f"Nothing of #{post.id} is in doubt.")
    if len(found) > 1:
        names = words.listed([one.account for one in found], "or")
        raise UserError(f"On which platform? Say `published {post.id} {found[0].account} LINK` ({names}).")
    return found[0]


def _change(order: Order, post: Post, state: PostState, what: str) -> None:
    desk = order.desk
    with desk.turn(post.message_id), desk.database.transaction() as session:
        row = order.unreleased(
            rows.post(session, post.id or 0)
        )  # it may have gone out since it was looked at
        if state == PostState.HELD and row.timing == "now":
            row.due_at = None  # it has no time to miss; with the next approval it gets one
        queue.transition(session, row, state, who=order.person.name, what=what, now=order.now)
        order.done(session)
    cards.refresh(desk, post.id or 0, order.now)


def _standing(post: Post) -> str:
    return {
        PostState.BROKEN: "not yet ready (see its card)",
        PostState.DRAFT: "waiting for approval",
        PostState.APPROVED: "approved",
        PostState.HELD: "held",
        PostState.RELEASED: "released",
        PostState.WITHDRAWN: "withdrawn",
        PostState.EXPIRED: "expired",
    }[PostState(post.state)]
