"""The messages before a card that show what it has no room for: said before it, once, and looked at with it."""

from __future__ import annotations

from sqlmodel import Session, col, delete, select

from bot.actions import rows, showing
from bot.chat import Message, Place, files
from bot.desk import Desk
from bot.replies import continuation
from bot.replies.preview import Addresses
from storage.models import Continuation, Post, Revision


def of(session: Session, post_id: int, number: int) -> list[Continuation]:
    """The messages that belong to the card of that revision, in order."""
    found = select(Continuation).where(Continuation.post_id == post_id, Continuation.revision == number)
    return list(session.exec(found.order_by(col(Continuation.number))))


def links(desk: Desk, session: Session, post: Post, revision: Revision) -> list[str]:
    """Their addresses; none where the card shows everything itself."""
    if not revision.continues:
        return []
    place = Place(channel_id=post.channel_id, topic=post.topic)
    return [
        desk.chat.link(one.message_id, place)
        for one in of(session, post.id or 0, revision.number)
        if one.message_id is not None
    ]


def say(desk: Desk, post_id: int, number: int, draft: Message, place: Place) -> None:
    """See to it that they stand, all of them. Whatever is said was written down before, so that after a crash what
    stands already is found. Raises `ChatError`.
    """
    with desk.database.reading() as session:
        known = of(session, post_id, number)
    begun = bool(known)
    for one in known or _written_down(desk, post_id, number, draft.id):
        if one.message_id is not None:
            continue
        said = desk.chat.said(place, one.text, draft.id) if begun else None
        _keep(desk, one, said or desk.chat.say(place, one.text))


def _written_down(desk: Desk, post_id: int, number: int, draft_id: int) -> list[Continuation]:
    with desk.database.reading() as session:
        revision = rows.revision(session, post_id, number)
        addresses = showing.addresses(session, draft_id, rows.outgoing(revision))
    texts = _texts(desk, post_id, revision, addresses)
    made = [
        Continuation(post_id=post_id, revision=number, number=at, text=text)
        for at, text in enumerate(texts, 1)
    ]
    with desk.database.transaction() as session:
        session.add_all(made)
    return made


def _texts(desk: Desk, post_id: int, revision: Revision, addresses: Addresses) -> list[str]:
    outgoing, accounts = rows.outgoing(revision), rows.written(revision).accounts
    limit = desk.chat.directory.max_length
    texts = continuation.messages(post_id, accounts, outgoing, desk.titles, limit, addresses)
    if len(texts) <= continuation.MOST:
        return texts
    name = f"post-{post_id}-{revision.number}.txt"
    # with the mark that tells a browser in which code it is written
    whole = continuation.file(post_id, accounts, outgoing, desk.titles).encode("utf-8-sig")
    address = files.upload(desk.chat, files.of_bytes(name, "text/plain", whole))
    return [continuation.in_file(post_id, name, address, continuation.attached(outgoing, addresses))]


def _keep(desk: Desk, row: Continuation, message_id: int) -> None:
    with desk.database.transaction() as session:
        fresh = session.get(Continuation, row.id)
        if fresh is not None:
            fresh.message_id = message_id


def look(desk: Desk, revision: Revision) -> list[Message] | None:
    """They as they stand now; None if one of them is gone, or was moved out of the channel. Raises `ChatError`."""
    if not revision.continues:
        return []
    with desk.database.reading() as session:
        wanted = of(session, revision.post_id, revision.number)
    found = []
    for one in wanted:
        message = desk.chat.look(one.message_id) if one.message_id is not None else None
        if message is None or message.place.channel_id != desk.chat.home:
            return None
        found.append(message)
    return found or None


def strike(desk: Desk, revision: Revision, draft: Message) -> None:
    """Its card counts no more, and so do they not; perhaps one was said and not written down."""
    with desk.database.reading() as session:
        found = of(session, revision.post_id, revision.number)
    for one in found:
        said = one.message_id or desk.chat.said(Place(channel_id=desk.chat.home), one.text, draft.id)
        if said is not None:
            desk.chat.edit(said, continuation.struck(revision.post_id))


def forget(session: Session, revision: Revision) -> None:
    """They are to be said anew."""
    session.execute(
        delete(Continuation).where(
            col(Continuation.post_id) == revision.post_id, col(Continuation.revision) == revision.number
        )
    )
