"""Another revision of a post that is not out yet: by an edit, by command, or by taking an alt text that was proposed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from bot import stops
from bot.actions import counting, drafting, proposing, rows, unpublished_options, voting
from bot.chat import Message, Person
from bot.desk import Desk
from bot.grammar import Written
from storage import queue
from storage.models import Post, Proposal, Revision
from storage.states import PostState


def _nothing(_session: Session) -> None:
    """There is nothing else to write down."""


def rewrite(
    desk: Desk,
    post: Post,
    written: Written,
    source: str,
    by: Person,
    now: datetime,
    *,
    writer_id: int | None = None,
    also: Callable[[Session], None] = _nothing,
) -> None:
    """Give a post that is not out yet another revision. The card is said by the `sync` that follows.

    `writer_id` is whose text it is, if not that of who made the revision; `also` is written down with it. What only the team
    sees is changed without another revision, and a hold stays.
    """
    author = desk.chat.directory.person(post.author_id)
    prepared = drafting.prepare(desk, written, author, now, post, by=by)
    card = _card_of(desk, post)
    with desk.database.transaction() as session:
        fresh = rows.post(session, post.id or 0)
        last = rows.current(session, fresh)
        if card is not None and card.id == last.card_id:  # a veto may stand on it that nobody counted yet
            voting.count(desk, session, fresh, last, card, now)
        if unpublished_options.amended(desk, session, fresh, last, prepared, source, by, now):
            also(session)
            return
        stops.vetoed(fresh, rows.standing(session, fresh, fresh.revision))
        held = _is_held(session, fresh)
        drafting.save(session, fresh, prepared, source, by, now).created_by = writer_id or by.id
        if held and fresh.state == PostState.DRAFT:
            queue.transition(session, fresh, PostState.HELD, who=by.name, what="stays held", now=now)
        also(session)


def _is_held(session: Session, post: Post) -> bool:
    """Whether it is held, or was when it expired or could not go out any more: another text is no `resume`."""
    state = post.state
    for entry in reversed(queue.log(session, post.id or 0)):
        if state not in {PostState.BROKEN, PostState.EXPIRED}:
            break
        if entry.new == state and not entry.account:
            state = entry.old
    return state == PostState.HELD


def _card_of(desk: Desk, post: Post) -> Message | None:
    """The card of the text that ends, if votes on it count."""
    with desk.database.reading() as session:
        card_id = rows.current(session, post).card_id
    card = desk.chat.look(card_id) if card_id is not None else None
    return None if card is None or counting.moved_out(desk, card) else card


def take(
    desk: Desk,
    post: Post,
    revision: Revision,
    proposal: Proposal,
    by: Person,
    now: datetime,
    *,
    also: Callable[[Session], None] = _nothing,
) -> None:
    """Give the post the proposed alt text. As with every change, its approvals are void; whose text it is stays."""

    def closed(session: Session) -> None:
        proposing.close(session, proposal)
        also(session)

    written = proposing.described(rows.written(revision), proposal.path, proposal.text)
    rewrite(desk, post, written, revision.source, by, now, writer_id=revision.created_by, also=closed)


def tapped(desk: Desk, post: Post, revision: Revision) -> tuple[Proposal, Person] | None:
    """What was taken with a tap on the card, and by whom."""
    if revision.card_id is None or post.state not in proposing.TAKEN:
        return None
    with desk.database.reading() as session:
        if not proposing.open_of(session, post.id or 0):
            return None
    card = desk.chat.look(revision.card_id)
    return proposing.tapped(desk, post, revision, card) if card is not None else None
