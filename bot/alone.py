"""One process works with a SQLite database at a time; others may ask whether one does."""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from pathlib import Path
from typing import IO, Final, Self

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.config import Config
from storage.errors import StorageError

ASKING_S: Final = 0.5
"""For so long the bot takes a database that is held for one that is only being asked after."""
_BREATH_S: Final = 0.05
_FAR: Final = 1 << 62
"""The byte that stands for the whole file."""


class Occupied(StorageError):
    """Another process works with this database."""


class Alone:
    """The database is held by this process until `close`."""

    def __init__(self, held: IO[str], database: int | None) -> None:
        self._held = held
        self._database = database

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let others have it. To be called when the database is closed: SQLite's own locks end with this, too."""
        self._held.close()
        if self._database is not None:
            os.close(self._database)
            self._database = None


def keep_alone(config: Config) -> Alone | None:
    """Hold the database for this process until the answer is closed; only for SQLite.

    To be called before the database is opened, so that nothing is brought up to date under a running bot.
    Raises `Occupied` if another process has it: two would release the same posts.
    """
    path = _sqlite_file(config)
    if path is None:
        return None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        held = os.fdopen(os.open(_beside(path), flags, 0o600), "a+", encoding="utf-8")
    except OSError as error:
        raise no_folder(path.parent, error) from error
    if not _taken(held, ASKING_S):
        held.seek(0)
        who = held.read().strip() or "another process"
        held.close()
        raise Occupied(
            f"The bot runs already with the database `{path}` ({who}). Stop it first; with PostgreSQL several may run."
        )
    free, database = _by_any_name(path)
    if not free:
        held.close()
        raise Occupied(
            f"The bot runs already with the database `{path}`, under another name of the same file (a hard link). "
            "Stop it first, and remove one of the names: SQLite damages a database that is used under two."
        )
    held.truncate(0)
    held.write(f"{socket.gethostname()}, process {os.getpid()}")
    held.flush()
    return Alone(held, database)


def _by_any_name(path: Path) -> tuple[bool, int | None]:
    """Lock the file itself as well, whatever it is called: whether nobody had it, and what holds the lock.

    Far behind all that SQLite locks, and by a lock of the open file, so it is in nobody's way. A database that is
    not there yet is made, empty: it can get a second name as soon as it has one.
    """
    import fcntl

    kind = getattr(fcntl, "F_OFD_SETLK", None)
    if kind is None:
        return True, None
    try:
        database = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:  # told in words by whoever opens it next
        return True, None
    try:
        fcntl.fcntl(database, kind, struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, _FAR, 1, 0))
    except OSError as error:
        os.close(database)
        return error.errno not in {errno.EAGAIN, errno.EACCES}, None
    return True, database


def runs(config: Config) -> bool | None:
    """Whether the bot runs now with this SQLite database; None for PostgreSQL, where that cannot be told from here.

    Asking is in nobody's way: several may ask at once, and a bot that starts meanwhile waits for them.
    Raises `StorageError`.
    """
    path = _sqlite_file(config)
    if path is None:
        return None
    try:
        asked = _beside(path).open("rb")
    except FileNotFoundError:
        return False
    except OSError as error:
        raise no_folder(path.parent, error) from error
    with asked:
        return not _taken(asked, shared=True)


def no_folder(folder: Path, error: OSError) -> StorageError:
    """What is told of a data folder that cannot be written."""
    return StorageError(
        f"The data folder `{folder}` cannot be made or written ({error.strerror}). "
        "Give the bot's user the right to write there, or name another one (`data_dir`)."
    )


def _taken(file: IO[str] | IO[bytes], patience_s: float = 0.0, *, shared: bool = False) -> bool:
    """Whether the lock is ours now; it ends with the file."""
    import fcntl

    lock = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    latest = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(file, lock | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= latest:
                return False
            time.sleep(_BREATH_S)
        else:
            return True


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.running")


def _sqlite_file(config: Config) -> Path | None:
    """Where the database is; None for PostgreSQL, and for an address that `Database` will refuse."""
    try:
        url = make_url(config.social.database_url.get_secret_value())
    except ArgumentError:
        return None
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(url.database or "").resolve()
