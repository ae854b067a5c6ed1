"""One row of the inbox worked off: a message answered or drafted, a vote counted, an edit read."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.actions import allowing, answering, pointing, receiving
from bot.actions.intake import moved_orders
from bot.actions.intake.sorting import OUTSIDE, sort
from bot.actions.revising import revise
from bot.actions.sync import Edited, draft_of, follow, note_edit
from bot.chat import ChatError, Dismissed, Down, NotHome
from bot.desk import Desk
from bot.replies import lines
from storage import inbox, queue
from storage.errors import StorageError
from storage.inbox import Heard, Inbox, Kind
from storage.models import Post
from storage.states import PostState

log = logging.getLogger("social.working")

LANES: Final = {
    "orders": frozenset({Kind.ORDER, Kind.VOTE, Kind.PLACE, Kind.UNCLEAR}),
    "questions": frozenset({Kind.QUESTION}),
    "drafts": frozenset({Kind.DRAFT, Kind.EDIT, Kind.REWRITE}),
}
"""What waits for one another: what is in one lane never waits for what is in another."""
TIMED: Final = frozenset({"move", "now"})
"""Verbs that read the text of a post anew that cannot go out as it stands."""


def work(desk: Desk, number: int, now: datetime) -> None:
    """Work off the row of that number, if it is there still. Raises `Down`, `Dismissed`, `NotHome` and passing
    `StorageError`s: then it waits, and is tried again. One row's other trouble must not deafen the bot.
    """
    with desk.database.reading() as session:
        row = session.get(Inbox, number)
        with_it = _with(session, row) if row is not None else []
    if row is None:
        return
    try:
        if not _act(desk, row, now):
            return
        pointing.answer_taps(desk, [row, *with_it], now)
    except (Down, Dismissed, NotHome, StorageError):
        raise
    except ChatError as error:  # no answer can be given there; that must not keep the others waiting
        log.warning("message %s: %s", row.message_id, error, extra={"action": "answer_refused"})
    except Exception:  # the owner finds it in the log
        log.exception("message %s: error while working", row.message_id, extra={"action": "work_failed"})
    with desk.database.transaction() as session:
        inbox.done(session, [row, *with_it])


def look_at(desk: Desk, post_id: int, now: datetime) -> None:
    """Look at a post after a time away. Raises as `work` does."""
    try:
        _again(lambda: follow(desk, post_id, now))
    except (Down, Dismissed, NotHome, StorageError):
        raise
    except Exception as error:  # as above; a bug has its traceback
        log.error("post %s: %s", post_id, type(error).__name__, exc_info=not isinstance(error, ChatError))


def _with(session: Session, row: Inbox) -> list[Inbox]:
    """What the same look takes care of: all votes on one card are counted at once."""
    if row.post_id is None or row.kind not in {Kind.VOTE, Kind.PLACE}:
        return []
    others = inbox.about(session, [row.post_id], {Kind.VOTE, Kind.PLACE})
    return [one for one in others if one.id != row.id and one.post_id == row.post_id]


def _act(desk: Desk, row: Inbox, now: datetime) -> bool:
    """Do it; False if it waits for something else, or as something else."""
    if row.answer:
        receiving.finish(desk, row)
    elif row.kind in {Kind.VOTE, Kind.PLACE}:
        _again(lambda: follow(desk, row.post_id or 0, now, _mover(desk, row)))
    elif row.kind == Kind.EDIT:
        if allowing.edit_waits(desk, row, now):
            return False
        _again(lambda: revise(desk, row.post_id or 0, now))
    else:
        return _attend(desk, row, now)
    return True


def _mover(desk: Desk, row: Inbox) -> int:
    """Who moved the draft, where this row tells; who moved its card did not."""
    tells = row.kind == Kind.PLACE and row.message_id == draft_of(desk, row.post_id or 0)
    return row.person_id if tells else 0


def _again(look: Callable[[], object]) -> None:
    """The publisher may be faster: how it stands then is looked at anew."""
    try:
        look()
    except queue.Moved:
        look()


def _attend(desk: Desk, row: Inbox, now: datetime) -> bool:
    """A message: an order, a question, a draft."""
    message = moved_orders.as_heard(desk, row, desk.chat.look(row.message_id))
    if message is None:
        if row.verb == OUTSIDE:
            _tell_aside(desk, row.person_id, now)
        elif row.kind in inbox.ORDERED:
            moved_orders.tell(desk, row, now)
        return True
    wanted = _lane(desk, row, sort(desk, message, now))
    if wanted is not None:
        with desk.database.transaction() as session:
            inbox.replace(session, row, wanted)
        desk.bell.ring()
        return False
    try:
        if row.kind == Kind.REWRITE and _exists(desk, row.post_id):
            revise(desk, row.post_id or 0, now)
        answered = receiving.receive(desk, row, message, now, answering.answer)
    except Edited as error:
        note_edit(desk, error.post_id, now)
        return False
    return not (answered and receiving.later(row))


def _tell_aside(desk: Desk, person_id: int, now: datetime) -> None:
    """Once a day, to who mentioned the bot where it cannot answer."""
    text = lines.mentioned_outside(desk.chat.home_name)
    with desk.database.transaction() as session:
        key = f"outside:{person_id}:{now:%Y-%m-%d}"
        queue.notify(session, key=key, text=text, user_id=person_id, now=now)


def _lane(desk: Desk, row: Inbox, found: Heard | None) -> Heard | None:
    """As what it is to be worked off, if that is not what it was heard as: it was edited, or would take long."""
    if found is None:
        return None
    if found.kind is Kind.ORDER and found.verb in TIMED and _is_broken(desk, found.post_id):
        found = replace(found, kind=Kind.REWRITE)
    same = (row.kind, row.post_id, row.others) == (found.kind, found.post_id, found.others)
    same = same or row.kind == Kind.DRAFT
    return None if same else found


def _is_broken(desk: Desk, post_id: int | None) -> bool:
    with desk.database.reading() as session:
        post = session.get(Post, post_id or 0)
    return post is not None and post.state == PostState.BROKEN


def _exists(desk: Desk, post_id: int | None) -> bool:
    with desk.database.reading() as session:
        return session.get(Post, post_id or 0) is not None
