"""Changing what a post says without editing its message, and starting anew from an old one."""

from __future__ import annotations

import re
from dataclasses import replace

from bot import grammar
from bot.actions import rows
from bot.actions.answering.order import Order, UserError
from bot.actions.sync import begin, rewrite, sync
from bot.grammar import Attachment, Written
from bot.replies import refusals, words
from bot.stops import Part
from handlers.base import Problem
from storage.models import Post
from storage.states import PostState

_ALT = re.compile(r"\s*(\d+)\s*[:.]?\s+(.+)", re.DOTALL)


def edit(order: Order) -> str | None:
    """`edit 12 new text`: the same as editing the message. Options and files that are not given stay."""
    post = order.unreleased(order.steerable())
    with order.desk.database.reading() as session:
        last = rows.written(rows.current(session, post))
    _rewrite(order, post, _merged(_read(order, last), last))
    return None


def alt(order: Order) -> str | None:
    """`alt 12 2 A group of learners`: an alt text, added or corrected by anybody in the channel but guests."""
    post = order.unreleased(order.post())
    if order.person.guest and order.person.id != post.author_id:
        raise UserError(
            f"Guests may describe the pictures of their own posts only: ask somebody to do it for #{post.id}."
        )
    match = _ALT.match(order.command.rest)
    if match is None:
        raise UserError(f"Say which picture and what it shows: `alt {post.id} 1 A group of learners`.")
    number, text = int(match[1]), " ".join(match[2].split())
    with order.desk.database.reading() as session:
        revision = rows.current(session, post)
    last = rows.written(revision)
    if not 1 <= number <= len(last.attachments):
        raise UserError(
            f"#{post.id} has {words.count(len(last.attachments), 'file')}, so there is no file {number}."
        )
    if last.attachments[number - 1].alt == text:
        raise UserError(f"File {number} of #{post.id} has that alt text already.")
    files = [_described(one, text) if at == number else one for at, one in enumerate(last.attachments, 1)]
    _rewrite(order, post, replace(last, attachments=tuple(files)), writer_id=revision.created_by)
    return None


def _described(file: Attachment, text: str) -> Attachment:
    """With that alt text; what the message says itself is remembered, so that its next edit does not bring it back."""
    said = file.instead_of if file.instead_of is not None else file.alt
    return replace(file, alt=text, instead_of=said)


def copy(order: Order) -> str | None:
    """`copy 12`: a new post from its text and files; its time is not copied."""
    post = order.post()
    with order.desk.database.reading() as session:
        revision = rows.current(session, post)
    last = rows.written(revision)
    files = tuple(replace(one, by=one.by or post.author_id) for one in last.attachments)
    fresh = replace(last, at=None, not_after=None, attachments=files)
    there = tuple(one for one in fresh.accounts if one in order.desk.platforms)
    fresh = replace(fresh, accounts=there or fresh.accounts)
    problems = tuple(one for one in fresh.problems if "at:" not in one.text and "not after" not in one.text)
    if post.stopped_as in {Part.APPROVER, Part.MEMBER}:  # who approves the copy is to know
        told = f"A copy of #{post.id}, which was stopped by {refusals.stopper(post)}."
        problems = (*problems, Problem(told))
    begin(order.desk, order.message, replace(fresh, problems=problems), order.person, order.now)
    return None


def _read(order: Order, last: Written) -> Written:
    if not order.command.rest.strip():
        raise UserError(f"What should it say? `edit {order.command.post}` and then the whole new text.")
    return grammar.rewritten(order.command, accounts=list(order.desk.platforms), defaults=list(last.accounts))


def _merged(written: Written, last: Written) -> Written:
    """What was not said anew stays as it was: the files, and, where no option was given, the options."""
    if not written.attachments:
        written = replace(written, attachments=last.attachments)
    if not written.lines:
        written = replace(
            written,
            options=last.options,
            at=last.at,
            not_after=last.not_after,
            campaign=last.campaign,
            note=last.note,
        )
    return written


def _rewrite(order: Order, post: Post, written: Written, *, writer_id: int | None = None) -> None:
    if post.state == PostState.WITHDRAWN:
        raise UserError(f"#{post.id} is withdrawn: `copy {post.id}` starts anew from its text.")
    desk = order.desk
    with desk.turn(post.message_id):
        with desk.database.reading() as session:  # it may have gone out since it was looked at
            fresh = order.unreleased(rows.post(session, post.id or 0))
        rewrite(
            desk,
            fresh,
            written,
            order.message.content,
            order.person,
            order.now,
            writer_id=writer_id,
            also=order.done,
        )
    sync(desk, post.id or 0, order.now)
