"""Giving a post another time. What approvers approved for one time, they move; its author does within limits."""

from __future__ import annotations

from datetime import datetime

from bot import when
from bot.actions import drafting, rows
from bot.actions.answering.order import Order, UserError
from bot.actions.answering.rights import must_be_free_to_move, must_end_pause, must_undo
from bot.actions.rewriting import rewrite
from bot.actions.sync import follow
from bot.replies import words
from storage import queue
from storage.models import Post
from storage.states import PostState

MOVABLE = {PostState.BROKEN, PostState.DRAFT, PostState.APPROVED, PostState.HELD, PostState.EXPIRED}


def move(order: Order) -> str | None:
    """`move 12 to friday 9:00`; approvals stay."""
    post = order.unreleased(order.steerable())
    if post.state not in MOVABLE:
        raise UserError(f"#{post.id} is {post.state}: `copy {post.id}` starts anew from its text.")
    if not order.command.rest.strip():
        raise UserError(f"To when? For example `move {post.id} to tomorrow 10:00`.")
    languages = order.desk.config.social.languages
    moment = when.read(order.command.rest, now=order.now, zone=order.zone, languages=languages)
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
    must_end_pause(order, post, alone=False)
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
            if not timing == row.timing == "now":
                how = f"now {row.id}" if due is None else f"move {row.id} to {words.when(due)}"
                must_be_free_to_move(order, session, row, due, how)
            if row.state == PostState.EXPIRED:
                must_undo(order, session, row, f"move {row.id} to tomorrow 10:00")
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
    post = follow(desk, post.id or 0, order.now)
    goes = f"goes out {words.when(post.due_at)}" if post.due_at else "goes out once it is approved"
    if post.state == PostState.APPROVED and timing == "now":
        goes = "goes out now"
    return f"#{post.id} {goes}; it is {words.state(post)}."
