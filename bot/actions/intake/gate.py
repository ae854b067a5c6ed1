"""Whether posts may go: not while something that may stop one was said, and is not acted on yet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot import rules
from bot.actions import catching, rows
from bot.actions.electing import electorate
from bot.actions.intake.sorting import sort
from bot.desk import Desk
from storage import inbox
from storage.inbox import Inbox, Kind
from storage.models import Post
from storage.states import PostState

ANYBODY: Final = frozenset({"hold", "alt"})
"""What people may order of a post that is not theirs."""


def may_go(desk: Desk, post_ids: Collection[int], now: datetime) -> set[int]:
    """Those of these posts that nothing keeps back, after a look at what was written and not heard of yet: one request
    for all of them. Raises `ChatError`.
    """
    if not post_ids:
        return set()
    listen(desk, now)
    with desk.database.transaction() as session:
        return {number for number in post_ids if not kept_back(desk, session, rows.post(session, number))}


def listen(desk: Desk, now: datetime) -> None:
    """Write down the orders that Zulip has, and that no event told of yet."""
    known = max(desk.read_up_to, catching.last(desk) or 0)
    found = [sort(desk, message, now) for message in desk.chat.newer(known)] if known else []
    orders = [one for one in found if one is not None and one.kind in inbox.STOPS]
    if orders:
        with desk.database.transaction() as session:
            inbox.write_unheard(session, orders)
        desk.bell.ring()


def kept_back(desk: Desk, session: Session, post: Post) -> bool:
    """Whether something waits in the inbox that may keep this post from going. To be asked in the transaction that lets
    it go: what is written down later finds it gone.
    """
    waiting = inbox.about(session, [post.id or 0])
    return any(_matters(desk, session, post, row) for row in waiting)


def _matters(desk: Desk, session: Session, post: Post, row: Inbox) -> bool:
    """What somebody says who has no say must not keep a post back, however often it is said."""
    released = post.state == PostState.RELEASED
    if row.kind == Kind.PLACE:
        return True
    if released and row.kind in {Kind.EDIT, Kind.REWRITE}:
        return False  # its text is what was released
    if row.kind == Kind.EDIT:
        return True
    person = desk.chat.directory.person(row.person_id)
    if rules.may_steer(person, post, electorate(desk, session)):
        return True
    return row.verb in ANYBODY and not (person.guest or released)
