"""Votes that were given and do not count: they are remembered until they are taken away, and given anew they count.

A reaction carries no time, so it is one from a moment at which its person might approve only if it was heard of then.
An approval whose person may approve again counts again, unless it would let the post go at another time than it was
given for.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, delete, select

from bot import stops
from bot.actions import rows
from bot.chat import Emoji, Person
from bot.replies import votes
from storage import queue
from storage.models import Post, SetAside, Vote
from storage.states import PostState


class Why(StrEnum):
    """Why a vote is set aside."""

    REFUSED = "refused"
    """Its person might not approve when it was heard of."""
    LOST = "lost"
    """It counted, and its person may not approve any more."""
    WITHDRAWN = "withdrawn"
    """Its person took it back by command."""


def named(emoji: Emoji) -> str:
    """An emoji as the table has it."""
    return f"{emoji.code}:{emoji.kind}"


def of(session: Session, post: Post, revision: int, card_id: int) -> dict[tuple[int, str], SetAside]:
    """The reactions on that card that are set aside, by person and emoji."""
    found = select(SetAside).where(
        SetAside.post_id == post.id, SetAside.revision == revision, SetAside.card_id == card_id
    )
    return {(one.user_id, one.emoji): one for one in session.exec(found)}


def by_command(session: Session, post: Post, revision: int) -> list[SetAside]:
    """The approvals by command, and from earlier cards, that are set aside."""
    found = select(SetAside).where(
        SetAside.post_id == post.id, SetAside.revision == revision, SetAside.card_id == 0
    )
    return list(session.exec(found.order_by(col(SetAside.id))))


def put(
    session: Session,
    post: Post,
    card_id: int,
    person: Person,
    kind: str,
    emoji: Emoji,
    why: Why,
    now: datetime,
    *,
    approved_for: datetime | None = None,
) -> None:
    """Set a reaction aside, or one aside already for another reason."""
    row = of(session, post, post.revision, card_id).get((person.id, named(emoji)))
    if row is None:
        row = SetAside(
            post_id=post.id or 0,
            revision=post.revision,
            card_id=card_id,
            user_id=person.id,
            name=person.name,
            kind=kind,
            emoji=named(emoji),
            why=why,
            at=now,
        )
    row.why, row.approved_for = why, approved_for
    session.add(row)
    session.flush()


def put_order(session: Session, post: Post, vote: Vote, approved_for: datetime | None, now: datetime) -> None:
    """Set an approval by command, or from an earlier card, aside, whose person may not approve any more."""
    session.add(
        SetAside(
            post_id=post.id or 0,
            revision=vote.revision,
            user_id=vote.user_id,
            name=vote.name,
            kind=vote.kind,
            emoji="" if vote.via == "command" else vote.via,
            accounts=vote.accounts,
            why=Why.LOST,
            approved_for=approved_for,
            at=now,
        )
    )
    session.flush()


def forget(session: Session, found: Collection[SetAside]) -> None:
    """They were taken away, or count again."""
    for one in found:
        session.delete(one)
    session.flush()


def forget_all(session: Session, post: Post) -> None:
    """The cards of the post so far are gone, with all that stood on them."""
    session.execute(delete(SetAside).where(col(SetAside.post_id) == post.id))


def counts_again(post: Post, one: SetAside, now: datetime, free: timedelta) -> bool:
    """Whether an approval counts again now that its person may approve again: where its author might have brought the
    post to the time that it has now while it counted (`bot.stops`).
    """
    given = one.approved_for
    if one.why != Why.LOST or given is None:
        return False
    if post.state == PostState.RELEASED:
        return stops.may_repeat(given, now, free, stops.Part.AUTHOR)
    if post.due_at is None and given > now:
        return False  # it is to go as soon as it is approved, and was to go later
    return stops.may_move(given, max(post.due_at or now, now), free, stops.Part.AUTHOR)


def ask_again(session: Session, post: Post, one: SetAside, now: datetime) -> None:
    """Tell somebody, once, that what they gave does not count though they may approve now, and how they do."""
    if one.why == Why.WITHDRAWN or (
        post.state == PostState.RELEASED and not rows.unfinished(session, post.id or 0)
    ):
        return
    queue.notify(
        session,
        key=f"again:{post.id}:{post.revision}:{one.user_id}",
        text=votes.give_again(post, one.approved_for, by_command=not one.card_id),
        user_id=one.user_id,
        post_id=post.id,
        now=now,
    )
