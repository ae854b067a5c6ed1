"""Files on their way to the platforms: kept by content, cleaned of metadata, scaled where a platform demands it."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHUNK = 1024 * 1024
"""Bytes read at a time, so that a long video never stands in memory whole."""
PART = ".part"
"""How the name of a file ends that is still being written."""


@dataclass(frozen=True, slots=True)
class Media:
    """One file exactly as it will be published; the bytes are in the `Store` under `sha256`."""

    sha256: str
    name: str
    """File name as people gave it."""
    mime: str
    """Found in the bytes, never believed from the name."""
    size: int
    """Bytes."""
    alt: str = ""
    width: int = 0
    height: int = 0
    """Pixels; 0 where unknown."""
    seconds: float = 0.0
    """How long a film or an animation is; 0 where unknown."""
    frames: int = 0
    """Pictures of an animation, pages of a document; 0 where unknown, and for everything else."""
    codecs: tuple[str, ...] = ()
    """Of a film: how its pictures and its sound are written, by the names of ffprobe (`h264`, `aac`)."""
    fps: float = 0.0
    """Of a film: pictures per second; 0 where unknown."""
    unusual: tuple[str, ...] = ()
    """Of a film: what of how it is written players may not take (`handlers.films.sample_formats`)."""
    note: str = ""
    """What was done to it for this platform ("scaled to 2048 × 1365"), for the card."""


class MissingMedia(Exception):
    """A stored file is gone, or its bytes are no longer those that were reviewed; its text is for people."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file in the store's folder that is still being written."""

    path: Path
    file: BinaryIO
    """Open for writing and reading."""

    @property
    def size(self) -> int:
        """Bytes that are written in it."""
        return self.path.stat().st_size


class Store:
    """A folder of files named by the SHA-256 of their bytes; a half-written file is never seen.

    Thread- and process-safe: the same bytes may be put twice at once. The folder is made at the first `put`,
    with mode 700; files have mode 600.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Keep these bytes, durably; returns the SHA-256 (hexadecimal) to get them by."""
        return self._keep(data[at : at + CHUNK] for at in range(0, len(data), CHUNK))

    def open(self, sha256: str) -> BinaryIO:
        """The file, opened for reading at its beginning, after its bytes were compared with its name.

        Raises `MissingMedia`.
        """
        try:
            file = self.path(sha256).open("rb")
        except OSError as error:
            raise _missing() from error
        try:
            _compare(iter(lambda: file.read(CHUNK), b""), sha256)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return file

    def read(self, sha256: str) -> bytes:
        """All bytes of a file, compared with its name. Raises `MissingMedia`."""
        try:
            data = self.path(sha256).read_bytes()
        except OSError as error:
            raise _missing() from error
        _compare([data], sha256)
        return data

    def path(self, sha256: str) -> Path:
        """Where the file lies; only its presence is looked at. Raises `MissingMedia`."""
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise _missing()
        found = self.root / sha256
        if not found.is_file():
            raise _missing()
        return found

    def has(self, sha256: str) -> bool:
        """Whether the file is there; its bytes are not looked at."""
        return (self.root / sha256).is_file()

    def remove(self, sha256: str) -> None:
        """Keep this file no longer. Raises OSError where the folder cannot be changed."""
        with suppress(MissingMedia):
            self.path(sha256).unlink(missing_ok=True)

    @contextmanager
    def part(self) -> Iterator[Part]:
        """A new file in the folder that nobody sees yet, to be written and then adopted; else it is gone."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        path = self.root / f"{secrets.token_hex(16)}{PART}"
        try:
            with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:  # noqa: PTH123 - the mode must hold from the first byte
                yield Part(path, file)
        finally:
            path.unlink(missing_ok=True)

    def adopt(self, part: Part) -> str:
        """Keep what was written, durably, and close it; returns the SHA-256 to get it by."""
        part.file.flush()
        part.file.seek(0)
        digest = hashlib.sha256()
        for chunk in iter(lambda: part.file.read(CHUNK), b""):
            digest.update(chunk)
        os.fsync(part.file.fileno())
        part.file.close()
        part.path.replace(self.root / digest.hexdigest())
        self._settle()
        return digest.hexdigest()

    def _keep(self, chunks: Iterable[bytes]) -> str:
        with self.part() as part:
            for chunk in chunks:
                part.file.write(chunk)
            return self.adopt(part)

    def _settle(self) -> None:
        """Make the new name itself survive a power cut, where folders can be synced (not on Windows)."""
        if os.name != "posix":
            return
        folder = os.open(self.root, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _compare(chunks: Iterable[bytes], sha256: str) -> None:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    if digest.hexdigest() != sha256:
        raise MissingMedia(
            "A file of this post was damaged in the bot's folder and is not sent. "
            "Upload it again in the draft, or bring the folder back from a backup.",
        )


def _missing() -> MissingMedia:
    return MissingMedia("A file of this post is gone from the bot's folder. Upload it again in the draft.")
