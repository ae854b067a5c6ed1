"""Deaths while the tables are brought up to date: from nothing, and from an older step with posts in them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from storage.database import Database
from storage.migrations import HEAD
from tests.chaos.lives import STUCK_S, Lives
from tests.chaos.place import until
from tests.chaos.points import Point

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


def older(lives: Lives) -> Path:
    """The database as it is now, taken back to the oldest step; the bot must be dead."""
    path = _path(lives)
    database = Database(f"sqlite:///{path}")
    database.migrate(OLDEST)
    database.close()
    target = path.with_name("older.sqlite3")
    with closing(sqlite3.connect(path)) as whole, closing(sqlite3.connect(target)) as copy:
        whole.backup(copy)  # with what stands in the log beside the file alone
    return target


def die_through(lives: Lives, first: Path | None, every: int, most: int = 10_000) -> int:
    """Die at every so-manieth statement of a start that finds `first` (or no database) until one comes through.

    After each death another start must bring the tables to the newest step with every row in place. Returns how
    often it died.
    """
    path, died = _path(lives), 0
    before: Rows = _rows(first) if first else {}
    for number in range(1, 10_000, every):
        if died >= most:
            break
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
        if first is not None:
            shutil.copy(first, path)
        if not _dies(lives, number):
            break
        died += 1
        lives.count("migration")
        _comes_through(lives, before)
    return died


def _dies(lives: Lives, number: int) -> bool:
    """One start that ends at a statement; False if it came through before."""
    lives.left = 0
    polls = lives.place.executioner.seen.get("poll", 0)
    lives.bot.start()
    lives.bot.doom(Point("statement", number=number))
    until(lambda: not lives.bot.alive or lives.place.executioner.seen.get("poll", 0) > polls, STUCK_S)
    burnt = not lives.bot.alive
    lives.bot.kill()
    lives.bot.spare()
    return burnt and lives.place.executioner.seen.get("poll", 0) == polls


def _comes_through(lives: Lives, before: Rows) -> None:
    polls = lives.place.executioner.seen.get("poll", 0)
    lives.bot.start()
    if not until(lambda: lives.place.executioner.seen.get("poll", 0) > polls, STUCK_S):
        lives.breach(f"STUCK: after a death in a migration the bot does not start: {lives.log()}")
    lives.bot.kill()
    path = _path(lives)
    with closing(sqlite3.connect(path)) as database:
        (sound,) = database.execute("PRAGMA integrity_check").fetchone()
        (step,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    if sound != "ok" or step != HEAD:
        lives.breach(f"DAMAGED: after a death in a migration the database is {sound}, at step {step}")
    after = _rows(path)
    for name, rows in before.items():
        if not rows <= after[name]:
            gone = sorted(rows - after[name], key=str)[:2]
            there = sorted(after[name] - rows, key=str)[:2]
            lives.breach(f"LOST: after a death in a migration {name} lacks {gone} and has {there}")


def _rows(path: Path) -> Rows:
    with closing(sqlite3.connect(path)) as database:
        return {
            name: set(database.execute(f"SELECT {columns} FROM {name}")) for name, columns in _KEPT.items()
        }


def _path(lives: Lives) -> Path:
    return Path(lives.place.database_url.removeprefix("sqlite:///"))
