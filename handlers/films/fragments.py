"""Films written in fragments (`moof`): how long their tracks are, and where their samples lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.bad import Damaged
from handlers.films.boxes import MOST_ROWS, Box, Source

_BASE, _TICKS, _SIZE = 0x01, 0x08, 0x10
_DESCRIPTION_INDEX, _AT_THE_MOOF = 0x02, 0x020000
_OFFSET, _FIRST_FLAGS = 0x01, 0x04
_EACH_TICKS, _EACH_SIZE, _EACH_FLAGS, _EACH_DELAY = 0x100, 0x200, 0x400, 0x800


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds for a track's samples unless they say otherwise (`trex`)."""

    ticks: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Samples of one track that lie one behind the other."""

    track: int
    samples: int
    ticks: int
    start: int
    end: int


def usual(source: Source, mvex: Box) -> dict[int, Usual]:
    """Track -> what is usual in its fragments."""
    found = {}
    for one in source.inside(mvex):
        if one.kind == b"trex":
            number, _, ticks, size = source.unpack("IIII", one.body + 4)
            found[number] = Usual(ticks, size)
    return found


def runs(source: Source, moof: Box, known: dict[int, Usual]) -> Iterator[Run]:
    """The runs of samples that one fragment tells of. Raises `Damaged`."""
    at = moof.start
    for traf in source.inside(moof):
        if traf.kind != b"traf":
            continue
        track, base, own = 0, at, Usual()
        for one in source.inside(traf):
            if one.kind == b"tfhd":
                track, base, own = _head(source, one, moof, known, at)
                at = base
            elif one.kind == b"trun":
                run = _run(source, one, track, own, base, at)
                at = run.end
                yield run


def _head(source: Source, tfhd: Box, moof: Box, known: dict[int, Usual], at: int) -> tuple[int, int, Usual]:
    flags, track = source.unpack("II", tfhd.body)
    own = known.get(track, Usual())
    place = tfhd.body + 8
    base = moof.start if flags & _AT_THE_MOOF else at
    if flags & _BASE:
        (base,) = source.unpack("Q", place)
        place += 8
    place += 4 if flags & _DESCRIPTION_INDEX else 0
    ticks, size = own.ticks, own.size
    if flags & _TICKS:
        (ticks,) = source.unpack("I", place)
        place += 4
    if flags & _SIZE:
        (size,) = source.unpack("I", place)
    return track, base, Usual(ticks, size)


def _run(source: Source, trun: Box, track: int, own: Usual, base: int, at: int) -> Run:
    flags, count = source.unpack("II", trun.body)
    place = trun.body + 8
    if flags & _OFFSET:
        (offset,) = source.unpack("i", place)
        at = base + offset
        place += 4
    place += 4 if flags & _FIRST_FLAGS else 0
    told = [one for one in (_EACH_TICKS, _EACH_SIZE, _EACH_FLAGS, _EACH_DELAY) if flags & one]
    if count > MOST_ROWS or at < 0:
        raise Damaged("a fragment that cannot be read")
    numbers = source.numbers(place, count * len(told), trun.end)
    if len(numbers) < count * len(told):
        raise Damaged("cut off")
    ticks, size = own.ticks * count, own.size * count
    if flags & _EACH_TICKS:
        ticks = sum(numbers[0 :: len(told)])
    if flags & _EACH_SIZE:
        size = sum(numbers[told.index(_EACH_SIZE) :: len(told)])
    return Run(track, count, ticks, min(at, source.size), min(at + size, source.size))
