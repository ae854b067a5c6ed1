"""The formats of pictures piece by piece: kept is what draws the picture, dropped is what tells about it.

Nothing is decoded or compressed anew, so nothing is lost; and what lies behind the end of the picture (a phone's
short film, say) goes too. Dropped: EXIF with its position, XMP, IPTC, comments, previews, private pieces.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from handlers.bad import Damaged
from handlers.pictures.sniffing import GIF, JPEG, PNG, WEBP


@dataclass(frozen=True, slots=True)
class Clean:
    """A picture without its metadata."""

    data: bytes
    width: int
    height: int
    """Pixels, before it is turned upright."""
    orientation: int = 1
    """EXIF's number, 1 to 8: how it must be turned or mirrored to be upright."""
    frames: int = 1
    seconds: float = 0.0
    """Of an animation: its pictures, and how long it takes once."""

    @property
    def animated(self) -> bool:
        """Whether it moves."""
        return self.frames > 1


def clean(data: bytes, mime: str) -> Clean:
    """The same picture without metadata. Raises `Damaged`."""
    try:
        return _CLEANERS[mime](data)
    except (struct.error, IndexError) as error:
        raise Damaged("cut off") from error


_ENTROPY_END = re.compile(rb"(?<!\xff)\xff++[^\x00\xd0-\xd7\xff]")
_MARK = 0xFF
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_EOI, _SOS, _APP0, _APP1, _APP2, _APP14, _APP15, _COM = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_JFIF_WITHOUT_PREVIEW = 12


def _jpeg(data: bytes) -> Clean:
    out = [data[:2]]
    width = height = 0
    orientation = 1
    for marker, body, drawn in _jpeg_segments(data):
        if marker in _FRAMES and not width:
            height, width = struct.unpack_from(">HH", body, 1)
        elif marker == _APP1 and body.startswith(b"Exif\0\0"):
            orientation = _orientation(body[6:])
        out += [_jpeg_piece(marker, body), drawn]
    return Clean(b"".join([*out, b"\xff\xd9"]), width, height, orientation)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, body and, after a start of scan, the compressed picture that follows it."""
    at = 2
    while True:
        if data[at] != _MARK:
            raise Damaged("no marker where one must be")
        while data[at + 1] == _MARK:
            at += 1
        marker = data[at + 1]
        if marker == _EOI:
            return
        at += 2
        if marker in _ALONE:
            continue
        (size,) = struct.unpack_from(">H", data, at)
        body = data[at + 2 : at + size]
        if len(body) != size - 2:
            raise Damaged("cut off")
        at += size
        end = _ENTROPY_END.search(data, at) if marker == _SOS else None
        if marker == _SOS and end is None:
            raise Damaged("cut off")
        drawn = data[at : end.start()] if end else b""
        at += len(drawn)
        yield marker, body, drawn


def _jpeg_piece(marker: int, body: bytes) -> bytes:
    """The piece as it is kept, or nothing."""
    if marker == _APP0 and body.startswith(b"JFIF\0"):
        body = body[:_JFIF_WITHOUT_PREVIEW] + b"\0\0"
    kept = (
        not _APP0 <= marker <= _APP15
        or (marker == _APP0 and body.startswith(b"JFIF\0"))
        or (marker == _APP2 and body.startswith(b"ICC_PROFILE\0"))
        or (marker == _APP14 and body.startswith(b"Adobe"))
    )
    if not kept or marker == _COM:
        return b""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _orientation(tiff: bytes) -> int:
    """EXIF's orientation, 1 where there is none or it makes no sense."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(count):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if tag == 0x0112:  # noqa: PLR2004 - EXIF's tag of this name
                return int(value) if value in range(1, 9) else 1
    except struct.error:
        return 1
    return 1


_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD pHYs acTL fcTL fdAT".split()
)


def _png(data: bytes) -> Clean:
    out, at = [data[:8]], 8
    width = height = 0
    orientation, frames, seconds = 1, 1, 0.0
    while True:
        (size,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        (crc,) = struct.unpack_from(">I", data, at + 8 + size)
        if zlib.crc32(kind + body) != crc:
            raise Damaged("wrong checksum")
        if kind == b"IHDR":
            width, height = struct.unpack_from(">II", body)
        elif kind == b"eXIf":
            orientation = _orientation(body)
        elif kind == b"acTL":
            (frames,) = struct.unpack_from(">I", body)
        elif kind == b"fcTL":
            shown, hundredths = struct.unpack_from(">HH", body, 20)
            seconds += shown / (hundredths or 100)
        if kind in _PNG_KEPT:
            out.append(data[at : at + 12 + size])
        at += 12 + size
        if kind == b"IEND":
            return Clean(b"".join(out), width, height, orientation, frames, seconds)


_GIF_KEPT = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL, _APPLICATION = 0xF9, 0xFF


def _gif(data: bytes) -> Clean:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + _palette(flags)
    out, frames, hundredths = [data[:at]], 0, 0
    while at < len(data) and data[at] != _TRAILER:
        start = at
        if data[at] == _IMAGE:
            frames += 1
            at = _gif_blocks(data, at + 11 + _palette(data[at + 9]))
            kept = True
        elif data[at] == _EXTENSION:
            label = data[at + 1]
            at = _gif_blocks(data, at + 2)
            hundredths += struct.unpack_from("<H", data, start + 4)[0] if label == _GRAPHIC_CONTROL else 0
            kept = label == _GRAPHIC_CONTROL or (
                label == _APPLICATION and data[start + 3 : start + 14] in _GIF_KEPT
            )
        else:
            raise Damaged("unknown block")
        if kept:
            out.append(data[start:at])
    if not frames:
        raise Damaged("no picture in it")
    return Clean(
        b"".join([*out, b";"]), width, height, frames=frames, seconds=hundredths / 100 if frames > 1 else 0.0
    )


def _palette(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks(data: bytes, at: int) -> int:
    """Behind a row of length-prefixed blocks."""
    while data[at]:
        at += 1 + data[at]
    return at + 1


_WEBP_KEPT = frozenset({b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"})
_HAS_EXIF_OR_XMP = 0x0C


def _webp(data: bytes) -> Clean:
    (size,) = struct.unpack_from("<I", data, 4)
    end = 8 + size
    if end > len(data):
        raise Damaged("cut off")
    out, at = [], 12
    sizes: list[tuple[int, int]] = []
    orientation, frames, thousandths = 1, 0, 0
    while at + 8 <= end:
        kind = data[at : at + 4]
        (size,) = struct.unpack_from("<I", data, at + 4)
        body = data[at + 8 : at + 8 + size]
        if kind == b"EXIF":
            orientation = _orientation(body.removeprefix(b"Exif\0\0"))
        elif kind == b"VP8X":
            body = bytes([body[0] & ~_HAS_EXIF_OR_XMP]) + body[1:]
        elif kind == b"ANMF":
            frames += 1
            thousandths += int.from_bytes(body[12:15], "little")
        sizes += _webp_size(kind, body)
        if kind in _WEBP_KEPT:
            out.append(kind + struct.pack("<I", size) + body + b"\0" * (size % 2))
        at += 8 + size + size % 2
    if not sizes:
        raise Damaged("no picture in it")
    body = b"WEBP" + b"".join(out)
    width, height = max(one for one, _ in sizes), max(other for _, other in sizes)
    return Clean(
        b"RIFF" + struct.pack("<I", len(body)) + body,
        width,
        height,
        orientation,
        max(frames, 1),
        thousandths / 1000,
    )


def _webp_size(kind: bytes, body: bytes) -> list[tuple[int, int]]:
    if kind == b"VP8X":
        return [(int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)]
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return [(width & 0x3FFF, height & 0x3FFF)]
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        return [((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)]
    return []


_CLEANERS: dict[str, Callable[[bytes], Clean]] = {JPEG: _jpeg, PNG: _png, GIF: _gif, WEBP: _webp}
