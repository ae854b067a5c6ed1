"""What happened and what is to be said: every change of state with its line in the log, and the notices.

`create` and `transition` are the only ways a post or a delivery gets a state: the change and its `Entry` are one,
and the line in the program's log follows once they are committed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeVar

from sqlalchemy import bindparam, update
from sqlalchemy import insert as new_row
from sqlalchemy.orm.attributes import instance_dict, instance_state, set_committed_value
from sqlmodel import Session, col, select

from storage.database import AFTER, insert
from storage.errors import Moved
from storage.models import Delivery, Entry, Notice, Post
from storage.prepared import Prepared
from storage.states import DeliveryState, PostState, advance

_log = logging.getLogger("storage")

Row = TypeVar("Row", Post, Delivery)
_ENTRY: Final = Prepared(new_row(Entry))
_DELIVERY: Final = Prepared(new_row(Delivery))
_AS_NEW: Final = {
    name: field.default
    for name, field in Delivery.model_fields.items()
    if name != "id" and not field.is_required()
}
"""What a delivery has in its columns that was never tried."""


def create(session: Session, *rows: Row, who: str, what: str, now: datetime) -> None:
    """Add new posts or deliveries, each with its first line in the log; afterwards they have their `id`."""
    session.add_all(rows)
    session.flush()
    for row in rows:
        _record(session, row, "", row.state, who=who, what=what, now=now)


def release(
    session: Session,
    post: Post,
    states: Mapping[str, DeliveryState],
    keys: Callable[[], str],
    *,
    who: str,
    what: str,
    now: datetime,
) -> None:
    """Add the deliveries of a post that goes out: account -> how its delivery begins; each with its first line in the log."""
    for account, state in states.items():
        own = {"account": account, "state": state.value, "key": keys()}
        shared = {"post_id": post.id, "revision": post.revision, "not_before": now}
        _DELIVERY.changed(session, {**_AS_NEW, **own, **shared, "restored_at": post.restored_at})
        write_entry(session, at=now, who=who, what=what, post_id=post.id, account=account, new=state.value)


def transition(
    session: Session,
    row: Row,
    new: PostState | DeliveryState,
    *,
    who: str,
    what: str,
    now: datetime,
    reason: str = "",
) -> Row:
    """Bring a post or a delivery into another state; `who` did `what` (a few words, never a text or a secret), and gave
    that reason, which the program's log does not tell.

    Raises `ForbiddenEdge` if there is no such edge, and `Moved` if the row is not in the database in the state
    that `row` says: somebody else was faster, so the whole decision must be made again.
    """
    old = _state(row)
    if isinstance(old, PostState):
        advance(old, PostState(new))
    else:
        advance(old, DeliveryState(new))
    session.add(row)
    if row in session.new:
        session.flush()
    _date(row, old, new, now)
    # what the caller changed of it goes with the state: one statement
    kept = instance_dict(row)
    changed = {name: kept[name] for name in sorted(instance_state(row).committed_state) if name in kept}
    _is_written(session, row)
    given = {f"new_{name}": value for name, value in changed.items()}
    given |= {"new_state": new.value, "of_id": row.id, "of_state": old.value}
    if _changing(type(row), tuple(changed)).changed(session, given) != 1:
        raise Moved(f"{_name(row)} was changed by somebody else at the same moment. Look at it again.")
    set_committed_value(row, "state", new.value)
    _record(session, row, old.value, new.value, who=who, what=what, now=now, reason=reason)
    return row


def _is_written(session: Session, row: Post | Delivery) -> None:
    """What was changed of it so far needs no more writing: to look for nothing costs as much as to write."""
    instance_state(row)._commit_all(instance_dict(row), session.identity_map)  # noqa: SLF001  # no public way


@lru_cache(maxsize=200)
def _changing(model: type[Post | Delivery], names: tuple[str, ...]) -> Prepared:
    """Change the state, and these columns, of one row that is in the state that it was seen in."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*names, "state")}
    return Prepared(
        update(model)
        .where(col(model.id) == bindparam("of_id"), col(model.state) == bindparam("of_state"))
        .values(**values)
    )


def write_entry(
    session: Session,
    *,
    at: datetime,
    who: str,
    what: str,
    post_id: int | None = None,
    account: str = "",
    old: str = "",
    new: str = "",
    about: str = "",
    reason: str = "",
) -> None:
    """Add one line to the log of a post; the database lets nobody change or remove it.

    Once that is committed it is told in the program's log as well, `about` whatever it is about: what changed, never
    by whom, and never what was written, such as the `reason` that somebody gave.
    """
    said = f"{what}: {reason}" if reason else what
    line = {
        "at": at,
        "post_id": post_id,
        "account": account,
        "who": who,
        "what": said,
        "old": old,
        "new": new,
    }
    _ENTRY.changed(session, line)
    kind = "delivery" if account else "post"
    facts: dict[str, Any] = {"action": f"{kind}_{new}" if new else f"{kind}_noted"}
    facts |= {"post": post_id} if post_id is not None else {}
    facts |= {"account": account} if account else {}
    about = about or " ".join(one for one in (f"post {post_id}" if post_id else "", account) if one) or "bot"
    told = f"{old or 'new'} -> {new}" if new else what
    lines = session.info.setdefault(AFTER, [])
    lines.append(lambda: _log.info("%s: %s", about, told, extra=facts))


def log(session: Session, post_id: int) -> Sequence[Entry]:
    """Who did what to this post, oldest first."""
    return session.exec(select(Entry).where(Entry.post_id == post_id).order_by(col(Entry.id))).all()


def notify(
    session: Session,
    key: str,
    text: str,
    *,
    now: datetime,
    post_id: int | None = None,
    user_id: int | None = None,
) -> bool:
    """Write down something to be said, unless it was already under this key; True if it is new."""
    values = {"key": key, "text": text, "created_at": now, "post_id": post_id, "user_id": user_id}
    statement = insert(session, Notice).values(**values).on_conflict_do_nothing(index_elements=["key"])
    return session.execute(statement.returning(col(Notice.id))).first() is not None


def told(session: Session, key: str) -> bool:
    """Whether something was written down under this key, said yet or not."""
    return session.exec(select(Notice.id).where(Notice.key == key)).first() is not None


def told_since(session: Session, prefix: str, since: datetime) -> bool:
    """Whether something was written down then or later under a key that begins so, said yet or not."""
    found = select(Notice.id).where(col(Notice.key).startswith(prefix), col(Notice.created_at) >= since)
    return session.exec(found.limit(1)).first() is not None


def outbox(session: Session, limit: int = 100) -> Sequence[Notice]:
    """What is still to be said, oldest first."""
    unsaid = select(Notice).where(col(Notice.said_at).is_(None))
    return session.exec(unsaid.order_by(col(Notice.id)).limit(limit)).all()


def said(session: Session, notice: Notice, *, now: datetime, message_id: int | None = None) -> None:
    """The notice was said, in this Zulip message."""
    notice.said_at = now
    notice.message_id = message_id
    session.add(notice)


def _state(row: Post | Delivery) -> PostState | DeliveryState:
    return PostState(row.state) if isinstance(row, Post) else DeliveryState(row.state)


def _name(row: Post | Delivery) -> str:
    return (
        f"post {row.id}" if isinstance(row, Post) else f"delivery {row.id} (post {row.post_id} {row.account})"
    )


def _date(
    row: Post | Delivery, old: PostState | DeliveryState, new: PostState | DeliveryState, now: datetime
) -> None:
    """The instants that a state carries with it."""
    if isinstance(row, Delivery):
        row.settled_at = now if new in SETTLED else None
        if old is DeliveryState.SENDING:
            row.lease_until, row.worker = None, ""
    elif new is PostState.APPROVED and (old is not PostState.HELD or row.approved_at is None):
        row.approved_at = now
    elif new in (PostState.DRAFT, PostState.BROKEN):
        row.approved_at = None
    elif new is PostState.RELEASED:
        row.released_at = now


SETTLED = frozenset(
    {DeliveryState.PUBLISHED, DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.CANCELLED}
)
"""What a delivery does not leave on its own: published, or waiting for `find` or for people."""


def _record(
    session: Session,
    row: Post | Delivery,
    old: str,
    new: str,
    *,
    who: str,
    what: str,
    now: datetime,
    reason: str = "",
) -> None:
    new = str(new)
    post_id, account = (row.id, "") if isinstance(row, Post) else (row.post_id, row.account)
    facts: dict[str, Any] = {"post_id": post_id, "account": account, "old": old, "new": new}
    write_entry(session, at=now, who=who, what=what, reason=reason, about=_name(row), **facts)
