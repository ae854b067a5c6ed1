"""How many bytes of files may be fetched for a draft: bounded for people who are no approvers, and told on the card.

All of them together have a bound, too, and each a fair share of it. When it is full, and somebody comes who is below their
share, the files of whoever holds most make room, those of the oldest draft first: one who fills it turns nobody else away.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.actions import electing, tidying
from bot.chat import Person
from bot.desk import Desk
from bot.replies import bounds
from storage import queue, weight
from storage.models import Post
from storage.weight import Waiting

log = logging.getLogger("social.weighing")

HOUR: Final = timedelta(hours=1)
MIB: Final = 1024 * 1024


class TooHeavy(Exception):
    """No more is fetched for this draft; its text is for people."""


class Scales:
    """What may still be fetched for one draft, and what was."""

    def __init__(self, desk: Desk, writer: Person, now: datetime) -> None:
        self._desk = desk
        self._writer = writer
        self._now = now
        self._fetched = 0
        self._own: int | None = None
        self._free = self._share = self._left_of_share = 0
        with desk.database.reading() as session:
            if electing.approves(desk, session, writer):
                return
            brought = sum(weight.brought(session, writer.id, now - HOUR).values())
            self._own = desk.config.social.file_mib_an_hour * MIB - brought
            waiting = _waiting(desk, session)
        most = desk.config.social.file_mib_waiting * MIB
        self._share = most // len({writer.id, *(one.author_id for one in waiting)})
        self._free = most - _size(waiting)
        self._left_of_share = self._share - _size(_of(waiting, writer.id))

    def weighed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The same pieces, as long as there is room for them. Raises `TooHeavy`."""
        for piece in pieces:
            self._fetched += len(piece)
            self._weigh()
            yield piece
        if self._own is not None and self._fetched > self._free:
            # at its end: for a file that turns out to be too large nobody else loses one
            self._make_room(self._desk.config.social.file_mib_waiting)

    def _weigh(self) -> None:
        social = self._desk.config.social
        if self._own is None:
            return
        if self._fetched > self._own:
            raise TooHeavy(bounds.heavy(social.file_mib_an_hour))
        if self._fetched > max(self._free, self._left_of_share):
            raise TooHeavy(bounds.heavy_together(social.file_mib_waiting))

    def _make_room(self, most: int) -> None:
        """Remove files of whoever holds most, post by post. Raises `TooHeavy` if that is not enough.

        In a transaction, so that none of the posts is approved meanwhile.
        """
        desk, tried = self._desk, set[int]()
        with desk.database.transaction() as session:
            needed = tidying.needed(session, self._now, desk.config.social.keep_files)
            waiting = _waiting(desk, session)
            cancelled = tidying.cancelled(session)
            drafts = {one.post_id for one in waiting} | cancelled
            # what an approved post needs anyway takes no room, and is never removed
            waiting = _only(waiting, {one for one, posts in needed.items() if posts <= drafts})
            while self._fetched > (room := most * MIB - _size(waiting)):
                oldest = self._oldest([one for one in waiting if one.post_id not in tried])
                if oldest is None:
                    break
                tried.add(oldest.post_id)
                gone = {one for one in oldest.files if needed[one] - cancelled <= tried}
                for one in gone:
                    desk.store.remove(one)
                if gone:
                    _tell(session, oldest.post_id, most, self._now)
                waiting = _only(waiting, needed.keys() - gone)
            self._free = room
        if self._fetched > self._free:
            raise TooHeavy(bounds.heavy_together(most))

    def _oldest(self, waiting: list[Waiting]) -> Waiting | None:
        """The oldest of whoever holds most; None if nobody else is above a fair share."""
        others = {one.author_id for one in waiting} - {self._writer.id}
        sizes = {_size(_of(waiting, one)): one for one in sorted(others)}
        if not sizes or max(sizes) <= self._share:
            return None
        return _of(waiting, sizes[max(sizes)])[0]


def _tell(session: Session, post_id: int, most: int, now: datetime) -> None:
    post = session.get_one(Post, post_id)
    key = f"made_room:{post_id}:{post.revision}:{now.isoformat()}"
    queue.notify(session, key=key, text=bounds.made_room(post, most), post_id=post_id, now=now)
    log.info("the files of #%s made room", post_id, extra={"action": "made_room"})


def _waiting(desk: Desk, session: Session) -> list[Waiting]:
    """The files that are in the bot's folder for drafts of people who are no approvers, the oldest draft first."""
    bounded: dict[int, bool] = {}
    found = []
    for one in weight.unreviewed(session):
        if one.author_id not in bounded:
            author = desk.chat.directory.person(one.author_id)
            bounded[one.author_id] = not electing.approves(desk, session, author)
        there = {name: size for name, size in one.files.items() if desk.store.has(name)}
        if there and bounded[one.author_id]:
            found.append(Waiting(one.post_id, one.author_id, there))
    return found


def _only(waiting: list[Waiting], names: Collection[str]) -> list[Waiting]:
    kept = [
        replace(one, files={name: size for name, size in one.files.items() if name in names})
        for one in waiting
    ]
    return [one for one in kept if one.files]


def _of(waiting: list[Waiting], author_id: int) -> list[Waiting]:
    return [one for one in waiting if one.author_id == author_id]


def _size(waiting: list[Waiting]) -> int:
    """Bytes of these files, each counted once."""
    return sum({name: size for one in waiting for name, size in one.files.items()}.values())
