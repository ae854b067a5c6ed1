"""`social backup`, `social restore`, `social export`: everything in one file, back again, and for people to read.

A copy is a tar archive: `social.json` (when, by which step of the tables, which tables), `tables/NAME.jsonl`,
`media/SHA256`, and `end.json` (how many files). It is made while the bot runs. The key that opens the stored tokens
is not in it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import IO, Final, NamedTuple

from sqlmodel import Session

from bot import wiring
from bot.actions.missing import missing_files
from bot.alone import keep_alone
from bot.clocks import Clock
from bot.config import Config, ConfigError
from bot.replies.words import count
from handlers.media import CHUNK, Store
from storage import backup
from storage.database import Database
from storage.errors import StorageError
from storage.migrations import HEAD

HEADER: Final = "social.json"
END: Final = "end.json"
"""The last of all: a tar archive that was cut off between two of its members looks whole."""
_SPOOL: Final = 8 << 20
"""Bytes of a table that are kept in memory before they go to a temporary file."""
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
                _add(archive, HEADER, [json.dumps(header)])
                with database.reading() as session:
                    for name in backup.tables():
                        _add(archive, _table(name), backup.lines(session, name))
                files = _add_files(archive, config.social.data_dir / "media")
                _add(archive, END, [json.dumps({"files": files})])
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
        f"{target} holds everything that is remembered, and {files} files. The stored tokens in it open with the "
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
                held = backup.make_safe(session, made_at, now)
        finally:
            database.close()
    except (tarfile.TarError, KeyError, ValueError, TypeError) as error:
        raise StorageError(f"`{source}` is no copy of this bot, or is damaged. Name another one.") from error
    except OSError as error:
        raise StorageError(f"`{source}` cannot be read ({error.strerror}).") from error
    finally:
        if alone is not None:
            alone.close()
    text = (
        f"Restored from the copy of {made_at:%Y-%m-%d %H:%M} UTC, with {files} files.{lost} "
        f"{count(held, 'post')} that could still go out: held, because nobody knows whether it went out since. Start the bot, "
        "look what is out and what was decided since, and let an approver say `resume` or `cancel`. Approvals by command are to "
        "be given anew. "
        "The stored tokens open only with the old `secret.key` (or `secret_key`): put it into the data folder first."
    )
    return Restored(text, whole=not lost)


def _fill(database: Database, archive: tarfile.TarFile, store: Store) -> tuple[datetime, int, str]:
    """Load a copy at the step at which it was made: when that was, how many files, and a sentence about lost ones."""
    header = json.loads(_read(archive, HEADER))
    made_at, step = datetime.fromisoformat(header["made_at"]), str(header["step"])
    tables = [name for name in backup.tables() if name in header["tables"]]
    for name in tables:
        archive.getmember(_table(name))  # before anything is changed
    database.migrate()
    with database.reading() as session:
        _must_be_empty(session)
    database.migrate(step)
    files, lost = _load_files(archive, store)
    with database.transaction() as session:
        _must_be_empty(session)
        backup.clear(session, tables)
        for name in tables:
            backup.load(session, name, _lines(archive, _table(name)))
    return made_at, files, lost


def _now(config: Config, clock: Clock | None) -> datetime:
    told = clock or wiring.clock_of(config)
    return told()


def _must_be_empty(session: Session) -> None:
    if not backup.is_empty(session):
        raise StorageError(
            "There are posts in the database already. Move it away, or name another one, and restore again."
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


def _add(archive: tarfile.TarFile, name: str, lines: Iterable[str]) -> None:
    """Lines as one file; spooled, because an archive wants to know its size before its bytes."""
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool:
        for line in lines:
            spool.write(f"{line}\n".encode())
        info = tarfile.TarInfo(name)
        info.size, info.mode = spool.tell(), 0o600
        spool.seek(0)
        archive.addfile(info, spool)


def _add_files(archive: tarfile.TarFile, media: Path) -> int:
    files = 0
    for path in sorted(media.glob("*")):
        if len(path.name) != 64:  # noqa: PLR2004 - a SHA-256; all else is half-written
            continue
        try:
            archive.add(path, f"media/{path.name}")
        except FileNotFoundError:
            continue  # tidied away meanwhile
        files += 1
    return files


def _load_files(archive: tarfile.TarFile, store: Store) -> tuple[int, str]:
    """How many files were brought back, and a sentence about those that were not."""
    good = bad = 0
    for info in archive:
        folder, _, name = info.name.partition("/")
        file = archive.extractfile(info) if folder == "media" and info.isfile() else None
        if file is None:
            continue
        whole = _load_file(file, name, store)
        good, bad = good + whole, bad + (not whole)
    lost = f" {bad} files in it are damaged and were left out." if bad else ""
    if END not in archive.getnames():
        return good, f"{lost} Its end is missing, and with it perhaps more files."
    told = int(json.loads(_read(archive, END))["files"])
    if told != good + bad:
        lost += f" It says that it holds {told} files, but {good + bad} are in it."
    return good, lost


def _load_file(file: IO[bytes], name: str, store: Store) -> bool:
    """Whether it is what its name says; half of a file that was cut off is not."""
    digest = hashlib.sha256()
    with store.part() as part:
        try:
            while piece := file.read(CHUNK):
                digest.update(piece)
                part.file.write(piece)
        except tarfile.ReadError:
            return False
        if whole := digest.hexdigest() == name:
            store.adopt(part)
    return whole


def _table(name: str) -> str:
    return f"tables/{name}.jsonl"


def _lines(archive: tarfile.TarFile, name: str) -> Iterable[str]:
    file = archive.extractfile(name)
    return io.TextIOWrapper(file, encoding="utf-8") if file else ()


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file.read()
