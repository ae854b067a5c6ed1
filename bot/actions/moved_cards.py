"""A card that somebody moves out of the channel, deletes, or hides: what was decided on it stays.

In Zulip every member may move what others wrote, and nobody is to void by that what approvers gave. Where the card is seen
elsewhere, its reactions count as they stand there. Of a card that nobody sees any more it is known who had approved as
long as the bot heard it go: who changed a reaction at that moment is asked anew. Such a card may have been deleted to stop
its post, so that is held.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlmodel import Session

from bot.actions import aside, electing, kept_votes, movers, rows, stopping, voting
from bot.chat import Message, Person
from bot.desk import Desk
from bot.replies import lines
from bot.stops import Part
from storage import inbox, queue
from storage.inbox import Inbox, Kind
from storage.models import Post, Revision, Vote


def carry_over(
    desk: Desk,
    session: Session,
    post: Post,
    revision: Revision,
    card: Message | None,
    now: datetime,
    *,
    seen: bool,
) -> None:
    """Let the votes that stand be votes without that card (as it is seen now, if it is). Without `seen` nobody saw on it all
    that goes out: then approvals end with it.
    """
    card_id = revision.card_id or 0
    if card is not None and card.place.channel_id != desk.chat.home:
        told = [one.person_id for one in _heard(session, post, card_id) if one.kind == Kind.PLACE]
        who = movers.mover(desk, card, next(iter(told), 0))
        queue.write_entry(session, at=now, who=who.name, what=f"card {movers.MOVED}", post_id=post.id)
    forget_aside(session, post)  # nobody looked whether they stand
    if card is not None and seen and not revision.continues:
        voting.count(desk, session, post, revision, card, now)  # also what nobody counted yet
    elif card is not None:
        _veto(desk, session, post, revision, card, now)
    for vote in rows.standing(session, post, post.revision):
        if vote.kind == "veto":
            kept_votes.keep_veto(session, post, vote)
        elif not seen:
            session.delete(vote)
        elif vote.via == "reaction":
            stands = (
                _certain(desk, session, post, card_id, vote) if card is None else _stands(desk, card, vote)
            )
            if stands:
                kept_votes.keep(session, vote, card_id if card is not None else kept_votes.NOWHERE)
            elif card is None:
                session.delete(vote)
            else:
                voting.take_back(session, post, vote, now)
    session.flush()


def cards(session: Session, post: Post) -> set[int]:
    """The earlier cards which have reactions that count still."""
    standing = rows.standing(session, post, post.revision)
    vias = [vote.via for vote in standing]
    vias += [one.emoji for one in aside.by_command(session, post, post.revision)]
    return {kept_votes.card_in(via) for via in vias} - {kept_votes.NOWHERE}


def taken_away(desk: Desk, session: Session, post: Post, seen: Mapping[int, Message | None]) -> list[Vote]:
    """The approvals whose reactions do not stand any more on these earlier cards, as they were seen now (None: gone)."""
    gone = []
    for vote in rows.standing(session, post, post.revision):
        number = kept_votes.card_of(vote)
        if number not in seen:
            continue
        card = seen[number]
        if card is None and _certain(desk, session, post, number, vote):
            kept_votes.keep(session, vote, kept_votes.NOWHERE)
        elif card is None or not _stands(desk, card, vote):
            gone.append(vote)
    forget_aside(session, post, lambda number, user_id: _is_there(desk, seen.get(number), user_id))
    return gone


def forget_aside(
    session: Session, post: Post, stands: Callable[[int, int], bool] = lambda _card, _person: False
) -> None:
    """Approvals from earlier cards that are set aside count never again, unless their reaction `stands`, by card and person:
    who took it away may not find it again.
    """
    found = [one for one in aside.by_command(session, post, post.revision) if one.emoji]
    aside.forget(session, [one for one in found if not stands(kept_votes.card_in(one.emoji), one.user_id)])


def _veto(desk: Desk, session: Session, post: Post, revision: Revision, card: Message, now: datetime) -> None:
    """A card that did not show all of it, any more, brings no approval; a veto on it always counts."""
    who = electing.electorate(desk, session)
    known = {one.user_id for one in rows.standing(session, post, post.revision) if one.kind == "veto"}
    left = aside.of(session, post, post.revision, card.id)
    for person, emoji, kind in voting.reactions(desk, card):
        counts = kind == "veto" and (person.id, aside.named(emoji)) not in left
        if counts and person.id not in known and not voting.refusal(desk, person, post, revision, who, kind):
            voting.cast(session, post, post.revision, person, kind, via="reaction", now=now)
            known.add(person.id)


def _stands(desk: Desk, card: Message, vote: Vote) -> bool:
    return _is_there(desk, card, vote.user_id, vote.kind)


def _is_there(desk: Desk, card: Message | None, user_id: int, kind: str = "approve") -> bool:
    mine = [one.emoji for one in card.reactions if one.user_id == user_id] if card is not None else []
    return any(voting.kind_of(desk, one) == kind for one in mine)


def _certain(desk: Desk, session: Session, post: Post, card_id: int, vote: Vote) -> bool:
    """Whether it is known that a reaction stood on a card when that went: the bot heard it go, had looked at it before, and
    its person did nothing to it just then.
    """
    if (post.id or 0) in desk.unlooked:
        return False
    here = _heard(session, post, card_id)
    changed = {one.person_id for one in here if one.kind == Kind.VOTE}
    return any(one.kind == Kind.PLACE for one in here) and not changed & {vote.user_id, 0}


def _heard(session: Session, post: Post, card_id: int) -> list[Inbox]:
    """What was heard of a card, and is not worked off."""
    heard = inbox.about(session, [post.id or 0], {Kind.VOTE, Kind.PLACE})
    return [one for one in heard if one.message_id == card_id]


def hold(desk: Desk, session: Session, post: Post, card_id: int, now: datetime) -> None:
    """Its card is gone, and nobody tells who did that: it is held. There is no bound, as nobody can be told apart: a veto, or the
    wish to stop it, may have gone with the card, and any approver lets it go on.
    """
    somebody = Person(0, movers.SOMEBODY)
    stopping.hold(session, post, somebody, Part.MEMBER, now, what="held: its card was deleted or hidden")
    text = lines.card_hidden(post, electing.electorate(desk, session))
    queue.notify(session, key=f"card_hidden:{post.id}:{card_id}", text=text, post_id=post.id, now=now)
