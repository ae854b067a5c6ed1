"""The file of `social backup`: a tar archive of `social.json` (when, by which step of the tables, which tables),
`tables/NAME.jsonl`, `media/SHA256`, and `end.json` (how many files).
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final

from bot.replies.words import count
from handlers.media import CHUNK, Store

HEADER: Final = "social.json"
END: Final = "end.json"
"""The last of all: a tar archive that was cut off between two of its members looks whole."""
_SPOOL: Final = 8 << 20
"""Bytes of a table that are kept in memory before they go to a temporary file."""


def add(archive: tarfile.TarFile, name: str, lines: Iterable[str]) -> None:
    """Lines as one file; spooled, because an archive wants to know its size before its bytes."""
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool:
        for line in lines:
            spool.write(f"{line}\n".encode())
        info = tarfile.TarInfo(name)
        info.size, info.mode = spool.tell(), 0o600
        spool.seek(0)
        archive.addfile(info, spool)


def add_files(archive: tarfile.TarFile, media: Path) -> int:
    """Every whole file of the store; returns how many."""
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


def load_files(archive: tarfile.TarFile, store: Store) -> tuple[int, str]:
    """How many files were brought back, and a sentence about those that were not."""
    good = bad = 0
    for info in archive:
        folder, _, name = info.name.partition("/")
        file = archive.extractfile(info) if folder == "media" and info.isfile() else None
        if file is None:
            continue
        whole = _load_file(file, name, store)
        good, bad = good + whole, bad + (not whole)
    lost = f" {count(bad, 'file')} in it {'was' if bad == 1 else 'were'} damaged and left out." if bad else ""
    if END not in archive.getnames():
        return good, f"{lost} Its end is missing, and with it perhaps more files."
    told = int(json.loads(read(archive, END))["files"])
    if told != good + bad:
        lost += f" It says that it holds {count(told, 'file')}, and has {good + bad}."
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


def table(name: str) -> str:
    """Where the rows of a table are."""
    return f"tables/{name}.jsonl"


def lines(archive: tarfile.TarFile, name: str) -> Iterable[str]:
    """The lines of one of its files."""
    file = archive.extractfile(name)
    return io.TextIOWrapper(file, encoding="utf-8") if file else ()


def read(archive: tarfile.TarFile, name: str) -> bytes:
    """One of its files, whole. Raises KeyError."""
    file = archive.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file.read()
