"""What happened while nobody listened: which messages to read, and up to which one all are written down."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from bot.actions import living, rows
from bot.chat import Message
from bot.desk import Desk
from storage import cursors, queue
from storage.inbox import Inbox, Kind
from storage.models import Cursor, Post, Seen
from storage.states import PostState

VOTED: Final = frozenset({PostState.DRAFT, PostState.APPROVED, PostState.RELEASED})
"""States in which somebody's loss of the right to approve changes something."""
LAST: Final = "last_message"
MANY: Final = 3
"""Messages from which on it is worth while to ask for them together: a draft and its card are two."""
SLACK: Final = timedelta(minutes=5)
"""How far Zulip's clock and ours may be apart, and how old a sign of life is at most."""


def last(desk: Desk) -> int | None:
    """The message up to which everything is written down; None before the first start."""
    with desk.database.reading() as session:
        cursor = session.get(Cursor, LAST)
    return int(cursor.value) if cursor else None


def mark(desk: Desk, message_id: int) -> None:
    """Everything up to this message is written down."""
    with desk.database.transaction() as session:
        mark_in(session, message_id)


def mark_in(session: Session, message_id: int) -> None:
    """The same, in the transaction that writes it down. Never back."""
    if int(cursors.read(session, LAST) or -1) < message_id:
        cursors.write(session, LAST, str(message_id))


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
    return (post for post in queue.open_posts(session) if not voted or post.state in VOTED)


@contextmanager
def heard(desk: Desk, rows_: Sequence[Inbox]) -> Iterator[None]:
    """Within the block, what these rows of the inbox are about is at hand: a look at each would take the bot's
    requests of a minute. Only of what reaches the bot for sure: messages of its channel and its direct messages.
    """
    said = {row.message_id for row in rows_ if row.kind not in {Kind.VOTE, Kind.PLACE, Kind.EDIT}}
    posts = {row.post_id for row in rows_ if row.post_id is not None}
    with ahead(desk, posts, said):
        yield


@contextmanager
def ahead(desk: Desk, post_ids: Collection[int], said: Collection[int] = ()) -> Iterator[None]:
    """Within the block, the drafts and cards of these posts, and what was said of them, are at hand: a look at each
    costs no request.

    Not those that are on their way: other copies may look at them meanwhile, and see more.
    """
    wanted = set(said)
    if post_ids:
        with desk.database.reading() as session:
            for post, card in rows.these(session, post_ids):
                if post.state != PostState.RELEASED:
                    wanted |= {post.message_id, *([card] if card else [])}
    if len(wanted) < MANY:
        yield
        return
    with desk.chat.ahead(wanted):
        yield
