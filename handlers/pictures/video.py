"""The little that must be known of an MP4 or QuickTime film, and its metadata blanked where it stands.

Pieces that only tell about the film (`udta`, `meta`, `uuid`: place, camera, names) become `free` space of the
same size, so that nothing moves and every player still finds its pictures. Tracks of timed metadata (a camera's
position every second) are blanked with their samples. Sound and pictures stay as they are, byte for byte.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from handlers.bad import Damaged

_TELLING = frozenset({b"udta", b"meta", b"uuid"})
_HOLDERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
_MOST_BOXES = 10_000
_DEEPEST = 6
"""`trak` holds `mdia` holds `minf` holds `stbl`: a sound file goes no deeper."""
_MOST_SAMPLES = 1_000_000
_LARGE, _TO_THE_END = 1, 0


@dataclass(frozen=True, slots=True)
class Box:
    """One piece of the file: its kind, and where its body is."""

    kind: bytes
    start: int
    body: int
    end: int


@dataclass(slots=True)
class Film:
    """What is known of a film."""

    width: int = 0
    height: int = 0
    """Pixels as shown, after it is turned."""
    seconds: float = 0.0
    """0 where unknown."""
    telling: list[Box] = field(default_factory=list)
    """What only tells about it."""
    samples: list[tuple[int, int]] = field(default_factory=list)
    """Start and end of what the tracks of timed metadata say."""


def film(data: bytes) -> Film:
    """Size, duration and metadata of a film. Raises `Damaged` when it is cut off or holds no pictures."""
    found = Film()
    boxes = list(_boxes(data, 0, len(data)))
    moov = next((box for box in boxes if box.kind == b"moov"), None)
    if moov is None:
        raise Damaged("cut off")
    found.telling += [box for box in boxes if box.kind in _TELLING]
    try:
        for box in _boxes(data, moov.body, moov.end):
            if box.kind == b"mvhd":
                found.seconds = _duration(data, box)
            elif box.kind in _TELLING:
                found.telling.append(box)
            elif box.kind == b"trak":
                _track(data, box, found)
    except (struct.error, IndexError) as error:
        raise Damaged("cut off") from error
    if not found.width:
        raise Damaged("no pictures in it")
    return found


def blanked(data: bytes, known: Film) -> bytes:
    """The same film with its metadata overwritten by zeros; as long as before."""
    if not known.telling and not known.samples:
        return data
    out = bytearray(data)
    done = 0
    for start, end in sorted(known.samples):
        first = max(start, done)
        if end > first:
            out[first:end] = bytes(end - first)
            done = end
    for box in known.telling:
        out[box.start + 4 : box.start + 8] = b"free"
        out[box.body : box.end] = bytes(box.end - box.body)
    return bytes(out)


def _boxes(data: bytes, at: int, end: int) -> Iterator[Box]:
    """The boxes that follow each other between two places."""
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == _LARGE:
            if at + 16 > end:
                raise Damaged("cut off")
            (size,) = struct.unpack_from(">Q", data, body)
            body = at + 16
        elif size == _TO_THE_END:
            size = end - at
        if at + size > end or size < body - at:
            raise Damaged("cut off")
        yield Box(kind, at, body, at + size)
        at += size


def _inner(data: bytes, box: Box, depth: int = 0) -> dict[bytes, Box]:
    """Everything in a track by kind, down to its tables."""
    found: dict[bytes, Box] = {}
    for one in _boxes(data, box.body, box.end):
        found.setdefault(one.kind, one)
        if one.kind in _HOLDERS and depth < _DEEPEST:
            found = _inner(data, one, depth + 1) | found
    return found


def _track(data: bytes, trak: Box, found: Film) -> None:
    inner = _inner(data, trak)
    kind = data[inner[b"hdlr"].body + 8 : inner[b"hdlr"].body + 12] if b"hdlr" in inner else b""
    if kind == b"meta":
        found.telling.append(trak)
        found.samples += _samples(data, inner)
        return
    found.telling += [box for box in _boxes(data, trak.body, trak.end) if box.kind in _TELLING]
    if kind == b"vide" and b"tkhd" in inner and not found.width:
        found.width, found.height = _size(data, inner[b"tkhd"])


def _duration(data: bytes, mvhd: Box) -> float:
    form, at = (">IQ", mvhd.body + 20) if data[mvhd.body] else (">II", mvhd.body + 12)
    scale, duration = struct.unpack_from(form, data, at)
    return float(duration) / scale if scale else 0.0


def _size(data: bytes, tkhd: Box) -> tuple[int, int]:
    """Width and height as shown: a film made upright is stored lying, with a quarter turn in its matrix."""
    at = tkhd.body + (52 if data[tkhd.body] else 40)
    a, b = struct.unpack_from(">ii", data, at)
    width, height = struct.unpack_from(">II", data, at + 36)
    turned = a == 0 and b != 0
    return (height >> 16, width >> 16) if turned else (width >> 16, height >> 16)


def _samples(data: bytes, inner: dict[bytes, Box]) -> list[tuple[int, int]]:
    """Where a track's samples lie: chunks (`stco`) of so many samples (`stsc`) of such sizes (`stsz`)."""
    if not {b"stsz", b"stsc"} <= inner.keys() or not {b"stco", b"co64"} & inner.keys():
        return []
    same, count = struct.unpack_from(">II", data, inner[b"stsz"].body + 4)
    count = min(count, _MOST_SAMPLES if same else (inner[b"stsz"].end - inner[b"stsz"].body - 12) // 4)
    sizes = (same,) * count if same else struct.unpack_from(f">{count}I", data, inner[b"stsz"].body + 12)
    runs = _table(data, inner[b"stsc"], ">III")
    wide = b"co64" in inner
    starts = [row[0] for row in _table(data, inner[b"co64" if wide else b"stco"], ">Q" if wide else ">I")]
    spans: list[tuple[int, int]] = []
    sample = run = 0
    for number, start in enumerate(starts, 1):
        while run + 1 < len(runs) and runs[run + 1][0] <= number:
            run += 1
        held = sizes[sample : sample + (runs[run][1] if runs else 0)]
        sample += len(held)
        spans.append((min(start, len(data)), min(start + sum(held), len(data))))
    return spans


def _table(data: bytes, box: Box, form: str) -> list[tuple[int, ...]]:
    (count,) = struct.unpack_from(">I", data, box.body + 4)
    rows = data[box.body + 8 : box.end]
    size = struct.calcsize(form)
    return [
        struct.unpack_from(form, rows, size * row)
        for row in range(min(count, len(rows) // size, _MOST_SAMPLES))
    ]
