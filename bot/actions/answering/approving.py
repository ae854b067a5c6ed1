"""Approving, vetoing and taking it back, by command: the same as by reaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from bot import rules
from bot.actions import aside, electing, rows, voting
from bot.actions.answering.order import Order, UserError
from bot.actions.counting import apply
from bot.actions.sync import follow
from bot.chat import Message, Person, Place
from bot.desk import Desk
from bot.replies import votes, words
from bot.rules import Judgement
from storage import queue
from storage.models import Post, Revision, Vote
from storage.states import PostState


def approve(order: Order) -> str | None:
    """`approve 12 [platform]`."""
    return _vote(order, "approve")


def veto(order: Order) -> str | None:
    """`veto 12 [because …]`."""
    return _vote(order, "veto")


def _vote(order: Order, kind: str) -> str | None:
    post = order.post()
    _must_be_open(post, kind)
    desk = order.desk
    with desk.turn(post.message_id), desk.database.transaction() as session:
        row = rows.post(session, post.id or 0)
        revision = rows.current(session, row)
        if (
            kind == "approve"
        ):  # a veto counts whatever card stands: anybody may move the one that it was meant for
            _must_have_seen(order, row, revision)
        _must_count(order, session, row, revision, kind)
        before, again = row.state, not _cast(order, session, row, kind)
        judgement = voting.count(desk, session, row, revision, None, order.now)
        apply(desk, session, row, judgement, order.now)
    follow(desk, post.id or 0, order.now)
    if kind == "approve":
        return _counted(order, row, judgement, before, again=again)
    return _vetoed(order, row, before, again=again)


def _must_have_seen(order: Order, post: Post, revision: Revision) -> None:
    """Nobody can mean a card that was said later, or another one than they quote."""
    if revision.card_id is None or order.message.id < revision.card_id:
        raise UserError(
            f"#{post.id} was changed after you wrote that: please look at its new card and say it again."
        )
    if order.command.card not in {None, revision.card_id}:
        link = order.desk.chat.link(revision.card_id, Place(channel_id=post.channel_id, topic=post.topic))
        raise UserError(
            f"You quoted another card of #{post.id} than the one that counts: please look at [its present card]({link}), and "
            f"approve that with a tap, or with `approve {post.id}`."
        )


def _must_count(order: Order, session: Session, post: Post, revision: Revision, kind: str) -> None:
    """Refuse the vote of somebody who has none."""
    reason = rules.refusal(
        order.person,
        electing.electorate(order.desk, session),
        author_id=post.author_id,
        writer_id=revision.created_by,
        self_approval=order.desk.config.social.self_approval,
        veto=kind == "veto",
    )
    if reason is not None:
        raise UserError(votes.refusal(reason, post))


def _cast(order: Order, session: Session, post: Post, kind: str) -> bool:
    """Write the vote down for all accounts or for the named ones, unless it stands already; False: all of it did, in whatever
    way it was given. A reason that is given now is the one that counts.
    """
    mine = [
        vote
        for vote in rows.standing(session, post, post.revision)
        if (vote.user_id, vote.kind) == (order.person.id, kind)
    ]
    known = {vote.accounts: vote for vote in mine if vote.via == "command"}
    scopes = order.accounts_in(session, post) if order.command.accounts else ("",)
    stood = all(any(vote.accounts in {"", scope} for vote in mine) for scope in scopes)
    for scope in scopes:
        if scope not in known:
            _write(order, session, post, kind, scope, order.reason)
        elif order.reason and known[scope].reason != order.reason:
            known[scope].reason = order.reason
            session.add(known[scope])
            _note_reason(order, session, post)
    session.flush()
    return not stood


def _note_reason(order: Order, session: Session, post: Post) -> None:
    queue.write_entry(
        session,
        at=order.now,
        who=order.person.name,
        what="gave a reason",
        reason=order.reason,
        post_id=post.id,
    )


def _write(order: Order, session: Session, post: Post, kind: str, scope: str, reason: str) -> None:
    """One vote by command; an empty `scope` means all accounts."""
    voting.cast(
        session,
        post,
        post.revision,
        order.person,
        kind,
        via="command",
        now=order.now,
        accounts=scope,
        reason=reason,
    )


def _counted(order: Order, post: Post, judgement: Judgement, before: str, *, again: bool) -> str | None:
    """Something to say only while nothing else tells what it brought about: what is approved now is announced anyway."""
    if judgement.vetoes:
        return f"{_counts(again=again)}, but **#{post.id}** is vetoed by {words.people(judgement.vetoes)}."
    if any(tally.missing for tally in judgement.tallies):
        return votes.still_missing(post, judgement, order.desk.titles, again=again)
    if post.state == before:
        return f"{_counts(again=again)}: **#{post.id}** is {words.state(post)}."
    return None


def _counts(*, again: bool) -> str:
    return "Your vote stood already" if again else "Counted"


def _vetoed(order: Order, post: Post, before: str, *, again: bool) -> str | None:
    """What a veto brought about; a line that the topic gets anyway is not said twice there."""
    if post.state == PostState.RELEASED:
        return f"{_counts(again=again)}: what of **#{post.id}** is not out yet stays in.{order.because}"
    there = (order.message.place.channel_id, order.message.place.topic) == (post.channel_id, post.topic)
    if there and post.state != before:
        return None
    return f"✋ {_counts(again=again)}: {votes.stays_vetoed(post)}{order.because}"


def _must_be_open(post: Post, kind: str) -> None:
    """Refuse what can bring nothing about. A veto counts as long as the post may still go out: held, expired and broken posts do,
    once they are resumed, moved or corrected.
    """
    if kind == "veto" and post.state != PostState.WITHDRAWN:
        return
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
    """`withdraw 12 [platform] [because …]`: take one's own vote back, be it a reaction or a command."""
    post = order.post()
    desk = order.desk
    named = order.accounts(post) if order.command.accounts else None
    with desk.turn(post.message_id):
        card = _card(order, post)
        with desk.database.transaction() as session:
            row = rows.post(session, post.id or 0)
            revision = rows.current(session, row)
            standing = rows.standing(session, row, row.revision)
            mine = [vote for vote in standing if vote.user_id == order.person.id]
            if named is not None:
                mine = [vote for vote in mine if any(rules.concerns(vote.accounts, one) for one in named)]
            _must_be_theirs(order, session, row, revision, mine)
            kinds = {vote.kind for vote in mine if vote.via == "reaction"} | {"approve"}
            stands = _set_aside(desk, session, row, card, order.person, kinds, order.now)
            for vote in mine:
                _take_back(order, session, row, revision, vote, named)
            if mine and order.reason:
                _note_reason(order, session, row)
            judgement = voting.count(desk, session, row, revision, None, order.now)
            apply(desk, session, row, judgement, order.now)
    follow(desk, post.id or 0, order.now)
    if not mine and not stands:
        return f"You have no vote on #{post.id}. (To stop the post: `hold {post.id}` or `cancel {post.id}`.)"
    return f"{votes.taken_back(post, stands=stands)}{order.because}"


def _must_be_theirs(
    order: Order, session: Session, post: Post, revision: Revision, mine: Collection[Vote]
) -> None:
    """What an approver stopped goes on by who is an approver: see `bot.stops`."""
    if any(vote.kind == "veto" for vote in mine):
        _must_count(order, session, post, revision, "veto")


def _set_aside(
    desk: Desk,
    session: Session,
    post: Post,
    card: Message | None,
    person: Person,
    kinds: Collection[str],
    now: datetime,
) -> bool:
    """Set aside what this person's reactions on the card say of these kinds; True if there are any. The votes themselves
    are struck by who calls.
    """
    found = False
    for one, emoji, kind in voting.reactions(desk, card) if card is not None else ():
        if card is not None and one.id == person.id and kind in kinds:
            aside.put(session, post, card.id, person, kind, emoji, aside.Why.WITHDRAWN, now)
            found = True
    mine = [one for one in aside.by_command(session, post, post.revision) if one.user_id == person.id]
    aside.forget(session, mine)
    return found or bool(mine)


def _card(order: Order, post: Post) -> Message | None:
    """The card as it stands now."""
    with order.desk.database.reading() as session:
        card_id = rows.current(session, rows.post(session, post.id or 0)).card_id
    return order.desk.chat.look(card_id) if card_id is not None else None


def _take_back(
    order: Order, session: Session, post: Post, revision: Revision, vote: Vote, named: tuple[str, ...] | None
) -> None:
    """Strike a vote out, wholly or for the named accounts alone: what it said of the others stands."""
    others = [
        one
        for one in rows.going(revision)
        if named is not None and one not in named and rules.concerns(vote.accounts, one)
    ]
    known = {
        one.accounts
        for one in rows.standing(session, post, post.revision)
        if (one.user_id, one.kind, one.via) == (vote.user_id, vote.kind, "command")
    }
    kind, reason = vote.kind, vote.reason
    voting.take_back(session, post, vote, order.now)
    for one in others:
        if one not in known:
            _write(order, session, post, kind, one, reason)
