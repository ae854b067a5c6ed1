"""Pictures and films made for the tests, piece by piece where a piece matters."""

import io
import runpy
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from handlers.media import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "media")


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def photo(width: int = 64, height: int = 48) -> Image.Image:
    """No two corners alike: red, green, blue, white."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("lime", (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    return image


def noise(width: int, height: int) -> Image.Image:
    """A picture that no format makes small."""
    state, rows = 12345, bytearray()
    for _ in range(width * height * 3 // 4 + 1):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        rows += state.to_bytes(4, "little")
    return Image.frombytes("RGB", (width, height), bytes(rows[: width * height * 3]))


def exif(orientation: int = 1) -> Image.Exif:
    """What a phone writes: position, camera, and how it was held."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "PhoneMaker"
    tags[0x8825] = {1: "N", 2: (60.0, 10.0, 12.5), 3: "E", 4: (24.0, 56.0, 3.0)}
    return tags


def chunk(kind: bytes, body: bytes) -> bytes:
    """One piece of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def box(kind: bytes, *bodies: bytes) -> bytes:
    """One piece of an MP4."""
    body = b"".join(bodies)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def header(width: int, height: int, *, turned: bool = False) -> bytes:
    """`tkhd`: the matrix and size of a track."""
    one = 0x10000
    matrix = (0, one, 0, -one, 0, 0, 0, 0, 0x40000000) if turned else (one, 0, 0, 0, one, 0, 0, 0, 0x40000000)
    return box(b"tkhd", bytes(40), struct.pack(">9i", *matrix), struct.pack(">II", width << 16, height << 16))


def handler(kind: bytes) -> bytes:
    """`hdlr`: what a track holds."""
    return box(b"hdlr", bytes(8), kind, bytes(12))


def track(kind: bytes, *, size: tuple[int, int] = (0, 0), turned: bool = False, more: bytes = b"") -> bytes:
    return box(b"trak", header(*size, turned=turned), box(b"mdia", handler(kind)), more)


def movie(*tracks: bytes, seconds: int = 7, more: bytes = b"") -> bytes:
    duration = box(b"mvhd", bytes(12), struct.pack(">II", 600, 600 * seconds), bytes(80))
    return box(b"moov", duration, *tracks, more)


def positions(at: int, size: int) -> bytes:
    """The tables of a track of timed metadata: two samples in one chunk."""
    sizes = box(b"stsz", bytes(4), struct.pack(">III", 0, 2, size), struct.pack(">I", size))
    chunks = box(b"stsc", bytes(4), struct.pack(">IIII", 1, 1, 2, 1))
    starts = box(b"stco", bytes(4), struct.pack(">II", 1, at))
    return box(b"minf", box(b"stbl", sizes, chunks, starts))


@pytest.fixture(scope="session")
def made() -> SimpleNamespace:
    """All of the above, for tests."""
    return SimpleNamespace(
        encoded=encoded, photo=photo, noise=noise, exif=exif, chunk=chunk,
        box=box, track=track, movie=movie, positions=positions,
    )  # fmt: skip


@pytest.fixture(scope="session")
def long_film() -> Callable[..., None]:
    """`make(path, size, …)` of the benchmarks: a film of any size that takes no room."""
    maker = Path(__file__).parents[1] / "benchmarks" / "long_film.py"
    make: Callable[..., None] = runpy.run_path(str(maker))["make"]
    return make
