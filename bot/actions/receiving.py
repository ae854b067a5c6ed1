"""A message that came in: is it for us, what is it, and who takes care of it."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta

from sqlalchemy import Executable, bindparam
from sqlmodel import Session, select

from bot.actions import allowing, drafting, pointing
from bot.actions.intake import pausing
from bot.actions.intake.sorting import said_elsewhere
from bot.actions.reading import gist, obeyed, read
from bot.actions.revising import begin
from bot.actions.sync import Edited
from bot.chat import ChatError, Dismissed, Down, Message, NotHome, Person, Refused
from bot.desk import Desk
from bot.grammar import Command, Orders, Said, Unknown, Written
from bot.replies import lines, unclear
from storage import inbox, queue
from storage.database import insert
from storage.errors import StorageError
from storage.inbox import Inbox
from storage.models import Post, Seen

log = logging.getLogger("social.receiving")

FRESH = timedelta(days=7)
"""An older draft that is moved into the channel is not taken: an archive that is merged with it is none of ours."""

MOST_ANSWERS = 50
"""Answers that are said in one round."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""How a system says that a disk is full, or cannot be written."""

_KNOWN: Executable = select(
    select(Seen.answered).where(Seen.message_id == bindparam("message")).scalar_subquery(),
    select(Seen.digest).where(Seen.message_id == bindparam("message")).scalar_subquery(),
    select(Seen.said).where(Seen.message_id == bindparam("message")).scalar_subquery(),
    select(Post.id).where(Post.message_id == bindparam("message")).scalar_subquery(),
)
"""What is known of a message; in one question, for every word of the channel is asked about."""

Answer = Callable[[Desk, Message, Command | Orders, Person, datetime], str | None]


def receive(desk: Desk, row: Inbox, message: Message, now: datetime, answer: Answer) -> bool:
    """Take care of one message that is not a post yet; raises `Down` when it must be tried again. True: there is an answer.

    What was handled is not handled again, however often it is heard of; what was not understood is read again
    once it says something else, and what was answered once it orders something else. Raises `Edited` when it speaks of a post whose draft is to be read anew first.
    """
    person = desk.chat.directory.person(message.sender_id)
    left = person.id in desk.chat.directory.people and not person.active  # or was made to leave
    if person.id == desk.chat.directory.me or person.is_bot or left:
        return False
    said = read(desk, message)
    here = message.place.channel_id == desk.chat.home
    moved_in = message.arrived and here
    if said is not None and not isinstance(said, Written):  # moved there and back it was said here
        moved_in = here and said_elsewhere(desk, message, said)
    handled, is_draft = _known(desk, message, said)
    if handled and not moved_in:
        return False
    if said is None or (moved_in and not _welcome(message, said, now)):
        return False
    if is_draft and not isinstance(said, Written):  # that it is no draft any more is followed by its edit
        said = obeyed(said)
    if said is None:
        return False
    reply, understood = _answered(desk, message, said, person, now, answer)
    if reply is None and (isinstance(said, Written) or not understood):
        return False  # its post says that it was handled; or it was turned away, and may be said again
    told_later = _told_later(desk, row) if reply and later(row) else nullcontext()
    with told_later, desk.database.transaction() as session:
        _note(session, message, said, understood=understood, now=now)
        if reply:
            inbox.answered(session, row, reply, message.place.channel_id)
    if reply and not later(row):
        _say(desk, message, reply)
    return bool(reply)


@contextmanager
def _told_later(desk: Desk, row: Inbox) -> Iterator[None]:
    """Its answer is written down in the block: that wakes who tells, who must know of it by then."""
    desk.unsaid.add(row.id or 0)
    try:
        yield
    except BaseException:
        desk.unsaid.discard(row.id or 0)
        raise


def later(row: Inbox) -> bool:
    """Whether its answer is said by who tells, and not by who obeys."""
    return row.kind in inbox.TOLD_LATER


def answer_orders(desk: Desk, may_go_on: Callable[[], bool]) -> None:
    """Say what was written down as answers to orders. Raises `Down`, `Dismissed`, `NotHome` and `StorageError`."""
    with desk.database.reading() as session:
        waiting = inbox.unanswered(session, MOST_ANSWERS)
    if not waiting:
        return
    with desk.chat.ahead({row.message_id for row in waiting}):
        for row in waiting:
            if not may_go_on():
                return
            try:
                finish(desk, row)
            except (Down, Dismissed, NotHome):
                raise
            except ChatError as error:  # no answer can be given there; that must not keep the others waiting
                log.warning("message %s: %s", row.message_id, error, extra={"action": "answer_refused"})
            with desk.database.transaction() as session:
                inbox.done(session, [row])


def finish(desk: Desk, row: Inbox) -> None:
    """Say the answer that was written down, unless it was said: a process that ends between an order and
    its answer neither obeys nor answers twice. Raises `ChatError`.
    """
    fresh = (row.id or 0) in desk.unsaid
    desk.unsaid.discard(row.id or 0)
    message = desk.chat.look(row.message_id)
    # moved to another channel meanwhile, it is no place for what it asks for
    if message is None or message.place.channel_id != row.channel_id:
        with desk.database.transaction() as session:
            key = f"answer:{row.id}:{row.message_id}:{row.heard_at.isoformat()}"
            queue.notify(session, key=key, text=row.answer, user_id=row.person_id, now=desk.clock())
        return
    if fresh or desk.chat.said(message.place, row.answer, message.id) is None:
        _say(desk, message, row.answer)


def _note(session: Session, message: Message, said: Said, *, understood: bool, now: datetime) -> None:
    """It was handled."""
    digest = drafting.digest(message.content)
    seen = {"answered": understood, "digest": digest, "said": gist(said), "at": now}
    statement = insert(session, Seen).values(message_id=message.id, **seen)
    session.execute(statement.on_conflict_do_update(index_elements=["message_id"], set_=seen))


def _say(desk: Desk, message: Message, reply: str) -> None:
    try:
        desk.chat.say(message.place, reply)
    except Refused as error:  # no answer can be given there; that must not keep the others waiting
        log.warning("message %s: %s", message.id, error, extra={"action": "answer_refused"})


def _welcome(message: Message, said: Said, now: datetime) -> bool:
    """Whether something that was moved into the channel is taken: a draft, which somebody must approve anyway,
    but no order, because its author did not give it here.
    """
    return isinstance(said, Written) and now - message.at < FRESH


def _known(desk: Desk, message: Message, said: Said | None) -> tuple[bool, bool]:
    """Whether it was handled as it is, and whether it is the draft of a post."""
    with desk.database.reading() as session:
        answered, digest, before, post_id = session.execute(_KNOWN, {"message": message.id}).one()
    same = digest == drafting.digest(message.content)
    return same or (bool(answered) and not _another(said, before or "")), post_id is not None


def _another(said: Said | None, before: str) -> bool:
    """Whether it was edited into a draft, or an order that it was not. Whoever edits a question had its answer."""
    if said is None or not before or gist(said) == before:
        return False
    if isinstance(said, Command):
        return said.verb not in allowing.ASKING
    return isinstance(said, Written | Orders) or said.stops is not None


def _answered(
    desk: Desk,
    message: Message,
    said: Said,
    person: Person,
    now: datetime,
    answer: Answer,
) -> tuple[str | None, bool]:
    """As `_respond`; a bug is one calm sentence for the author, and its details are for the owner."""
    try:
        return _respond(desk, message, said, person, now, answer)
    except (ChatError, StorageError, Edited):
        raise
    except Exception as error:  # a bug in one answer must not stop the lane
        if isinstance(error, OSError) and error.errno in NO_ROOM:  # what was written is read again, not lost
            raise StorageError(
                f"The data folder cannot be written ({error.strerror}). Make room; what was written is read then.",
                passing=True,
            ) from error
        log.exception("message %s: error while answering", message.id, extra={"action": "answer_failed"})
        return lines.trouble(None), True


def _respond(
    desk: Desk,
    message: Message,
    said: Said,
    person: Person,
    now: datetime,
    answer: Answer,
) -> tuple[str | None, bool]:
    """What to say, and whether the message was understood (else an edit of it is read again)."""
    elsewhere = message.place.channel_id not in {None, desk.chat.home}
    if elsewhere and not message.mentioned:
        return None, True
    turned_away = allowing.turned_away(desk, message, said, person, now)
    if turned_away is not None:
        return turned_away or None, False
    if elsewhere:
        return lines.lives_elsewhere(desk.chat.home_name), True
    if not desk.chat.at_home:
        return lines.not_home(desk.chat.home_name), False
    if message.place.channel_id is None and not desk.chat.belong((person.id, *message.place.user_ids)):
        return lines.not_a_member(desk.chat.home_name), True
    if isinstance(said, Unknown):
        return _asked(desk, message, said, person, now), False
    if isinstance(said, Written):
        number = begin(desk, message, said, person, now)
        return (pointing.where_card_is(desk, number) if message.place.channel_id is None else None), True
    reply = answer(desk, message, said, person, now)
    if isinstance(said, Command) or said.asked is None:
        return reply, True
    asked = _asked(desk, message, said.asked, person, now)
    return "\n".join(one for one in (reply, asked) if one), False


def _asked(desk: Desk, message: Message, said: Unknown, person: Person, now: datetime) -> str:
    """What is said to words that were not understood."""
    if said.stops is None:
        return unclear.not_understood(said.nearest, said.why)
    return pausing.ask(desk, message, said, person, now)
