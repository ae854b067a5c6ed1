"""A form with one file, streamed from disk: for the libraries that speak through `requests`, which read files whole.

`requests` asks a body only for its length and for the next piece, so neither ever stands in memory whole.
"""

from __future__ import annotations

import math
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Final

import requests

PIECE: Final = 65_536
"""Bytes handed over at a time."""
TOLD_EVERY: Final = 512 * 1024
"""Bytes after which people may hear of it."""
SLOWEST: Final = 50_000
"""Bytes a second that the slowest line is granted, and a minute on top."""


class TooSlow(requests.Timeout):
    """The line is so slow that the whole file would never be there in time."""


class Multipart:
    """A `multipart/form-data` body (RFC 7578) of some texts and one file. To be used once."""

    def __init__(
        self,
        fields: Mapping[str, str],
        file: BinaryIO,
        size: int,
        *,
        field: str,
        name: str,
        mime: str,
        told: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`file` is read from where it stands, exactly `size` bytes; `told` hears how many of them have left."""
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(one)}"\r\n\r\n{text}\r\n'
            for one, text in fields.items()
        )
        head += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(field)}"; filename="{_quoted(name)}"\r\n'
            f"Content-Type: {mime}\r\n\r\n"
        )
        self._head = head.encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._file, self._left = file, size
        self._size = size
        self._length = len(self._head) + size + len(self._tail)
        self._told, self._said = told, 0
        self.minutes = math.ceil((60 + size / SLOWEST) / 60)
        """So long it may take."""
        self._end = time.monotonic() + self.minutes * 60
        self.late = False
        """Whether its time was over before all of it had left."""

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        """Only so that `requests` sees a stream; it reads."""
        return iter(lambda: self.read(PIECE), b"")

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most a piece. Raises `TooSlow` when its time is over."""
        if time.monotonic() > self._end:
            self.late = True
            raise TooSlow("the upload takes too long")
        most = PIECE if size < 0 else max(size, PIECE)
        if self._head:
            part, self._head = self._head[:most], self._head[most:]
            return part
        if self._left:
            part = self._file.read(min(most, self._left))
            if not part:
                raise OSError("the file is shorter than it was")
            self._left -= len(part)
            self._tell()
            return part
        part, self._tail = self._tail[:most], self._tail[most:]
        return part

    def _tell(self) -> None:
        done = self._size - self._left
        if not self._left or done - self._said >= TOLD_EVERY:
            self._said = done
            self._told(done)


def _quoted(text: str) -> str:
    """A name inside the quotes of a header, as browsers write it (WHATWG, multipart/form-data)."""
    return re.sub(r'[\r\n"]', lambda found: f"%{ord(found[0]):02X}", text)
