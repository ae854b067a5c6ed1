"""Who reacts where that counts nothing, or brings nothing out alone, is told, once, where or how it would."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session

from bot.actions import rows, voting
from bot.chat import Message, Person, Place
from bot.desk import Desk
from bot.replies import lines, taps
from storage import queue
from storage.inbox import Inbox, Kind
from storage.models import Post, Revision
from storage.states import PostState

_VOTED = frozenset({PostState.DRAFT, PostState.APPROVED})
"""States in which a vote on the card shows there, and in what follows."""


def point_to_card(
    desk: Desk,
    session: Session,
    post: Post,
    revision: Revision,
    beside: Sequence[Message],
    now: datetime,
) -> None:
    """Somebody reacted on the draft, or on what stands before the card: say once where the reaction would count."""
    if revision.card_id is None or post.state not in _VOTED:
        return
    for reaction in (reaction for message in beside for reaction in message.reactions):
        person = desk.chat.directory.person(reaction.user_id)
        if voting.kind_of(desk, reaction.emoji) is None or not _is_told(person):
            continue
        if person.id == post.author_id:
            continue
        link = desk.chat.link(revision.card_id, beside[0].place)
        queue.notify(
            session,
            key=f"card:{post.id}:{person.id}",
            text=lines.see_card(post, link),
            user_id=person.id,
            post_id=post.id,
            now=now,
        )


def answer_taps(desk: Desk, heard: Iterable[Inbox], now: datetime) -> None:
    """Of the reactions that were heard of: tell who gave them where no card of a post is that counts, or on one that needs
    more than a reaction. To be called after the post was looked at.
    """
    for row in heard:
        if row.kind == Kind.VOTE and row.post_id is not None and row.person_id:
            _answer(desk, row.post_id, row.message_id, row.person_id, now)


def _answer(desk: Desk, post_id: int, message_id: int, person_id: int, now: datetime) -> None:
    with desk.database.reading() as session:
        post = rows.post(session, post_id)
        revision = rows.current(session, post) if post.revision else None
        votes = {one.user_id for one in rows.standing(session, post, post.revision)}
    if revision is None or revision.card_id is None:
        return
    own = message_id == revision.card_id
    text = _text(desk, post, revision.card_id, own=own, draft=message_id == post.message_id)
    person = desk.chat.directory.person(person_id)
    # of a vote that is refused on the card itself its person is told why
    if (
        not text
        or not _is_told(person)
        or (own and post.state != PostState.WITHDRAWN and person_id not in votes)
    ):
        return
    message = desk.chat.look(message_id)
    mine = [one.emoji for one in message.reactions if one.user_id == person_id] if message else []
    if not any(voting.kind_of(desk, one) for one in mine):
        return  # it was taken away, or says nothing of the post
    with desk.database.transaction() as session:
        key = f"tap:{post_id}:{post.revision}:{post.state}:{person_id}"
        queue.notify(session, key=key, text=text, user_id=person_id, post_id=post_id, now=now)


def where_card_is(desk: Desk, post_id: int) -> str | None:
    """Where the card of a post is: for who wrote of it somewhere else. None: it has none."""
    with desk.database.reading() as session:
        post = rows.post(session, post_id)
        card_id = rows.current(session, post).card_id if post.revision else None
    return None if card_id is None else taps.there(post, _link(desk, post, card_id))


def _link(desk: Desk, post: Post, card_id: int) -> str:
    return desk.chat.link(card_id, Place(channel_id=post.channel_id, topic=post.topic))


def _text(desk: Desk, post: Post, card_id: int, *, own: bool, draft: bool) -> str:
    """What is to be said to a tap on the present card (`own`), on the draft, or else on an earlier card; empty: nothing."""
    state = PostState(post.state)
    if state in taps.MORE:
        return taps.needs_more(post, counted=own)
    if own or (draft and state in {*_VOTED, PostState.RELEASED}):
        return ""
    return taps.earlier(post, _link(desk, post, card_id))


def _is_told(person: Person) -> bool:
    return person.active and not person.is_bot
