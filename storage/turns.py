"""One at a time under a name: among all threads, and all processes that share the database.

For work that outlives a transaction because somebody else is asked meanwhile, such as a look at a draft in Zulip or the
renewal of a token.

On PostgreSQL a turn is an advisory lock on a connection, and everything that this thread writes in its turn is written on
that same connection. So a turn ends with its connection: if the copy hangs and the others had the server end it (see
`storage.membership`), they have the turn at once, and what the copy still wants to write when it wakes, of what it saw
long ago, is refused.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from storage.database import Database
from storage.errors import StorageError
from storage.locks import Lock

PATIENCE: Final = timedelta(minutes=3)
"""How long one waits for one's turn: longer than any request may take. So long a turn lasts as well of a copy that hangs
and whose connections the others may not end."""
_LOOK_S: Final = 0.05

_KEY = {"kind": int(Lock.TURN)}
_WAIT = text("SELECT set_config('lock_timeout', :patience, true)")
_TAKE = text("SELECT pg_advisory_lock(:kind, hashtext(:name))")
_GIVE_BACK = text("SELECT pg_advisory_unlock(:kind, hashtext(:name))")

Held = Callable[[], None]
"""Raises `StorageError` if the turn is not ours any more. To be called by the thread that took it."""


@contextmanager
def turn(database: Database, name: str, patience: timedelta = PATIENCE) -> Iterator[Held]:
    """Hold the name until the block ends, however it ends; a process that dies lets go of it.

    Not to be held twice by one thread. Raises `StorageError` (passing) when somebody else holds it for too long.
    """
    if database.url.get_backend_name() == "sqlite":
        with _file(Path(database.url.database or ""), name, patience):
            yield _nothing
        return
    with database.bound(PATIENCE) as connection:
        with connection.begin():
            connection.execute(_WAIT, {"patience": _ms(patience)})
            connection.execute(_TAKE, _KEY | {"name": name})
        try:
            yield lambda: _ask(database)
        finally:
            _give_back(connection, name)


def _give_back(connection: Connection, name: str) -> None:
    if connection.invalidated:
        return  # the turn went with it
    try:
        with connection.begin():
            connection.execute(_GIVE_BACK, _KEY | {"name": name})
    except SQLAlchemyError:
        connection.invalidate()


def _ms(span: timedelta) -> str:
    return str(max(int(span.total_seconds() * 1000), 1))


def _ask(database: Database) -> None:
    with database.transaction() as session:
        session.connection().execute(text("SELECT 1"))


def _nothing() -> None:
    """A process that hangs keeps its lock on a file, so nobody else can have it."""


@dataclass(slots=True)
class _Queue:
    """The threads of this process that want the same turn."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    threads: int = 0
    depth: int = 0


class Turns:
    """The turns of one process, in which a thread may take again what it has. On SQLite there is no other process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queues: dict[str, _Queue] = {}
        self._guard = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many names anybody holds or waits for."""
        return len(self._queues)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Hold the name until the block ends. Raises `StorageError` as `turn` does."""
        with self._guard:
            queue = self._queues.setdefault(name, _Queue())
            queue.threads += 1
        try:
            with queue.lock:
                queue.depth += 1
                try:
                    with self._among_copies(name) if queue.depth == 1 else nullcontext():
                        yield
                finally:
                    queue.depth -= 1
        finally:
            with self._guard:
                queue.threads -= 1
                if not queue.threads:
                    del self._queues[name]

    def _among_copies(self, name: str) -> AbstractContextManager[object]:
        if self._database.url.get_backend_name() == "sqlite":
            return nullcontext()
        return turn(self._database, name)


@contextmanager
def _file(database: Path, name: str, patience: timedelta) -> Iterator[None]:
    """A lock on a file beside the database; each `open` counts as one of its own, also within a process."""
    import fcntl

    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    latest = time.monotonic() + patience.total_seconds()
    with _opened(database.with_name(f"{database.name}.{digest}.lock")) as held:
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in {errno.EAGAIN, errno.EACCES}:
                    raise _refused(error) from error
            if time.monotonic() > latest:
                raise StorageError(
                    f"Another process has held the turn of {name} for too long. It is tried again.",
                    passing=True,
                )
            time.sleep(_LOOK_S)
        yield


def _opened(path: Path) -> IO[str]:
    try:
        return os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR, 0o600), "r+", encoding="utf-8")
    except OSError as error:
        raise _refused(error) from error


def _refused(error: OSError) -> StorageError:
    return StorageError(
        f"The folder of the database cannot be written ({error.strerror}). Give the bot's user the right to it."
    )
