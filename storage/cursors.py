"""What the bot remembers between two starts: one value under each name, the same for all copies of it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, select

from storage.database import insert
from storage.models import Cursor
from storage.prepared import Prepared

_VALUE: Final = Prepared(select(Cursor.value).where(Cursor.name == bindparam("of_name")))


def read(session: Session, name: str) -> str:
    """The value under this name; empty when there is none."""
    found = _VALUE.first(session, {"of_name": name})
    return str(found[0]) if found else ""


def write(session: Session, name: str, value: str) -> None:
    """Put the value under the name, in one statement: two copies of the bot may write a new name at the same time."""
    statement = insert(session, Cursor).values(name=name, value=value)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def forget(session: Session, name: str) -> None:
    """Remove the name, if it is there."""
    session.execute(delete(Cursor).where(col(Cursor.name) == name))
