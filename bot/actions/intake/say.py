"""Who has a say in a post: what others write about it keeps nothing back, and nobody waits for it."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session, col, func, select

from bot import rules
from bot.actions.allowing import HOUR, ORDER
from bot.actions.electing import electorate
from bot.desk import Desk
from storage import inbox
from storage.allowance import Allowance
from storage.inbox import Inbox, Kind
from storage.models import Post
from storage.states import PostState

BRAKE: Final = "hold"
"""What people may order of a post that is not theirs. An `alt` of theirs is a proposal: it changes nothing."""


def may_stop(desk: Desk, session: Session, post: Post, row: Inbox) -> bool:
    """Whether this message, or tap, may keep the post from going out."""
    person = desk.chat.directory.person(row.person_id)
    if rules.may_steer(person, post, electorate(desk, session)):
        return True
    return post.state != PostState.RELEASED and brakes(desk, session, row)


def brakes(desk: Desk, session: Session, row: Inbox) -> bool:
    """Whether it is a member's `hold` that would be obeyed: within the bounds of who wrote it, with all that this person
    wrote before and that is not worked off yet.
    """
    if row.verb != BRAKE or row.kind != Kind.ORDER or desk.chat.directory.person(row.person_id).guest:
        return False
    social = desk.config.social
    most = social.orders_an_hour
    waiting = inbox.of(session, row.person_id, {Kind.ORDER}, most)
    before = [one for one in waiting if (one.id or 0) < (row.id or 0)]
    if len(before) == most:
        return False
    own = {one.message_id for one in (*before, row)}
    holds = sum(one.verb == BRAKE for one in before)
    return (
        _taken(desk, session, row.person_id, ORDER, own) + len(before) < most
        and _taken(desk, session, row.person_id, BRAKE, own) + holds < social.holds_an_hour
    )


def _taken(desk: Desk, session: Session, person_id: int, kind: str, own: set[int]) -> int:
    """How many this person had of that kind within the hour, but for these messages."""
    found = select(func.count()).select_from(Allowance)
    found = found.where(Allowance.person_id == person_id, Allowance.kind == kind)
    found = found.where(Allowance.at > desk.clock() - HOUR, col(Allowance.message_id).not_in(own))
    return session.exec(found).one()
