"""Locks that last as long as a transaction; on SQLite there is one writer anyway."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlmodel import Session


def take_account(session: Session, kind: int, account: str) -> bool:
    """Hold the account until the transaction ends; False if another one holds it. SQLite has one writer anyway.

    `kind` tells what for: others may hold it for something else.
    """
    if session.get_bind().dialect.name != "postgresql":
        return True
    lock = func.pg_try_advisory_xact_lock(kind, func.hashtext(account))
    return bool(session.execute(select(lock)).scalar())
