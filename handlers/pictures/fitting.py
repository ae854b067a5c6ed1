"""A picture made to fit one platform: changed no more than its limits demand, and always in the same way."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from math import sqrt

from PIL import Image, ImageSequence

from handlers.bad import BadMedia, Damaged, quoted, readable_size
from handlers.media import Media, Store
from handlers.pictures.decoding import decode, encode, on_white, simple
from handlers.pictures.sniffing import GIF, JPEG, KINDS, PNG, WEBP

_QUALITIES = (92, 85, 78)
_SMALLEST = 64
"""Pixels of the longer side below which a picture says nothing any more."""
_MOST_FRAMES_PIXELS = 120_000_000
"""Of a whole animation while it is scaled (about 0.5 GB at four bytes each)."""
_SUFFIXES = {JPEG: ".jpg", PNG: ".png", GIF: ".gif", WEBP: ".webp"}
_SHORT = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WebP"}


@dataclass(frozen=True, slots=True)
class _Limits:
    bytes: int
    pixels: int | None
    side: int | None
    mimes: frozenset[str]

    def scale(self, width: int, height: int) -> float:
        """1, or by how much a picture of this size must shrink."""
        by_pixels = sqrt(self.pixels / (width * height)) if self.pixels else 1.0
        by_side = self.side / max(width, height) if self.side else 1.0
        return min(1.0, by_pixels, by_side)


def fit(
    media: Media,
    store: Store,
    *,
    max_bytes: int,
    max_pixels: int | None = None,
    max_side: int | None = None,
    mimes: Collection[str],
) -> Media:
    """The same file within a platform's limits: bytes, width × height, the longer side, formats.

    What fits comes back as it is. Otherwise it is scaled or compressed as far as needed, which `note` tells; the
    same file and limits always give the same bytes. Raises `BadMedia` when that cannot be done, `MissingMedia`.
    """
    limits = _Limits(max_bytes, max_pixels, max_side, frozenset(mimes))
    if media.mime not in _SUFFIXES:
        return _as_it_is(media, limits)
    fits = media.mime in limits.mimes and media.size <= max_bytes
    if fits and limits.scale(media.width, media.height) == 1.0:
        return media
    try:
        return _made(media, store, limits)
    except Damaged as trouble:
        raise BadMedia(f"{quoted(media.name)} cannot be scaled ({trouble}): upload it again.") from trouble


def _as_it_is(media: Media, limits: _Limits) -> Media:
    """Films and documents are never changed."""
    if media.mime not in limits.mimes:
        raise BadMedia(
            f"{quoted(media.name)} is {KINDS.get(media.mime, media.mime)}, which is not taken here."
        )
    if media.size > limits.bytes:
        raise _too_large(media, limits)
    return media


def _too_large(media: Media, limits: _Limits) -> BadMedia:
    return BadMedia(
        f"{quoted(media.name)} has {readable_size(media.size)}, and only {readable_size(limits.bytes)} are allowed: "
        "make it smaller and upload it again.",
    )


def _made(media: Media, store: Store, limits: _Limits) -> Media:
    data = store.read(media.sha256)
    scale = limits.scale(media.width, media.height)
    size = _scaled((media.width, media.height), scale)
    image = decode(data, media.mime, size)
    frames = int(getattr(image, "n_frames", 1))
    if frames > 1 and media.mime == GIF and GIF in limits.mimes:
        return _animation(media, data, frames, limits, store)
    profile = image.info.get("icc_profile") if image.mode != "CMYK" else None
    image = simple(image)
    while True:
        image = image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)
        smallest = 0
        for mime, made in _encodings(image, media.mime, limits.mimes, profile):
            if len(made) <= limits.bytes:
                lost = ["only its first picture"] if frames > 1 else []
                if image.mode == "RGBA" and mime in (JPEG, GIF):
                    lost.append("transparent parts white")
                return _kept(media, made, mime, size, store, lost)
            smallest = min(smallest or len(made), len(made))
        if not smallest:
            raise BadMedia(f"{quoted(media.name)} is {KINDS[media.mime]}, and no picture is taken here.")
        size = _scaled(size, min(0.9, sqrt(limits.bytes / smallest) * 0.97))
        if max(size) < _SMALLEST:
            raise _too_large(media, limits)


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """Rounded down, so that a limit is never passed by a pixel."""
    return max(1, int(size[0] * scale + 1e-9)), max(1, int(size[1] * scale + 1e-9))


def _encodings(
    image: Image.Image, mime: str, mimes: frozenset[str], profile: bytes | None
) -> Iterator[tuple[str, bytes]]:
    """Ways to write this picture, the truest first. Transparency goes only where nothing taken can hold it."""
    whole = [one for one in (mime, PNG, WEBP) if one in mimes and one not in (GIF, JPEG)]
    if image.mode == "RGBA" and whole:
        chosen = whole[0]
        if chosen == PNG:
            yield PNG, encode(image, PNG, profile, compress_level=9)
        else:
            yield from ((WEBP, encode(image, WEBP, profile, quality=one)) for one in _QUALITIES)
        return
    flat = on_white(image)
    if mime in (PNG, GIF) and PNG in mimes:
        yield PNG, encode(flat, PNG, profile, compress_level=9)
    lossy = next((one for one in (mime, JPEG, WEBP) if one in mimes and one in (JPEG, WEBP)), None)
    if lossy == JPEG:
        yield from ((JPEG, encode(flat, JPEG, profile, quality=one, optimize=True)) for one in _QUALITIES)
    elif lossy == WEBP:
        yield from ((WEBP, encode(flat, WEBP, profile, quality=one)) for one in _QUALITIES)
    elif PNG in mimes and mime not in (PNG, GIF):
        yield PNG, encode(flat, PNG, profile, compress_level=9)
    elif GIF in mimes and PNG not in mimes:
        yield GIF, encode(flat.convert("RGB"), GIF, None)


def _animation(media: Media, data: bytes, frames: int, limits: _Limits, store: Store) -> Media:
    """The animation scaled, picture by picture."""
    size = _scaled((media.width, media.height), limits.scale(media.width, media.height))
    if size == (media.width, media.height):
        size = _scaled(size, min(0.9, sqrt(limits.bytes / media.size) * 0.97))
    while frames * size[0] * size[1] <= _MOST_FRAMES_PIXELS:
        made = _scaled_gif(data, size)
        if len(made) <= limits.bytes:
            return _kept(media, made, GIF, size, store, [])
        size = _scaled(size, min(0.9, sqrt(limits.bytes / len(made)) * 0.97))
        if max(size) < _SMALLEST:
            break
    raise _too_large(media, limits)


def _scaled_gif(data: bytes, size: tuple[int, int]) -> bytes:
    source = Image.open(io.BytesIO(data), formats=["GIF"])
    pictures, durations = [], []
    for frame in ImageSequence.Iterator(source):
        durations.append(int(frame.info.get("duration", 100)))
        pictures.append(frame.convert("RGBA").resize(size, Image.Resampling.LANCZOS))
    options = {"loop": source.info["loop"]} if "loop" in source.info else {}
    out = io.BytesIO()
    pictures[0].save(
        out,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=durations,
        disposal=2,
        **options,
    )
    return out.getvalue()


def _kept(
    media: Media, data: bytes, mime: str, size: tuple[int, int], store: Store, lost: list[str]
) -> Media:
    said = [f"scaled to {size[0]} × {size[1]}"] if size != (media.width, media.height) else []
    if mime != media.mime:
        said.append(f"made a {_SHORT[mime]}")
    name = (
        media.name if mime == media.mime else (media.name.rpartition(".")[0] or media.name) + _SUFFIXES[mime]
    )
    return replace(
        media,
        sha256=store.put(data),
        name=name,
        mime=mime,
        size=len(data),
        width=size[0],
        height=size[1],
        note=", ".join([*(said or ["compressed"]), *lost, readable_size(len(data))]),
    )
