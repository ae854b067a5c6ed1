"""Files that are made to take much: what opening them costs the bot's own process, its children, and the clock.

Each case is a process of its own that does what a draft does: take the file, and fit it for three platforms.
"""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.figure import Figure

ROOT = Path(__file__).parents[2]
CHILD_MIB = 256 + 64
"""What a child may allocate, and the libraries that it shares with the others."""
_RUN = """
import json, resource, sys, time
from pathlib import Path
from handlers.media import Store
from handlers.pictures import BadMedia, fit, take
try:
    from handlers.workers import warm
    from handlers.workers.pool import _POOL
    warm()
except ImportError:
    _POOL = None
data, store = Path(sys.argv[1]).read_bytes(), Store(Path(sys.argv[2]))
if _POOL: take(Path(sys.argv[4]).read_bytes(), "first.png", "", store)
platforms = [(16 << 20, 33177600, None), (5 << 20, None, 8192), (100 << 20, 36152319, None)]
begun, refused = time.perf_counter(), ""
for number in range(int(sys.argv[3])):
    try:
        media = take(data + bytes(number), f"{number}.png", "", store)
        for most, pixels, side in platforms:
            fit(media, store, max_bytes=most, max_pixels=pixels, max_side=side, mimes=["image/jpeg", "image/png"])
    except BadMedia as error:
        refused = str(error)
took = time.perf_counter() - begun
status = Path("/proc/self/status").read_text().split("VmHWM:")[1]  # `ru_maxrss` begins with that of who started it
own = int(status.split()[0]) / 1024
if _POOL: _POOL.close()
print(json.dumps([took, own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, refused]))
"""


def webp(width: int, height: int) -> bytes:
    """A WebP of one colour, without loss: 34 bytes."""
    body = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + bytes.fromhex("8888080000000000")
    return b"RIFF" + struct.pack("<I", 12 + len(body)) + b"WEBPVP8L" + struct.pack("<I", len(body)) + body


def palette(width: int, height: int) -> bytes:
    """A PNG of one colour out of two."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(bytes((width + 7) // 8 + 1) * height, 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 3, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"PLTE", bytes(6)), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def photo(width: int, height: int) -> bytes:
    """A JPEG as a phone makes it."""
    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((width // 8, height // 8), 60).resize((width, height)).convert("RGB").save(
        out, "JPEG", quality=92
    )
    return out.getvalue()


def measure(quick: bool) -> Iterator[Figure]:
    """All of it."""
    cases: list[tuple[str, Callable[[], bytes], int]] = [
        ("an ordinary photo (12 million pixels)", lambda: photo(4000, 3000), 1 if quick else 5),
        ("a WebP of 34 bytes (8900 x 8900)", lambda: webp(8900, 8900), 1),
        ("flat PNGs of 9 KiB (8900 x 8900)", lambda: palette(8900, 8900), 2 if quick else 40),
        ("flat PNGs of 5 KiB (6000 x 6000)", lambda: palette(6000, 6000), 1 if quick else 40),
    ]
    for name, make, times in cases:
        took, own, children, refused = opened(make(), times)
        yield Figure(f"{name}, {times} x", took / times, "s", beside=refused[:60])
        yield Figure(f"{name}: memory of the bot itself", own, "MiB", aim=64)
        yield Figure(f"{name}: memory of the largest child", children, "MiB", aim=CHILD_MIB)


def opened(data: bytes, times: int) -> tuple[Any, ...]:
    """Seconds, MiB of the process and of its largest child, and why the last one was refused."""
    with tempfile.TemporaryDirectory() as folder:
        file, first = Path(folder, "file"), Path(folder, "first")
        file.write_bytes(data)
        first.write_bytes(palette(8, 8))
        words = [sys.executable, "-c", _RUN, str(file), str(Path(folder, "store")), str(times), str(first)]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(json.loads(done.stdout))
