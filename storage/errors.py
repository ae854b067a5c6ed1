"""What can go wrong with the database, in one sentence for the people who run it.

StorageError    what happened, what to do; `passing` when trying again may help
└── Moved       somebody else changed the row meanwhile: look again, in a new transaction
"""

from __future__ import annotations

import sqlite3
from typing import cast

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_BUSY = "The database is busy: somebody else held it for more than 5 seconds. Try again in a moment."
_FULL = "The disk of the database is full. Make room; nothing that was confirmed is lost."
_READ_ONLY = "The database {place} cannot be written. Give the bot's user the right to write there."
_DAMAGED = "{place} is damaged, or is no database of this bot. Bring back a copy, or name another file."

# SQLite has no codes that SQLAlchemy passes on for all of these, so its words are compared
_SQLITE = {
    "is locked": (_BUSY, True),
    "readonly database": (_READ_ONLY, False),
    "unable to open database file": (
        "The database {place} cannot be opened. Does its folder exist, and may the bot's user write there?",
        False,
    ),
    "is full": (_FULL, True),
    "disk i/o error": ("The disk of the database {place} does not answer. Look at the disk.", True),
    "malformed": (_DAMAGED, False),
    "not a database": (_DAMAGED, False),
    "no such table": ("The tables in {place} are missing or old. Start the bot once: it makes them.", False),
}

_GONE = "PostgreSQL does not answer (the database {place}). Look whether it runs and can be reached."

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES = {
    "08": (_GONE, True),
    "57P": (_GONE, True),
    "40": (_BUSY, True),
    "55P03": (_BUSY, True),
    "57014": (_BUSY, True),
    "25P03": (_BUSY, True),
    "53100": (_FULL, True),
    "53": (
        "PostgreSQL has no room for another connection (to the database {place}). End some, or raise `max_connections`.",
        True,
    ),
    "25006": (_READ_ONLY, False),
    "42501": (_READ_ONLY, False),
    "28": (
        "PostgreSQL refused the user or the password (for the database {place}). Correct `database_url`.",
        False,
    ),
    "option": ("`database_url` has an option that PostgreSQL does not know. Correct it.", False),
    "3D000": (
        "PostgreSQL knows no database {place}. Make it with `createdb`, or correct `database_url`.",
        False,
    ),
    "42P01": ("The tables in {place} are missing or old. Start the bot once: it makes them.", False),
}

# a connection that fails has no code, only words
_REFUSED = {
    "password authentication failed": "28",
    "no pg_hba.conf entry": "28",
    "invalid connection option": "option",
    "does not exist": "3D000",
    "too many clients": "53",
    "remaining connection slots": "53",
}


class StorageError(Exception):
    """What happened to the database and what to do, in one sentence without a secret.

    `passing` is True where trying again may help (locked, not reachable, disk full).
    """

    def __init__(self, sentence: str, *, passing: bool = False) -> None:
        super().__init__(sentence)
        self.passing = passing


class Moved(StorageError):
    """Somebody else changed the row since it was read. Nothing was written: look again and decide anew."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, passing=True)


def of_sqlite(words: str, error: sqlite3.Error) -> DBAPIError:
    """What SQLAlchemy would have raised, where the driver was asked without it; without the values, which may be a draft."""
    return cast("DBAPIError", DBAPIError.instance(words, None, error, sqlite3.Error, hide_parameters=True))


def explain(error: SQLAlchemyError, url: URL) -> StorageError | None:
    """The sentence for a trouble of the database itself; None for a mistake of the program."""
    place = f"`{url.database}`"
    if url.host:
        place += f" at {url.host}"
    if isinstance(error, PoolTimeout):
        return StorageError(_BUSY, passing=True)
    if isinstance(error, NoSuchModuleError) or not isinstance(error, DBAPIError):
        return None
    known = _sqlite(error) if url.get_backend_name() == "sqlite" else _postgres(error)
    if known is None:
        return None
    sentence, passing = known
    return StorageError(sentence.format(place=place), passing=passing)


def _sqlite(error: DBAPIError) -> tuple[str, bool] | None:
    words = str(error.orig).lower()
    return next((known for part, known in _SQLITE.items() if part in words), None)


def _postgres(error: DBAPIError) -> tuple[str, bool] | None:
    words = str(error.orig)
    code = getattr(error.orig, "sqlstate", None) or next(
        (code for part, code in _REFUSED.items() if part in words), ""
    )
    for size in (len(code), 3, 2):
        if code[:size] in _POSTGRES and len(code) >= size:
            return _POSTGRES[code[:size]]
    # without a code it never got an answer: no such host, refused, cut off
    return _POSTGRES["08"] if not code and type(error.orig).__name__ == "OperationalError" else None
