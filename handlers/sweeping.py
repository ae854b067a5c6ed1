"""The store's folder, kept small: what nobody needs and nobody used for a while is removed."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from handlers.known import FOLDER
from handlers.media import PART, Store
from handlers.workers.marks import MARK

_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Swept:
    """What was removed."""

    files: int = 0
    size: int = 0
    """Bytes."""


def sweep(store: Store, needed: Callable[[], Collection[str]], unused: timedelta) -> Swept:
    """Remove every file that is not `needed` (asked once, by SHA-256) and was not used for so long.

    A file counts as used whenever its bytes are put again or an earlier answer names it, so that one is never
    taken from under a draft that is being made right now. Ages are by the disk's own clock. Half-written files
    of that age are of a process that is gone; what a process was stopped for so long ago may be tried again. Raises OSError where the folder cannot be read.
    """
    if not store.root.is_dir():
        return Swept()
    old = _clock(store.root) - unused.total_seconds()
    folders = (store.root, store.root / FOLDER)
    parts = [one for folder in folders for end in (PART, MARK) for one in folder.glob(f"*{end}")]
    files = [one for one in store.root.iterdir() if _NAME.fullmatch(one.name)]
    wanted = needed() if any(_old(one, old) for one in files) else ()
    stale = [one for one in (*parts, *(one for one in files if one.name not in wanted)) if _old(one, old)]
    gone = [size for one in stale if (size := _removed(one, old)) is not None]
    for note in _without_file(store):
        note.unlink(missing_ok=True)
    return Swept(len(gone), sum(gone))


def _clock(folder: Path) -> float:
    """The disk's present, which another machine may keep."""
    probe = folder / f"{secrets.token_hex(16)}{PART}"
    try:
        probe.touch()
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)


def _old(path: Path, old: float) -> bool:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime < old
    return False


def _removed(path: Path, old: float) -> int | None:
    """How large it was; None if it was used at this very moment, or somebody else removed it."""
    with suppress(FileNotFoundError):
        known = path.stat()
        if known.st_mtime < old:
            path.unlink()
            return known.st_size
    return None


def _without_file(store: Store) -> Iterator[Path]:
    """Notes that speak of files which are gone, or say nothing."""
    for note in (store.root / FOLDER).glob("*.json"):
        try:
            name = json.loads(note.read_bytes())["sha256"]
        except FileNotFoundError:
            continue
        except (ValueError, TypeError, KeyError):
            yield note
            continue
        if not (store.root / str(name)).is_file():
            yield note
