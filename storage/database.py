"""Opens SQLite or PostgreSQL from one URL, brings the tables up to date, hands out transactions."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlmodel import Session, SQLModel, create_engine

from storage import steps
from storage.errors import StorageError, explain
from storage.locks import Lock
from storage.migrations import HEAD

_log = logging.getLogger(__name__)

BUSY_S = 5
"""How long a writer waits for another one before it gives up, in seconds."""

TURN_S = 30
"""How long a thread waits until the writers before it are done; each of them may have to wait `BUSY_S`."""

AFTER = "after"
"""Key in `session.info` of what is to be done once the transaction is committed, such as a line in the log."""

_WAL_ATTEMPTS = 10


class Database:
    """One database, safe for many threads; several processes may open the same one.

    `url` is `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`. The file is made with mode 600, its
    folder with mode 700. Nothing is connected yet; `migrate` is to be called once before all else.
    Every method raises `StorageError` for what the people who run it can mend.
    """

    def __init__(self, url: str) -> None:
        # in containers every life has the same number, and a claim must be nobody else's
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        """Who we are among several copies: host, process, and what no other life of it has."""
        self.url = _understand(url)
        self._sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = threading.Lock()
        """SQLite has one writer: our own threads take turns, instead of asking again and again until one is lucky."""
        self._file: tuple[int, int] | None = None
        if self._sqlite:
            _make_file(self.url)
            self._file = _identity(self.url)
        try:
            self._engine = _open_sqlite(self.url) if self._sqlite else _open_postgres(self.url, self.worker)
        except ModuleNotFoundError as error:
            raise StorageError(
                "PostgreSQL needs one more package: `pip install social[postgres]`."
            ) from error
        # the same pool twice: what only reads waits for no writer, and cannot write by mistake
        self._reader = self._engine.execution_options(
            reading=True,
            **({} if self._sqlite else {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}),
        )

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back if anything is raised.

        On SQLite it is the only writer from its first statement on: keep it short, and call nobody inside.
        The rows may be read after it. What is put under `AFTER` in `session.info` is called once it is committed.
        """
        with (
            self._translating(),
            self._in_turn(),
            Session(self._engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
        for say in session.info.pop(AFTER, ()):
            say()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._sqlite:
            yield
            return
        if not self._writing.acquire(timeout=TURN_S):
            raise StorageError("The database is busy: the bot waits for its own disk.", passing=True)
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment of the database and can change nothing."""
        with (
            self._translating(),
            Session(self._reader, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def migrate(self, step: str = HEAD) -> None:
        """Bring the tables up to date, or to an earlier step; costs next to nothing when they are.

        Back at an earlier step they hold no more than that step knew.

        Raises `StorageError` if the database, or the step, is of a newer version of the bot.
        """
        with self._translating():
            with self._engine.connect() as connection:
                current = steps.current(connection)
                connection.rollback()
                if current == step:
                    return
            with self._engine.connect() as connection:
                self._upgrade(connection, step)

    def must_be_current(self) -> None:
        """Raise `StorageError` if the tables are not those that this version of the bot knows."""
        with self._translating(), self._engine.connect() as connection:
            current = steps.current(connection)
        if current != HEAD:
            raise steps.not_current(current, self.url.database)

    def is_empty(self) -> bool:
        """Whether there are no tables at all yet."""
        with self._translating(), self._engine.connect() as connection:
            return steps.current(connection) is None

    def apart(self) -> Connection:
        """A connection of one's own, outside of any transaction, for locks that last; to be closed by the caller."""
        with self._translating():
            return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def gone(self) -> bool:
        """Whether its file is not there any more, or is another one: what is written now would be lost.

        An open file can still be written after it was removed, as with a disk that was unmounted.
        """
        return self._file is not None and _identity(self.url) != self._file

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    def _upgrade(self, connection: Connection, step: str) -> None:
        if self._sqlite:
            # altering a table makes it anew, which must not break what points to it; not possible once begun
            connection.detach()
            connection.connection.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            if not self._sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(Lock.MIGRATION)})
            current = steps.current(connection)  # somebody else may have done it while we waited
            if current != step:
                steps.walk(connection, current, step)
                _log.info(
                    "database: %s -> %s", current or "empty", step, extra={"action": "database_migrated"}
                )
            if self._sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise StorageError(f"{self.url.database} could not be brought up to date; it is as it was.")

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            known = explain(error, self.url)
            if known is None:
                raise
            raise known from error


def insert(session: Session, model: type[SQLModel]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`, on both databases."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model)
    return sqlite.insert(model)


def _understand(url: str) -> URL:
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


def _make_file(url: URL) -> None:
    path = Path(url.database or "")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))  # SQLite's helper files take over its mode
    except OSError as error:
        raise StorageError(
            f"The database `{path}` cannot be made or opened ({error.strerror}). "
            "Give the bot's user the right to write there, or name another file."
        ) from error


def _identity(url: URL) -> tuple[int, int] | None:
    """What tells this very file from another one of its name; None if there is none."""
    try:
        found = Path(url.database or "").stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _open_sqlite(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_S})

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
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
        # a writer is the only one from the start, so that what it read still holds when it writes
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


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


def _open_postgres(url: URL, worker: str) -> Engine:
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
