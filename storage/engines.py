"""How a connection to SQLite or PostgreSQL begins, and what holds on each of them."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.util import LRUCache
from sqlmodel import create_engine
from typing_extensions import override

from storage.errors import StorageError, of_sqlite

BUSY_S = 5
"""How long a writer waits for another one before it gives up, in seconds."""

_WAL_ATTEMPTS = 10

_STATEMENTS = 1000
"""So many statements are kept as SQL text; there are fewer different ones."""
_COMPILED: LRUCache[Any, Any] = LRUCache(_STATEMENTS)

READING = "reading"
"""Key in a connection's `info`: whether it was told last that it may write nothing."""
_QUERY_ONLY = {True: "PRAGMA query_only=ON", False: "PRAGMA query_only=OFF"}


class SharedDialect(SQLiteDialect_pysqlite):
    """SQLite as every engine of this process speaks it, so what one has made of a statement serves all.

    SQLAlchemy looks its SQL up by the dialect too, and takes each engine's for another one; who opens a database
    for a moment (the sandbox's page, a backup) would make every statement anew, which takes longer than to run it.
    """

    supports_statement_cache = True

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, SharedDialect)

    @override
    def __hash__(self) -> int:
        return hash(SharedDialect)


registry.register("sqlite.shared", __name__, SharedDialect.__name__)


def understand(url: str) -> URL:
    """The address, with the driver that is used. Raises `StorageError`, which never repeats it."""
    wanted = "It begins with `sqlite:///` or `postgresql://`."
    try:
        parsed = make_url(url)
    except ArgumentError:
        # the text may hold a password, so it is not repeated, not even as the cause
        raise StorageError(f"`database_url` is not the address of a database. {wanted}") from None
    if parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise StorageError(f"`database_url` names `{parsed.drivername}`, which is not supported. {wanted}")
    if parsed.database in (None, "", ":memory:"):
        raise StorageError("`database_url` names no file: what is remembered must survive a restart.")
    return parsed


def open_sqlite(url: URL) -> Engine:
    """One file: many readers and one writer, who waits for another one for `BUSY_S`."""
    engine = create_engine(
        url.set(drivername="sqlite+shared"),
        hide_parameters=True,
        connect_args={"timeout": BUSY_S},
        execution_options={"compiled_cache": _COMPILED},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin on its own: see _begin
        connection.execute(f"PRAGMA busy_timeout={BUSY_S * 1000}")
        _write_ahead(connection)
        # a claim that a power cut takes back would be sent a second time: every commit reaches the disk
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        if connection.info.get(READING) is not reading:  # it stays as it is from one transaction to the next
            _say(connection, _QUERY_ONLY[reading])
            connection.info[READING] = reading
        # a writer is the only one from the start, so that what it read still holds when it writes
        _say(connection, "BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _say(connection: Connection, words: str) -> None:
    """To the driver itself: it takes a few microseconds, and SQLAlchemy's way to it ten times as long."""
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute(words)
    except sqlite3.Error as error:
        raise of_sqlite(words, error) from error


def _write_ahead(connection: Any) -> None:
    """Readers and the writer do not wait for each other. Kept in the file, so it is switched on but once;
    SQLite does not wait for others while switching, so we do where several open a new file at once.
    """
    for _ in range(_WAL_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            connection.execute("BEGIN IMMEDIATE")  # this waits
            connection.execute("COMMIT")
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")


def open_postgres(url: URL, worker: str) -> Engine:
    """A pool of connections in the name of this copy of the bot, each of which holds nothing for long."""
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,  # every account may be sending, searching and preparing at once
        # by its name the others end what a copy holds that hangs (`storage.membership`); PostgreSQL takes 63 bytes
        connect_args={"connect_timeout": 10, "application_name": f"social {worker}"[-63:]},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.execute(f"SET lock_timeout = '{BUSY_S}s'")
        # a bot that froze inside a transaction must not hold its rows for ever
        connection.execute("SET idle_in_transaction_session_timeout = '60s'")
        # a machine that lost its power holds its locks until the server notices: in half a minute, not in two hours
        for name, value in (("idle", 10), ("interval", 5), ("count", 4)):
            connection.execute(f"SET tcp_keepalives_{name} = {value}")
        connection.commit()

    return engine
