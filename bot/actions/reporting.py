"""What people are told: the outcome of deliveries, and everything else that waits in the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session, func, select

from bot.actions import lastlook, rows
from bot.actions.gathering import gather, perhaps_said
from bot.actions.warning import known_cause
from bot.chat import Down, Place, Refused
from bot.desk import Desk
from bot.replies import reports
from storage import parts, queue
from storage.models import Delivery, Notice, Post
from storage.states import DeliveryState

log = logging.getLogger("social.reporting")

GENERAL = "social"
"""The topic for what is about no post, or cannot be said in the topic of its post."""
TOPICS = {"account": "accounts"}
"""First word of a notice's key -> the topic of its own that such notices have."""
PATIENCE = timedelta(seconds=20)
"""How long an outcome waits for the others of its post, so that one message tells of all."""
ASKED = timedelta(seconds=115)
"""So long a delivery is in doubt before people are asked; what can be found out was found out by then."""


def report(desk: Desk, post_id: int, now: datetime) -> None:
    """Tell what became of a post, once all of it is settled or after some patience with the slow ones."""
    with desk.database.transaction() as session:
        post = rows.post(session, post_id)
        deliveries = queue.deliveries(session, post_id)
        news = [one for one in deliveries if not one.told and _is_news(one, now)]
        for one in [one for one in news if one.state == DeliveryState.FAILED and known_cause(session, one)]:
            news.remove(one)
            one.told = True  # its account was told of, and names it when it works again
            session.add(one)
        busy = [one for one in deliveries if _is_busy(one, now)]
        if not news or (busy and all(_fresh(one, now) for one in news)):
            return
        wanted = {one.account: _wanted(session, one) for one in news if one.state == DeliveryState.UNKNOWN}
        text = reports.report(post, news, desk.titles, deliveries, wanted)
        key = "outcome:" + ":".join(f"{one.id}-{one.state}-{one.key[:8]}-{one.attempts}" for one in news)
        queue.notify(session, key=key, text=text, post_id=post_id, now=now)
        for one in news:
            one.told = True
            session.add(one)


def untold(desk: Desk) -> dict[int, int]:
    """Posts with outcomes that people were not told of yet, and how many."""
    with desk.database.reading() as session:
        return queue.untold(session)


def _wanted(session: Session, delivery: Delivery) -> str:
    """What people are to look for: the part of which nobody knows."""
    outgoing = rows.outgoing(rows.revision(session, delivery.post_id, delivery.revision)).get(
        delivery.account
    )
    number = len(parts.of(session, delivery.post_id, delivery.account))
    return reports.to_look_for(outgoing, number, delivery.first_at) if outgoing else ""


def _is_news(delivery: Delivery, now: datetime) -> bool:
    if delivery.state == DeliveryState.UNKNOWN:
        # it is searched for; but who could post it by hand must not wait for hours
        asked = delivery.settled_at is None or not timedelta() <= now - delivery.settled_at < ASKED
        return asked or delivery.searches >= 3  # noqa: PLR2004
    return delivery.state in {DeliveryState.PUBLISHED, DeliveryState.FAILED}


def _is_busy(delivery: Delivery, now: datetime) -> bool:
    if delivery.state == DeliveryState.SENDING:
        return True
    searching = delivery.state == DeliveryState.UNKNOWN and not _is_news(delivery, now)
    return (delivery.state == DeliveryState.PENDING or searching) and delivery.not_before <= now + PATIENCE


def _fresh(delivery: Delivery, now: datetime) -> bool:
    return delivery.settled_at is not None and now < delivery.settled_at + PATIENCE


def speak(desk: Desk, now: datetime, may_go_on: Callable[[], bool] = lambda: True) -> int:
    """Say what waits in the outbox, oldest first; stops quietly while Zulip is down, and when it may not go on.

    Returns how many.
    """
    gather(desk, now)
    with desk.database.reading() as session:
        waiting = list(queue.outbox(session))
    done = 0
    for notice in waiting:
        if not may_go_on():
            break
        try:
            message_id = _say(desk, notice)
        except Down as error:
            log.warning("zulip is away, notices wait: %s", error, extra={"action": "speak_waits"})
            break
        except Refused as error:
            log.warning("notice %s cannot be said: %s", notice.id, error, extra={"action": "speak_refused"})
            message_id = None
        with desk.database.transaction() as session:
            row = session.get(Notice, notice.id)
            if row is not None:
                queue.said(session, row, now=now, message_id=message_id)
        desk.begun.discard(notice.id or 0)
        done += 1
    return done


def _say(desk: Desk, notice: Notice) -> int:
    place = _place(desk, notice)
    if perhaps_said(desk, notice):  # then it is newer than all that is known to have been said
        said = desk.chat.said(place, notice.text, _last_said(desk))
        if said is not None:
            return said
    desk.begun.add(notice.id or 0)
    try:
        return desk.chat.say(place, notice.text)
    except Refused:
        if notice.user_id is not None:
            raise
        return desk.chat.say(Place(channel_id=desk.chat.home, topic=GENERAL), notice.text)


def _last_said(desk: Desk) -> int:
    """The newest message that is known to be a notice; they are said in turns, so a later one has a greater id."""
    with desk.database.reading() as session:
        return session.exec(select(func.max(Notice.message_id))).one() or 0


def _place(desk: Desk, notice: Notice) -> Place:
    """Where a notice goes: to one person, or to where its post is spoken of."""
    if notice.user_id is not None:
        return Place(user_ids=(notice.user_id,))
    topic = TOPICS.get(notice.key.partition(":")[0])
    if topic and notice.post_id is None:
        return Place(channel_id=desk.chat.home, topic=topic)
    return place_of(desk, notice.post_id)


def place_of(desk: Desk, post_id: int | None) -> Place:
    """Where one speaks of a post: where its card is now, as long as that is in the channel."""
    with desk.database.reading() as session:
        post = session.get(Post, post_id) if post_id else None
        card_id = rows.current(session, post).card_id if post and post.revision else None
    if post is None:
        return Place(channel_id=desk.chat.home, topic=GENERAL)
    seen = lastlook.where(desk, post_id or 0, card_id) if card_id else None
    if seen is not None and seen.channel_id == desk.chat.home:
        return seen
    card = desk.chat.look(card_id) if card_id else None
    if card is not None and card.place.channel_id == desk.chat.home:
        return card.place
    return Place(channel_id=desk.chat.home, topic=post.topic)
