"""Everything that is remembered, as lines of JSON, and back: from and to either kind of database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    TableClause,
    case,
    column,
    delete,
    func,
    insert,
    text,
    update,
)
from sqlalchemy import select as columns
from sqlalchemy import table as clause
from sqlalchemy.exc import OperationalError, StatementError
from sqlmodel import Session, SQLModel, UTCDateTime, col, select

from storage import allowance, cursors, inbox
from storage.journal import notify, transition
from storage.models import BY_RESTORE, Delivery, Member, Post, SetAside, Staged, Vote
from storage.states import DeliveryState, PostState, StagedState

_ELSEWHERE = (allowance.Allowance, inbox.Inbox)
"""Tables that are not in `storage.models`: named here, so that they are known wherever a copy is made."""
_ROWS = 500
"""Rows read and written at a time."""
_D = DeliveryState


def tables() -> list[str]:
    """The names of all tables, each after those that it points to."""
    return [table.name for table in SQLModel.metadata.sorted_tables]


def lines(session: Session, name: str) -> Iterator[str]:
    """The rows of a table as one JSON object each; instants are ISO 8601 with their zone."""
    found = session.connection().execution_options(yield_per=_ROWS).execute(columns(_table(name)))
    for row in found.mappings():
        yield json.dumps(dict(row), default=_plain, ensure_ascii=False)


def load(session: Session, name: str, rows: Iterable[str]) -> int:
    """Write these rows into an empty table; returns how many.

    Raises ValueError or KeyError for what are no rows of this table.
    """
    table, connection = _table(name), session.connection()
    each = iter(rows)
    total = 0
    while batch := [_typed(table, json.loads(one)) for one in islice(each, _ROWS)]:
        try:
            connection.execute(insert(_of_then(table, batch[0])), batch)
        except OperationalError:  # the disk, or the connection
            raise
        except StatementError as error:
            raise ValueError(f"these are no rows of {table.name}") from error
        total += len(batch)
    _count_on(connection, table)
    return total


def clear(session: Session, names: Sequence[str]) -> None:
    """Forget what a bot without a post remembers (where it lives, what it has heard), before a copy is brought back.

    `names` are the tables that there are at this step, each after those that it points to.
    """
    for name in reversed(names):
        session.connection().execute(delete(_table(name)))


def is_empty(session: Session) -> bool:
    """Whether there is no post at all."""
    return session.exec(select(Post.id).limit(1)).first() is None


def make_safe(session: Session, made_at: datetime, now: datetime) -> int:
    """See to it that nothing goes out twice after a copy was brought back; returns how many posts are held.

    What happened since the copy was made is not known. So every post that could still go out is held, what was
    under way is cancelled or asked about, and messages that were written since then are not read again. Perhaps approvers
    stopped it since then, or took an approval back: so only they let any of it go on (`BY_RESTORE`), and what was
    approved by command is approved anew. Whoever lets it go on, its platform is asked first (`restored_at`): what happened
    since the first copy, if this one is of a bot that was restored itself and has not looked yet.
    """
    what = "restored from a copy"
    unfinished = update(Delivery).where(col(Delivery.state) != _D.PUBLISHED)
    session.execute(unfinished.values(restored_at=_first(Delivery.restored_at, made_at)))
    unreleased = update(Post).where(col(Post.state) != PostState.RELEASED)
    session.execute(unreleased.values(restored_at=_first(Post.restored_at, made_at)))
    # what was not brought there wholly is not gone on with, as it may have been brought there since
    session.execute(delete(Staged).where(col(Staged.state) != StagedState.STAGED))
    session.execute(delete(Member))
    _stop(session)
    waiting = select(Post).where(col(Post.state).in_((PostState.DRAFT, PostState.APPROVED)))
    posts = session.exec(waiting).all()
    for post in posts:
        transition(session, post, PostState.HELD, who="bot", what=what, now=now)
    unsettled = {_D.PENDING: _D.CANCELLED, _D.WAITING: _D.CANCELLED, _D.SENDING: _D.UNKNOWN}
    for delivery in session.exec(select(Delivery).where(col(Delivery.state).in_(unsettled))).all():
        transition(session, delivery, unsettled[_D(delivery.state)], who="bot", what=what, now=now)
    # the receipts are old as well, so no platform could tell: people are asked at once
    session.execute(update(Delivery).where(col(Delivery.state) == _D.UNKNOWN).values(searches=3, told=False))
    inbox.clear(session)  # what waited was worked off since
    for name in ("last_message", "alive"):  # nor does anybody listen to it yet
        cursors.forget(session, name)
    notify(
        session,
        key=f"restored:{now.isoformat()}",
        text=f"The bot was restored from a copy of <time:{made_at:%Y-%m-%dT%H:%M:%SZ}> and does not know what "
        f"happened since. What could still go out is held, {len(posts)} in all: look what is out by now, and what was decided since; "
        "then an approver says `resume` or `cancel` with its number (before it sends anything of these, the bot looks for it there). "
        "Approvals by command are to be given anew. Drafts written since then must be written again.",
        now=now,
    )
    return len(posts)


def _first(known: datetime | None, made_at: datetime) -> ColumnElement[datetime]:
    """The earlier copy, where one was brought back before."""
    before = col(known)
    return case((before < made_at, before), else_=made_at)


def _stop(session: Session) -> None:
    """What could still go out is stopped as by an approver, also what was held or had expired when the copy was made."""
    by_bot = {"stopped_by": None, "stopped_name": "", "stopped_as": BY_RESTORE}
    could = (PostState.DRAFT, PostState.APPROVED, PostState.HELD, PostState.EXPIRED)
    unsettled = select(Delivery.post_id).where(col(Delivery.state) != _D.PUBLISHED)
    going = col(Post.state).in_(could) | col(Post.id).in_(unsettled)
    session.execute(update(Post).where(going, col(Post.stopped_as) != "approver").values(by_bot))
    unreleased = select(Post.id).where(col(Post.state) != PostState.RELEASED)
    unseen = col(Vote.via).in_(("command", "card:0"))  # on no message that could be looked at
    commands = (col(Vote.kind) == "approve", unseen, col(Vote.post_id).in_(unreleased))
    session.execute(delete(Vote).where(*commands))
    session.execute(delete(SetAside).where(col(SetAside.card_id) == 0, col(SetAside.post_id).in_(unreleased)))


def _of_then(table: Table, row: Mapping[str, Any]) -> TableClause:
    """The table with the columns that it had when the copy was made, and without what is put into a later one."""
    return clause(table.name, *(column(name, table.columns[name].type) for name in row))


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a copy")


def _typed(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise ValueError(f"a row of {table.name} is no object")  # noqa: TRY004 - as all that is wrong with a row
    return {
        name: datetime.fromisoformat(value)
        if value is not None and isinstance(table.columns[name].type, UTCDateTime)
        else value
        for name, value in row.items()
    }


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL numbers on where the copied rows end; SQLite does so by itself."""
    if connection.dialect.name != "postgresql" or "id" not in table.columns:
        return
    newest = connection.execute(columns(func.coalesce(func.max(table.columns.id), 0))).scalar_one()
    sequence = func.pg_get_serial_sequence(text(f"'{table.name}'"), text("'id'"))
    connection.execute(columns(func.setval(sequence, newest + 1, text("false"))))
