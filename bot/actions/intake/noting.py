"""What was heard, written into the inbox at once, with the mark up to which everything is written down.

Nothing here asks Zulip: events tell enough to know what waits, and the one who reads them never waits for a limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.actions import catching, rows
from bot.actions.allowing import Reactions
from bot.actions.intake.sorting import sort, stopping
from bot.chat import Hint, Message
from bot.chat import Kind as Event
from bot.desk import Desk
from storage import inbox
from storage.inbox import Heard, Kind

MARK_EVERY: Final = 20
"""After so many messages that are not for us the mark is moved on; with one that is for us, at once."""


class Notes:
    """What the listener writes down. One thread's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._latest = 0
        """The newest message of somebody else that was heard of."""
        self._unmarked = 0
        self._reactions = Reactions(desk)

    def hints(self, hints: Sequence[Hint], now: datetime) -> int:
        """Write down what these events tell; returns how much of it is to be worked off."""
        desk = self._desk
        others = [one for one in hints if not (_own(desk, one) or self._reactions.too_many(one, now))]
        for one in others:
            if one.kind is Event.REACTED:  # on a card, perhaps, that is being said: see `cards.say`
                desk.reacted.append(one.message_id)
        with desk.database.reading() as session:
            heard = [found for one in others for found in _heard(desk, session, one, now)]
        written = [one.message_id for one in others if one.kind is Event.WRITTEN]
        self._write(heard, max(written, default=0), len(written))
        return len(heard)

    def messages(self, messages: Iterable[Message], now: datetime) -> int:
        """Write down what was written while nobody listened; returns how much of it is to be worked off."""
        desk, heard, latest = self._desk, list[Heard](), 0
        with desk.database.reading() as session:
            for message in messages:
                latest = max(latest, message.id)
                heard += _written(desk, session, message, now)
        self._write(heard, latest, MARK_EVERY)
        return len(heard)

    def begin(self, newest: int) -> None:
        """The first start: what was written before is none of ours."""
        catching.mark(self._desk, newest)
        self._latest = newest

    def _write(self, heard: list[Heard], latest: int, count: int) -> None:
        """In one commit; what is in it is not heard of again after a restart."""
        desk = self._desk
        self._latest = max(self._latest, latest)
        self._unmarked += count
        marks = self._unmarked and (heard or self._unmarked >= MARK_EVERY)
        # out of the channel, what is written there is not heard, and to be caught up with from here
        marks = bool(marks) and desk.chat.at_home
        if heard or marks:
            with desk.database.transaction() as session:
                inbox.write(session, heard)
                if marks:
                    catching.mark_in(session, self._latest)
            if marks:
                self._unmarked = 0
        if desk.chat.at_home:
            desk.read_up_to = max(desk.read_up_to, self._latest)
        if heard:
            desk.bell.ring()


def _own(desk: Desk, hint: Hint) -> bool:
    mine = hint.user_id == desk.chat.directory.me
    return mine and hint.kind in {Event.WRITTEN, Event.EDITED, Event.REACTED}


def _heard(desk: Desk, session: Session, hint: Hint, now: datetime) -> list[Heard]:
    if hint.kind is Event.PEOPLE:
        return []
    if hint.kind is Event.WRITTEN:
        if hint.message is None:  # what it is, a look tells
            return [Heard(hint.message_id, Kind.QUESTION, hint.user_id, now)]
        found = sort(desk, hint.message, now)
        return [found] if found else []
    post = rows.by_message(session, hint.message_id)
    if post is not None:
        kind = {Event.REACTED: Kind.VOTE, Event.EDITED: Kind.EDIT}.get(hint.kind, Kind.PLACE)
        if kind is Kind.EDIT and hint.message_id != post.message_id:
            kind = Kind.PLACE
        person = post.author_id if kind is Kind.EDIT else hint.user_id
        ordered = stopping(desk, hint.message, now) if kind is Kind.EDIT and hint.message else []
        return [Heard(hint.message_id, kind, person, now, post.id), *ordered]
    if hint.kind is Event.EDITED and hint.message is not None:
        found = sort(desk, hint.message, now)
        return [found] if found else []
    if hint.kind is Event.MOVED and hint.channel_id == desk.chat.home:
        return [Heard(hint.message_id, Kind.DRAFT, hint.user_id, now)]  # an order is not taken from elsewhere
    return []


def _written(desk: Desk, session: Session, message: Message, now: datetime) -> list[Heard]:
    """A message that was found; an old one may be the draft of a post, edited meanwhile."""
    post = rows.by_draft(session, message.id)
    if post is not None:
        at = now - desk.config.social.gather
        return [Heard(message.id, Kind.EDIT, post.author_id, at, post.id), *stopping(desk, message, now)]
    found = sort(desk, message, now)
    return [found] if found else []
