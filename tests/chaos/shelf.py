"""A town's database between two lives: taken back to the oldest step, laid anew, and looked at."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final, Protocol

import psycopg
from sqlalchemy import text

from storage.database import Database
from tests.chaos.place import Place

OLDEST: Final = "0001"
_KEPT: Final = {
    "post": "id, author_id, message_id, revision, created_at",
    "revision": "id, post_id, number, source, written, outgoing, accounts, created_by",
    "delivery": "id, post_id, revision, account, remote_id, url",
    "entry": "id, at, post_id, account, who, what, old, new",
    "notice": "id, key, text, created_at",
    "seen": "message_id, digest",
}
"""What a start changes in no row, though time goes on and posts expire."""
Rows = dict[str, set[tuple[object, ...]]]


class Shelf(Protocol):
    """Where the databases of one kind are kept while the bot is dead."""

    def keep(self) -> None:
        """Take the database back to the oldest step, and keep a copy of it."""

    def lay(self, *, kept: bool) -> None:
        """Let the bot find that copy, or no tables at all."""

    def sound(self) -> str:
        """`ok`, or what the database says of itself."""


class Files:
    """SQLite's."""

    def __init__(self, place: Place) -> None:
        self._url = place.database_url
        self._path = Path(self._url.removeprefix("sqlite:///"))
        self._kept = self._path.with_name("older.sqlite3")

    def keep(self) -> None:
        """See `Shelf`."""
        _back(self._url)
        with closing(sqlite3.connect(self._path)) as whole, closing(sqlite3.connect(self._kept)) as copy:
            whole.backup(copy)  # with what stands in the log beside the file alone

    def lay(self, *, kept: bool) -> None:
        """See `Shelf`."""
        for old in self._path.parent.glob(f"{self._path.name}*"):
            old.unlink()
        if kept:
            shutil.copy(self._kept, self._path)

    def sound(self) -> str:
        """See `Shelf`."""
        with closing(sqlite3.connect(self._path)) as database:
            return str(database.execute("PRAGMA integrity_check").fetchone()[0])


class Databases:
    """PostgreSQL's, on one server."""

    def __init__(self, place: Place) -> None:
        self._url = place.database_url
        self._name = Database(self._url).url.database or ""
        self._server = self._url.replace(f"/{self._name}?", "/postgres?")

    def keep(self) -> None:
        """See `Shelf`."""
        _back(self._url)
        self._order(f"CREATE DATABASE older TEMPLATE {self._name}")

    def lay(self, *, kept: bool) -> None:
        """See `Shelf`."""
        self._order(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
        self._order(f"CREATE DATABASE {self._name} TEMPLATE {'older' if kept else 'template1'}")

    def sound(self) -> str:
        """It has nothing to ask; that every row can be read is tried anyway."""
        return "ok"

    def _order(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement.encode())


def shelf(place: Place) -> Shelf:
    """The one for the town's database."""
    return Files(place) if place.database_url.startswith("sqlite:") else Databases(place)


def read(url: str) -> tuple[str, Rows]:
    """At which step the tables are, and the rows that no start may change."""
    database = Database(url)
    try:
        with database.apart() as connection:
            step = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            rows = {
                name: {tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {name}"))}
                for name, columns in _KEPT.items()
            }
    finally:
        database.close()
    return str(step), rows


def _back(url: str) -> None:
    database = Database(url)
    database.migrate(OLDEST)
    database.close()
