"""What was used of the platforms' limits, and spent there: counted once, never beyond what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import bindparam, delete, func
from sqlmodel import Session, col, select

from storage.database import Database
from storage.locks import Lock
from storage.models import Usage
from storage.prepared import Prepared, new_only

_WHOSE = (Usage.account == bindparam("a"), Usage.what == bindparam("w"))
_KNOWN = Prepared(select(Usage.id).where(*_WHOSE, Usage.key == bindparam("k")))
_SUM = Prepared(
    select(func.coalesce(func.sum(col(Usage.amount)), 0)).where(*_WHOSE, Usage.period == bindparam("p"))
)
_ROW = new_only(Usage)


class Meter:
    """Thread-safe, and shared by all copies of the bot that have the database in common."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def take(self, account: str, what: str, period: str, amount: int, *, most: int | None, key: str) -> bool:
        """Take so much, committed before it returns; False, and nothing is taken, if more than `most` would be used.

        `period` is the platform's own day or month, such as `2026-11`. The same `key` is counted once, however
        often it comes.
        """
        with self._database.transaction() as session:
            _alone(session, account)
            row = {"account": account, "what": what, "period": period, "key": key, "amount": amount}
            counted = most is None or _KNOWN.rows(session, {"a": account, "w": what, "k": key})
            if not counted and _sum(session, account, what, period) + amount > (most or 0):
                return False
            _ROW.changed(session, row | {"at": self._clock()})
            return True

    def give_back(self, account: str, what: str, key: str) -> None:
        """It was certainly not used after all."""
        with self._database.transaction() as session:
            found = select(Usage).where(Usage.account == account, Usage.what == what, Usage.key == key)
            row = session.exec(found).first()
            if row is not None:
                session.delete(row)

    def forget(self, before: datetime) -> int:
        """Forget what was taken before that instant (UTC), periods long over; returns how many pieces of work."""
        with self._database.transaction() as session:
            done = session.execute(delete(Usage).where(col(Usage.at) < before))
            return int(done.rowcount)  # type: ignore[attr-defined]  # the stubs know it of cursor results only

    def used(self, account: str, what: str, period: str) -> int:
        """How much was taken in that period."""
        with self._database.reading() as session:
            return _sum(session, account, what, period)


def _sum(session: Session, account: str, what: str, period: str) -> int:
    return int(_SUM.rows(session, {"a": account, "w": what, "p": period})[0][0])


def _alone(session: Session, account: str) -> None:
    """Two copies may not both take what only one of them may have. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(Lock.METER), func.hashtext(account))))
