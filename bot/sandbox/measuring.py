"""What a reader is told of a file: how large it is, how long a film runs, how many pages a document has."""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from bot.sandbox.files import VIDEO, look_at
from bot.sandbox.keeping import Blobs

if TYPE_CHECKING:
    from handlers.films.reading import Film

_PAGES = re.compile(rb"/Type\s*/Pages\b")
_PAGE = re.compile(rb"/Type\s*/Page\b")
_COUNT = re.compile(rb"/Count\s+(\d{1,6})\b")
_STREAM = re.compile(rb"/ObjStm\b[^\0]{0,400}?stream\r?\n")
_DICTIONARY = 2_000
"""So many bytes around its type are looked at for a page tree's number of pages."""
_MOST_UNPACKED = 4 * 1024 * 1024
"""Of each packed stream of objects; page trees are small."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What was found in a file; 0 where it has no such measure or none could be read."""

    size: int = 0
    """Bytes."""
    width: int = 0
    height: int = 0
    """Pixels."""
    seconds: float = 0.0
    pages: int = 0


def measured(blobs: Blobs, name: str, mime: str) -> Measures:
    """The measures of a kept file; all 0 when there is none of that name. Nothing is read whole into memory."""
    try:
        size = blobs.size(name)
        with blobs.open(name) as file:
            if mime in VIDEO:
                return _of_film(file, size)
            if mime == "application/pdf":
                return Measures(size, pages=_pages(file) if size else 0)
            found = look_at(file)
    except KeyError:
        return Measures()
    return Measures(size, found.width, found.height) if found else Measures(size)


def film_in(file: BinaryIO) -> Film | None:
    """What is known of a film; None where it is none."""
    # imported here: most sandboxes never see a film
    from handlers.bad import Damaged
    from handlers.films.reading import film

    try:
        return film(file)
    except Damaged:
        return None


def _of_film(file: BinaryIO, size: int) -> Measures:
    found = film_in(file)
    return Measures(size, found.width, found.height, round(found.seconds, 2)) if found else Measures(size)


def _pages(file: BinaryIO) -> int:
    """How many pages a PDF has: what the root of its page tree says, else how many pages are found."""
    told = found = 0
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        for text in _parts(whole):
            for tree in _PAGES.finditer(text):
                start = max(0, tree.start() - _DICTIONARY)
                before, after = text[start : tree.start()], text[tree.end() : tree.end() + _DICTIONARY]
                own = before[before.rfind(b"<<") + 1 :] + after.partition(b">>")[0]
                told = max([told, *(int(one[1]) for one in _COUNT.finditer(own))])
            found += sum(1 for _ in _PAGE.finditer(text))
    return told or found


def _parts(whole: mmap.mmap) -> Iterator[bytes | mmap.mmap]:
    """The file as it lies there, and its packed objects one stream after the other."""
    yield whole
    for packed in _STREAM.finditer(whole):
        try:
            yield zlib.decompressobj().decompress(
                whole[packed.end() : packed.end() + _MOST_UNPACKED], _MOST_UNPACKED
            )
        except zlib.error:
            continue
