"""`social backup`, `social restore`, `social export`: everything in one file, back again, and for people to read.

The copy (`bot.archives`) is made while the bot runs. The key that opens the stored tokens is not in it.
"""

from __future__ import annotations

import json
import os
import sys
import tarfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlmodel import Session

from bot import archives, wiring
from bot.actions.missing import missing_files
from bot.alone import keep_alone
from bot.clocks import Clock
from bot.config import Config, ConfigError
from bot.replies.words import count, listed
from handlers.media import Store
from storage import backup, cursors
from storage.database import Database
from storage.errors import StorageError
from storage.migrations import HEAD
from storage.steps import UNSAFE
from storage.vault import kept_accounts

INCOMPLETE, CONFIG, STORAGE = 1, 3, 5
"""Exit codes (see `cli`)."""


class Restored(NamedTuple):
    """What `restore` brought back."""

    text: str
    whole: bool
    """Whether every file is there that the copy, or a post, speaks of."""


def main(verb: str, config_path: Path, target: Path) -> int:
    """One of the three commands; prints one sentence and returns the exit code."""
    try:
        config = wiring.read_config(config_path, os.environ)
    except ConfigError as error:
        sys.stderr.write(f"social: {error.told(config_path)}\n")
        return CONFIG
    try:
        told, code = _done(verb, config, target)
    except StorageError as error:
        sys.stderr.write(f"social: {error}\n")
        return STORAGE
    sys.stdout.write(f"{told}\n")
    return code


def _done(verb: str, config: Config, target: Path) -> tuple[str, int]:
    """What to say, and the exit code. Raises `StorageError`."""
    if verb == "restore":
        restored = bring_back(config, target)
        return restored.text, 0 if restored.whole else INCOMPLETE
    return (make_copy if verb == "backup" else export)(config, target), 0


def make_copy(config: Config, target: Path, clock: Clock | None = None) -> str:
    """Copy one moment of the database, and the files, while the bot goes on. Raises `StorageError`.

    The file appears under its name once it is whole, readable by its owner alone.
    """
    now = _now(config, clock)
    database = _existing(config)
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as archive:
                header = {"made_at": now.isoformat(), "step": HEAD, "tables": backup.tables()}
                archives.add(archive, archives.HEADER, [json.dumps(header)])
                with database.reading() as session:
                    for name in backup.tables():
                        archives.add(archive, archives.table(name), backup.lines(session, name))
                files = archives.add_files(archive, config.social.data_dir / "media")
                archives.add(archive, archives.END, [json.dumps({"files": files})])
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise StorageError(
            f"The copy `{target}` cannot be written ({error.strerror}). Name another place."
        ) from error
    finally:
        part.unlink(missing_ok=True)
        database.close()
    return (
        f"{target} holds everything that is remembered, and {count(files, 'file')}. The stored tokens in it open with the "
        "key in the data folder, or `secret_key`: keep that as well, elsewhere."
    )


def bring_back(config: Config, source: Path, clock: Clock | None = None) -> Restored:
    """Fill an empty database from a copy, so that nothing goes out twice. Raises `StorageError`."""
    alone = keep_alone(config)
    try:
        database = wiring.open_database(config, migrate=False)
        try:
            with tarfile.open(source, "r:") as archive:
                made_at, files, lost = _fill(database, archive, Store(config.social.data_dir / "media"))
            database.migrate()
            now = _now(config, clock)
            with database.transaction() as session:
                lost += missing_files(session, Store(config.social.data_dir / "media"), now)
                held = backup.make_safe(session, min(made_at, now), now)
                cursors.forget(session, UNSAFE)
            again = _sign_ins(kept_accounts(database))
        finally:
            database.close()
    except (tarfile.TarError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise StorageError(f"`{source}` is no copy of this bot, or is damaged. Name another one.") from error
    except OSError as error:
        raise StorageError(f"`{source}` cannot be read ({error.strerror}).") from error
    finally:
        if alone is not None:
            alone.close()
    text = (
        f"Restored from the copy of {made_at:%Y-%m-%d %H:%M} UTC, with {count(files, 'file')}.{lost} "
        f"{_held(held)} Start the bot, look what is out and what was decided since, and let an approver say `resume` or "
        "`cancel`. Approvals by command are to be given anew. "
        "The stored tokens open only with the old `secret.key` (or `secret_key`): put it into the data folder first."
        f"{again}"
    )
    return Restored(text, whole=not lost)


def _sign_ins(kept: Iterable[str]) -> str:
    """What to do about stored tokens that were perhaps renewed since: X takes the one that renews but once."""
    old = sorted(one for one in kept if one.partition(":")[0] == "x")
    if not old:
        return ""
    commands = listed([f"`social login {one}`" for one in old])
    return f" X renews its tokens every two hours, and the older ones end then: sign in anew with {commands}."


def _held(number: int) -> str:
    """What became of the posts that could still go out."""
    if number == 1:
        return "1 post could still go out and is held, because nobody knows whether it is out by now."
    held = "are held, because nobody knows which of them are out by now" if number else "so none is held"
    return f"{number or 'No'} posts could still go out{' and' if number else ','} {held}."


def _fill(database: Database, archive: tarfile.TarFile, store: Store) -> tuple[datetime, int, str]:
    """Load a copy at the step at which it was made: when that was, how many files, and a sentence about lost ones.

    What is loaded is marked until it is safe: whoever is ended in between leaves nothing that could go out twice.
    """
    header = json.loads(archives.read(archive, archives.HEADER))
    made_at, step = _instant(header["made_at"]), str(header["step"])
    tables = [name for name in backup.tables() if name in header["tables"]]
    for name in tables:
        archive.getmember(archives.table(name))  # before anything is changed
    database.migrate()
    with database.reading() as session:
        begun = cursors.read(session, UNSAFE)
        if not begun:
            _must_be_empty(session)
    files, lost = archives.load_files(archive, store)
    if begun:  # it was cut off when all of this was loaded, and goes on there
        _must_be_the_same(datetime.fromisoformat(begun), made_at)
        return made_at, files, lost
    database.migrate(step)
    with database.transaction() as session:
        _must_be_empty(session)
        backup.clear(session, tables)
        for name in tables:
            backup.load(session, name, archives.lines(archive, archives.table(name)))
        cursors.write(session, UNSAFE, made_at.isoformat())
    return made_at, files, lost


def _instant(told: str) -> datetime:
    found = datetime.fromisoformat(told)
    if found.tzinfo is None:
        raise ValueError("an instant without its zone")
    return found.astimezone(UTC)


def _now(config: Config, clock: Clock | None) -> datetime:
    told = clock or wiring.clock_of(config)
    return told()


def _must_be_empty(session: Session) -> None:
    if not backup.is_empty(session):
        raise StorageError(
            "There are posts in the database already. Move it away, or name another one, and restore again."
        )


def _must_be_the_same(begun: datetime, made_at: datetime) -> None:
    if begun != made_at:
        raise StorageError(
            f"A restore of the copy of {begun:%Y-%m-%d %H:%M} UTC was cut off in this database. "
            "Restore that copy again, or move the database away."
        )


def export(config: Config, target: Path) -> str:
    """Write the whole history into a folder, as JSON and as Markdown. Raises `StorageError`."""
    from bot.history import as_json, as_markdown

    database = _existing(config)
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        with database.reading() as session:
            _write(target / "history.json", as_json(session))
            _write(target / "history.md", as_markdown(session, config.social.timezone))
    except OSError as error:
        raise StorageError(f"`{target}` cannot be written ({error.strerror}). Name another place.") from error
    finally:
        database.close()
    return f"{target}/history.json and {target}/history.md hold the whole history."


def _existing(config: Config) -> Database:
    """The database as it is; a running bot is not disturbed."""
    database = wiring.open_database(config, migrate=False)
    try:
        database.must_be_current()
    except StorageError:
        database.close()
        raise
    return database


def _write(path: Path, pieces: Iterable[str]) -> None:
    with os.fdopen(
        os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8"
    ) as file:
        file.writelines(pieces)
