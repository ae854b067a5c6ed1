"""A draft that was moved out of the channel, or that nobody finds any more.

Its author and approvers withdraw the post by moving it; anybody else holds it, for in Zulip every member may move what
others wrote. One that was deleted, or moved to where the bot sees nothing, holds its post if somebody approved that.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlmodel import Session

from bot import stops
from bot.actions import allowing, counting, electing, movers, rows, stopping
from bot.chat import Message, Person, Place
from bot.desk import Desk
from bot.replies import bounds, lines
from bot.rules import Electorate
from bot.stops import Part
from storage import allowance, cursors, queue
from storage.models import Post
from storage.states import PostState

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_HOLDABLE: Final = frozenset({PostState.DRAFT, PostState.APPROVED, PostState.HELD})


def hidden(desk: Desk, post_id: int, now: datetime) -> Message | None:
    """Nobody finds the draft any more, and Zulip tells neither whether it was deleted or moved out of sight, nor by whom: a post
    that somebody approved is held, once, and any approver lets it go on as its card shows it. Returned is a message in its
    place, without a text; None if the post is withdrawn by that.
    """
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        known = bool(cursors.read(session, _gone(post_id)))
        approved = any(one.kind == "approve" for one in rows.standing(session, post, post.revision))
        if not (approved and post.state in _HOLDABLE) and not (known and post.state == PostState.RELEASED):
            return None
        if not known:
            cursors.write(session, _gone(post_id), now.isoformat())
            who = electing.electorate(desk, session)
            somebody = Person(0, movers.SOMEBODY)
            what = "held: its draft was deleted or hidden"
            stopping.hold(session, post, somebody, Part.MEMBER, now, what=what)
            text = lines.draft_hidden(post, who)
            queue.notify(
                session, key=f"hidden:{post_id}:{now.isoformat()}", text=text, post_id=post_id, now=now
            )
            desk.stale.add(post_id)
        place = Place(channel_id=post.channel_id, topic=post.topic)
        return Message(post.message_id, post.author_id, "", place, _NEVER)


def _gone(post_id: int) -> str:
    return f"draft_gone:{post_id}"


def withdrawn(desk: Desk, post_id: int, draft: Message) -> bool:
    """Whether the draft was moved out by who may withdraw the post. To be asked after `judge`."""
    if not counting.moved_out(desk, draft):
        return False
    with desk.database.reading() as session:
        return not cursors.read(session, _name(post_id))


def judge(desk: Desk, post_id: int, draft: Message, told: int, now: datetime) -> None:
    """Follow where the draft lies: each move of a stranger is acted on once. To be called in the turn of the draft."""
    out = counting.moved_out(desk, draft)
    person = movers.mover(desk, draft, told)
    at = next((one.at for one in draft.moves if one.left == desk.chat.home), 0)
    this = f"{person.id}:{at}" if out else ""
    with desk.database.reading() as session:
        before = cursors.read(session, _name(post_id))
        was_gone = bool(cursors.read(session, _gone(post_id)))
    if was_gone:  # it is back: another time it is gone is another hold
        with desk.database.transaction() as session:
            cursors.forget(session, _gone(post_id))
    if before == this or (before and out and not person.id):  # who it was is known already
        return
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        if post.state == PostState.WITHDRAWN:
            return
        who = electing.electorate(desk, session)
        part = Part.MEMBER if not person.id else stops.part_of(person, post, who)
        if not out or part is not Part.MEMBER:
            cursors.forget(session, _name(post_id))
            return
        if not person.id and post.state == PostState.RELEASED:
            return  # perhaps its author's wish: what is not sent yet stays in
        cursors.write(session, _name(post_id), this)
        if post.state in _HOLDABLE and not person.guest:
            _hold(desk, session, post, person, who, (draft.id, at), now)


def _hold(
    desk: Desk,
    session: Session,
    post: Post,
    person: Person,
    who: Electorate,
    this: tuple[int, int],
    now: datetime,
) -> None:
    """As `hold` by a member is, with the same bound; an unknown person has none."""
    most = desk.config.social.holds_an_hour
    key = f"{post.id}:{person.id}:{this[1]}:{now.isoformat()}"
    if person.id:
        room = allowance.room_to_act(session, person.id, "hold", most, this, allowing.HOUR, now)
        if room > now:
            text = bounds.moves(most, room, post)
            queue.notify(session, key=f"moved:{key}", text=text, user_id=person.id, now=now)
            return
    stopping.hold(session, post, person, Part.MEMBER, now, what=f"held: its draft was {movers.MOVED}")
    text = lines.moved_out(post, person.name, who)
    queue.notify(session, key=f"moved_out:{key}", text=text, post_id=post.id, now=now)
    desk.stale.add(post.id or 0)


def _name(post_id: int) -> str:
    return f"moved_out:{post_id}"
