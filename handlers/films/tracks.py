"""One track of a film: what it holds, how it is written, how long it is, and where its samples lie."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import mul

from handlers.bad import Damaged
from handlers.films.boxes import MOST_ROWS, Box, Source
from handlers.films.codecs import name
from handlers.films.sample_formats import unusual

_DESCRIPTION = 4096
"""Bytes of a track's description that are looked at; the codec stands in the first hundred."""
_UNKNOWN = {0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
_SIZE_AT = 24
"""Where width and height stand in the description of pictures."""
Span = tuple[int, int]


@dataclass(slots=True)
class Track:
    """What is known of one track."""

    box: Box
    number: int = 0
    kind: bytes = b""
    """`vide`, `soun`, `text`, `sbtl`, `meta` …"""
    codec: str = ""
    unusual: tuple[str, ...] = ()
    """See `sample_formats`."""
    width: int = 0
    height: int = 0
    """Pixels as shown, after it is turned."""
    scale: int = 0
    """Ticks in a second."""
    ticks: int = 0
    """How long it is, by its header, else by its samples."""
    samples: int = 0
    sample_ticks: int = 0
    """How long the counted samples are together."""
    inner: dict[bytes, Box] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """0 where unknown."""
        return max(self.ticks, self.sample_ticks) / self.scale if self.scale else 0.0

    @property
    def rate(self) -> float:
        """Samples per second."""
        return self.samples * self.scale / self.sample_ticks if self.sample_ticks else 0.0


def track(source: Source, trak: Box) -> Track:
    """Everything that a track's tables tell in a few words. Raises `Damaged`."""
    found = Track(trak)
    for one in source.within(trak):
        found.inner.setdefault(one.kind, one)
    inner = found.inner
    if b"hdlr" in inner:
        found.kind = source.read(inner[b"hdlr"].body + 8, 4)
    if b"tkhd" in inner:
        _header(source, inner[b"tkhd"], found)
    if b"mdhd" in inner:
        found.scale, found.ticks = times(source, inner[b"mdhd"])
    if b"stsd" in inner:
        _description(source, inner[b"stsd"], found)
    if b"stts" in inner:
        _counted(source, inner[b"stts"], found)
    return found


def times(source: Source, box: Box) -> tuple[int, int]:
    """Ticks in a second and how many of them (`mvhd`, `mdhd`); 0 where that is not told."""
    form, at = ("IQ", box.body + 20) if source.read(box.body, 1)[0] else ("II", box.body + 12)
    scale, ticks = source.unpack(form, at)
    return scale, 0 if ticks in _UNKNOWN else ticks


def _header(source: Source, tkhd: Box, found: Track) -> None:
    """A film made upright is stored lying, with a quarter turn in its matrix."""
    late = 12 if source.read(tkhd.body, 1)[0] else 0
    (found.number,) = source.unpack("I", tkhd.body + (20 if late else 12))
    a, b = source.unpack("ii", tkhd.body + 40 + late)
    width, height = source.unpack("II", tkhd.body + 76 + late)
    turned = a == 0 and b != 0
    found.width, found.height = (height >> 16, width >> 16) if turned else (width >> 16, height >> 16)


def _description(source: Source, stsd: Box, found: Track) -> None:
    for entry in source.boxes(stsd.body + 8, stsd.end):
        data = source.read(entry.body, min(entry.end - entry.body, _DESCRIPTION))
        found.codec, found.unusual = name(entry.kind, data), unusual(data)
        if found.kind == b"vide" and not found.width and len(data) >= _SIZE_AT + 4:
            found.width, found.height = struct.unpack_from(">HH", data, _SIZE_AT)
        return


def _counted(source: Source, stts: Box, found: Track) -> None:
    (rows,) = source.unpack("I", stts.body + 4)
    if rows > MOST_ROWS:
        return
    numbers = source.numbers(stts.body + 8, rows * 2, stts.end)
    counts, ticks = numbers[0::2], numbers[1::2]
    found.samples = sum(counts[: len(ticks)])
    found.sample_ticks = sum(map(mul, counts, ticks))


def spans(source: Source, found: Track) -> Iterator[Span]:
    """Where its samples lie: chunks (`stco`) of so many samples (`stsc`) of such sizes (`stsz`).

    Raises `Damaged` when they cannot be found.
    """
    inner = found.inner
    starts_box = inner.get(b"co64") or inner.get(b"stco")
    if starts_box is None:
        return
    wide = starts_box.kind == b"co64"
    (count,) = source.unpack("I", starts_box.body + 4)
    starts = source.numbers(starts_box.body + 8, count, starts_box.end, wide=wide)
    if not starts:
        return
    if b"stsc" not in inner or len(starts) > MOST_ROWS:
        raise Damaged("its samples cannot be found")
    (rows,) = source.unpack("I", inner[b"stsc"].body + 4)
    runs = source.numbers(inner[b"stsc"].body + 8, rows * 3, inner[b"stsc"].end)
    sizes = _sizes(source, inner)
    sample = run = 0
    for number, start in enumerate(starts, 1):
        while 3 * run + 5 < len(runs) and runs[3 * run + 3] <= number:
            run += 1
        held = runs[3 * run + 1] if len(runs) > 3 * run + 1 else 0
        size = sizes.of(sample, held)
        sample += held
        if size:
            yield min(start, source.size), min(start + size, source.size)


class _Sizes:
    """How large so many samples are together."""

    def __init__(self, same: int, sizes: Sequence[int]) -> None:
        self._same, self._sizes = same, sizes

    def of(self, first: int, count: int) -> int:
        if self._same:
            return self._same * count
        return sum(self._sizes[first : first + count])


def _sizes(source: Source, inner: dict[bytes, Box]) -> _Sizes:
    if b"stsz" in inner:
        box = inner[b"stsz"]
        same, count = source.unpack("II", box.body + 4)
        return _Sizes(same, array("I") if same else source.numbers(box.body + 12, count, box.end))
    if b"stz2" not in inner:
        raise Damaged("its samples cannot be found")
    box = inner[b"stz2"]
    bits, count = source.unpack("II", box.body + 4)
    bits &= 0xFF
    if bits not in (4, 8, 16) or count > MOST_ROWS:
        raise Damaged("its samples cannot be found")
    data = source.read(box.body + 12, min(box.end - box.body - 12, -(-count * bits // 8)))
    if bits == 4:  # noqa: PLR2004 - half a byte each
        return _Sizes(0, [part for one in data for part in (one >> 4, one & 15)][:count])
    step = bits // 8
    return _Sizes(0, [int.from_bytes(data[at : at + step], "big") for at in range(0, len(data), step)])
