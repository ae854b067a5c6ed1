"""The claims on deliveries: one at a time per account, committed before the call, settled right after.

    with database.transaction() as session:
        delivery = claim(session, now, lease, worker)
    ... the call to the platform, outside of any transaction ...
    with database.transaction() as session:
        settle(session, delivery, DeliveryState.PUBLISHED, now=now, what="published", remote_id=…, url=…)

A claim holds for its lease; `renew` prolongs it. A claim whose lease is over belongs to nobody: the claimer may
be dead or slow, so the delivery becomes `unknown`, and what the old claimer still says of it is taken only if
it is that the post is out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, or_, update
from sqlmodel import Session, col, select

from storage.errors import Moved
from storage.journal import create, log, notify, outbox, said, told, told_since, transition, write_entry
from storage.locks import Lock, take_account
from storage.models import Delivery
from storage.plan import (
    BEHIND,
    IN_PREPARATION,
    drafts,
    due_posts,
    late_posts,
    next_due,
    open_posts,
    planned,
    published,
    slot_taken,
    troubled,
    unsettled,
    untold,
    waiting_without_time,
)
from storage.prepared import Prepared
from storage.staging import take_over
from storage.states import DeliveryState

__all__ = [
    "Moved",
    "claim",
    "claim_that",
    "create",
    "deliveries",
    "drafts",
    "due_posts",
    "interrupted",
    "keep_receipt",
    "late_posts",
    "log",
    "new_key",
    "next_due",
    "notify",
    "open_posts",
    "outbox",
    "planned",
    "published",
    "renew",
    "reorder",
    "said",
    "settle",
    "slot_taken",
    "told",
    "told_since",
    "transition",
    "troubled",
    "unsettled",
    "untold",
    "waiting_without_time",
    "write_entry",
]

_D = DeliveryState

_CLAIMABLE = (
    select(Delivery)
    .where(
        Delivery.state == _D.PENDING,
        col(Delivery.not_before) <= bindparam("now"),
        ~BEHIND,
        ~IN_PREPARATION,
    )
    .order_by(col(Delivery.not_before), col(Delivery.id))
)

_THAT = _CLAIMABLE.where(
    Delivery.id == bindparam("delivery"), Delivery.account == bindparam("account")
).with_for_update(skip_locked=True)

_ONE = select(Delivery).where(Delivery.id == bindparam("delivery")).with_for_update()
_OURS = (
    col(Delivery.id) == bindparam("of_id"),
    col(Delivery.state) == _D.SENDING,
    col(Delivery.key) == bindparam("of_key"),
    col(Delivery.attempts) == bindparam("of_attempts"),
    col(Delivery.worker) == bindparam("of_worker"),
)
_KEPT: dict[str, Any] = {"receipt": bindparam("new_receipt"), "lease_until": bindparam("new_lease")}
_KEEP = Prepared(update(Delivery).where(*_OURS).values(**_KEPT))
_RENEW = Prepared(update(Delivery).where(*_OURS).values(lease_until=bindparam("new_lease")))
"""Compared and set in one statement: of a claim that was lost nothing is written."""

_OF_POST = select(Delivery).where(Delivery.post_id == bindparam("post")).order_by(col(Delivery.id))


def new_key() -> str:
    """A fresh idempotency key for one order."""
    return uuid4().hex


def deliveries(session: Session, post_id: int) -> Sequence[Delivery]:
    """The deliveries of a post, in the order in which they were made."""
    return session.exec(_OF_POST, params={"post": post_id}).all()


def claim(
    session: Session, now: datetime, lease: timedelta, worker: str, delivery_id: int | None = None
) -> Delivery | None:
    """Take the longest due pending delivery (or that one) whose account sends nothing else; None if there is none.

    It is `sending` afterwards, until `now + lease`. To be committed before the platform is called.
    """
    passed_over: list[str] = []
    while True:
        wanted = _CLAIMABLE.params(now=now)
        if passed_over:
            wanted = wanted.where(col(Delivery.account).not_in(passed_over))
        if delivery_id is not None:
            wanted = wanted.where(Delivery.id == delivery_id)
        found = session.exec(wanted.limit(1)).first()
        if found is None:
            return None
        if take_account(session, Lock.DELIVERY, found.account):
            # looked for again: while we waited for nobody, another one may have claimed and committed
            again = wanted.where(Delivery.account == found.account).limit(1)
            locked = session.exec(
                again.with_for_update(skip_locked=True).execution_options(populate_existing=True)
            ).first()
            if locked is not None:
                return _take(session, locked, now, lease, worker)
        passed_over.append(found.account)


def claim_that(
    session: Session, delivery_id: int, account: str, now: datetime, lease: timedelta, worker: str
) -> Delivery | None:
    """The same for the delivery of that number, of that account; None if it may not be claimed (any more)."""
    if not take_account(session, Lock.DELIVERY, account):
        return None
    given = {"now": now, "delivery": delivery_id, "account": account}
    row = session.exec(_THAT, params=given, execution_options={"populate_existing": True}).first()
    return None if row is None else _take(session, row, now, lease, worker)


def interrupted(session: Session, now: datetime, gone: Collection[str] = ()) -> Sequence[Delivery]:
    """Deliveries found `sending` with their lease over: whoever claimed them is dead or too slow.

    Of the workers in `gone` it is known that they are dead: of them, leases or not.
    """
    over = col(Delivery.lease_until) <= now
    if gone:
        over = or_(over, col(Delivery.worker).in_(gone))
    return session.exec(
        select(Delivery).where(Delivery.state == _D.SENDING, over).order_by(col(Delivery.id))
    ).all()


def settle(
    session: Session,
    delivery: Delivery,
    new: DeliveryState,
    *,
    now: datetime,
    what: str,
    who: str = "bot",
    error: str = "",
    remote_id: str = "",
    url: str = "",
    not_before: datetime | None = None,
    counts: bool = True,
    to_tell: bool = False,
    searches: int | None = None,
) -> Delivery:
    """Write down what became of a delivery; returns the row as it now is.

    `delivery` is the row as it was claimed, or as it was looked at. `not_before` (UTC) is when a retry may
    begin; without `counts` the attempt was none. With `to_tell` people are told of it, whatever they were told before;
    `searches` is how often it counts as looked for. Raises `Moved` if it is no longer the caller's, unless `new` is
    `published`: that is true whoever says it, wherever an edge leads there.
    """
    row = _fresh(session, delivery)
    if not _same_claim(row, delivery) and new is not _D.PUBLISHED:
        raise Moved(
            f"delivery {row.id} is no longer ours: its lease was over. What we know of it is not sure."
        )
    if row.state == _D.PUBLISHED and new is _D.PUBLISHED:
        raise Moved(f"delivery {row.id} is known to be out already.")
    row.error = error
    if new is _D.UNKNOWN:
        row.searches = 0  # what was seen after an earlier doubt says nothing about this one
    if new is _D.PUBLISHED:
        row.remote_id, row.url = remote_id, url
    if not_before is not None:
        row.not_before = not_before
    if not counts:
        row.attempts -= 1
    if to_tell:
        row.told = False
    if searches is not None:
        row.searches = searches
    return transition(session, row, new, who=who, what=what, now=now)


def keep_receipt(session: Session, delivery: Delivery, receipt: Mapping[str, Any], until: datetime) -> None:
    """Save how far a send has come, and prolong its lease. Raises `Moved` if the claim is no longer the caller's: it must
    stop.
    """
    given = {"new_receipt": json.dumps(dict(receipt)), "new_lease": until}
    if _KEEP.changed(session, _claim_of(delivery) | given) != 1:
        raise _lost(delivery)


def renew(session: Session, delivery: Delivery, until: datetime) -> None:
    """Prolong the lease of a long send. Raises `Moved` if the claim is no longer the caller's."""
    if _RENEW.changed(session, _claim_of(delivery) | {"new_lease": until}) != 1:
        raise _lost(delivery)


def reorder(
    session: Session, delivery: Delivery, *, who: str, now: datetime, what: str = "ordered again"
) -> Delivery:
    """A person wants a failed, unknown or cancelled delivery to be tried again, at once.

    It gets a new key and counts its attempts anew; the receipt and `first_at` stay, so that what is already
    out is found and not repeated. Raises `Moved` if it is on its way already.
    """
    row = _fresh(session, delivery)
    if row.state in {_D.WAITING, _D.PENDING, _D.SENDING}:
        raise Moved(f"delivery {row.id} is on its way already. Look at it again.")
    row.key, row.attempts, row.not_before, row.error, row.searches = new_key(), 0, now, "", 0
    return transition(session, row, _D.PENDING, who=who, what=what, now=now)


def _take(session: Session, row: Delivery, now: datetime, lease: timedelta, worker: str) -> Delivery:
    take_over(session, row)
    row.attempts += 1
    row.first_at = row.first_at or now
    row.lease_until = now + lease
    row.worker = worker
    return transition(session, row, _D.SENDING, who="bot", what=f"attempt {row.attempts}", now=now)


def _fresh(session: Session, delivery: Delivery) -> Delivery:
    """The row as it is now, held until the transaction ends."""
    found = session.exec(
        _ONE, params={"delivery": delivery.id}, execution_options={"populate_existing": True}
    )
    row = found.first()
    if row is None:
        raise LookupError(f"there is no delivery {delivery.id}")
    return row


def _same_claim(row: Delivery, known: Delivery) -> bool:
    return (row.state, row.key, row.attempts, row.worker) == (
        known.state,
        known.key,
        known.attempts,
        known.worker,
    )


def _claim_of(delivery: Delivery) -> dict[str, Any]:
    return {
        "of_id": delivery.id,
        "of_key": delivery.key,
        "of_attempts": delivery.attempts,
        "of_worker": delivery.worker,
    }


def _lost(delivery: Delivery) -> Moved:
    return Moved(f"delivery {delivery.id} is no longer ours: its lease was over.")
