"""Changing what a post says without editing its message, and starting anew from an old one."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlmodel import Session

from bot import grammar, stops
from bot.actions import ahead, proposing, rewriting, rows
from bot.actions.answering.order import Order, UserError
from bot.actions.answering.rights import must_have_room
from bot.actions.revising import begin
from bot.actions.rewriting import rewrite
from bot.actions.sync import follow
from bot.grammar import Attachment, Written
from bot.replies import bounds, refusals, words
from bot.replies.escape import inline
from bot.replies.proposals import proposed
from bot.stops import Part
from handlers.base import Problem
from storage import queue
from storage.models import Post
from storage.states import PostState


def edit(order: Order) -> str | None:
    """`edit 12 new text`: the same as editing the message. Options and files that are not given stay."""
    post = order.unreleased(order.steerable())
    with order.desk.database.reading() as session:
        last = rows.written(rows.current(session, post))
    _rewrite(order, post, _merged(_read(order, last), last))
    return None


def alt(order: Order) -> str | None:
    """`alt 12 2 A group of learners`: an alt text, by the author or an approver; by others but guests it is a proposal.
    Further lines may say what further files show: they are one change.
    """
    post = order.unreleased(order.post())
    if order.person.guest and order.person.id != post.author_id:
        raise UserError(
            f"Guests may describe the pictures of their own posts only: ask somebody to do it for #{post.id}."
        )
    with order.desk.database.reading() as session:
        revision = rows.current(session, post)
    last = rows.written(revision)
    texts = _alts(order, post, last)
    with order.desk.database.transaction() as session:
        part, electorate = order.part(session, post)
        said = []
        if part is Part.MEMBER:
            for number, text in texts.items():
                file = last.attachments[number - 1]
                said.append(_propose(order, session, post, number, file, text, electorate.name))
            order.done(session)
    if said:
        follow(order.desk, post.id or 0, order.now)
        return "\n".join(said)
    files = [
        proposing.described_one(one, texts[at]) if at in texts else one
        for at, one in enumerate(last.attachments, 1)
    ]
    _rewrite(order, post, replace(last, attachments=tuple(files)), writer_id=revision.created_by)
    return None


def _alts(order: Order, post: Post, last: Written) -> dict[int, str]:
    """Which files are described, and how. A line that begins with the number of a further file begins its text."""
    again = re.compile(
        rf"^\s*(?:alt\s+#?{post.id}\s+)?#?(?P<file>\d{{1,2}})(?:\s*+[:.)–-])?\s++(?P<text>\S.*)",
        re.IGNORECASE,
    )
    files, texts = last.attachments, dict[int, str]()
    for line in order.command.rest.split("\n"):
        match = again.match(line)
        number = int(match["file"]) if match else 0
        if match and (not texts or (number not in texts and 1 <= number <= len(files))):
            texts[number] = " ".join(match["text"].split())
        elif texts:
            last_one = next(reversed(texts))
            texts[last_one] = f"{texts[last_one]} {' '.join(line.split())}".strip()
    if not texts:
        raise UserError(f"Say which picture and what it shows: `alt {post.id} 1 A group of learners`.")
    number = next(iter(texts))
    if not 1 <= number <= len(files):
        raise UserError(f"#{post.id} has {words.count(len(files), 'file')}, so there is no file {number}.")
    known = [number for number, text in texts.items() if files[number - 1].alt == text]
    if len(known) == len(texts):
        raise UserError(f"File {known[0]} of #{post.id} has that alt text already.")
    return {number: text for number, text in texts.items() if number not in known}


def _propose(
    order: Order, session: Session, post: Post, number: int, file: Attachment, text: str, approvers: str
) -> str:
    """Somebody who may not change the post says what a file of it shows: its card shows that until it is taken."""
    if post.state not in proposing.TAKEN:
        raise UserError(f"#{post.id} is {post.state}: `copy {post.id}` starts anew from its text.")
    most = order.desk.config.social.proposals_an_hour
    must_have_room(order, session, "proposal", most, lambda room: bounds.proposals(most, room))
    made = proposing.add(session, post, file, text, order.person, order.now)
    if made is None:
        raise UserError(
            f"There are enough proposals for #{post.id} at present: one of *{approvers}* or its author takes one first."
        )
    queue.write_entry(
        session, at=order.now, who=order.person.name, what=f"proposed alt text {made.number}", post_id=post.id
    )
    said = proposed(made, number, approvers)
    if (order.message.place.channel_id, order.message.place.topic) != (post.channel_id, post.topic):
        text = f"{said} (By {inline(order.person.name)}.)"
        queue.notify(session, key=f"proposed:{made.id}", text=text, post_id=post.id, now=order.now)
    return said


def take(order: Order) -> str | None:
    """`take 12 2`: the second alt text that was proposed for the post."""
    post = order.unreleased(order.steerable())
    with order.desk.database.reading() as session:
        revision = rows.current(session, post)
        found = proposing.shown(session, post, rows.written(revision))
        proposal = next((one for one, _ in found if str(one.number) == order.command.rest), None)
    if proposal is None:
        known = words.listed([f"`take {post.id} {one.number}`" for one, _ in found], "or")
        raise UserError(
            f"No such alt text is proposed for #{post.id}." + (f" There is {known}." if known else "")
        )
    if post.state == PostState.WITHDRAWN:
        raise UserError(f"#{post.id} is withdrawn: `copy {post.id}` starts anew from its text.")
    with order.desk.turn(post.message_id):
        rewriting.take(order.desk, post, revision, proposal, order.person, order.now, also=order.done)
    follow(order.desk, post.id or 0, order.now)
    return None


def copy(order: Order) -> str | None:
    """`copy 12`: a new post from its text and files; its time is not copied."""
    post = order.post()
    with order.desk.database.reading() as session:
        revision = rows.current(session, post)
        stops.vetoed(
            post, rows.standing(session, post, post.revision)
        )  # told here; the post itself is not changed
    last = rows.written(revision)
    files = tuple(replace(one, by=one.by or post.author_id) for one in last.attachments)
    fresh = replace(last, at=None, not_after=None, attachments=files)
    there = tuple(one for one in fresh.accounts if one in order.desk.platforms)
    fresh = replace(fresh, accounts=there or fresh.accounts)
    problems = tuple(one for one in fresh.problems if "at:" not in one.text and "not after" not in one.text)
    if stops.is_told(post):  # who approves the copy is to know
        told = f"A copy of #{post.id}, which was stopped by {refusals.stopper(post)}."
        problems = (*problems, Problem(told))
    begin(order.desk, order.message, replace(fresh, problems=problems), order.person, order.now)
    return None


def _read(order: Order, last: Written) -> Written:
    if not order.command.rest.strip():
        raise UserError(f"What should it say? `edit {order.command.post}` and then the whole new text.")
    return grammar.rewritten(
        order.command,
        accounts=list(order.desk.platforms),
        defaults=list(last.accounts),
        site=order.desk.chat.site,
    )


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
    author = desk.chat.directory.person(post.author_id)
    ahead.fetch(desk, written, author, order.now, post, order.person)
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
    follow(desk, post.id or 0, order.now)
