"""From the votes on a card to the state of its post: they count where the team sees them, and all that goes out."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from bot import rules, stops
from bot.actions import aside, cards, continuing, lastlook, pointing, rows, showing, tidying, voting
from bot.chat import Message
from bot.desk import Desk
from bot.replies import lines
from bot.rules import Judgement
from storage import queue
from storage.models import Post, Revision
from storage.states import DeliveryState, PostState


def apply(desk: Desk, session: Session, post: Post, judgement: Judgement, now: datetime) -> None:
    """Let the post's state, or its deliveries, follow from how its votes stand."""
    state = PostState(post.state)
    if state is PostState.RELEASED:
        _apply_to_deliveries(session, post, judgement, now, desk.config.social.grace)
        return
    wanted = tidying.possible(desk, session, post, rules.next_state(state, judgement), now)
    if wanted is state:
        return
    if wanted is PostState.APPROVED:
        if post.timing == "now":
            post.due_at = now + desk.config.social.grace
        stops.lifted(post)  # whatever was stopped is another revision: its card told, and it is approved
        who = ", ".join(judgement.approvers)
        queue.transition(session, post, wanted, who=who, what="approved", now=now)
        text = lines.approved(post, judgement, now)
    else:
        if post.timing == "now":
            post.due_at = None
        who = ", ".join(judgement.vetoes) or "bot"
        what = "vetoed" if judgement.vetoes else "lost an approval"
        queue.transition(session, post, wanted, who=who, what=what, now=now)
        text = lines.unapproved(post, judgement)
    queue.notify(session, key=cards.judged(post.id or 0, now), text=text, post_id=post.id, now=now)


def _apply_to_deliveries(
    session: Session, post: Post, judgement: Judgement, now: datetime, grace: timedelta
) -> None:
    for delivery in queue.deliveries(session, post.id or 0):
        ready = delivery.account in judgement.ready
        if delivery.state == DeliveryState.WAITING and ready:
            delivery.not_before = now + grace  # as before every release: somebody may still stop it
            queue.transition(
                session, delivery, DeliveryState.PENDING, who="bot", what="its approvals came", now=now
            )
        elif delivery.state == DeliveryState.PENDING and not ready:
            queue.transition(
                session, delivery, DeliveryState.WAITING, who="bot", what="its approvals went", now=now
            )


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
        if card is not None:
            _void(desk, post, card)
        _card_gone(desk, post, revision, draft, now)
        return None
    with desk.database.transaction() as session:
        post = rows.post(session, post.id or 0)
        revision = rows.current(session, post)
        if revision.card_id != card.id:
            return None
        unseen = cards.unseen(desk, session, post, revision, draft)
        if not unseen:
            judgement = voting.count(desk, session, post, revision, card, now)
            pointing.point_to_card(desk, session, post, revision, (draft, *shown), now)
            apply(desk, session, post, judgement, now)
            text = cards.text_of(desk, session, post, revision, judgement)
    if unseen:
        _void(desk, post, card)
        _card_gone(desk, post, revision, draft, now)
        return None
    if not revision.continues:  # else more than its draft and its card is looked at
        lastlook.note(desk, post, draft, card, version)
    cards.offer(desk, revision, card)
    if post.state == PostState.RELEASED or (revision.card_open and revision.card_text != text):
        desk.stale.add(post.id or 0)  # it is shown by who tells: who obeys does not wait for Zulip's limit
        return post
    cards.show(desk, post, revision, judgement, text, now)
    return post


def _void(desk: Desk, post: Post, card: Message) -> None:
    """Votes count where the team sees them and all that goes out, and the text is not for another channel."""
    say = lines.card_elsewhere if moved_out(desk, card) else lines.card_incomplete
    desk.chat.edit(card.id, say(post))


def _card_gone(desk: Desk, post: Post, revision: Revision, draft: Message, now: datetime) -> None:
    """Somebody deleted the card or what it continues in, or moved it away: the approvals went with it, and all is
    said anew. Vetoes stay: no stranger lifts one by moving a message.
    """
    if revision.continues:
        continuing.strike(desk, revision, draft)
    with desk.database.transaction() as session:
        fresh = rows.revision(session, post.id or 0, revision.number)
        fresh.card_id, fresh.card_open, fresh.card_text = None, True, ""
        continuing.forget(session, fresh)
        showing.forget(session, post)
        aside.forget_all(session, post)
        for vote in rows.standing(session, post, revision.number):
            if vote.kind == "veto":
                voting.keep(session, post, vote)
            else:
                session.delete(vote)
        session.flush()
        row = rows.post(session, post.id or 0)
        apply(desk, session, row, voting.count(desk, session, row, fresh, None, now), now)
        wanted = row.state != PostState.RELEASED or rows.unfinished(session, row.id or 0)
    if wanted:
        cards.put(desk, post.id or 0, revision.number, draft, now)
