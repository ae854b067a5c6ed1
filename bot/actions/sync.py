"""`sync`: look at a draft and its card as they now stand, and bring the database in line.

New, edited, deleted, reacted, moved, a lost event, a doubled event, a restart: this is the one path for all.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.actions import ahead, attaching, cards, counting, drafting, rewriting, rows
from bot.actions.rewriting import rewrite
from bot.chat import Message, Person
from bot.desk import Desk
from bot.grammar import Written
from bot.replies import lines
from storage import queue
from storage.models import Post, Revision
from storage.states import DeliveryState, PostState

OPEN = {PostState.BROKEN, PostState.DRAFT, PostState.APPROVED, PostState.HELD, PostState.EXPIRED}


def begin(desk: Desk, message: Message, written: Written, author: Person, now: datetime) -> int:
    """A new post of a message; returns its number. Its card stands in the chat when this returns."""
    with desk.turn(message.id):
        with desk.database.reading() as session:
            known = rows.by_draft(session, message.id)
        if known is not None:  # written down before, but perhaps its card was not said any more
            return sync(desk, known.id or 0, now).id or 0
        prepared = drafting.prepare(desk, written, author, now, None)
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
            composed = cards.compose(desk, session, post, revision, now)
        cards.say(desk, post, revision.number, message, composed, now)
        return post.id or 0


def sync(desk: Desk, post_id: int, now: datetime) -> Post:
    """Bring one post in line with what its draft and its card say now; returns the post as it then is.

    Raises `ChatError` when Zulip cannot be asked: then nothing may be concluded.
    """
    with desk.database.reading() as session:
        post = rows.post(session, post_id)
    edited = post.changed_at  # of an edit that comes from here on the look knows as well; it is read twice
    desk.chat.must_be_home()
    ahead.fetch_edited(desk, post, now)
    with desk.turn(post.message_id):
        draft = desk.chat.look(post.message_id)
        if draft is None or counting.moved_out(desk, draft):
            _vanished(desk, post_id, "deleted" if draft is None else "moved out of the channel", now)
        else:
            post, revision = _read(desk, post_id, draft, now)
            if rewriting.follow(desk, post, revision, now):
                post, revision = _read(desk, post_id, draft, now)
            counted = counting.count(desk, post, revision, draft, edited, now)
            if counted is not None:
                return counted
        if edited is not None:
            with desk.database.transaction() as session:
                counting.gathered(rows.post(session, post_id), edited)
        return cards.refresh(desk, post_id, now)


def _vanished(desk: Desk, post_id: int, what: str, now: datetime) -> None:
    """The draft is gone: what is not out yet stays in."""
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        if post.state in OPEN:
            queue.transition(
                session, post, PostState.WITHDRAWN, who=post.author_name, what=f"draft {what}", now=now
            )
            queue.notify(
                session,
                key=f"vanished:{post_id}:{post.revision}",
                text=lines.vanished(post, what),
                post_id=post_id,
                now=now,
            )
        elif post.state == PostState.RELEASED:
            stopped = stop(session, post, f"draft {what}", post.author_name, now)
            if stopped:
                queue.notify(
                    session,
                    key=f"stopped:{post_id}:{now.isoformat()}",
                    text=lines.stopped(post, what, stopped, desk.titles),
                    post_id=post_id,
                    now=now,
                )


def stop(session: Session, post: Post, what: str, who: str, now: datetime) -> list[str]:
    """Cancel the deliveries of a released post that have not begun; returns their accounts."""
    stopped = []
    for delivery in queue.deliveries(session, post.id or 0):
        if delivery.state in {DeliveryState.WAITING, DeliveryState.PENDING}:
            queue.transition(session, delivery, DeliveryState.CANCELLED, who=who, what=what, now=now)
            delivery.told = True
            stopped.append(delivery.account)
    return stopped


def _read(desk: Desk, post_id: int, draft: Message, now: datetime) -> tuple[Post, Revision]:
    """Follow the draft's text and place; returns what the post is then."""
    digest, place = drafting.digest(draft.content), cards.home_of(desk, draft)
    post, last, older = rows.standing_now(desk.database, post_id)
    stays = digest == post.digest and (place.channel_id, place.topic) == (post.channel_id, post.topic)
    if digest != post.digest:
        author = desk.chat.directory.person(draft.sender_id)
        if post.state == PostState.RELEASED:
            _too_late_to_edit(desk, post_id, digest, now)
        else:
            written = ahead.read(desk, draft)
            if isinstance(written, Written):
                rewrite(
                    desk, post, attaching.keep_alts(written, rows.written(last)), draft.content, author, now
                )
            else:
                _vanished(desk, post_id, "is no draft any more", now)
    if not stays:
        with desk.database.transaction() as session:
            post = rows.post(session, post_id)
            post.digest, post.channel_id, post.topic = digest, place.channel_id, place.topic
        post, last, older = rows.standing_now(desk.database, post_id)
    if last.card_id is None and _wants_card(desk, post):
        cards.put(desk, post_id, last.number, draft, now)
        post, last, older = rows.standing_now(desk.database, post_id)
    if older and last.card_id is not None:
        cards.tidy(desk, post, last.card_id, older, draft)
    return post, last


def _wants_card(desk: Desk, post: Post) -> bool:
    """Not what is out already."""
    if post.state != PostState.RELEASED:
        return True
    with desk.database.reading() as session:
        return rows.unfinished(session, post.id or 0)


def _too_late_to_edit(desk: Desk, post_id: int, digest: str, now: datetime) -> None:
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        queue.notify(
            session,
            key=f"late_edit:{post_id}:{digest[:16]}",
            text=lines.late_edit(post),
            post_id=post_id,
            now=now,
        )
