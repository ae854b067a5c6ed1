"""Statements that every delivery asks: put together once, and given to SQLite's driver itself.

SQLAlchemy needs 50 microseconds for a statement that it has compiled already, 100 with rows that become objects, and 200
where it is put together anew; the driver needs 4. One delivery asks dozens of them. Seen from outside all is the same: the
same transaction, the same types, the same events, the same errors. PostgreSQL is asked by SQLAlchemy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Delete, Insert, Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, SQLModel

from storage.errors import of_sqlite

Row = tuple[Any, ...]
_As = Callable[[Any], Any]
_NOTHING: Final[Mapping[str, Any]] = {}
_COUNTED: Final = {"preserve_rowcount": True}


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in SQLite's words. Who listens for statements is given it in the place of SQLAlchemy's context."""

    words: str
    values: tuple[tuple[str, Any, _As | None], ...]
    """Of each value, in order: its name, what it always is (None: it is given), and how the database is told it."""
    read: tuple[tuple[int, _As], ...]
    """The columns that the database has in another way than Python."""
    isinsert: bool
    isupdate: bool
    isdelete: bool
    compiled: None = None

    def filled(self, given: Mapping[str, Any]) -> Row:
        """The values, as the driver takes them."""
        found = []
        for name, constant, told in self.values:
            value = given[name] if constant is None else constant
            found.append(value if told is None else told(value))
        return tuple(found)

    def rows(self, found: list[Row]) -> list[Row]:
        """The rows, as Python has them."""
        if not self.read or not found:
            return found
        changed = [list(row) for row in found]
        for row in changed:
            for at, read in self.read:
                row[at] = read(row[at])
        return [tuple(row) for row in changed]


class Prepared:
    """One statement, whose values are `bindparam`s, each of them given every time. Thread-safe. An `insert` has no values of
    its own: all columns are given, in every call the same. Lists (`in_`) are not for it.
    """

    def __init__(self, statement: Any, postgres: Any = None) -> None:
        """`postgres`: the statement as PostgreSQL is asked, where that is another one."""
        self._statement = statement
        self._postgres = statement if postgres is None else postgres
        self._made: _Compiled | None = None

    def rows(self, session: Session, given: Mapping[str, Any] = _NOTHING) -> Sequence[Row]:
        """The rows that it finds, or returns. What was changed in the session before is written first."""
        connection = _connection(session)
        if connection.dialect.name != "sqlite":
            return [tuple(row) for row in connection.execute(self._postgres, dict(given))]
        made = self._in_sqlite(connection.dialect, given)
        return made.rows(_ask(connection, made, given).fetchall())

    def first(self, session: Session, given: Mapping[str, Any] = _NOTHING) -> Row | None:
        """The first of them, if there is one."""
        return next(iter(self.rows(session, given)), None)

    def changed(self, session: Session, given: Mapping[str, Any] = _NOTHING) -> int:
        """How many rows it changed. Objects of the session do not hear of it."""
        connection = _connection(session)
        if connection.dialect.name != "sqlite":
            return int(connection.execute(self._postgres, dict(given), execution_options=_COUNTED).rowcount)
        return _ask(connection, self._in_sqlite(connection.dialect, given), given).rowcount

    def _in_sqlite(self, dialect: Dialect, given: Mapping[str, Any]) -> _Compiled:
        if self._made is None:  # two threads may do the same, for once
            self._made = _compile(self._statement, dialect, list(given))
        return self._made


def new_only(model: type[SQLModel]) -> Prepared:
    """A new row, unless there is one that may not be there twice; then nothing is changed."""
    return Prepared(
        sqlite.insert(model).on_conflict_do_nothing(), postgresql.insert(model).on_conflict_do_nothing()
    )


def _connection(session: Session) -> Connection:
    session.flush()
    return session.connection()


def _ask(connection: Connection, made: _Compiled, given: Mapping[str, Any]) -> sqlite3.Cursor:
    driver: Any = connection.connection.dbapi_connection
    cursor: sqlite3.Cursor = driver.cursor()
    values = made.filled(given)
    for hears in connection.dispatch.before_cursor_execute:
        hears(connection, cursor, made.words, values, made, False)
    try:
        cursor.execute(made.words, values)
    except sqlite3.Error as error:
        raise of_sqlite(made.words, error) from error
    for hears in connection.dispatch.after_cursor_execute:
        hears(connection, cursor, made.words, values, made, False)
    return cursor


def _compile(statement: Any, dialect: Dialect, names: list[str]) -> _Compiled:
    inserts, changes = isinstance(statement, Insert), isinstance(statement, Insert | Update | Delete)
    compiled: Any = statement.compile(dialect=dialect, column_keys=names if inserts else None)
    if "POSTCOMPILE" in str(compiled):
        raise ValueError("a list in a prepared statement")
    always, values = compiled.params, []
    for name in compiled.positiontup:
        kind = compiled.binds[name].type.dialect_impl(dialect)
        values.append((name, None if name in names else always[name], kind.bind_processor(dialect)))
    columns = compiled.effective_returning if changes else statement.exported_columns
    found = [(at, _reads(column.type, dialect)) for at, column in enumerate(columns)]
    return _Compiled(
        str(compiled),
        tuple(values),
        tuple((at, read) for at, read in found if read is not None),
        inserts,
        isinstance(statement, Update),
        isinstance(statement, Delete),
    )


def _reads(kind: TypeEngine[Any], dialect: Dialect) -> _As | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
