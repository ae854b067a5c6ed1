"""PDF documents: their pages counted, and what tells about their authors blanked where it stands.

Blanked are the strings of the information dictionary (title, author, program …; dates stay), XMP, and the EXIF of
photos in it (with their position). Nothing moves and no byte is added, so every offset in the file stays right.
What cannot be blanked so (encrypted, signed, inside compressed objects) is told instead.
"""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from handlers import passwords

_REFERENCE = re.compile(rb"/Info\s{1,9}(\d{1,10})\s{1,9}(\d{1,5})\s{1,9}R\b")
_LOCKED = re.compile(rb"/Encrypt\s{1,9}(\d{1,10})\s{1,9}(\d{1,5})\s{1,9}R\b|/Encrypt\s{0,9}<<")
_TABLE = re.compile(rb"startxref\s{1,9}(\d{1,19})\b")
_SIGNED = re.compile(rb"/ByteRange\s{0,9}\[")
_PACKET = re.compile(rb"<x:x[am]pmeta\b[^>]{0,2000}>")
_PACKET_END = re.compile(rb"</x:x[am]pmeta\s{0,9}>")
_EXIF = re.compile(rb"\xff\xe1..Exif\0\0", re.DOTALL)
_PAGES = re.compile(rb"/Type\s{0,9}/Pages\b")
_COUNT = re.compile(rb"/Count\s{0,9}(\d{1,9})\b")
_METADATA = re.compile(rb"/Type\s{0,9}/Metadata\b")
_OBJECTS = re.compile(rb"/Type\s{0,9}/ObjStm\b")
_STREAM = re.compile(rb"\bstream(?:\r\n|\n|\r)")
_LENGTH = re.compile(rb"/Length\s{0,9}(\d{1,10})(?!\s{1,9}\d{1,5}\s{1,9}R)\b")
_TOKEN = re.compile(
    rb"<<|>>|endobj|/[^\s/<>\[\](){}%]*|\(|<[0-9A-Fa-f\s]*>|\b(\d{1,10})\s{1,9}(\d{1,5})\s{1,9}R\b"
)
_STRING = re.compile(rb"\s{0,9}(?:\(|<[0-9A-Fa-f\s])")
_TELLING = (
    b"/Producer",
    b"/Creator",
    b"/Author",
    b"/Title",
    b"/CreationDate",
    b"/ModDate",
    b"/Subject",
    b"/Keywords",
)
_AROUND = 4096
"""Bytes before and behind a word within which its dictionary begins and ends."""
_MOST = 1000
"""Of everything that is looked for: objects, packets, photos."""
_MOST_LOCKS = 3
_UNPACKED = 16 * 1024 * 1024
"""Bytes of compressed objects that are looked at."""
_LARGEST_DICTIONARY = 1 << 16
_DATES = (b"/CreationDate", b"/ModDate")

LEFT = "its title and author could not be removed"
CUT = "it has no end, so it may be cut off: look whether all pages are there"
SIGNED = "it is signed, so its title and author stay in it"


@dataclass(slots=True)
class Paper:
    """What is known of a document."""

    pages: int = 0
    """0 where unknown."""
    left: str = ""
    """What is still in it that people may not want to publish, for the card."""
    locked: bool = False
    """Nobody can open it without a password."""
    cut: bool = False
    """It does not tell where its table of contents is, as one that was cut off does not."""

    @property
    def note(self) -> str:
        """For the card."""
        return ", ".join(one for one in (self.left, CUT if self.cut else "") if one)


def blank(file: BinaryIO) -> Paper:
    """Count the pages of a PDF and blank its metadata in place. It keeps its length."""
    found = Paper()
    file.flush()
    with mmap.mmap(file.fileno(), 0) as data:
        at = data.rfind(b"startxref")
        begins = _TABLE.match(data, at) if at >= 0 else None
        found.cut = begins is None or not int(
            begins[1]
        )  # 0 stands in the first part of one that is made for the web
        objects = _objects(data)
        found.pages = _pages(data, objects)
        crypt = _LOCKED.search(data) is not None
        found.locked = crypt and passwords.needed(_locks(data), data)
        if _SIGNED.search(data):
            found.left = SIGNED if _REFERENCE.search(data) else ""
            return found
        if crypt:
            found.left = LEFT
            return found
        for start, end, fill in (*_information(data, found), *_xmp(data), *_photos(data)):
            data[start:end] = (fill * ((end - start) // len(fill) + 1))[: end - start]
        _packed_xmp(data, found)
        data.flush()
    return found


def _locks(data: mmap.mmap) -> Iterator[bytes]:
    """The encryption dictionaries, of which a document has one; it stands plainly in the file."""
    for one in islice(_LOCKED.finditer(data), _MOST_LOCKS):
        number = one.groups()
        for body in [one.end()] if number[0] is None else islice(_bodies(data, number), _MOST_LOCKS):
            text = data[body : body + _AROUND]
            yield text[: text.find(b"endobj")] if b"endobj" in text else text


def _information(data: mmap.mmap, found: Paper) -> Iterator[tuple[int, int, bytes]]:
    """The strings of the information dictionaries, also of earlier versions in the same file."""
    for number in {one.groups() for one, _ in zip(_REFERENCE.finditer(data), range(_MOST), strict=False)}:
        there = False
        for body in _bodies(data, number):
            text = data[body : body + _LARGEST_DICTIONARY]
            if not _tells_of_the_paper(text):
                continue  # a later version gave the number to something else
            there = True
            for string in _values(text):
                yield from _string(data, body, string)
        if not there:
            found.left = LEFT  # it is inside compressed objects


def _tells_of_the_paper(text: bytes) -> bool:
    own = text[: text.find(b"endobj")]
    return own.lstrip()[:2] == b"<<" and b"/Type" not in own and any(key in own for key in _TELLING)


def _bodies(data: mmap.mmap, number: tuple[bytes, ...]) -> Iterator[int]:
    """Where the bodies of this object begin."""
    pattern = re.compile(rb"%b\s{1,9}%b\s{1,9}obj\b" % number)  # begins with letters: ten times faster
    for one, _ in zip(pattern.finditer(data), range(_MOST), strict=False):
        if not data[one.start() - 1 : one.start()].isdigit():
            yield one.end()


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of a dictionary: a string at a place, or the number of an object that is one."""

    start: int = 0
    end: int = 0
    fill: bytes = b" "
    elsewhere: tuple[bytes, ...] = ()


def _string(data: mmap.mmap, body: int, value: _Value) -> Iterator[tuple[int, int, bytes]]:
    if not value.elsewhere:
        yield body + value.start, body + value.end, value.fill
        return
    for other in _bodies(data, value.elsewhere):
        text = data[other : other + _LARGEST_DICTIONARY]
        if _STRING.match(text):
            for one in list(_values(text))[:1]:
                yield other + one.start, other + one.end, one.fill


def _values(text: bytes) -> Iterator[_Value]:
    """The strings from here to the end of the object, but for dates."""
    at, key, depth = 0, b"", 0
    while (token := _TOKEN.search(text, at)) is not None:
        word, at = token[0], token.end()
        depth += (word == b"<<") - (word == b">>")
        if word == b"endobj" or (word == b">>" and depth == 0):
            return
        if word == b"(":
            at = _closing(text, token.start())
        if word[:1] == b"/":
            key = word
        elif key in _DATES or word in (b"<<", b">>"):
            continue
        elif token[1]:
            yield _Value(elsewhere=(token[1], token[2]))
        elif word == b"(":
            yield _Value(token.start() + 1, at)
        else:
            yield _Value(token.start() + 1, token.end() - 1, b"20")


def _closing(text: bytes, at: int) -> int:
    """Where a literal string that begins here ends; parentheses in it come in pairs or are escaped."""
    depth = 0
    while at < len(text):
        one = text[at]
        if one == ord("\\"):
            at += 1
        elif one == ord("("):
            depth += 1
        elif one == ord(")"):
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return len(text)


def _xmp(data: mmap.mmap) -> Iterator[tuple[int, int, bytes]]:
    for one, _ in zip(_PACKET.finditer(data), range(_MOST), strict=False):
        end = _PACKET_END.search(data, one.end())
        if end:
            yield one.start(), end.end(), b" "


def _photos(data: mmap.mmap) -> Iterator[tuple[int, int, bytes]]:
    for one, _ in zip(_EXIF.finditer(data), range(_MOST), strict=False):
        size = int.from_bytes(data[one.start() + 2 : one.start() + 4], "big")
        yield one.end(), max(one.end(), min(one.start() + 2 + size, len(data))), b"\0"


def _packed_xmp(data: mmap.mmap, found: Paper) -> None:
    """XMP that is compressed becomes one blank, compressed, with filling behind its end."""
    for start, end, said in _streams(data, _METADATA):
        if b"/Filter" not in said:
            continue
        nothing = zlib.compress(b" ")
        if _plain_flate(said) and end - start >= len(nothing):
            data[start:end] = nothing + bytes(end - start - len(nothing))
        else:
            found.left = LEFT


def _plain_flate(said: bytes) -> bool:
    return b"/FlateDecode" in said and said.count(b"Decode") == 1


def _streams(data: mmap.mmap, kind: re.Pattern[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Start and end of the streams of a kind, with the dictionary before each."""
    for one, _ in zip(kind.finditer(data), range(_MOST), strict=False):
        begins = data.rfind(b"obj", max(0, one.start() - _AROUND), one.start())
        stream = _STREAM.search(data, one.end(), one.end() + _AROUND)
        if begins < 0 or stream is None:
            continue
        said = data[begins : stream.start()]
        length = _LENGTH.search(said)
        end = stream.end() + int(length[1]) if length else data.find(b"endstream", stream.end())
        if stream.end() <= end <= len(data):
            yield stream.end(), end, said


def _objects(data: mmap.mmap) -> Iterator[bytes]:
    """What compressed objects hold, as far as it is looked at."""
    left = _UNPACKED
    for start, end, said in _streams(data, _OBJECTS):
        if not _plain_flate(said) or left <= 0:
            continue
        try:
            text = zlib.decompressobj().decompress(data[start:end], left)
        except zlib.error:
            continue
        left -= len(text)
        yield text


def _pages(data: mmap.mmap, objects: Iterator[bytes]) -> int:
    """The count of the whole tree of pages, which is the largest one."""
    most = 0
    texts: list[mmap.mmap | bytes] = [data, *objects]
    for text in texts:
        for one, _ in zip(_PAGES.finditer(text), range(_MOST * 10), strict=False):
            begins = text.rfind(b"<<", max(0, one.start() - _AROUND), one.start())
            ends = text.find(b">>", one.end(), one.end() + _AROUND)
            told = _COUNT.search(text[max(begins, 0) : ends if ends > 0 else one.end() + _AROUND])
            most = max(most, int(told[1]) if told else 0)
    return most
