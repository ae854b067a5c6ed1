"""An order that somebody moved away, or deleted, before it was worked off: it says what it said, where it was said.

In Zulip every member may move what others wrote. What was heard of an order is in its row, and that decides.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import col, select

from bot.actions.reading import gist
from bot.chat import Message, Place
from bot.desk import Desk
from bot.grammar import Command
from bot.replies import lines
from storage import inbox, queue
from storage.inbox import Inbox, Kind
from storage.models import Seen, Vote

STOPS: Final = frozenset({"hold", "cancel", "veto", "withdraw"})
"""Verbs that are obeyed though their words cannot be read any more: nothing goes out by them (by `withdraw` where no veto of
that person stands).
"""
WHY: Final = "its message was deleted or moved away"


def as_heard(desk: Desk, row: Inbox, message: Message | None) -> Message | None:
    """The message as it is worked off: an order that lies in another channel now as one by direct message, which is where
    its answer goes; a stop that is out of sight as its row has it. None: nothing can be known of it, or it was worked off.
    """
    aside = Place(user_ids=(row.person_id,))
    if message is not None:
        moved = message.place.channel_id not in {None, desk.chat.home}
        return replace(message, place=aside, moves=()) if moved and row.kind in inbox.ORDERED else message
    if row.kind != Kind.ORDER or row.verb not in STOPS or _obeyed(desk, row) or _lifts(desk, row):
        return None
    posts = ", ".join(map(str, sorted(row.post_ids))) or "all"
    content = f"{row.verb} {posts} because {WHY}"
    return Message(row.message_id, row.person_id, content, aside, row.heard_at)


def tell(desk: Desk, row: Inbox, now: datetime) -> None:
    """Say to who ordered it that nothing was done."""
    if _obeyed(desk, row):
        return
    with desk.database.transaction() as session:
        key = f"lost_order:{row.message_id}:{row.heard_at.isoformat()}"
        text = lines.lost_order(sorted(row.post_ids))
        queue.notify(session, key=key, text=text, user_id=row.person_id, now=now)


def _lifts(desk: Desk, row: Inbox) -> bool:
    """Whether something might go out by it: whoever withdraws a veto."""
    found = select(Vote.id).where(Vote.user_id == row.person_id, Vote.kind == "veto")
    with desk.database.reading() as session:
        vetoes = session.exec(found.where(col(Vote.post_id).in_(row.post_ids))).first()
    return row.verb == "withdraw" and vetoes is not None


def _obeyed(desk: Desk, row: Inbox) -> bool:
    """Whether the message was worked off as that order; another copy may write the row down again."""
    with desk.database.reading() as session:
        seen = session.get(Seen, row.message_id)
    first = row.post_id
    others = tuple(sorted(row.post_ids - {first})) if first is not None else ()
    return seen is not None and seen.said == gist(Command(row.verb, first, others=others))
