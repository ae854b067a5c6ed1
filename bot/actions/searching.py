"""Deliveries in doubt: the platform is asked whether they are there, and what it does not know, people are."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.actions import reporting, rows, stopping, twins, voting
from bot.actions.delivering import BUG, SEARCHES, deliver, outgoing_of, settle
from bot.actions.holding import Hold
from bot.actions.intake import gate
from bot.actions.sync import sync
from bot.actions.waiting import FIRST_WAIT, LONGEST_WAIT, wait
from bot.chat import ChatError
from bot.desk import Desk
from handlers.base import Platform, PlatformError, Published, Repeater, Unavailable, Uncertain
from storage import queue
from storage.models import Delivery
from storage.states import DeliveryState

log = logging.getLogger("social.searching")

LATEST_SEARCH = timedelta(hours=24)
LATE = "It is not there. That was not known for so long that it is not sent later without being asked for."


def search(desk: Desk, delivery: Delivery) -> None:
    """Find out what became of a delivery in doubt. Never raises.

    Where to send it once more is harmless, that decides; else the platform is asked whether it is there.
    """
    platform = desk.platforms.get(delivery.account)
    now = desk.clock()
    try:
        if platform is None:
            raise Uncertain(f"The account {delivery.account} is not configured any more.")
        if _sent_once_more(desk, delivery, platform):
            return
        found = platform.find(outgoing_of(desk, delivery), Hold(desk, delivery).ticket())
    except Unavailable as trouble:
        if delivery.first_at is not None and now > delivery.first_at + LATEST_SEARCH:
            # not the platform's own words: of a mere question they say that nothing is out
            _ask(desk, delivery, f"{delivery.error} For a day the bot could not look there.".strip())
            return
        _search_again(desk, delivery, delivery.searches, _rest(delivery, trouble, now))
    except PlatformError as trouble:
        _ask(desk, delivery, str(trouble))
    except Exception:  # a bug must not stop the loop; people are asked instead
        log.exception("post %s %s: error while searching", delivery.post_id, delivery.account)
        _ask(desk, delivery, BUG)
    else:
        _looked_for(desk, delivery, found, now)


def _looked_for(desk: Desk, delivery: Delivery, found: Published | None, now: datetime) -> None:
    """The platform says whether it is there."""
    number = delivery.searches + 1
    if found is not None:
        settle(desk, delivery, DeliveryState.PUBLISHED, what="found", published=found)
    elif number < 2:  # noqa: PLR2004  # absent once may be a timeline that lags behind
        _search_again(desk, delivery, number, SEARCHES[number])
    elif _late(desk, delivery, now):
        _not_so_late(desk, delivery, now)
    else:
        settle(desk, delivery, DeliveryState.PENDING, what="is not there", not_before=now)


def _late(desk: Desk, delivery: Delivery, now: datetime) -> bool:
    """Whether it was in doubt for so long that it would go out late: as what was never tried, that is not done in silence."""
    return delivery.settled_at is not None and now > delivery.settled_at + desk.config.social.late


def _not_so_late(desk: Desk, delivery: Delivery, now: datetime) -> None:
    """It is certainly not out, and people decide whether it still goes."""
    with desk.database.transaction() as session:
        row = _same_doubt(session, delivery)
        if row is None:
            return
        queue.transition(session, row, DeliveryState.PENDING, who="bot", what="is not there", now=now)
        stopping.heed(desk, session, row, now)
        if row.state == DeliveryState.PENDING:
            row.error = LATE
            queue.transition(session, row, DeliveryState.FAILED, who="bot", what="its time passed", now=now)
        row.told = False
        session.add(row)
    desk.stale.add(delivery.post_id)


class _NotNow(Exception):
    """The account sends something else, or somebody just spoke of the post."""


def _sent_once_more(desk: Desk, delivery: Delivery, platform: Platform) -> bool:
    """Repeat the request with its key, if the platform knows the key and the post is still wanted. True: it was done."""
    if not isinstance(platform, Repeater) or twins.refused(desk, delivery.account):
        return False
    if not platform.repeats(outgoing_of(desk, delivery), Hold(desk, delivery).ticket()):
        return False
    now = desk.clock()
    if _late(desk, delivery, now):
        return False
    try:
        if delivery.post_id not in gate.may_go(desk, [delivery.post_id], now):
            return False  # somebody spoke of it: that is acted on first
        sync(desk, delivery.post_id, now)  # perhaps nobody wants it any more
        claimed = _claimed_again(desk, delivery, now)
    except (ChatError, _NotNow):
        return False
    if claimed is None:
        return False
    deliver(desk, claimed)
    return True


def _claimed_again(desk: Desk, delivery: Delivery, now: datetime) -> Delivery | None:
    """The delivery, on its way again; None if it is not to go any more: then it must be found out what is there."""
    with desk.database.transaction() as session:
        row, post = _same_doubt(session, delivery), rows.post(session, delivery.post_id)
        if row is None or stopping.wished(session, row) or (post.not_after and now > post.not_after):
            return None
        if gate.kept_back(desk, session, post):
            raise _NotNow
        revision = rows.revision(session, row.post_id, row.revision)
        if row.account not in voting.count(desk, session, post, revision, None, now).ready:
            return None
        queue.settle(
            session,
            row,
            DeliveryState.PENDING,
            now=now,
            what="is sent once more, with its key",
            not_before=now,
        )
        claimed = queue.claim(session, now, desk.config.social.lease, desk.worker, row.id)
        if claimed is None:
            raise _NotNow  # and nothing of it is written
    return claimed


def _rest(delivery: Delivery, trouble: Unavailable, now: datetime) -> timedelta:
    """How long an account that cannot be read is left alone: as it says, else longer the longer it lasts.

    To ask costs money on X, and a day is long.
    """
    backed_off = (now - (delivery.settled_at or now)) / 2
    if trouble.until is None and trouble.wait is None:
        return min(max(backed_off, FIRST_WAIT), LONGEST_WAIT)
    return wait(delivery.attempts, trouble, now) - now


def doubtful(desk: Desk, now: datetime) -> list[Delivery]:
    """Deliveries in doubt that are to be searched for now, whether people were asked already or not."""
    with desk.database.reading() as session:
        found = select(Delivery).where(
            Delivery.state == DeliveryState.UNKNOWN,
            Delivery.searches < len(SEARCHES),
            col(Delivery.not_before) <= now,
        )
        return list(session.exec(found.order_by(col(Delivery.id))))


def _search_again(desk: Desk, delivery: Delivery, searches: int, span: timedelta) -> None:
    with desk.database.transaction() as session:
        row = _same_doubt(session, delivery)
        if row is not None:
            row.searches, row.not_before = searches, desk.clock() + span
            session.add(row)


def _ask(desk: Desk, delivery: Delivery, error: str) -> None:
    """It cannot be found out: people are asked, once."""
    with desk.database.transaction() as session:
        row = _same_doubt(session, delivery)
        if row is not None:
            row.searches = len(SEARCHES)
            row.error = error
            session.add(row)
    reporting.report(desk, delivery.post_id, desk.clock())


def _same_doubt(session: Session, delivery: Delivery) -> Delivery | None:
    """The row, unless it was ordered again since: a search that took long says nothing about the new attempt."""
    row = session.get(Delivery, delivery.id)
    if row is None or row.state != DeliveryState.UNKNOWN:
        return None
    return row if (row.key, row.attempts) == (delivery.key, delivery.attempts) else None
