"""From approved to out: release, claim, deliver, settle; and what a crash or a lost answer left in doubt."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from sqlmodel import Session

from bot import rules
from bot.actions import checking, progressing, reporting, restored, rows, stopping, twins, voting
from bot.actions.holding import Hold
from bot.actions.intake import gate
from bot.actions.sync import follow
from bot.actions.waiting import ATTEMPTS, wait
from bot.desk import Desk
from bot.replies import lines
from handlers.base import (
    Barred,
    Later,
    Outgoing,
    Published,
    Rejected,
    Unavailable,
    Uncertain,
    holding,
)
from handlers.redaction import redact
from storage import journal, queue
from storage.errors import StorageError
from storage.insist import insist
from storage.models import Delivery
from storage.states import DeliveryState, PostState

log = logging.getLogger("social.delivering")

LONG = timedelta(minutes=20)
"""A wait that people should hear of: longer than they look at the channel for news of a post."""
SEARCHES = (timedelta(seconds=5), timedelta(seconds=20), timedelta(minutes=2))
"""When a platform is asked whether a delivery in doubt is there; absent twice counts as certain, because
timelines may lag behind."""
BUG = "The bot had an error of its own while sending; its log has the details."


def release(desk: Desk, post_id: int, now: datetime) -> bool:
    """Let a due post go that was looked at just now (`lastlook`); False if it may not (any more)."""
    social = desk.config.social
    with desk.database.reading() as session:
        draft = rows.draft_of(session, post_id)
    with desk.turn(draft), desk.database.transaction() as session:
        post = rows.post(session, post_id)
        if post.state != PostState.APPROVED or gate.kept_back(desk, session, post):
            return False
        if not rules.may_go(post, now, social.grace) or rules.too_late(post, now, social.late):
            return False
        revision = rows.current(session, post)
        judgement = voting.count(desk, session, post, revision, None, now)
        if not judgement.approved:
            return False
        queue.transition(session, post, PostState.RELEASED, who="bot", what="released", now=now)
        states = {
            one: DeliveryState.PENDING if one in judgement.ready else DeliveryState.WAITING
            for one in rows.going(revision)
        }
        journal.release(session, post, states, queue.new_key, who="bot", what="released", now=now)
    desk.stale.add(post_id)
    return True


def judge(desk: Desk, post_id: int, now: datetime) -> bool:
    """Bring a post in line just before something of it goes out. True: it was done."""
    follow(desk, post_id, now)
    return True


def tell(desk: Desk, post_id: int, now: datetime) -> None:
    """Tell what became of a post's deliveries, in the topic and on its card."""
    reporting.report(desk, post_id, now)
    desk.stale.add(post_id)


def deliver(desk: Desk, delivery: Delivery) -> None:
    """Send one claimed delivery and settle it. Never raises: whatever happens is an outcome."""
    try:
        _send(desk, delivery)
    except Exception as error:  # what came of it could not be written down: that is in doubt, not being sent
        _broke_off(desk, delivery, error)
    finally:
        progressing.ended(desk, delivery.post_id, delivery.account)


def _send(desk: Desk, delivery: Delivery) -> None:
    platform, hold = desk.platforms.get(delivery.account), Hold(desk, delivery)
    try:
        if platform is None:
            raise Rejected(f"The account {delivery.account} is not configured any more.")
        with holding(hold.check):
            twins.must_know(desk, delivery.account)
            if why := twins.refused(desk, delivery.account):
                raise Rejected(why)
            outgoing = outgoing_of(desk, delivery)
            published = restored.look(desk, platform, outgoing, delivery) or platform.send(
                outgoing, hold.ticket()
            )
    except Later as trouble:
        _wait(desk, delivery, trouble)
    except Unavailable as trouble:
        _again(desk, delivery, trouble)
    except Barred as trouble:
        desk.troubles[delivery.account] = str(trouble)
        settle(desk, delivery, DeliveryState.FAILED, what="refused", error=str(trouble))
        checking.barred(desk, delivery.account, trouble)
    except Rejected as trouble:
        settle(desk, delivery, DeliveryState.FAILED, what="refused", error=str(trouble))
    except restored.CannotTell as trouble:
        settle(
            desk,
            delivery,
            DeliveryState.UNKNOWN,
            what="not known since the copy",
            error=str(trouble),
            asks=True,
        )
    except Uncertain as trouble:
        _doubt(desk, delivery, str(trouble))
    else:
        settle(desk, delivery, DeliveryState.PUBLISHED, what="published", published=published)
        checking.published(desk, delivery.account)


def _broke_off(desk: Desk, delivery: Delivery, error: Exception) -> None:
    """No platform's trouble: what was done before is not known, unless the claim was lost and nothing left."""
    about = {"post": delivery.post_id, "account": delivery.account}
    if isinstance(error, queue.Moved):
        log.warning("%s", error, extra={"action": "claim_lost", **about})
        return
    if isinstance(error, StorageError):  # such as a limit that could not be counted
        log.warning("%s", error, extra={"action": "storage_trouble", **about})
        _doubt(desk, delivery, str(error))
        return
    log.error(
        "post %s %s: error while sending", delivery.post_id, delivery.account, exc_info=error, extra=about
    )
    _doubt(desk, delivery, BUG)


def interrupt(desk: Desk, delivery: Delivery, now: datetime) -> None:
    """A claim whose claimer is gone, or hangs: whether it is out is not known. One that is over meanwhile is left."""
    with suppress(queue.Moved), desk.database.transaction() as session:
        queue.settle(
            session,
            delivery,
            DeliveryState.UNKNOWN,
            now=now,
            what="was interrupted",
            error="The bot was interrupted while sending.",
            not_before=now,
        )


def _wait(desk: Desk, delivery: Delivery, trouble: Later) -> None:
    """The platform works on a file; its account may send other things meanwhile."""
    then = wait(delivery.attempts, trouble, desk.clock())
    if not _too_late(desk, delivery, then, trouble):
        settle(
            desk,
            delivery,
            DeliveryState.PENDING,
            what="is being processed there",
            error=str(trouble),
            not_before=then,
            counts=False,
        )


def _too_late(desk: Desk, delivery: Delivery, then: datetime, trouble: Unavailable) -> bool:
    with desk.database.reading() as session:
        latest = rows.not_after(session, delivery.post_id)
    if latest is None or then <= latest:
        return False
    error = f"{trouble} Its last time to go out passes before the next try."
    settle(desk, delivery, DeliveryState.FAILED, what="too late to try again", error=error)
    return True


def _tell_of_the_wait(desk: Desk, delivery: Delivery, trouble: Unavailable, then: datetime) -> None:
    """The card shows it; a long one is told as well, once per order."""
    desk.stale.add(delivery.post_id)
    now = desk.clock()
    if then - now < LONG:
        return
    with desk.database.transaction() as session:
        if stopping.wished(session, delivery):
            return
        text = lines.waits(delivery, str(trouble), then, desk.titles)
        key = f"waits:{delivery.id}:{delivery.key[:8]}"
        queue.notify(session, key=key, text=text, post_id=delivery.post_id, now=now)


def _again(desk: Desk, delivery: Delivery, trouble: Unavailable) -> None:
    then = wait(delivery.attempts, trouble, desk.clock())
    if _too_late(desk, delivery, then, trouble):
        return
    _tell_of_the_wait(desk, delivery, trouble, then)
    if delivery.attempts >= ATTEMPTS:
        error = f"{trouble} It was tried {delivery.attempts} times."
        settle(desk, delivery, DeliveryState.FAILED, what="gave up", error=error)
    else:
        settle(
            desk,
            delivery,
            DeliveryState.PENDING,
            what="not out, again later",
            error=str(trouble),
            not_before=then,
        )


def _doubt(desk: Desk, delivery: Delivery, error: str) -> None:
    then = desk.clock() + SEARCHES[0]
    settle(desk, delivery, DeliveryState.UNKNOWN, what="answer lost", error=error, not_before=then)


def settle(
    desk: Desk,
    delivery: Delivery,
    state: DeliveryState,
    *,
    what: str,
    error: str = "",
    published: Published | None = None,
    not_before: datetime | None = None,
    counts: bool = True,
    asks: bool = False,
) -> None:
    """Write down what became of it; a claim that is no longer ours changes nothing.

    With `asks` people are asked at once what became of it, and not the platform.
    """
    now = desk.clock()

    def write() -> None:
        with desk.database.transaction() as session:
            row = queue.settle(
                session,
                delivery,
                state,
                now=now,
                what=what,
                error=redact(" ".join(published.warnings) if published else error),
                remote_id=redact(published.id) if published else "",
                url=redact(published.url) if published else "",
                not_before=not_before,
                counts=counts,
                to_tell=True,
                searches=len(SEARCHES) if asks else None,
            )
            stopping.heed(desk, session, row, now)
            _heed_votes(desk, session, row, now)
        desk.stale.add(delivery.post_id)

    try:
        insist(write)
    except queue.Moved as moved:
        log.warning("%s", moved, extra={"action": "claim_lost"})


def _heed_votes(desk: Desk, session: Session, row: Delivery, now: datetime) -> None:
    """It is known not to be out: what was vetoed, or lost its approval, while it was sent or in doubt waits for it."""
    if row.state != DeliveryState.PENDING:
        return
    revision = rows.revision(session, row.post_id, row.revision)
    judgement = voting.count(desk, session, rows.post(session, row.post_id), revision, None, now)
    if row.account not in judgement.ready:
        queue.transition(session, row, DeliveryState.WAITING, who="bot", what="its approvals went", now=now)


def outgoing_of(desk: Desk, delivery: Delivery) -> Outgoing:
    """What is to go out, as it was approved."""
    with desk.database.reading() as session:
        return rows.goes_out(session, delivery.post_id, delivery.revision)[delivery.account]
