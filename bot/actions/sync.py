"""`sync`: look at a draft and its card as they now stand, and bring the database in line.

New, edited, deleted, reacted, moved, a lost event, a doubled event, a restart: this is the one path for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from bot import grammar, rules
from bot.actions import cards, drafting, rows, voting
from bot.chat import Message, Person
from bot.desk import Desk
from bot.grammar import Written
from bot.replies import lines
from bot.rules import Judgement
from storage import queue
from storage.models import Post, Revision
from storage.states import DeliveryState, PostState

OPEN = {PostState.BROKEN, PostState.DRAFT, PostState.APPROVED, PostState.HELD, PostState.EXPIRED}


def begin(desk: Desk, message: Message, written: Written, author: Person, now: datetime) -> int:
    """A new post of a message; returns its number. Its card stands in the chat when this returns."""
    with desk.turn(message.id):
        with desk.database.reading() as session:
            known = rows.by_message(session, message.id)
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
        with desk.database.transaction() as session:
            queue.create(session, post, who=author.name, what="drafted", now=now)
            revision = drafting.save(session, post, prepared, message.content, author, now)
            composed = cards.compose(desk, session, post, revision, now)
        cards.say(desk, post, revision.number, message, composed, now)
        return post.id or 0


def sync(desk: Desk, post_id: int, now: datetime) -> Post:
    """Bring one post in line with what its draft and its card say now; returns the post as it then is.

    Raises `ChatError` when Zulip cannot be asked: then nothing may be concluded.
    """
    with desk.database.reading() as session:
        message_id = rows.post(session, post_id).message_id
    with desk.turn(message_id):
        desk.chat.must_be_home()
        with desk.database.reading() as session:
            edited = rows.post(session, post_id).changed_at
        draft = desk.chat.look(message_id)
        if draft is None or _moved_out(desk, draft):
            _vanished(desk, post_id, "deleted" if draft is None else "moved out of the channel", now)
        else:
            _read(desk, post_id, draft, now)
            _count(desk, post_id, draft, now)
        _gathered(desk, post_id, edited)
        cards.refresh(desk, post_id, now)
        with desk.database.reading() as session:
            return rows.post(session, post_id)


def _gathered(desk: Desk, post_id: int, edited: datetime | None) -> None:
    """The edit that was waited for is read, whatever came of it; one that came since then still waits."""
    if edited is None:
        return
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        if post.changed_at == edited:
            post.changed_at = None
            session.add(post)


def rewrite(
    desk: Desk,
    post: Post,
    written: Written,
    source: str,
    by: Person,
    now: datetime,
    *,
    writer_id: int | None = None,
    also: Callable[[Session], None] = lambda _session: None,
) -> None:
    """Give a post that is not out yet another revision. The card is said by the `sync` that follows.

    `writer_id` is whose text it is, if not that of who made the revision; `also` is written down with it.
    """
    author = desk.chat.directory.person(post.author_id)
    prepared = drafting.prepare(desk, written, author, now, post, by=by)
    with desk.database.transaction() as session:
        fresh = rows.post(session, post.id or 0)
        drafting.save(session, fresh, prepared, source, by, now).created_by = writer_id or by.id
        also(session)


def apply(desk: Desk, session: Session, post: Post, judgement: Judgement, now: datetime) -> None:
    """Let the post's state, or its deliveries, follow from how its votes stand."""
    state = PostState(post.state)
    if state is PostState.RELEASED:
        _apply_to_deliveries(session, post, judgement, now, desk.config.social.grace)
        return
    wanted = rules.next_state(state, judgement)
    if wanted is state:
        return
    if wanted is PostState.APPROVED:
        if post.timing == "now":
            post.due_at = now + desk.config.social.grace
        who = ", ".join(judgement.approvers)
        queue.transition(session, post, wanted, who=who, what="approved", now=now)
        text = lines.approved(post, judgement, now)
    else:
        if post.timing == "now":
            post.due_at = None
        who = ", ".join(judgement.vetoes) or "bot"
        what = "vetoed" if judgement.vetoes else "lost an approval"
        queue.transition(session, post, wanted, who=who, what=what, now=now)
        text = lines.unapproved(post, judgement)
    queue.notify(session, key=cards.judged(post.id or 0, now), text=text, post_id=post.id, now=now)


def _apply_to_deliveries(
    session: Session, post: Post, judgement: Judgement, now: datetime, grace: timedelta
) -> None:
    for delivery in queue.deliveries(session, post.id or 0):
        ready = delivery.account in judgement.ready
        if delivery.state == DeliveryState.WAITING and ready:
            delivery.not_before = now + grace  # as before every release: somebody may still stop it
            queue.transition(
                session, delivery, DeliveryState.PENDING, who="bot", what="its approvals came", now=now
            )
        elif delivery.state == DeliveryState.PENDING and not ready:
            queue.transition(
                session, delivery, DeliveryState.WAITING, who="bot", what="its approvals went", now=now
            )


def _moved_out(desk: Desk, message: Message) -> bool:
    return message.place.channel_id is not None and message.place.channel_id != desk.chat.home


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


def _read(desk: Desk, post_id: int, draft: Message, now: datetime) -> None:
    """Follow the draft's text and place."""
    digest = drafting.digest(draft.content)
    with desk.database.reading() as session:
        post = rows.post(session, post_id)
        last = rows.current(session, post)
    if digest != post.digest:
        author = desk.chat.directory.person(draft.sender_id)
        if post.state == PostState.RELEASED:
            _too_late_to_edit(desk, post_id, digest, now)
        else:
            written = read(desk, draft)
            if isinstance(written, Written):
                rewrite(desk, post, _keep_alts(written, rows.written(last)), draft.content, author, now)
            else:
                _vanished(desk, post_id, "is no draft any more", now)
    place = cards.home_of(desk, draft)
    if digest != post.digest or (place.channel_id, place.topic) != (post.channel_id, post.topic):
        with desk.database.transaction() as session:
            post = rows.post(session, post_id)
            post.digest, post.channel_id, post.topic = digest, place.channel_id, place.topic
            session.add(post)
    with desk.database.reading() as session:
        post = rows.post(session, post_id)
        revision = rows.current(session, post)
        wanted = post.state != PostState.RELEASED or rows.unfinished(session, post_id)
    if revision.card_id is None and wanted:
        cards.put(desk, post_id, revision.number, draft, now)
    cards.tidy(desk, post_id, draft)


def read(desk: Desk, message: Message) -> grammar.Written | grammar.Command | grammar.Unknown | None:
    """What a message says to the bot; None if it does not speak to it."""
    me = desk.chat.me
    text = grammar.addressed(
        message.content, name=me.name, user_id=me.id, direct=message.place.channel_id is None
    )
    if text is None:
        return None
    return grammar.parse(text, accounts=list(desk.platforms), defaults=desk.config.social.default_platforms)


def _keep_alts(written: Written, last: Written) -> Written:
    """Alt texts that somebody added or corrected by command stay, as long as the file does and the message says
    nothing new about it.
    """
    known = {one.path: one for one in last.attachments if one.alt}
    attachments = []
    for one in written.attachments:
        kept = known.get(one.path)
        if kept and one.alt in {"", kept.instead_of}:
            attachments.append(replace(one, alt=kept.alt, instead_of=kept.instead_of))
        else:
            attachments.append(one)
    return replace(written, attachments=tuple(attachments))


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


def _count(desk: Desk, post_id: int, draft: Message, now: datetime) -> None:
    """Follow the reactions on the current card."""
    with desk.database.reading() as session:
        post = rows.post(session, post_id)
        revision = rows.current(session, post)
    if revision.card_id is None or post.state == PostState.WITHDRAWN:
        return
    card = desk.chat.look(revision.card_id)
    if card is None or _moved_out(desk, card):
        if (
            card is not None
        ):  # votes count where the team sees them, and the text is not for that other channel
            desk.chat.edit(card.id, lines.card_elsewhere(post))
        _card_gone(desk, post, revision, draft, now)
        return
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        revision = rows.current(session, post)
        if revision.card_id != card.id:
            return
        judgement = voting.count(desk, session, post, revision, card, now)
        voting.point_to_card(desk, session, post, revision, draft, now)
        apply(desk, session, post, judgement, now)
    cards.offer(desk, revision, card)


def _card_gone(desk: Desk, post: Post, revision: Revision, draft: Message, now: datetime) -> None:
    """Somebody deleted the card, or moved it away: the votes on it went with it, and a new one is said."""
    with desk.database.transaction() as session:
        fresh = rows.revision(session, post.id or 0, revision.number)
        fresh.card_id, fresh.card_open, fresh.card_text = None, True, ""
        for vote in rows.standing(session, post, revision.number):
            session.delete(vote)
        session.flush()
        row = rows.post(session, post.id or 0)
        apply(desk, session, row, voting.count(desk, session, row, fresh, None, now), now)
        wanted = row.state != PostState.RELEASED or rows.unfinished(session, row.id or 0)
    if wanted:
        cards.put(desk, post.id or 0, revision.number, draft, now)
