"""The pieces ("boxes") an MP4 or QuickTime film is made of, read where they stand: no film stands in memory whole."""

from __future__ import annotations

import os
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from handlers.bad import Damaged
from handlers.media import CHUNK

CUT = "cut off"
HOLDERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"moof", b"traf"})
MOST_BOXES = 250_000
"""Of a whole film; three hours in fragments of two seconds have some 60 000."""
MOST_ROWS = 2_000_000
"""Of one table; nine hours of 60 pictures a second."""
_WORDS = 4 * 1024 * 1024
"""The whole text of a long film has some 200 kB."""
_LARGE, _TO_THE_END = 1, 0


@dataclass(frozen=True, slots=True)
class Box:
    """One piece of the file: its kind, and where its body is."""

    kind: bytes
    start: int
    body: int
    end: int


class Source:
    """A film's bytes, read by place. Every method raises `Damaged` where they break the rules."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)
        self._boxes_left = MOST_BOXES
        self.words_left = _WORDS
        """Bytes of subtitles that may still be looked at; tracks may name the same bytes again and again."""

    def read(self, at: int, size: int) -> bytes:
        """Exactly so many bytes."""
        if at < 0 or at + size > self.size:
            raise Damaged(CUT)
        self._file.seek(at)
        data = self._file.read(size)
        if len(data) != size:
            raise Damaged(CUT)
        return data

    def unpack(self, form: str, at: int) -> tuple[int, ...]:
        """Numbers in the order of the network."""
        return struct.unpack(f">{form}", self.read(at, struct.calcsize(f">{form}")))

    def places(self, word: bytes, at: int, end: int) -> Iterator[int]:
        """Where a word stands between two places."""
        over = len(word) - 1
        while at + over < end:
            data = self.read(at, min(CHUNK + over, end - at))
            found = data.find(word)
            while found >= 0:
                yield at + found
                found = data.find(word, found + 1)
            at += CHUNK

    def boxes(self, at: int, end: int) -> Iterator[Box]:
        """The boxes that follow each other between two places."""
        while at + 8 <= end:
            self._boxes_left -= 1
            if self._boxes_left < 0:
                raise Damaged("more pieces than any film has")
            head = self.read(at, min(16, end - at))
            size, kind = struct.unpack_from(">I4s", head)
            body = at + 8
            if size == _LARGE:
                if len(head) < 16:  # noqa: PLR2004 - four bytes of size, four of kind, eight of the large size
                    raise Damaged(CUT)
                (size,) = struct.unpack_from(">Q", head, 8)
                body = at + 16
            elif size == _TO_THE_END:
                size = end - at
            if at + size > end or size < body - at:
                raise Damaged(CUT)
            yield Box(kind, at, body, at + size)
            at += size

    def inside(self, box: Box) -> Iterator[Box]:
        """The boxes that a box holds."""
        return self.boxes(box.body, box.end)

    def within(self, box: Box, deep: int = 6) -> Iterator[Box]:
        """All of them, and those in them: `trak` holds `mdia` holds `minf` holds `stbl`."""
        for one in self.inside(box):
            yield one
            if one.kind in HOLDERS and deep > 0:
                yield from self.within(one, deep - 1)

    def numbers(self, at: int, count: int, end: int, *, wide: bool = False) -> array[int]:
        """So many unsigned numbers of 32 (or 64) bits, as far as the box goes that ends there."""
        size = 8 if wide else 4
        count = max(0, min(count, (end - at) // size))
        if count > MOST_ROWS * 3:
            raise Damaged("a table larger than any film has")
        found = array("Q" if wide else "I")
        if found.itemsize != size:
            raise OverflowError("numbers of this machine have an unusual size")
        found.frombytes(self.read(at, count * size))
        if struct.pack("=H", 1) != struct.pack(">H", 1):
            found.byteswap()
        return found
