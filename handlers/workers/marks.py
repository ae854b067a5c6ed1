"""What is being tried, written down before the child begins: what stopped a child once is not tried again, also after
a restart; and what the bot itself did not survive is tried once more, and then not again.

A mark is a small file beside the store's notes. It goes when the work is done, whatever came of it; else when nobody
asked for it for a day (`handlers.sweeping`).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from handlers.known import FOLDER
from handlers.media import PART, Store
from handlers.workers.stopped import Stopped

MARK: Final = ".tried"
"""How the name of a mark ends."""
LIVES: Final = 2
"""So many lives of the bot may end while a file is open; most of them ended for another reason."""
_VERSION: Final = 1
"""Changes when files may fare better with a new version of the bot."""
_OURSELVES: Final = secrets.token_hex(8)
"""This life of the bot: what it tries right now did not end it."""

_T = TypeVar("_T")


def attempt(store: Store, task: str, sha256: str, name: str, run: Callable[[], _T]) -> _T:
    """The result of `run`, unless it was stopped before for this file. Raises `Stopped`, and what `run` raises."""
    key = hashlib.sha256(json.dumps([_VERSION, task, sha256]).encode()).hexdigest()
    mark = store.root / FOLDER / f"{key}{MARK}"
    known = _read(mark)
    if known.get("stopped"):
        raise Stopped(str(known["stopped"]), name, before=True)
    others = [one for one in known.get("lives", []) if one != _OURSELVES]
    if len(others) >= LIVES:
        raise Stopped("ended", name, before=True)
    _write(mark, {"lives": [*others, _OURSELVES]})
    try:
        result = run()
    except Stopped as stopped:
        _write(mark, {"stopped": stopped.reason})
        raise
    except Exception:  # refused, damaged, or no room for a child: nothing was stopped
        mark.unlink(missing_ok=True)
        raise
    mark.unlink(missing_ok=True)
    return result


def _read(mark: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        told = json.loads(mark.read_bytes())
        if isinstance(told, dict):
            with suppress(OSError):
                os.utime(mark)
            return told
    return {}


def _write(mark: Path, told: dict[str, Any]) -> None:
    """On the disk when this returns."""
    mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = mark.with_name(f"{secrets.token_hex(16)}{PART}")
    try:
        with os.fdopen(
            os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8"
        ) as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(mark)
    finally:
        part.unlink(missing_ok=True)
    if os.name == "posix":
        folder = os.open(mark.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
