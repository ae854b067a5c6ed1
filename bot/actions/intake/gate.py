"""Whether posts may go: not while something that may stop one was said, and is not acted on yet."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.actions import catching, rows
from bot.actions.intake import pausing
from bot.actions.intake.say import may_stop
from bot.actions.intake.sorting import sort, stopping
from bot.chat import Hint, QueueGone
from bot.chat import Kind as Event
from bot.desk import Desk
from storage import inbox
from storage.inbox import Heard, Inbox, Kind
from storage.models import Post
from storage.states import PostState

PEEK_EACH_S: Final = 1.2
"""So often on the average it is looked what was edited. Zulip counts these looks, and the waits for events that they end,
apart from all else: 200 in a minute. One is two or three of these, and who waits for events must never be refused.
"""
PEEKS_AT_ONCE: Final = 10
"""So many looks may follow one another without a pause."""


def may_go(desk: Desk, post_ids: Collection[int], now: datetime) -> set[int]:
    """Those of these posts that nothing keeps back, after a look at what was written and not heard of yet: one request
    for all of them; none, where all are kept back anyway. Raises `ChatError`.
    """
    if not (free := _free(desk, post_ids)) or not listen(desk, now):
        return set()
    return _free(desk, free)


def _free(desk: Desk, post_ids: Collection[int]) -> set[int]:
    """Those of these posts that nothing keeps back that is written down."""
    if not post_ids:
        return set()
    with desk.database.transaction() as session:
        posts = [post for post, _ in rows.these(session, post_ids)]
        waiting = inbox.about(session, post_ids)
        return {post.id or 0 for post in posts if not _keeps(desk, session, post, waiting)}


def not_paused(desk: Desk, post_ids: Collection[int]) -> list[int]:
    """Those of these posts that do not wait for some minutes because of words that were not understood."""
    if not post_ids:
        return []
    with desk.database.reading() as session:
        paused = pausing.paused(desk, session, post_ids)
    return [one for one in post_ids if one not in paused]


def listen(desk: Desk, now: datetime) -> bool:
    """Write down the orders that Zulip has, and that no event told of yet. False: that may not be all, because it was looked
    too often of late, or something happened that the listener must hear of first, such as that somebody is no approver any
    more.
    """
    if not _peeks(desk):
        return False
    known = max(desk.read_up_to, catching.last(desk) or 0)
    began = time.monotonic()
    messages = desk.chat.newer(max(known, desk.listened.up_to(began))) if known else []
    found = [sort(desk, message, now) for message in messages]
    edited, certain = _edited(desk, now)
    orders = [one for one in (*found, *edited) if one is not None and one.kind in inbox.STOPS]
    if orders:
        with desk.database.transaction() as session:
            inbox.write_unheard(session, orders)
        desk.bell.ring()
    desk.listened.add(max((one.id for one in messages), default=0), began)
    return certain


def _edited(desk: Desk, now: datetime) -> tuple[list[Heard], bool]:
    """The messages that were edited, or hidden, and not heard of yet, as what they said last: no other look finds them. What
    drafts and cards say of their own post is looked at by itself. And whether that is all.
    """
    try:
        hints = desk.chat.unheard()
    except QueueGone:  # the listener reads anew what happened meanwhile
        return [], False
    certain = not any(one.kind is Event.PEOPLE for one in hints)
    return _orders(desk, hints, now), certain


def may_peek(desk: Desk) -> bool:
    """Whether Zulip may be asked for events just now: a bucket that fills by one each `PEEK_EACH_S`."""
    return desk.peeks_paid_s - time.monotonic() <= PEEK_EACH_S * (PEEKS_AT_ONCE - 1)


def _peeks(desk: Desk) -> bool:
    """The same, and then it is counted."""
    if not may_peek(desk):
        return False
    desk.peeks_paid_s = max(desk.peeks_paid_s, time.monotonic()) + PEEK_EACH_S
    return True


def overhear(desk: Desk, hints: Iterable[Hint], now: datetime) -> None:
    """Of what a copy heard that does not listen: write down the orders that no other look of it would find. The one that
    listens may not have heard of them yet.
    """
    if orders := [one for one in _orders(desk, hints, now) if one.kind in inbox.STOPS]:
        with desk.database.transaction() as session:
            inbox.write_unheard(session, orders)


def _orders(desk: Desk, hints: Iterable[Hint], now: datetime) -> list[Heard]:
    """What was written, or edited, as it was then, where it was then: it may be moved since to where nobody finds it. A draft
    may have become an order about another post.
    """
    told = {Event.WRITTEN, Event.EDITED}
    messages = [one.message for one in hints if one.kind in told and one.message is not None]
    if not messages:
        return []
    with desk.database.reading() as session:
        posts = {one.id for one in messages if rows.by_message(session, one.id) is not None}
    found = [one for message in messages if message.id in posts for one in stopping(desk, message, now)]
    found += [
        one
        for message in messages
        if message.id not in posts and (one := sort(desk, message, now)) is not None
    ]
    return found


def kept_back(desk: Desk, session: Session, post: Post) -> bool:
    """Whether something waits in the inbox that may keep this post from going. To be asked in the transaction that lets
    it go: what is written down later finds it gone.
    """
    return kept_back_now(desk, session, post.id or 0)


def kept_back_now(desk: Desk, session: Session, post_id: int) -> bool:
    """The same by its number. The post is read only when there is something about it."""
    if not inbox.concerns(session, post_id):
        return False
    return _keeps(desk, session, rows.post(session, post_id), inbox.about(session, [post_id]))


def _keeps(desk: Desk, session: Session, post: Post, waiting: Iterable[Inbox]) -> bool:
    about = [row for row in waiting if row.post_id is None or row.names(post.id)]
    return any(_matters(desk, session, post, row) for row in about)


def _matters(desk: Desk, session: Session, post: Post, row: Inbox) -> bool:
    """What somebody says who has no say must not keep a post back, however often it is said."""
    released = post.state == PostState.RELEASED
    if row.kind == Kind.PLACE:
        return True
    if released and row.kind in {Kind.EDIT, Kind.REWRITE}:
        return False  # its text is what was released
    if row.kind == Kind.EDIT:
        return True
    if row.kind == Kind.PAUSE and not pausing.lasts(row, desk.clock()):
        return False
    return may_stop(desk, session, post, row)
