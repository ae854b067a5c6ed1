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
_BRAKES: Final = "brakes"
"""Where one transaction remembers whose holds would be obeyed."""


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
    known: dict[int, frozenset[int]] = session.info.setdefault(_BRAKES, {})
    if row.person_id not in known:
        known[row.person_id] = _brakes_of(desk, session, row.person_id)
    return (row.id or 0) in known[row.person_id]


def _brakes_of(desk: Desk, session: Session, person_id: int) -> frozenset[int]:
    """All such rows of one person: asked for once, however many wait."""
    social = desk.config.social
    waiting = inbox.of(session, person_id, {Kind.ORDER}, social.orders_an_hour)
    own = {one.message_id for one in waiting}
    room = social.orders_an_hour - _taken(desk, session, person_id, ORDER, own)
    holds = [one.id or 0 for one in waiting[: max(room, 0)] if one.verb == BRAKE]
    left = social.holds_an_hour - _taken(desk, session, person_id, BRAKE, own)
    return frozenset(holds[: max(left, 0)])


def _taken(desk: Desk, session: Session, person_id: int, kind: str, own: set[int]) -> int:
    """How many this person had of that kind within the hour, but for these messages."""
    found = select(func.count()).select_from(Allowance)
    found = found.where(Allowance.person_id == person_id, Allowance.kind == kind)
    found = found.where(Allowance.at > desk.clock() - HOUR, col(Allowance.message_id).not_in(own))
    return session.exec(found).one()
