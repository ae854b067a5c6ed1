"""What happened while nobody listened: which messages to read, and up to which one all were taken care of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from bot.actions import living, receiving, rows
from bot.chat import Hint, Kind, Message
from bot.desk import Desk
from storage import queue
from storage.models import Cursor, Post, Seen
from storage.states import PostState

LAST: Final = "last_message"
MANY: Final = 3
"""Messages from which on it is worth while to ask for them together: a draft and its card are two."""
SLACK: Final = timedelta(minutes=5)
"""How far Zulip's clock and ours may be apart, and how old a sign of life is at most."""


def last(desk: Desk) -> int | None:
    """The message up to which everything was taken care of; None before the first start."""
    with desk.database.reading() as session:
        cursor = session.get(Cursor, LAST)
    return int(cursor.value) if cursor else None


def remember(desk: Desk, message_id: int) -> None:
    """Everything up to this message was taken care of. After a crash some is looked at again, and known."""
    with desk.database.transaction() as session:
        cursor = session.get(Cursor, LAST)
        if cursor is None or int(cursor.value) < message_id:
            session.merge(Cursor(name=LAST, value=str(message_id)))


def missed(desk: Desk, after: int, heard: datetime | None) -> list[Message]:
    """What is to be read, in order: all that was written since message `after`, and before it what was edited or
    moved into the channel since it was last `heard` of (without that, since the last sign of life).
    """
    since = heard or living.last_sign(desk)
    earlier = desk.chat.until(after)
    with desk.database.reading() as session:
        open_ = _not_understood(session, earlier[0].id) if earlier else set()
    changed = [one for one in earlier if one.id in open_ or _changed(one, since)]
    return [*changed, *desk.chat.since(after)]


def _changed(message: Message, since: datetime | None) -> bool:
    return message.changed_at is not None and since is not None and message.changed_at >= since - SLACK


def _not_understood(session: Session, first: int) -> set[int]:
    """They are read again once they say something else, which their digest tells whatever the server does."""
    found = select(Seen.message_id).where(Seen.message_id >= first, col(Seen.answered).is_(False))
    return set(session.exec(found))


def open_posts(session: Session, *, voted: bool) -> Iterator[Post]:
    """Every open post; with `voted`, those alone whose votes may have changed their worth."""
    return (post for post in queue.open_posts(session) if not voted or post.state in receiving.VOTED)


@contextmanager
def heard(desk: Desk, hints: Sequence[Hint]) -> Iterator[None]:
    """Within the block, what these hints are about is at hand: when many speak at once, a look at each would take
    the bot's requests of a minute.
    """
    others = [one for one in hints if one.user_id != desk.chat.directory.me]
    wanted = {one.message_id for one in others if one.kind is Kind.WRITTEN}
    changed = {one.message_id for one in others if one.kind in {Kind.EDITED, Kind.REACTED}}
    if len(wanted | changed) >= MANY:
        with desk.database.reading() as session:
            for post, card in rows.about(session, changed):
                if post.state != PostState.RELEASED:
                    wanted |= {post.message_id, *([card] if card else [])}
    if len(wanted) < MANY:
        yield
        return
    with desk.chat.ahead(wanted):
        yield


@contextmanager
def ahead(desk: Desk, post_ids: Collection[int]) -> Iterator[None]:
    """Within the block, the drafts and cards of these posts are at hand: a look at each costs no request.

    Not those that are on their way: other copies may look at them meanwhile, and see more.
    """
    wanted: set[int] = set()
    with desk.database.reading() as session:
        for post, card in rows.these(session, post_ids):
            if post.state != PostState.RELEASED:
                wanted |= {post.message_id, *([card] if card else [])}
    if len(wanted) < MANY:
        yield
        return
    with desk.chat.ahead(wanted):
        yield
