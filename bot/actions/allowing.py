"""What people who are no approvers may ask of the bot within a time, so that nobody keeps it from all others.

What is above a bound is answered once in an hour, in words that say when there is room again, and is then taken when its
author edits it or says it again. Reactions of people who approve nothing are not looked at for the rest of a minute.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.actions import electing
from bot.actions.intake import pausing
from bot.chat import Hint, Kind, Message, Person
from bot.desk import Desk
from bot.grammar import Command, Orders, Said, Unknown, Written
from bot.replies import bounds
from storage import allowance, inbox, queue
from storage.inbox import Inbox
from storage.models import Post
from storage.states import PostState

DRAFT: Final = "draft"
QUESTION: Final = "question"
ORDER: Final = "order"
EDIT: Final = "edit"
HOUR: Final = timedelta(hours=1)
SHORT: Final = timedelta(seconds=10)
MINUTE: Final = timedelta(minutes=1)
ASKING: Final = frozenset({"plan", "drafts", "waiting", "history", "show", "log", "status", "help"})
"""Verbs that change nothing."""
REMEMBERED: Final = 1000
"""People whose reactions of the last minute are counted."""


def kind_of(said: Said) -> str:
    """Which bound a message falls under."""
    if isinstance(said, Unknown):
        return QUESTION if said.stops is None else ORDER
    if isinstance(said, Orders):
        return ORDER
    if isinstance(said, Written) or said.verb == "copy":
        return DRAFT
    return QUESTION if said.verb in ASKING else ORDER


def turned_away(desk: Desk, message: Message, said: Said, person: Person, now: datetime) -> str | None:
    """What is said to the author of a message that is not taken now (nothing, where it was said already); None if it is
    taken, and then it is counted. What stops a post is always taken from its author.
    """
    this = message.id, int(message.changed_at.timestamp()) if message.changed_at else 0
    kind = kind_of(said)
    stops = _stops(said)
    if desk.full.get((person.id, kind), now) > now and not stops:
        return ""
    with desk.database.transaction() as session:
        if electing.approves(desk, session, person) or allowance.counted(session, kind, this):
            return None
        drafts = kind != DRAFT or electing.drafts(desk, session, person)
        kind = kind if drafts else QUESTION
        above, room = _above(desk, session, kind, person, now, holds="hold" in stops)
        if above is None or _stops_own(session, stops, person):
            allowance.take(session, person.id, kind, this, now)
            return None if drafts else bounds.no_drafter(desk.config.social.drafters)
        if allowance.room_at(session, person.id, f"told {kind}", 1, HOUR, now) > now:
            _remember_full(desk, person.id, kind, room, now)
            return ""
        allowance.take(session, person.id, f"told {kind}", this, now)
        return above


def edit_waits(desk: Desk, row: Inbox, now: datetime) -> bool:
    """Whether an edit of a draft is not read yet, because its author is above the bound for drafts: each edit is one, as it
    makes as much work. Nothing is lost: until it is read, nothing of the post goes out. An order that waits for it is not
    kept waiting.
    """
    this = row.message_id, int(row.heard_at.timestamp())
    most = desk.config.social.drafts_an_hour
    with desk.database.transaction() as session:
        post = session.get(Post, row.post_id or 0)
        if post is None or post.state == PostState.RELEASED:
            return False
        person = desk.chat.directory.person(post.author_id)
        if electing.approves(desk, session, person) or allowance.counted(session, DRAFT, this):
            return False
        room = allowance.room_at(session, person.id, DRAFT, most, HOUR, now)
        if room <= now or pressing(desk, inbox.about(session, [post.id or 0])):
            allowance.take(session, person.id, DRAFT, this, now)
            return False
        if allowance.room_at(session, person.id, "told edit", 1, HOUR, now) <= now:
            allowance.take(session, person.id, "told edit", this, now)
            text = bounds.edits(most, room, post)
            queue.notify(
                session, key=f"edits:{row.id}:{now.isoformat()}", text=text, user_id=person.id, now=now
            )
    _remember_full(desk, row.person_id, EDIT, room, now)
    return True


def full_of_edits(desk: Desk, person_id: int, now: datetime) -> bool:
    """Whether it is known that no edit of this person is read now."""
    return desk.full.get((person_id, EDIT), now) > now


def pressing(desk: Desk, rows: Iterable[Inbox]) -> bool:
    """Whether an order, or an approver's vote, is among them."""
    return any(
        one.kind == inbox.Kind.ORDER or desk.approves(one.person_id)
        for one in rows
        if one.kind != inbox.Kind.EDIT
    )


def _remember_full(desk: Desk, person_id: int, kind: str, room: datetime, now: datetime) -> None:
    """What hundreds of messages are turned away by is not asked of the database for each; anew after a few seconds."""
    desk.full = {one: until for one, until in desk.full.items() if until > now}
    desk.full[person_id, kind] = min(room, now + SHORT)


def _above(
    desk: Desk, session: Session, kind: str, person: Person, now: datetime, *, holds: bool
) -> tuple[str | None, datetime]:
    """What to say if this person is above the bound for this kind, and when there is room as far as time makes it. `holds`:
    it holds posts; who may is bounded by that, and not by what all others write.
    """
    social = desk.config.social
    most = {
        DRAFT: social.drafts_an_hour,
        QUESTION: social.questions_an_hour,
        ORDER: social.orders_an_hour,
    }[kind]
    room = allowance.room_at(session, person.id, kind, most, HOUR, now)
    if room > now:
        say = {DRAFT: bounds.drafts, QUESTION: bounds.questions, ORDER: bounds.orders}[kind]
        return say(most, room), room
    at_once = social.drafts_a_minute if kind == DRAFT else social.questions_a_minute
    if _is_crowded(session, kind, person, at_once, now) and not (
        holds and _may_hold(desk, session, person, now)
    ):
        return bounds.together(now + MINUTE), now + SHORT
    if kind == DRAFT and allowance.open_drafts(session, person.id) >= social.open_drafts:
        return bounds.open_drafts(social.open_drafts), now
    return None, now


def _is_crowded(session: Session, kind: str, person: Person, at_once: int, now: datetime) -> bool:
    """Whether all together wrote as much within a minute as is taken, and this person had a fair share of it: one who fills it
    turns nobody else away.
    """
    taken = allowance.by_person(session, kind, now - MINUTE)
    mine = taken.pop(person.id, 0)
    return sum(taken.values()) + mine >= at_once and mine >= max(at_once // (len(taken) + 1), 1)


def _may_hold(desk: Desk, session: Session, person: Person, now: datetime) -> bool:
    most = desk.config.social.holds_an_hour
    return (
        not person.guest
        and most > 0
        and allowance.room_at(session, person.id, "hold", most, HOUR, now) <= now
    )


def _stops(said: Said) -> dict[str, set[int]]:
    """What may stop posts of one's own, or of others: verb -> the posts."""
    found = dict[str, set[int]]()
    for one in said.each if isinstance(said, Orders) else (said,) if isinstance(said, Command) else ():
        if one.verb in {"hold", "cancel"}:
            numbers = () if one.post is None else (one.post, *one.others)
            found.setdefault(one.verb, set()).update(numbers)
    return found


def _stops_own(session: Session, stops: dict[str, set[int]], person: Person) -> bool:
    """Whether it keeps a post of this person from going out that would: once that is so, there is no more of it to say."""
    numbers = {number for posts in stops.values() for number in posts}
    return any(
        post.author_id == person.id and pausing.may_still_go(session, post)
        for number in sorted(numbers)
        if (post := session.get(Post, number)) is not None
    )


class Reactions:
    """Who reacted how often in the last minute. One thread's; a restart may forget a minute."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._of: OrderedDict[int, deque[datetime]] = OrderedDict()

    def too_many(self, hint: Hint, now: datetime) -> bool:
        """Whether this reaction is one too many, of somebody whose reactions approve nothing anyway. It is told once an
        hour, to that person alone.
        """
        most = self._desk.config.social.reactions_a_minute
        if hint.kind is not Kind.REACTED:
            return False
        taken = self._of.setdefault(hint.user_id, deque(maxlen=most))
        self._of.move_to_end(hint.user_id)
        while len(self._of) > REMEMBERED:
            self._of.popitem(last=False)
        full = len(taken) == most and now - taken[0] < MINUTE
        if not full:
            taken.append(now)
            return False
        return self._bounded(hint.user_id, most, now)

    def _bounded(self, user_id: int, most: int, now: datetime) -> bool:
        person = self._desk.chat.directory.person(user_id)
        with self._desk.database.transaction() as session:
            if electing.approves(self._desk, session, person):
                return False
            if person.active and not person.is_bot:
                who = electing.electorate(self._desk, session).name
                queue.notify(
                    session,
                    key=f"reactions:{user_id}:{now:%Y-%m-%d %H}",
                    text=bounds.reactions(most, who),
                    user_id=user_id,
                    now=now,
                )
        return True
