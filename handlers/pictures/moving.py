"""Animations scaled picture by picture, so that they still move."""

from __future__ import annotations

import io
from collections.abc import Iterator
from math import sqrt
from typing import Any

from PIL import Image, ImageSequence

from handlers.bad import Damaged
from handlers.pictures.decoding import FORMATS, TROUBLE
from handlers.pictures.sniffing import GIF, WEBP

MOST_PIXELS = {GIF: 60_000_000, WEBP: 40_000_000}
"""Of all pictures together while they are scaled: a GIF's are kept with one byte a pixel, a WebP's with four."""
SMALLEST = 64
"""Pixels of the longer side below which a picture says nothing any more."""
_WEBP_QUALITY = 80


def scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """Rounded down, so that a limit is never passed by a pixel."""
    return max(1, int(size[0] * scale + 1e-9)), max(1, int(size[1] * scale + 1e-9))


def smaller(
    data: bytes, mime: str, size: tuple[int, int], *, frames: int, most: int, same: bool
) -> tuple[bytes, tuple[int, int]] | None:
    """The animation at most so large, in at most so many bytes; None if that cannot be done.

    With `same`, it has that size already, and only its bytes are too many. Raises `Damaged`.
    """
    if same:
        size = scaled(size, min(0.9, sqrt(most / len(data)) * 0.97))
    while frames * size[0] * size[1] <= MOST_PIXELS[mime] and max(size) >= SMALLEST:
        made = _at(data, mime, size)
        if len(made) <= most:
            return made, size
        size = scaled(size, min(0.9, sqrt(most / len(made)) * 0.97))
    return None


def _at(data: bytes, mime: str, size: tuple[int, int]) -> bytes:
    try:
        source = Image.open(io.BytesIO(data), formats=[FORMATS[mime]])
        durations: list[int] = []
        pictures = _pictures(source, size, durations)
        options: dict[str, Any] = {"loop": source.info["loop"]} if "loop" in source.info else {}
        if mime == GIF:
            options["disposal"] = 2
        else:
            options |= {"quality": _WEBP_QUALITY, "icc_profile": source.info.get("icc_profile")}
        out = io.BytesIO()
        # one after the other: its duration stands in the list when it is written
        next(pictures).save(
            out, FORMATS[mime], save_all=True, append_images=pictures, duration=durations, **options
        )
    except TROUBLE as error:
        raise Damaged("cannot be decoded") from error
    return out.getvalue()


def _pictures(source: Image.Image, size: tuple[int, int], durations: list[int]) -> Iterator[Image.Image]:
    for frame in ImageSequence.Iterator(source):
        picture = frame.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
        durations.append(int(frame.info.get("duration", 100)))
        yield picture
