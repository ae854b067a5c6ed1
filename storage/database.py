"""Opens SQLite or PostgreSQL from one URL, brings the tables up to date, hands out transactions."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel

from storage import steps
from storage.commits import Commits
from storage.engines import open_postgres, open_sqlite, understand
from storage.errors import Moved, StorageError, explain
from storage.locks import Lock
from storage.migrations import HEAD

_log = logging.getLogger(__name__)

TURN_S = 30
"""How long a thread waits until the writers before it are done; each of them may have to wait `BUSY_S`."""

AFTER = "after"
"""Key in `session.info` of what is to be done once the transaction is committed, such as a line in the log."""

_IDLE_SINCE = (14,)
"""The version of PostgreSQL that can end a connection on which nothing is asked."""


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
        self.url = understand(url)
        self._sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = threading.Lock()
        """SQLite has one writer: our own threads take turns, instead of asking again and again until one is lucky."""
        self._bound = threading.local()
        """The connection that this thread is bound to, if any."""
        self._file: tuple[int, int] | None = None
        if self._sqlite:
            _make_file(self.url)
            self._file = _identity(self.url)
        try:
            self._engine = open_sqlite(self.url) if self._sqlite else open_postgres(self.url, self.worker)
        except ModuleNotFoundError as error:
            raise StorageError(
                "PostgreSQL needs one more package: `pip install social[postgres]`."
            ) from error
        self.commits = Commits(self._engine)
        """What this process wrote."""
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
            self.commits.noticing(),
            self._in_turn(),
            self._own() as connection,
            Session(connection, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
        for say in session.info.pop(AFTER, ()):
            say()

    def _own(self) -> AbstractContextManager[Connection]:
        """Where this thread writes: on the connection that it is bound to, or on any. (A session that is given an engine
        takes as long to take a connection from it as for all else that it does in a transaction.)
        """
        bound: Connection | None = getattr(self._bound, "connection", None)
        if bound is None:
            return self._engine.connect()
        if bound.invalidated:  # left alone, SQLAlchemy would take a new one instead
            raise Moved("The bot was away for too long, and another copy of it had the turn since.")
        return nullcontext(bound)

    @contextmanager
    def bound(self, idle: timedelta) -> Iterator[Connection]:
        """Within the block, this thread's transactions are all on one connection; what the server ended is lost then.

        For locks that last longer than a transaction (PostgreSQL). It is outside of a transaction when it is given, and
        so must it be given back. Nothing may be asked on it for `idle`; then the server ends it.
        """
        held: Connection | None = getattr(self._bound, "connection", None)
        if held is not None:
            yield held
            return
        with self._translating(), self._engine.connect() as connection:
            can_idle = (connection.dialect.server_version_info or ()) >= _IDLE_SINCE
            if can_idle:
                wait = f"SET idle_session_timeout = {int(idle.total_seconds() * 1000)}"
                connection.exec_driver_sql(wait)
                connection.commit()
            self._bound.connection = connection
            try:
                yield connection
            finally:
                self._bound.connection = None
                if can_idle and not connection.invalidated:
                    connection.exec_driver_sql("RESET idle_session_timeout")
                    connection.commit()

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
            self._reader.connect() as connection,
            Session(connection, expire_on_commit=False) as session,
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
        """Raise `StorageError` if the tables are not those that this version of the bot knows, or are restored in part."""
        with self._translating(), self._engine.connect() as connection:
            current = steps.current(connection)
            if current != HEAD:
                raise steps.not_current(current, self.url.database)
            steps.must_be_safe(connection)

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
