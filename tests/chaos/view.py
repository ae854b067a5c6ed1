"""What the bot has written down, read beside it: only to know when it has come to rest, never to judge it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from storage.database import Database
from storage.inbox import Inbox
from storage.models import Delivery, Notice, Post, Revision, Staged
from storage.states import DeliveryState, PostState, StagedState

LATE = timedelta(hours=1)
"""How long after its time a post expires (the default of `late`)."""
GATHER = timedelta(seconds=5)
SEARCHES = 3
_TOLD = {DeliveryState.PUBLISHED, DeliveryState.FAILED, DeliveryState.UNKNOWN}


@dataclass(frozen=True)
class View:
    """One moment of the bot's database."""

    posts: dict[int, Post]
    """By the message of the draft."""
    deliveries: list[Delivery]
    staged: list[Staged]
    inbox: list[Inbox]
    cards: dict[int, int | None]
    """Number of a post -> the card of its present revision."""
    unsaid: int
    """Notices that wait to be said."""

    def dues(self) -> list[tuple[datetime, str]]:
        """Every instant at which the bot has something to do by itself, and what."""
        found: list[tuple[datetime, str]] = []
        for post in self.posts.values():
            if post.state == PostState.APPROVED:
                found.append((post.due_at or post.created_at, f"#{post.id} approved"))
            elif post.state in {PostState.DRAFT, PostState.HELD} and post.due_at is not None:
                found.append((post.due_at + LATE, f"#{post.id} {post.state}, to expire"))
        found += [
            (row.heard_at + GATHER, f"#{row.post_id} {row.kind} {row.verb} waits") for row in self.inbox
        ]
        for one in self.deliveries:
            searching = one.state == DeliveryState.UNKNOWN and one.searches < SEARCHES
            name = f"#{one.post_id} {one.account} {one.state}: {one.error[:90]}"
            if one.state in {DeliveryState.PENDING, DeliveryState.SENDING} or searching:
                found.append((one.not_before, name))
            elif not one.told and one.state in _TOLD:
                found.append(((one.settled_at or one.not_before) + timedelta(seconds=20), f"{name} untold"))
        found += [
            (staged.not_before, f"#{staged.post_id} {staged.account} prepared: {staged.state}")
            for staged in self.staged
            if staged.state not in {StagedState.STAGED, StagedState.FAILED}
        ]
        return found

    def of(self, post_id: int | None) -> list[Delivery]:
        """The deliveries of a post."""
        return [one for one in self.deliveries if one.post_id == post_id]


def look(database: Database) -> View:
    """How everything stands now."""
    with database.reading() as session:
        posts = {one.message_id: one for one in session.exec(select(Post))}
        revisions = session.exec(select(Revision.post_id, Revision.number, Revision.card_id)).all()
        unsaid = len(session.exec(select(Notice.id).where(col(Notice.said_at).is_(None))).all())
        deliveries, staged = list(session.exec(select(Delivery))), list(session.exec(select(Staged)))
        waiting = list(session.exec(select(Inbox)))
    current = {one.id or 0: one.revision for one in posts.values()}
    cards = {number: card for number, revision, card in revisions if current.get(number) == revision}
    return View(posts, deliveries, staged, waiting, cards, unsaid)
