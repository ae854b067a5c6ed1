"""A film of any size, to see that nothing holds it in memory: `python tests/benchmarks/long_film.py 200 talk.mp4`.

Its header is whole and true (H.264 and AAC, every sample in the tables); its samples are a hole in the file, which
takes no room on a disk that knows sparse files, and no memory here. It can be measured, not watched.
Other tests load `make` with `runpy.run_path`.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

MIB = 1024 * 1024
FPS, RATE, SOUND_FRAME = 25, 48_000, 1024
_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_AVCC = bytes.fromhex("0164001fffe1000467640000010002 68ee".replace(" ", ""))
_AAC = bytes.fromhex("03190001000411401500000000000000000000000502119006 0102".replace(" ", ""))


def box(kind: bytes, *bodies: bytes) -> bytes:
    """One piece of an MP4."""
    body = b"".join(bodies)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, *bodies: bytes) -> bytes:
    """One with a version and flags, both zero."""
    return box(kind, bytes(4), *bodies)


def make(
    path: Path, size: int, *, seconds: int = 60, width: int = 1280, height: int = 720, front: bool = True
) -> None:
    """Write a film of exactly so many bytes. With `front`, its header stands before the samples."""
    ftyp = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2avc1mp41")
    header = len(_moov(seconds, width, height, 0, 0))
    sound_size, head = 64, 16
    sounds = seconds * RATE // SOUND_FRAME
    body = size - len(ftyp) - header - head
    picture = (body - sounds * sound_size) // (seconds * FPS)
    if picture < 1:
        raise ValueError(f"{size} bytes are too few for {seconds} s")
    start = len(ftyp) + head + (header if front else 0)
    moov = _moov(seconds, width, height, picture, start, start + picture * seconds * FPS)
    mdat = struct.pack(">I4sQ", 1, b"mdat", body + head)
    with path.open("wb") as file:
        file.write(ftyp + (moov + mdat if front else mdat))
        file.truncate(size)
        if not front:
            file.seek(size - len(moov))
            file.write(moov)


def _moov(seconds: int, width: int, height: int, picture: int, films_at: int, sounds_at: int = 0) -> bytes:
    head = struct.pack(">IIIIIH", 0, 0, 1000, seconds * 1000, 0x10000, 0x100) + bytes(10) + _MATRIX
    film = _track(
        1,
        b"vide",
        seconds,
        (width, height),
        FPS,
        seconds * FPS,
        1,
        picture,
        films_at,
        box(
            b"avc1",
            bytes(6) + struct.pack(">H", 1) + bytes(16) + struct.pack(">HH", width, height),
            struct.pack(">IIIH", 0x480000, 0x480000, 0, 1) + bytes(32) + struct.pack(">Hh", 24, -1),
            box(b"avcC", _AVCC),
        ),
    )
    sound = _track(
        2,
        b"soun",
        seconds,
        (0, 0),
        RATE,
        seconds * RATE // SOUND_FRAME,
        SOUND_FRAME,
        64,
        sounds_at,
        box(
            b"mp4a",
            bytes(6) + struct.pack(">H", 1) + bytes(8),
            struct.pack(">HHII", 2, 16, 0, RATE << 16),
            full(b"esds", _AAC),
        ),
    )
    return box(b"moov", full(b"mvhd", head, bytes(24), struct.pack(">I", 3)), film, sound)


def _track(
    number: int,
    kind: bytes,
    seconds: int,
    shown: tuple[int, int],
    scale: int,
    samples: int,
    ticks: int,
    size: int,
    at: int,
    described: bytes,
) -> bytes:
    tkhd = struct.pack(">IIIIII", 7, 0, 0, number, 0, seconds * 1000) + bytes(16) + _MATRIX
    tables = box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 1), described),
        full(b"stts", struct.pack(">III", 1, samples, ticks)),
        full(b"stsc", struct.pack(">IIII", 1, 1, samples, 1)),
        full(b"stsz", struct.pack(">II", size, samples)),
        full(b"co64", struct.pack(">IQ", 1, at)),
    )
    data = box(b"dinf", full(b"dref", struct.pack(">I", 1), box(b"url ", struct.pack(">I", 1))))
    media_header = full(b"vmhd", bytes(8)) if kind == b"vide" else full(b"smhd", bytes(4))
    return box(
        b"trak",
        box(b"tkhd", tkhd, struct.pack(">II", shown[0] << 16, shown[1] << 16)),
        box(
            b"mdia",
            full(b"mdhd", struct.pack(">IIIIHH", 0, 0, scale, samples * ticks, 0x55C4, 0)),
            full(b"hdlr", bytes(4), kind, bytes(13)),
            box(b"minf", media_header, data, tables),
        ),
    )


if __name__ == "__main__":
    make(Path(sys.argv[2]), int(sys.argv[1]) * MIB)
