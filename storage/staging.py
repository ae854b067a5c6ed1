"""What is prepared unseen before its time: who prepares it, how far it is, and when it is not wanted any more.

want        the row is made, once, while its post waits for its time
claim       one at a time per account; committed before the call; a lease, as deliveries have
keep        how far it is; refused, but written down, once nobody wants it any more
settle      staged, failed, or pending again
take_over   its delivery goes on from what is there, and the row is gone
unwanted    withdrawn, expired, or another text: to be discarded, whoever still works on it
drop        what was there is removed, and the row with it
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, or_
from sqlmodel import Session, col, select

from storage.database import insert
from storage.errors import Moved
from storage.journal import write_entry
from storage.locks import Lock, take_account
from storage.models import Delivery, Post, Staged
from storage.prepared import Prepared
from storage.states import DeliveryState, PostState, StagedState

_S = StagedState

_WANTED = (PostState.DRAFT, PostState.APPROVED, PostState.HELD, PostState.RELEASED)
"""An approval that is taken back may come again before the time; nobody sees what is there."""
_FOR = Prepared(
    select(Staged.id).where(
        Staged.post_id == bindparam("post"),
        Staged.revision == bindparam("revision"),
        Staged.account == bindparam("account"),
    )
)


def want(session: Session, post_id: int, revision: int, account: str, *, key: str, now: datetime) -> bool:
    """Write down that this is to be prepared, unless it was already; True if it is new."""
    values = {
        "post_id": post_id,
        "revision": revision,
        "account": account,
        "key": key,
        "not_before": now,
        "state": _S.PENDING,
        "attempts": 0,
        "worker": "",
        "receipt": "{}",
        "error": "",
    }
    statement = insert(session, Staged).values(**values).on_conflict_do_nothing()
    return session.execute(statement.returning(col(Staged.id))).first() is not None


def claim(session: Session, now: datetime, lease: timedelta, worker: str) -> Staged | None:
    """Take the next one whose account prepares nothing else; to be committed before the platform is called.

    Not what may be sent by now: its delivery goes on from there by itself, and must not wait for it.
    """
    sent = exists().where(
        col(Delivery.post_id) == Staged.post_id,
        col(Delivery.account) == Staged.account,
        col(Delivery.state) == DeliveryState.PENDING,
    )
    busy = select(Staged.account).where(Staged.state == _S.STAGING)
    wanted = (
        select(Staged)
        .where(
            Staged.state == _S.PENDING,
            col(Staged.not_before) <= now,
            col(Staged.account).not_in(busy),
            ~sent,
        )
        .order_by(col(Staged.not_before), col(Staged.id))
    )
    passed_over: list[str] = []
    while (
        found := session.exec(wanted.where(col(Staged.account).not_in(passed_over)).limit(1)).first()
    ) is not None:
        if take_account(session, Lock.STAGED, found.account):
            # looked for again: another one may have claimed and committed meanwhile
            again = wanted.where(Staged.account == found.account).limit(1).with_for_update(skip_locked=True)
            row = session.exec(again.execution_options(populate_existing=True)).first()
            if row is not None:
                return _take(session, row, now, lease, worker)
        passed_over.append(found.account)
    return None


def _take(session: Session, row: Staged, now: datetime, lease: timedelta, worker: str) -> Staged:
    row.state = _S.STAGING
    row.attempts += 1
    row.first_at = row.first_at or now
    row.lease_until, row.worker = now + lease, worker
    session.add(row)
    session.flush()  # the index lets no second one through
    _log(session, row, f"preparing, attempt {row.attempts}", now)
    return row


def keep(session: Session, staged: Staged, receipt: Mapping[str, Any], until: datetime) -> bool:
    """Write down how far it is, and hold it until then. False: nobody wants it any more, so stop.

    What is there is written down even then, because it must be removed. Raises `Moved` if the claim is no
    longer the caller's.
    """
    row = _ours(session, staged)
    row.receipt = json.dumps(dict(receipt))
    row.lease_until = until
    session.add(row)
    return row.state == _S.STAGING


def renew(session: Session, staged: Staged, until: datetime) -> bool:
    """Prolong the claim. False: nobody wants it any more."""
    row = _ours(session, staged)
    row.lease_until = until
    session.add(row)
    return row.state == _S.STAGING


def settle(
    session: Session,
    staged: Staged,
    new: StagedState,
    *,
    now: datetime,
    what: str,
    error: str = "",
    not_before: datetime | None = None,
    counts: bool = True,
) -> Staged:
    """What became of the work on it; one that is to be discarded stays that. Raises `Moved`.

    Without `counts` the attempt was none.
    """
    row = _ours(session, staged)
    if row.state == _S.STAGING:
        row.state = new
    row.lease_until, row.worker = None, ""
    row.error = error
    row.attempts -= not counts
    row.not_before = not_before or now
    session.add(row)
    _log(session, row, what, now)
    return row


def interrupted(session: Session, now: datetime | None, gone: Collection[str] = ()) -> Sequence[Staged]:
    """Claims whose lease is over, and those of the workers in `gone`; with None, all claims (of a process that is
    known to be gone).
    """
    found = select(Staged).where(col(Staged.lease_until).is_not(None))
    if now is not None:
        found = found.where(or_(col(Staged.lease_until) <= now, col(Staged.worker).in_(gone)))
    return session.exec(found.order_by(col(Staged.id))).all()


def release(session: Session, staged: Staged, now: datetime) -> None:
    """Its claimer is gone: it may be claimed again, and goes on from its receipt."""
    row = session.get(Staged, staged.id, populate_existing=True, with_for_update=True)
    if row is not None and (row.worker, row.attempts) == (staged.worker, staged.attempts):
        if row.state == _S.STAGING:
            row.state = _S.PENDING
        row.lease_until, row.worker, row.not_before = None, "", now
        session.add(row)


def take_over(session: Session, delivery: Delivery) -> None:
    """Let a delivery that was never tried go on from what was prepared for it."""
    if delivery.attempts or delivery.receipt != "{}":
        return
    given = {"post": delivery.post_id, "revision": delivery.revision, "account": delivery.account}
    found = _FOR.first(session, given)  # nearly always there is none
    row = session.get(Staged, found[0]) if found else None
    if row is None or row.state not in {_S.PENDING, _S.STAGED, _S.FAILED}:
        return
    if row.first_at is not None:
        delivery.key, delivery.receipt, delivery.first_at = row.key, row.receipt, row.first_at
        session.add(delivery)
    session.delete(row)


def unwanted(session: Session, now: datetime) -> Sequence[Staged]:
    """Mark what nobody wants any more, and return what can be removed now: nobody works on it."""
    session.flush()
    stale = (
        select(Staged)
        .join(Post, col(Post.id) == Staged.post_id)
        .outerjoin(
            Delivery, and_(col(Delivery.post_id) == Staged.post_id, col(Delivery.account) == Staged.account)
        )
        .where(
            Staged.state != _S.DISCARDING,
            or_(
                col(Post.state).not_in(_WANTED),
                col(Post.revision) != Staged.revision,
                col(Delivery.state) == DeliveryState.CANCELLED,
            ),
        )
    )
    for row in session.exec(stale).all():
        row.state, row.attempts, row.not_before = (
            _S.DISCARDING,
            0 if row.lease_until is None else row.attempts,
            now,
        )
        session.add(row)
        _log(session, row, "is not wanted any more", now)
    session.flush()
    free = select(Staged).where(
        Staged.state == _S.DISCARDING,
        col(Staged.not_before) <= now,
        col(Staged.lease_until).is_(None),
    )
    return session.exec(free.order_by(col(Staged.id))).all()


def collect(session: Session, accounts: Collection[str], *, now: datetime) -> None:
    """What a cancelled delivery of these accounts had brought there already is to be removed as well."""
    left = select(Delivery).where(
        Delivery.state == DeliveryState.CANCELLED,
        Delivery.receipt != "{}",
        col(Delivery.account).in_(accounts),
    )
    for delivery in session.exec(left).all():
        if want(session, delivery.post_id, delivery.revision, delivery.account, key=delivery.key, now=now):
            row = session.exec(
                select(Staged).where(
                    Staged.post_id == delivery.post_id,
                    Staged.revision == delivery.revision,
                    Staged.account == delivery.account,
                )
            ).one()
            row.state, row.receipt, row.first_at = _S.DISCARDING, delivery.receipt, delivery.first_at
            session.add(row)
            delivery.receipt = "{}"
            session.add(delivery)


def later(session: Session, staged: Staged, until: datetime) -> None:
    """It could not be removed yet."""
    row = session.get(Staged, staged.id, populate_existing=True, with_for_update=True)
    if row is not None and row.state == _S.DISCARDING:
        row.attempts += 1
        row.not_before = until
        session.add(row)


def drop(session: Session, staged: Staged, *, now: datetime, what: str) -> None:
    """It is gone there, or never was; so is the row."""
    row = session.get(Staged, staged.id, populate_existing=True, with_for_update=True)
    if row is not None:
        session.delete(row)
        _log(session, row, what, now)


def _ours(session: Session, staged: Staged) -> Staged:
    row = session.get(Staged, staged.id, populate_existing=True, with_for_update=True)
    if row is None or (row.worker, row.attempts) != (staged.worker, staged.attempts):
        raise Moved(f"what is prepared of post {staged.post_id} is no longer ours: its lease was over.")
    return row


def _log(session: Session, row: Staged, what: str, now: datetime) -> None:
    write_entry(session, at=now, who="bot", what=what, post_id=row.post_id, account=row.account)
