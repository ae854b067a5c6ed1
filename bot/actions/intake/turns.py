"""Which row of the inbox is worked off next: everybody in turn, approvers first, and one post's rows in their order."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from bot.actions import allowing
from bot.actions.intake import say
from bot.desk import Desk
from storage import inbox
from storage.inbox import IN_ORDER, Inbox, Kind
from storage.models import Post

LOOKED_AT: Final = 50
"""Rows of one person that are looked at for one that can be worked off now."""
REMEMBERED: Final = 5000
"""People of whom it is remembered when they had their turn."""
ENDS: Final = frozenset({"cancel", "veto"})
"""Verbs that stop a post whatever it says: they wait for no new text, the making of which may take long. A `hold` does,
because a new text would lift it; meanwhile both keep the post back.
"""
_SOON: Final = frozenset({Kind.REWRITE, Kind.PLACE})
"""Kinds that others may wait for, before what else the same person wrote."""


class Turns:
    """Whose turn it is in one lane. One thread's."""

    def __init__(self, desk: Desk, kinds: Collection[Kind]) -> None:
        self._desk = desk
        self._kinds = frozenset(kinds)
        self._served: OrderedDict[int, None] = OrderedDict()
        """People, those who had their turn last at the end."""
        self.aside: set[int] = set()
        """Rows that cannot be worked off while the bot is not in its channel."""

    def next(self, now: datetime, most: int) -> list[Inbox]:
        """The next rows, at most so many, and of each person one before anybody gets a second."""
        found: list[Inbox] = []
        waiting: dict[int, list[Inbox]] = {}
        with self._desk.database.reading() as session:
            for person in self._in_turn(inbox.turns(session, self._kinds)):
                if ready := self._ready(session, person, now):
                    waiting[person] = ready
                if len(waiting) == most:
                    break
        while waiting and len(found) < most:
            for person in list(waiting):
                if not waiting[person]:
                    del waiting[person]
                elif len(found) < most:
                    found.append(waiting[person].pop(0))
        for row in found:
            self._served[row.person_id] = None
            self._served.move_to_end(row.person_id)
        while len(self._served) > REMEMBERED:
            self._served.popitem(last=False)
        return found

    def _in_turn(self, people: dict[int, int]) -> list[int]:
        order = {person: number for number, person in enumerate(self._served)}
        approves = self._desk.approves
        return sorted(people, key=lambda one: (not approves(one), order.get(one, -1), people[one]))

    def _ready(self, session: Session, person: int, now: datetime) -> list[Inbox]:
        """The rows of a person that can be worked off now; of one post only the first. Edits and new texts come before new
        drafts: an order may wait for one.
        """
        found = [
            row
            for kinds in (self._kinds & {Kind.EDIT}, self._kinds & _SOON, self._kinds - _SOON - {Kind.EDIT})
            if kinds
            for row in inbox.of(session, person, kinds, LOOKED_AT)
        ]
        mine = [row for row in found if row.id not in self.aside]
        posts = {number for row in mine for number in row.post_ids}
        others = inbox.about(session, posts, {*IN_ORDER, Kind.EDIT}) if posts else ()
        first = self._with_a_say(session, others)
        ready = [row for row in mine if self._can(row, others, first, now)]
        return sorted(ready, key=lambda row: row.answer != "")  # what is to be done is done before it is told

    def _with_a_say(self, session: Session, others: Collection[Inbox]) -> dict[int, bool]:
        """Of orders and new texts, those that later ones about the same post may wait for -> whether it is no more than a
        member's `hold`. What others write changes nothing, and nobody waits for it.
        """
        approves, person = self._desk.approves, self._desk.chat.directory.person
        posts = {number for row in others for number in row.post_ids}
        authors = select(Post.id, Post.author_id).where(col(Post.id).in_(posts))
        wrote = set(session.exec(authors)) if posts else set()
        found = dict[int, bool]()
        for row in others:
            wrote_one = any((one, row.person_id) in wrote for one in row.post_ids)
            if wrote_one or (approves(row.person_id) and not person(row.person_id).guest):
                found[row.id or 0] = False
            elif say.brakes(self._desk, session, row):
                found[row.id or 0] = True
        return found

    def _can(self, row: Inbox, others: Collection[Inbox], first: Mapping[int, bool], now: datetime) -> bool:
        if row.answer or row.post_id is None:
            return True
        numbers = row.post_ids
        same = [one for one in others if one.id != row.id and not numbers.isdisjoint(one.post_ids)]
        ordered = [one for one in same if one.kind in IN_ORDER]
        if row.kind == Kind.EDIT:
            if allowing.full_of_edits(self._desk, row.person_id, now) and not allowing.pressing(
                self._desk, ordered
            ):
                return False
            # one that lies ahead was written before the clock went back
            quiet = not now - self._desk.config.social.gather < row.heard_at <= now
            return quiet or bool(ordered)
        if row.kind not in IN_ORDER:
            return True
        if row.kind == Kind.ORDER and any(one.kind == Kind.EDIT for one in same):
            return False  # it was written to what is to be read first
        before = [one for one in ordered if one.id in first and (one.id or 0) < (row.id or 0)]
        return not any(_waits(row, one, mere_hold=first[one.id or 0]) for one in before)


def _waits(row: Inbox, one: Inbox, *, mere_hold: bool) -> bool:
    """Whether an order waits for that one, which was written before it."""
    if mere_hold:
        return row.verb == "resume"
    return not (row.verb in ENDS and one.kind == Kind.REWRITE)
