"""Approving, vetoing and taking it back, by command: the same as by reaction."""

from __future__ import annotations

from bot import rules
from bot.actions import rows, voting
from bot.actions.answering.order import Order, UserError
from bot.actions.sync import apply, sync
from bot.replies import lines
from bot.rules import Judgement
from storage.models import Post
from storage.states import PostState


def approve(order: Order) -> str | None:
    """`approve 12 [platform]`."""
    return _vote(order, "approve")


def veto(order: Order) -> str | None:
    """`veto 12 [because …]`."""
    return _vote(order, "veto")


def _vote(order: Order, kind: str) -> str | None:
    post = order.post()
    _must_be_open(post)
    desk = order.desk
    with desk.turn(post.message_id), desk.database.transaction() as session:
        row = rows.post(session, post.id or 0)
        revision = rows.current(session, row)
        if revision.card_id is None or order.message.id < revision.card_id:
            raise UserError(
                f"#{post.id} was changed after you wrote that: please look at its new card and say it again."
            )
        who = voting.electorate(desk, session)
        reason = rules.refusal(
            order.person,
            who,
            author_id=row.author_id,
            self_approval=desk.config.social.self_approval,
            veto=kind == "veto",
        )
        if reason is not None:
            raise UserError(lines.refusal(reason, row))
        standing = {
            (vote.user_id, vote.kind, vote.accounts)
            for vote in rows.standing(session, row, row.revision)
            if vote.via == "command"
        }
        for scope in order.accounts(row) if order.command.accounts else ("",):
            if (order.person.id, kind, scope) not in standing:
                voting.cast(
                    session,
                    row,
                    row.revision,
                    order.person,
                    kind,
                    via="command",
                    now=order.now,
                    accounts=scope,
                    reason=order.command.rest,
                )
        judgement = voting.count(desk, session, row, revision, None, order.now)
        apply(desk, session, row, judgement, order.now)
    sync(desk, post.id or 0, order.now)
    return _counted(order, post, judgement) if kind == "approve" else None


def _counted(order: Order, post: Post, judgement: Judgement) -> str | None:
    """Something to say only while approvals are missing: an approved post is announced anyway."""
    if judgement.vetoes:
        return f"Counted, but #{post.id} is vetoed."
    if any(tally.missing for tally in judgement.tallies):
        return lines.still_missing(post, judgement, order.desk.titles)
    return None


def _must_be_open(post: Post) -> None:
    if post.state == PostState.BROKEN:
        raise UserError(f"#{post.id} cannot go out as it stands; its card says what to correct.")
    if post.state in {PostState.WITHDRAWN, PostState.EXPIRED, PostState.HELD}:
        how = {
            PostState.WITHDRAWN: f"`copy {post.id}` starts anew from its text",
            PostState.EXPIRED: f"`move {post.id} to tomorrow 10:00` gives it a new time",
            PostState.HELD: f"`resume {post.id}` lets it go on",
        }[PostState(post.state)]
        raise UserError(f"#{post.id} is {post.state}: {how}.")


def withdraw(order: Order) -> str | None:
    """`withdraw 12`: take one's own vote back."""
    post = order.post()
    desk = order.desk
    with desk.turn(post.message_id), desk.database.transaction() as session:
        row = rows.post(session, post.id or 0)
        revision = rows.current(session, row)
        mine = [vote for vote in rows.standing(session, row, row.revision) if vote.user_id == order.person.id]
        for vote in mine:
            if vote.via == "command":
                voting.take_back(session, row, vote, order.now)
        judgement = voting.count(desk, session, row, revision, None, order.now)
        apply(desk, session, row, judgement, order.now)
    sync(desk, post.id or 0, order.now)
    if not mine:
        return f"You have no vote on #{post.id}. (To stop the post: `hold {post.id}` or `cancel {post.id}`.)"
    if any(vote.via == "reaction" for vote in mine):
        return f"Your reaction on the card of #{post.id} still counts: please take it away there."
    return f"Your vote on #{post.id} is taken back."
