"""A picture made anew within a platform's limits: scaled, in another format, compressed. Only in a child process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import sqrt
from typing import Any, BinaryIO

from PIL import Image

from handlers.bad import BadMedia, quoted, readable_size
from handlers.pictures.bounds import FIRST, Bounds, too_large
from handlers.pictures.decoding import decode, encode, on_white, simple
from handlers.pictures.moving import MOST_PIXELS, SMALLEST, scaled, smaller
from handlers.pictures.sniffing import GIF, JPEG, KINDS, PNG, WEBP

_QUALITIES = (92, 85, 78)
_MOVING = frozenset({GIF, WEBP})
"""Animations of these stay animations when they are scaled."""
_LEVEL = 6
"""Of a PNG: 9 takes nine times as long for a tenth fewer bytes (24 million pixels: 22.7 s, 2.5 s)."""
_HOPELESS = 3
"""A PNG whose bytes, scaled by its pixels, are so many times too many is not even tried."""
_SHORT = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WebP"}

Size = tuple[int, int]


def made(
    source: BinaryIO, out: BinaryIO, *, name: str, mime: str, size: Size, bounds: Mapping[str, Any]
) -> dict[str, Any]:
    """Write the picture of this `mime` and `size` (pixels) to `out` as it fits; returns what is known of it.

    Raises `BadMedia`, `Damaged`.
    """
    limits, data = Bounds.read(bounds), source.read()
    length = len(data)
    width, height = size
    scale = limits.scale(width, height)
    wanted = scaled((width, height), scale)
    image = decode(data, mime, wanted)
    frames = int(getattr(image, "n_frames", 1))
    if frames > 1 and mime in _MOVING and mime in limits.mimes:
        del image
        return _animation(out, data, (width, height), name, mime, frames, limits)
    likely = length * scale * scale
    del data
    profile = image.info.get("icc_profile") if image.mode != "CMYK" else None
    image = simple(_alone(image))
    wanted = (min(wanted[0], image.width), min(wanted[1], image.height))
    while True:
        image = image if image.size == wanted else image.resize(wanted, Image.Resampling.LANCZOS)
        smallest = 0
        for kind, written in _encodings(image, mime, limits, profile, likely):
            if len(written) <= limits.bytes:
                lost = [FIRST] if frames > 1 else []
                if image.mode == "RGBA" and kind in (JPEG, GIF):
                    lost.append("transparent parts white")
                said = [*_said((width, height), wanted, mime, kind), *lost]
                return {**_kept(out, written, kind, wanted, said), "still": frames > 1}
            smallest = min(smallest or len(written), len(written))
        if not smallest:
            raise BadMedia(f"{quoted(name)} is {KINDS[mime]}, and no picture is taken here.")
        wanted = scaled(wanted, min(0.9, sqrt(limits.bytes / smallest) * 0.97))
        if max(wanted) < SMALLEST:
            raise too_large(name, length, limits)


def _alone(image: Image.Image) -> Image.Image:
    """Without the decoder that made it: libwebp's holds three times as much."""
    return image.copy() if image.format == "WEBP" else image


def _encodings(
    image: Image.Image, mime: str, limits: Bounds, profile: bytes | None, likely: float
) -> Iterator[tuple[str, bytes]]:
    """Ways to write this picture, the truest first. Transparency goes only where nothing taken can hold it."""
    mimes = limits.mimes
    whole = [one for one in (mime, PNG, WEBP) if one in mimes and one not in (GIF, JPEG)]
    if image.mode == "RGBA" and whole:
        chosen = whole[0]
        if chosen == PNG:
            yield PNG, encode(image, PNG, profile, compress_level=_LEVEL)
        else:
            yield from ((WEBP, encode(image, WEBP, profile, quality=one)) for one in _QUALITIES)
        return
    flat = on_white(image)
    lossy = next((one for one in (mime, JPEG, WEBP) if one in mimes and one in (JPEG, WEBP)), None)
    hopeless = lossy is not None and mime == PNG and likely > limits.bytes * _HOPELESS
    if mime in (PNG, GIF) and PNG in mimes and not hopeless:
        yield PNG, encode(flat, PNG, profile, compress_level=_LEVEL)
    if lossy == JPEG:
        yield from ((JPEG, encode(flat, JPEG, profile, quality=one, optimize=True)) for one in _QUALITIES)
    elif lossy == WEBP:
        yield from ((WEBP, encode(flat, WEBP, profile, quality=one)) for one in _QUALITIES)
    elif PNG in mimes and mime not in (PNG, GIF):
        yield PNG, encode(flat, PNG, profile, compress_level=_LEVEL)
    elif GIF in mimes and PNG not in mimes:
        yield GIF, encode(flat.convert("RGB"), GIF, None)


def _animation(
    out: BinaryIO, data: bytes, size: Size, name: str, mime: str, frames: int, limits: Bounds
) -> dict[str, Any]:
    wanted, most = scaled(size, limits.scale(*size)), MOST_PIXELS[mime]
    if frames * wanted[0] * wanted[1] > most:
        raise BadMedia(
            f"{quoted(name)} has {frames} pictures of {wanted[0]} × {wanted[1]} pixels, more than can be scaled of an "
            f"animation ({most // 1_000_000} million pixels together): make it smaller or shorter and upload it again."
        )
    found = smaller(data, mime, wanted, frames=frames, most=limits.bytes, same=wanted == size)
    if found is None:
        raise too_large(name, len(data), limits)
    written, wanted = found
    return {**_kept(out, written, mime, wanted, _said(size, wanted, mime, mime)), "frames": frames}


def _said(size: Size, wanted: Size, mime: str, kind: str) -> list[str]:
    said = [f"scaled to {wanted[0]} × {wanted[1]}"] if wanted != size else []
    if kind != mime:
        said.append(f"made a {_SHORT[kind]}")
    return said or ["compressed"]


def _kept(out: BinaryIO, data: bytes, mime: str, size: Size, said: list[str]) -> dict[str, Any]:
    out.write(data)
    out.flush()
    note = ", ".join([*said, readable_size(len(data))])
    return {"mime": mime, "width": size[0], "height": size[1], "note": note}
