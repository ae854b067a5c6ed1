"""Alt texts proposed by people who may not change a post: on its card until somebody who may takes one with a tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, or_, select

from bot.actions import electing, rows
from bot.chat import Message, Person
from bot.desk import Desk
from bot.grammar import Attachment, Written
from bot.stops import Part, part_of
from storage.models import Post, Proposal, Revision
from storage.states import PostState

KEYS: Final = tuple(f"{number}\ufe0f\u20e3" for number in range(1, 10))
"""The emoji that takes each proposal: its number."""
MOST: Final = len(KEYS)
"""Proposals that one card has emoji for. No number is used twice on one card: a tap meant the words that stood then."""
OF_ONE: Final = 3
"""Open proposals of one person for one post."""
TAKEN: Final = frozenset(
    {PostState.BROKEN, PostState.DRAFT, PostState.APPROVED, PostState.HELD, PostState.EXPIRED}
)
"""States of a post in which its alt texts may be changed."""


def open_of(session: Session, post_id: int) -> Sequence[Proposal]:
    """What is proposed for a post and not taken, oldest first."""
    found = select(Proposal).where(Proposal.post_id == post_id, col(Proposal.open).is_(True))
    return session.exec(found.order_by(col(Proposal.id))).all()


def shown(session: Session, post: Post, written: Written) -> list[tuple[Proposal, int]]:
    """Those whose file the post still has, each with the number of that file."""
    if not written.attachments:
        return []
    files = {one.path: number for number, one in reversed(list(enumerate(written.attachments, 1)))}
    return [(one, files[one.path]) for one in open_of(session, post.id or 0) if one.path in files]


def add(
    session: Session, post: Post, file: Attachment, text: str, person: Person, now: datetime
) -> Proposal | None:
    """Remember a proposal; None if there is no room for it on the card."""
    post_id = post.id or 0
    mine = [one for one in open_of(session, post_id) if one.user_id == person.id]
    used = select(func.max(Proposal.number)).where(
        Proposal.post_id == post_id,
        or_(col(Proposal.revision) == post.revision, col(Proposal.open).is_(True)),
    )
    number = (session.exec(used).one() or 0) + 1
    if len(mine) >= OF_ONE or number > MOST:
        return None
    made = Proposal(
        post_id=post_id,
        revision=post.revision,
        number=number,
        path=file.path,
        text=text,
        user_id=person.id,
        name=person.name,
        at=now,
    )
    session.add(made)
    session.flush()
    return made


def tapped(desk: Desk, post: Post, revision: Revision, card: Message) -> tuple[Proposal, Person] | None:
    """The first proposal that the author or an approver took with its emoji, and who did."""
    with desk.database.transaction() as session:
        who = electing.electorate(desk, session)
        for proposal, _ in shown(session, post, rows.written(revision)):
            meant = desk.chat.named(KEYS[proposal.number - 1])
            for reaction in card.reactions:
                person = desk.chat.directory.person(reaction.user_id)
                if reaction.emoji in meant and may_take(person, part_of(person, post, who)):
                    return proposal, person
    return None


def may_take(person: Person, part: Part) -> bool:
    """Whether this person may take a proposal for the post."""
    return part is not Part.MEMBER and person.active and not person.is_bot


def described(written: Written, path: str, text: str) -> Written:
    """The draft with that alt text for the file."""
    files = (described_one(one, text) if one.path == path else one for one in written.attachments)
    return replace(written, attachments=tuple(files))


def described_one(file: Attachment, text: str) -> Attachment:
    """With that alt text; what the message says itself is remembered, so that its next edit does not bring it back."""
    said = file.instead_of if file.instead_of is not None else file.alt
    return replace(file, alt=text, instead_of=said)


def close(session: Session, proposal: Proposal) -> None:
    """It was taken."""
    row = session.get(Proposal, proposal.id)
    if row is not None:
        row.open = False
