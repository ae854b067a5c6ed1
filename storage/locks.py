"""The advisory locks of PostgreSQL: every number of them, and those that last as long as a transaction."""

from __future__ import annotations

from enum import IntEnum, unique

from sqlalchemy import func, select
from sqlmodel import Session


@unique
class Lock(IntEnum):
    """What a lock is for. All numbers stand here, because two uses of one number would wait for each other.

    All but the first two have a second number: the hash of a name (an account, a copy, a post).
    """

    MIGRATION = 0x50C1A1
    """One of several copies that start together changes the tables."""
    LEADER = 0x50C1A3
    """The copy that listens (`storage.membership`)."""
    METER = 0x50C1A2
    """What was used of an account's limits is counted by one at a time (`storage.meter`)."""
    MEMBER = 0x50C1A4
    """A copy that lives holds the one of its own name (`storage.membership`)."""
    DELIVERY = 0x50C1A6
    """A delivery of this account is being claimed (`storage.queue`)."""
    STAGED = 0x50C1A7
    """Something that is prepared for this account is being claimed (`storage.staging`)."""
    TURN = 0x50C1A8
    """One at a time under a name (`storage.turns`)."""


def take_account(session: Session, kind: Lock, account: str) -> bool:
    """Hold the account until the transaction ends; False if another one holds it. SQLite has one writer anyway.

    `kind` tells what for: others may hold it for something else.
    """
    if session.get_bind().dialect.name != "postgresql":
        return True
    lock = func.pg_try_advisory_xact_lock(int(kind), func.hashtext(account))
    return bool(session.execute(select(lock)).scalar())
