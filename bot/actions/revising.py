"""What a draft says, made into a revision and its card: the long work, for files are fetched and texts are split."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.actions import ahead, attaching, cards, drafting, reading, rows, showing
from bot.actions.intake.sorting import stopping
from bot.actions.rewriting import rewrite
from bot.actions.sync import brought_in_line, edited, looked_at, vanished
from bot.chat import Message, Person
from bot.desk import Desk
from bot.grammar import Written
from storage import inbox, queue
from storage.models import Post
from storage.states import PostState


def begin(desk: Desk, message: Message, written: Written, author: Person, now: datetime) -> int:
    """A new post of a message; returns its number. Its card stands in the chat when this returns."""
    with desk.database.reading() as session:
        known = rows.by_draft(session, message.id)
    if known is not None:  # written down before, but perhaps its card was not said any more
        return revise(desk, known.id or 0, now).id or 0
    # its files are fetched and made before its turn is taken
    prepared = drafting.prepare(desk, written, author, now, None)
    if not prepared.broken:
        hidden = showing.bring(desk, message, prepared.written, prepared.outgoing, now)
        prepared = replace(prepared, problems=(*prepared.problems, *hidden))
    with desk.turn(message.id):
        with desk.database.reading() as session:
            known = rows.by_draft(session, message.id)
        if known is None:
            return _made(desk, message, prepared, author, now)
    return revise(desk, known.id or 0, now).id or 0  # another copy was faster


def _made(desk: Desk, message: Message, prepared: drafting.Prepared, author: Person, now: datetime) -> int:
    """Write it down and say its card; to be called in its turn."""
    place = cards.home_of(desk, message)
    post = Post(
        state=PostState.BROKEN if prepared.broken else PostState.DRAFT,
        author_id=author.id,
        author_name=author.name,
        message_id=message.id,
        channel_id=place.channel_id,
        topic=place.topic,
        created_at=now,
        digest=drafting.digest(message.content),
    )
    drafting.fill(post, prepared)
    with desk.database.transaction() as session:
        queue.create(session, post, who=author.name, what="drafted", now=now)
        revision = drafting.save(session, post, prepared, message.content, author, now, filled=True)
        composed = cards.compose(desk, session, post, revision, message, now)
    cards.say(desk, post, revision.number, message, composed, now)
    return post.id or 0


def revise(desk: Desk, post_id: int, now: datetime) -> Post:
    """The same as `sync`, with the draft read anew if it was edited: its files are fetched, its card is said."""
    with desk.database.reading() as session:
        post = rows.post(session, post_id)
    desk.chat.must_be_home()
    ahead.fetch_edited(desk, post, now)
    with desk.turn(post.message_id):
        draft = looked_at(desk, post_id, now)
        if draft is not None and edited(desk, post_id, draft):
            _reread(desk, post_id, draft, now)
        return brought_in_line(desk, post_id, draft, now, take=True)


def _reread(desk: Desk, post_id: int, draft: Message, now: datetime) -> None:
    """Make another revision of what the draft says now."""
    post, last, _ = rows.standing_now(desk.database, post_id)
    author = desk.chat.directory.person(draft.sender_id)
    written = reading.read_draft(desk, draft)
    _note_orders(desk, draft, now)
    if isinstance(written, Written):
        kept = attaching.keep_alts(written, rows.written(last))
        rewrite(desk, post, kept, draft.content, author, now)
    else:
        vanished(desk, post_id, "is no draft any more", post.author_name, now)
    with desk.database.transaction() as session:
        rows.post(session, post_id).digest = drafting.digest(draft.content)


def _note_orders(desk: Desk, draft: Message, now: datetime) -> None:
    """An edit that was found by looking may say something about other posts, of which no event told."""
    if ordered := stopping(desk, draft, now):
        with desk.database.transaction() as session:
            inbox.write_unheard(session, ordered)
        desk.bell.ring()
