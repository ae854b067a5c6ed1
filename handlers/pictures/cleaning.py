"""The formats of pictures piece by piece: kept is what draws the picture, dropped is what tells about it.

Nothing is decoded or compressed anew, so nothing is lost; and what lies behind the end of the picture (a phone's
short film, say) goes too. Dropped: EXIF with its position, XMP, IPTC, comments, previews, private pieces. Damage that takes
nothing from the picture (no end mark, a wrong checksum of what only tells about it) is mended, as every viewer overlooks it.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from handlers.bad import Damaged
from handlers.pictures.cleaned import Clean, orientation_of
from handlers.pictures.sniffing import GIF, JPEG, PNG, WEBP


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
    width = height = colours = 0
    orientation, ended = 1, False
    missing: set[tuple[int, int]] = set()
    for marker, body, drawn in _jpeg_segments(data):
        if marker in _FRAMES and not width:
            height, width, colours = struct.unpack_from(">HHB", body, 1)
            missing = {(one, number) for one in body[6 : 6 + 3 * colours : 3] for number in range(64)}
        elif marker == _APP1 and body.startswith(b"Exif\0\0"):
            orientation = orientation_of(body[6:])
        elif marker == _SOS and not body[-1] & 15:
            missing -= {
                (one, at) for one in body[1 : 1 + 2 * body[0] : 2] for at in range(body[-3], body[-2] + 1)
            }
        ended = marker == _EOI
        out += [b"" if ended else _jpeg_piece(marker, body), drawn]
    if missing and not ended:
        raise Damaged("cut off")
    return Clean(
        b"".join([*out, b"\xff\xd9"]),
        width,
        height,
        orientation,
        mended=not ended,
        printing=colours == len("CMYK"),
    )


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, body and, after a start of scan, the compressed picture that follows it. The last one is the end, if it is
    there. What stands between them is passed over, as all decoders do.
    """
    at = 2
    while True:
        if (at := data.find(b"\xff", at)) < 0:
            raise Damaged("cut off")
        while data[at + 1] == _MARK:
            at += 1
        marker = data[at + 1]
        if marker == _EOI:
            yield marker, b"", b""
            return
        if marker == 0:
            at += 2
            continue
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
            yield marker, body, data[at:].rstrip(b"\xff")
            return
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


_PNG_DRAWS = frozenset(b"IHDR PLTE IDAT tRNS acTL fcTL fdAT".split())
_PNG_KEPT = _PNG_DRAWS | frozenset(b"gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD pHYs".split())


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each, up to the end; those with a wrong checksum that draw nothing are passed over."""
    at = 8
    while at + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        crc = data[at + 8 + size : at + 12 + size]
        right = struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
        if kind == b"IEND":
            yield kind, b""
            return
        if crc == right or (kind in _PNG_DRAWS and len(body) == size and len(crc) < len(right)):
            yield kind, body
        elif kind in _PNG_DRAWS:
            raise Damaged("wrong checksum" if len(crc) == len(right) else "cut off")
        at += 12 + size


def _png(data: bytes) -> Clean:
    out = [data[:8]]
    width = height = shown = 0
    orientation, frames, seconds, kind = 1, 1, 0.0, b""
    for kind, body in _png_chunks(data):
        if kind == b"IHDR":
            width, height = struct.unpack_from(">II", body)
        elif kind == b"eXIf":
            orientation = orientation_of(body)
        elif kind == b"acTL":
            (frames,) = struct.unpack_from(">I", body)
        elif kind == b"fcTL":
            lasts, hundredths = struct.unpack_from(">HH", body, 20)
            seconds += lasts / (hundredths or 100)
            shown += 1
        if kind in _PNG_KEPT:
            out.append(_png_chunk(kind, body))
    ended = kind == b"IEND"
    if not ended and frames > max(shown, 1):
        raise Damaged("cut off")
    out.append(_png_chunk(b"IEND", b""))
    return Clean(b"".join(out), width, height, orientation, frames, seconds, mended=not ended)


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    crc = zlib.crc32(body, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(body)), kind, body, struct.pack(">I", crc)))


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
            try:
                at = _gif_blocks(data, at + 2)
            except Damaged:
                if not frames:
                    raise
                break  # nothing of a picture stood in it
            hundredths += struct.unpack_from("<H", data, start + 4)[0] if label == _GRAPHIC_CONTROL else 0
            kept = label == _GRAPHIC_CONTROL or (
                label == _APPLICATION and data[start + 3 : start + 14] in _GIF_KEPT
            )
        elif frames:
            break  # viewers show what stands before it
        else:
            raise Damaged("unknown block")
        if kept:
            out.append(data[start:at] + b"\0" * (at - min(at, len(data))))
    if not frames:
        raise Damaged("no picture in it")
    seconds = hundredths / 100 if frames > 1 else 0.0
    mended = data[at : at + 1] != b";"
    return Clean(b"".join([*out, b";"]), width, height, frames=frames, seconds=seconds, mended=mended)


def _palette(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks(data: bytes, at: int) -> int:
    """Behind a row of length-prefixed blocks, and behind the end of all where nothing but the end of the row is missing."""
    while at < len(data) and data[at]:
        at += 1 + data[at]
    if at > len(data):
        raise Damaged("cut off")
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
            orientation = orientation_of(body.removeprefix(b"Exif\0\0"))
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
