"""Deliveries in doubt: the platform is asked whether they are there, and what it does not know, people are."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.actions import reporting
from bot.actions.delivering import BUG, SEARCHES, outgoing_of, settle
from bot.actions.holding import Hold
from bot.actions.waiting import FIRST_WAIT, LONGEST_WAIT, wait
from bot.desk import Desk
from handlers.base import PlatformError, Unavailable, Uncertain
from storage.models import Delivery
from storage.states import DeliveryState

log = logging.getLogger("social.searching")

LATEST_SEARCH = timedelta(hours=24)


def search(desk: Desk, delivery: Delivery) -> None:
    """Ask the platform whether a delivery in doubt is there. Never raises."""
    platform = desk.platforms.get(delivery.account)
    now = desk.clock()
    number = delivery.searches + 1
    try:
        if platform is None:
            raise Uncertain(f"The account {delivery.account} is not configured any more.")
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
        if found is not None:
            settle(desk, delivery, DeliveryState.PUBLISHED, what="found", published=found)
        elif number < 2:  # noqa: PLR2004  # absent once may be a timeline that lags behind
            _search_again(desk, delivery, number, SEARCHES[number])
        else:
            settle(desk, delivery, DeliveryState.PENDING, what="is not there", not_before=now)


def _rest(delivery: Delivery, trouble: Unavailable, now: datetime) -> timedelta:
    """How long an account that cannot be read is left alone: as it says, else longer the longer it lasts.

    To ask costs money on X, and a day is long.
    """
    backed_off = (now - (delivery.settled_at or now)) / 2
    if trouble.until is None and trouble.wait is None:
        return min(max(backed_off, FIRST_WAIT), LONGEST_WAIT)
    return wait(delivery.attempts, trouble, now) - now


def doubtful(desk: Desk, now: datetime) -> list[Delivery]:
    """Deliveries in doubt that are to be searched for now."""
    with desk.database.reading() as session:
        found = select(Delivery).where(
            Delivery.state == DeliveryState.UNKNOWN,
            col(Delivery.told).is_(False),
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
