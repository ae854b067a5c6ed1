"""One at a time under a name: among all threads, and all processes that share the database.

For work that outlives a transaction because somebody else is asked meanwhile, such as the renewal of a token.
"""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Final

from sqlalchemy import text

from storage.database import Database
from storage.errors import StorageError
from storage.locks import Lock

PATIENCE: Final = timedelta(minutes=3)
"""How long one waits for one's turn: longer than any request may take."""
_LOOK_S: Final = 0.05


@contextmanager
def turn(database: Database, name: str, patience: timedelta = PATIENCE) -> Iterator[None]:
    """Hold the name until the block ends, however it ends; a process that dies lets go of it.

    Not to be held twice by one thread. Raises `StorageError` (passing) when somebody else holds it for too long.
    """
    if database.url.get_backend_name() == "sqlite":
        with _file(Path(database.url.database or ""), name, patience):
            yield
        return
    with database.transaction() as session:
        # the transaction does nothing but hold the lock: it stands in nobody's way, however long it is open
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        wait = f"SET LOCAL lock_timeout = {max(int(patience.total_seconds() * 1000), 1)}"
        session.execute(text(wait))
        session.execute(
            text("SELECT pg_advisory_xact_lock(:kind, hashtext(:name))"),
            {"kind": int(Lock.TURN), "name": name},
        )
        yield


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
