"""From the votes on a card to the state of its post: they count where the team sees them, and all that goes out."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot import rules, stops
from bot.actions import (
    aside,
    cards,
    continuing,
    lastlook,
    moved_cards,
    pointing,
    rows,
    showing,
    tidying,
    voting,
)
from bot.chat import Message
from bot.desk import Desk
from bot.replies import lines, votes
from bot.rules import Judgement
from storage import cursors, queue
from storage.models import Post, Revision
from storage.states import DeliveryState, PostState


def apply(desk: Desk, session: Session, post: Post, judgement: Judgement, now: datetime) -> None:
    """Let the post's state, or its deliveries, follow from how its votes stand."""
    state = PostState(post.state)
    if state is PostState.RELEASED:
        _apply_to_deliveries(desk, session, post, judgement, now)
        return
    wanted = tidying.possible(desk, session, post, rules.next_state(state, judgement), now)
    if wanted is state:
        if wanted is PostState.APPROVED:
            _tell_of_the_rest(desk, session, post, judgement, now)
        return
    if wanted is PostState.APPROVED:
        if post.timing == "now":
            post.due_at = now + desk.config.social.grace
        stops.lifted(post)  # whatever was stopped is another revision: its card told, and it is approved
        who = ", ".join(judgement.approvers)
        queue.transition(session, post, wanted, who=who, what="approved", now=now)
        text = votes.approved(post, judgement, now, desk.titles)
        if not judgement.complete:
            cursors.write(session, _partly(post), str(post.revision))
    else:
        if post.timing == "now":
            post.due_at = None
        who = ", ".join(judgement.vetoes) or "bot"
        what = "vetoed" if judgement.vetoes else "lost an approval"
        queue.transition(session, post, wanted, who=who, what=what, now=now)
        text = votes.unapproved(post, judgement)
    queue.notify(session, key=cards.judged(post.id or 0, now), text=text, post_id=post.id, now=now)


def _tell_of_the_rest(desk: Desk, session: Session, post: Post, judgement: Judgement, now: datetime) -> None:
    """It was told that some of its accounts are approved, and now the last of them is."""
    if not judgement.complete or cursors.read(session, _partly(post)) != str(post.revision):
        return
    cursors.forget(session, _partly(post))
    text = votes.approved(post, judgement, now, desk.titles)
    queue.notify(session, key=cards.judged(post.id or 0, now), text=text, post_id=post.id, now=now)


def _partly(post: Post) -> str:
    return f"partly_approved:{post.id}"


def _apply_to_deliveries(
    desk: Desk, session: Session, post: Post, judgement: Judgement, now: datetime
) -> None:
    came = []
    for delivery in queue.deliveries(session, post.id or 0):
        ready = delivery.account in judgement.ready
        if delivery.state == DeliveryState.WAITING and ready:
            came.append(delivery.account)
            delivery.not_before = (
                now + desk.config.social.grace
            )  # as before every release: somebody may still stop it
            queue.transition(
                session, delivery, DeliveryState.PENDING, who="bot", what="its approvals came", now=now
            )
        elif delivery.state == DeliveryState.PENDING and not ready:
            queue.transition(
                session, delivery, DeliveryState.WAITING, who="bot", what="its approvals went", now=now
            )
    if came:
        text = votes.rest_approved(post, came, desk.titles)
        queue.notify(session, key=cards.judged(post.id or 0, now), text=text, post_id=post.id, now=now)


def moved_out(desk: Desk, message: Message) -> bool:
    """Whether it lies in another channel."""
    return message.place.channel_id is not None and message.place.channel_id != desk.chat.home


def count(desk: Desk, post: Post, revision: Revision, draft: Message, now: datetime) -> Post | None:
    """Follow the reactions on the current card, and let it show what follows. None: there is no card to follow."""
    if revision.card_id is None or post.state == PostState.WITHDRAWN:
        return None
    version = desk.chat.directory.version
    card = desk.chat.look(revision.card_id)
    shown = continuing.look(desk, revision) if card is not None else None
    if card is None or shown is None or moved_out(desk, card):
        _card_gone(desk, post, revision, draft, card, now)
        return None
    former = _former(desk, post)
    with desk.database.transaction() as session:
        post = rows.post(session, post.id or 0)
        revision = rows.current(session, post)
        if revision.card_id != card.id:
            return None
        unseen = cards.unseen(desk, session, post, revision, draft)
        if not unseen:
            _follow_former(desk, session, post, former, now)
            judgement = voting.count(desk, session, post, revision, card, now)
            pointing.point_to_card(desk, session, post, revision, (draft, *shown), now)
            apply(desk, session, post, judgement, now)
            text = cards.text_of(desk, session, post, revision, judgement)
    if unseen:
        _card_gone(desk, post, revision, draft, card, now, seen=False)
        return None
    if not revision.continues and not former:  # else more than its draft and its card is looked at
        lastlook.note(desk, post, draft, card, version)
    cards.offer(desk, revision, card)
    if post.state == PostState.RELEASED or (revision.card_open and revision.card_text != text):
        desk.stale.add(post.id or 0)  # it is shown by who tells: who obeys does not wait for Zulip's limit
        return post
    cards.show(desk, post, revision, judgement, text, now)
    return post


def _former(desk: Desk, post: Post) -> dict[int, Message | None]:
    """The earlier cards of the same text whose reactions count still, as they stand now."""
    with desk.database.reading() as session:
        wanted = moved_cards.cards(session, post)
    return {one: desk.chat.look(one) for one in wanted}


def _follow_former(
    desk: Desk, session: Session, post: Post, seen: dict[int, Message | None], now: datetime
) -> None:
    for vote in moved_cards.taken_away(desk, session, post, seen):
        voting.take_back(session, post, vote, now)


def _card_gone(
    desk: Desk,
    post: Post,
    revision: Revision,
    draft: Message,
    card: Message | None,
    now: datetime,
    *,
    seen: bool = True,
) -> None:
    """The card is not where the team sees it and all that goes out (without `seen`: it does not show all of that): it is said
    anew. What was decided on it stays: no stranger voids or lifts that by moving a message.
    """
    if card is not None:
        say = lines.card_elsewhere if moved_out(desk, card) else lines.card_incomplete
        desk.chat.edit(card.id, say(post))
    if revision.continues:
        continuing.strike(desk, revision, draft)
    with desk.database.transaction() as session:
        row = rows.post(session, post.id or 0)
        fresh = rows.revision(session, post.id or 0, revision.number)
        before = row.state
        moved_cards.carry_over(desk, session, row, fresh, card, now, seen=seen)
        fresh.card_id, fresh.card_open, fresh.card_text = None, True, ""
        continuing.forget(session, fresh)
        showing.forget(session, post)
        aside.forget_all(session, post)
        session.flush()
        apply(desk, session, row, voting.count(desk, session, row, fresh, None, now), now)
        if card is None and before == row.state == PostState.APPROVED:
            moved_cards.hold(desk, session, row, revision.card_id or 0, now)
        wanted = row.state != PostState.RELEASED or rows.unfinished(session, row.id or 0)
    if wanted:
        cards.put(desk, post.id or 0, revision.number, draft, now)
