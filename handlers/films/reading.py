"""What is known of an MP4 or QuickTime film, from its own header; and what in it only tells about it.

Kept are pictures, sound and subtitles, byte for byte. What tells of the place, the camera or the people is found
here and blanked in `blanking`: `udta`, `meta`, `uuid` and every unknown piece at the top; free space (dashcams
write positions there, and between the pictures); tracks of timed metadata; and subtitles that are a drone's positions.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from handlers.bad import Damaged
from handlers.films.boxes import CUT, Box, Source
from handlers.films.fragments import Run, Usual, runs, usual
from handlers.films.tracks import Span, Track, spans, times, track

_TELLING = frozenset({b"udta", b"meta", b"uuid"})
_SPACE = frozenset({b"free", b"skip", b"wide"})
_AT_THE_TOP = frozenset(b"ftyp moov mdat moof mfra sidx ssix styp pdin".split())
_IN_MOOV = frozenset(b"mvhd trak mvex iods pssh ctab clip rmra".split())
_KEPT = frozenset({b"vide", b"soun", b"tmcd", b"auxv"})
_WORDS = frozenset({b"text", b"sbtl", b"subt", b"clcp"})
_PLACE = re.compile(
    rb"(?:gps|home)\s{0,3}[(:=]?\s{0,3}[-+]?\d"
    rb"|\blat(?:itude)?\s{0,3}[:=]\s{0,3}[-+]?\d|\blon(?:g|gitude|gtitude)?\s{0,3}[:=]\s{0,3}[-+]?\d"
    rb"|\d\.\d{4,12}\s{0,3}[,;/ ]\s{0,3}[-+]?\d{1,3}\.\d{4}"
    rb"|[-+]\d{2}\.\d{3,9}[-+]\d{3}\.\d{3}"
    rb"|\$G[A-Z](?:RMC|GGA),",
    re.IGNORECASE,
)
"""How drones and cameras write a position into subtitles."""
_HIDDEN = b"freeGPS "
_LARGEST_HIDDEN, _USUAL_HIDDEN = 1 << 20, 512
_MOST_HIDDEN = 200_000
"""More than two days of driving; one block a second."""
_MOST_SPANS = 2_000_000


@dataclass(slots=True)
class Film:
    """What is known of a film."""

    width: int = 0
    height: int = 0
    """Pixels as shown, after it is turned."""
    seconds: float = 0.0
    """0 where unknown, as is `fps`."""
    fps: float = 0.0
    codecs: tuple[str, ...] = ()
    """Of its pictures, then of its sound, by the names of ffprobe."""
    unusual: tuple[str, ...] = ()
    """Of either: what players may not take (`sample_formats`)."""
    telling: list[Box] = field(default_factory=list)
    """Boxes that only tell about it."""
    secret: list[Span] = field(default_factory=list)
    """Start and end of bytes that only tell about it."""


def film(file: BinaryIO) -> Film:
    """Everything known of the film in this file. Raises `Damaged` when it is cut off or holds no pictures."""
    try:
        return _film(Source(file))
    except (struct.error, IndexError) as error:
        raise Damaged("cut off") from error


def _film(source: Source) -> Film:
    found, moov, moofs = Film(), None, []
    for box in _top(source, found):
        if box.kind == b"moov" and moov is None:
            moov = box
        elif box.kind == b"moof":
            moofs.append(box)
        elif box.kind in _SPACE:
            found.secret.append((box.body, box.end))
        elif box.kind == b"mdat":
            found.secret += _dashcam(source, box)
        elif box.kind not in _AT_THE_TOP:
            found.telling.append(box)
    if moov is None:
        raise Damaged("cut off")
    tracks, lasts, known = _header(source, moov, found)
    fragments = _fragments(source, moofs, tracks, known, found)
    shown = [one for one in tracks if one.kind == b"vide" and one.width]
    if not shown:
        raise Damaged("no pictures in it")
    found.width, found.height = shown[0].width, shown[0].height
    found.fps = shown[0].rate
    heard = [one.codec for one in tracks if one.kind == b"soun" and one.codec]
    found.codecs = tuple(dict.fromkeys([shown[0].codec] * bool(shown[0].codec) + heard))
    played = [shown[0], *(one for one in tracks if one.kind == b"soun")]
    found.unusual = tuple(dict.fromkeys(word for one in played for word in one.unusual))
    by_tracks = max(one.seconds for one in tracks if one.kind in _KEPT)
    found.seconds = max(lasts, by_tracks) if fragments or not lasts else lasts
    return found


def _top(source: Source, found: Film) -> Iterator[Box]:
    """The boxes of the file. What stands behind the last one and is none is blanked: players pass it over."""
    at, seen = 0, set()
    try:
        for box in source.boxes(0, source.size):
            at = box.end
            seen.add(box.kind)
            yield box
    except Damaged as error:
        whole = {b"moov", b"mdat"} <= seen and source.read(at + 4, 4) not in _AT_THE_TOP
        if not whole or str(error) != CUT:
            raise
    found.secret.append((at, source.size))


def _dashcam(source: Source, mdat: Box) -> Iterator[Span]:
    """Positions that dashcams hide between the pictures: a block with its size before its name."""
    for number, at in enumerate(source.places(_HIDDEN, mdat.body, mdat.end)):
        if number == _MOST_HIDDEN:
            raise Damaged("more metadata than pictures")
        (size,) = source.unpack("I", at - 4) if at - 4 >= mdat.body else (0,)
        yield (
            at,
            min(mdat.end, at - 4 + size if len(_HIDDEN) < size <= _LARGEST_HIDDEN else at + _USUAL_HIDDEN),
        )


def _header(source: Source, moov: Box, found: Film) -> tuple[list[Track], float, dict[int, Usual]]:
    tracks, lasts, known = [], 0.0, {}
    scale = 0
    for box in source.inside(moov):
        if box.kind == b"mvhd":
            scale, ticks = times(source, box)
            lasts = ticks / scale if scale else 0.0
        elif box.kind == b"mvex":
            known = usual(source, box)
            lasts = max(lasts, _whole(source, box, scale))
        elif box.kind == b"trak":
            tracks.append(_track(source, box, found))
        elif box.kind in _SPACE:
            found.secret.append((box.body, box.end))
        elif box.kind not in _IN_MOOV:
            found.telling.append(box)
    return tracks, lasts, known


def _whole(source: Source, mvex: Box, scale: int) -> float:
    """How long a film in fragments says it is (`mehd`)."""
    for one in source.inside(mvex):
        if one.kind == b"mehd" and scale:
            (ticks,) = source.unpack("Q" if source.read(one.body, 1)[0] else "I", one.body + 4)
            return ticks / scale
    return 0.0


def _track(source: Source, trak: Box, found: Film) -> Track:
    one = track(source, trak)
    if one.kind in _WORDS and _tells_places(source, spans(source, one)):
        one.kind = b"meta"
    if one.kind not in _KEPT | _WORDS:
        found.telling.append(trak)
        found.secret += spans(source, one)
        if len(found.secret) > _MOST_SPANS:
            raise Damaged("more metadata than pictures")
        return one
    _gather(source, trak, found)
    return one


def _gather(source: Source, box: Box, found: Film) -> None:
    for one in source.within(box):
        if one.kind in _TELLING:
            found.telling.append(one)
        elif one.kind in _SPACE:
            found.secret.append((one.body, one.end))


def _fragments(
    source: Source, moofs: Iterable[Box], tracks: list[Track], known: dict[int, Usual], found: Film
) -> bool:
    """Add what the fragments tell of each track; True if there are any."""
    by_number = {one.number: one for one in tracks}
    words: dict[int, list[Run]] = {}
    any_there = False
    for moof in moofs:
        any_there = True
        _gather(source, moof, found)
        for run in runs(source, moof, known):
            one = by_number.get(run.track)
            if one is None:
                continue
            one.samples += run.samples
            one.sample_ticks += run.ticks
            if one.kind in _WORDS:
                words.setdefault(run.track, []).append(run)
            elif one.kind not in _KEPT:
                found.secret.append((run.start, run.end))
    for number, said in words.items():
        places = [(run.start, run.end) for run in said]
        if _tells_places(source, places):
            found.telling.append(by_number[number].box)
            found.secret += places
    return any_there


def _tells_places(source: Source, places: Iterable[Span]) -> bool:
    """Whether this text is a list of positions; more than can be looked at counts as one."""
    kept = b""
    for start, end in places:
        source.words_left -= end - start
        if source.words_left < 0:
            return True
        text = source.read(start, max(0, end - start)).replace(b"\0", b"")
        if _PLACE.search(kept + text):
            return True
        kept = (kept + text)[-64:]
    return False
