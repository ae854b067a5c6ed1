"""Files that the stand-ins were given, by their SHA-256: written down as they arrive, never whole in memory."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

PIECE = 256 * 1024
"""Bytes that are moved at once."""


class Spool:
    """A file that is still arriving. Write its pieces, then `keep` it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("xb")
        self._digest = hashlib.sha256()
        self.size = 0
        """Bytes so far."""

    def write(self, piece: bytes) -> None:
        """The next bytes."""
        self._file.write(piece)
        self._digest.update(piece)
        self.size += len(piece)

    def keep(self) -> str:
        """It is whole: keep it, and tell the name to get it by."""
        self._file.close()
        name = self._digest.hexdigest()
        self._path.replace(self._path.with_name(name))
        return name

    def drop(self) -> None:
        """Forget what was not kept."""
        self._file.close()
        self._path.unlink(missing_ok=True)


class Blobs:
    """Bytes by their SHA-256, in a folder; without one, in a folder of their own that goes with them."""

    def __init__(self, root: Path | None) -> None:
        if root is None:
            root = Path(tempfile.mkdtemp(prefix="social-sandbox-"))
            weakref.finalize(self, shutil.rmtree, root, ignore_errors=True)
        root.mkdir(parents=True, exist_ok=True)
        self._root = root

    def put(self, data: bytes) -> str:
        """Keep the bytes; their SHA-256 in hexadecimal is the name to get them by."""
        with self.spool() as spool:
            spool.write(data)
            return spool.keep()

    def put_file(self, file: BinaryIO) -> str:
        """Keep the rest of an open file (an upload of a form), moved piece by piece."""
        with self.spool() as spool:
            for piece in iter(lambda: file.read(PIECE), b""):
                spool.write(piece)
            return spool.keep()

    def join(self, names: Iterable[str]) -> str:
        """Keep several files as one. Raises KeyError if one of them is not there."""
        with self.spool() as spool:
            for name in names:
                for piece in self.pieces(name):
                    spool.write(piece)
            return spool.keep()

    @contextlib.contextmanager
    def spool(self) -> Iterator[Spool]:
        """A new file for pieces as they arrive; what is not kept when the block ends is gone."""
        spool = Spool(self._root / f"{secrets.token_hex(16)}.part")
        try:
            yield spool
        finally:
            spool.drop()

    def get(self, name: str) -> bytes:
        """The bytes, all at once: for small files. Raises KeyError if there are none of that name."""
        with self.open(name) as file:
            return file.read()

    def open(self, name: str) -> BinaryIO:
        """The file, to be read by place. Raises KeyError if there is none of that name."""
        try:
            return (self._root / name).open("rb")
        except FileNotFoundError:
            raise KeyError(name) from None

    def size(self, name: str) -> int:
        """Bytes. Raises KeyError if there is no file of that name."""
        try:
            return (self._root / name).stat().st_size
        except FileNotFoundError:
            raise KeyError(name) from None

    def pieces(self, name: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes between two places, piece by piece. Raises KeyError if there is no file of that name."""
        with self.open(name) as file:
            left = (os.fstat(file.fileno()).st_size if end is None else end) - start
            file.seek(start)
            while left > 0 and (piece := file.read(min(PIECE, left))):
                left -= len(piece)
                yield piece
