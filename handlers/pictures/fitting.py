"""A picture made to fit one platform: changed no more than its limits demand, and always in the same way."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from math import sqrt

from PIL import Image
from PIL import __version__ as pillow_version

from handlers.bad import BadMedia, Damaged, quoted, readable_size
from handlers.known import Known
from handlers.media import Media, Store
from handlers.pictures.decoding import decode, encode, measure, on_white, simple
from handlers.pictures.moving import SMALLEST, scaled, smaller
from handlers.pictures.sniffing import GIF, JPEG, KINDS, PNG, WEBP

_QUALITIES = (92, 85, 78)
_SUFFIXES = {JPEG: ".jpg", PNG: ".png", GIF: ".gif", WEBP: ".webp"}
_MOVING = frozenset({GIF, WEBP})
"""Animations of these stay animations when they are scaled."""
_VERSION = f"1, Pillow {pillow_version}"
"""Changes whenever the same file and limits may give other bytes."""
_LEVEL = 6
"""Of a PNG: 9 takes nine times as long for a tenth fewer bytes (24 million pixels: 22.7 s, 2.5 s)."""
_HOPELESS = 3
"""A PNG whose bytes, scaled by its pixels, are so many times too many is not even tried."""
_FIRST = "only its first picture"
_SHORT = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WebP"}


@dataclass(frozen=True, slots=True)
class _Limits:
    bytes: int
    pixels: int | None
    side: int | None
    mimes: frozenset[str]

    @property
    def key(self) -> tuple[object, ...]:
        """The same for the same limits."""
        return self.bytes, self.pixels, self.side, sorted(self.mimes)

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
    try:
        media = _measured(media, store)
        fits = media.mime in limits.mimes and media.size <= max_bytes
        if fits and limits.scale(media.width, media.height) == 1.0:
            return media
        known, key = Known(store), ("fit", _VERSION, media.sha256, *limits.key)
        made = known.find(*key) or known.keep(_made(media, store, limits), *key)
    except Damaged as trouble:
        raise BadMedia(f"{quoted(media.name)} cannot be scaled ({trouble}): upload it again.") from trouble
    return replace(made, name=_named(media, made.mime), alt=media.alt)


def _measured(media: Media, store: Store) -> Media:
    """The same with its width and height, where they were not known."""
    if media.width and media.height:
        return media
    width, height = measure(store.read(media.sha256), media.mime)
    return replace(media, width=width, height=height)


def _named(media: Media, mime: str) -> str:
    if mime == media.mime:
        return media.name
    return (media.name.rpartition(".")[0] or media.name) + _SUFFIXES[mime]


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
    size = scaled((media.width, media.height), scale)
    image = decode(data, media.mime, size)
    likely = media.size * scale * scale
    frames = int(getattr(image, "n_frames", 1))
    if frames > 1 and media.mime in _MOVING and media.mime in limits.mimes:
        return _animation(media, data, frames, limits, store)
    profile = image.info.get("icc_profile") if image.mode != "CMYK" else None
    image = simple(image)
    while True:
        image = image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)
        smallest = 0
        for mime, made in _encodings(image, media.mime, limits, profile, likely):
            if len(made) <= limits.bytes:
                lost = [_FIRST] if frames > 1 else []
                if image.mode == "RGBA" and mime in (JPEG, GIF):
                    lost.append("transparent parts white")
                return _kept(media, made, mime, size, store, lost)
            smallest = min(smallest or len(made), len(made))
        if not smallest:
            raise BadMedia(f"{quoted(media.name)} is {KINDS[media.mime]}, and no picture is taken here.")
        size = scaled(size, min(0.9, sqrt(limits.bytes / smallest) * 0.97))
        if max(size) < SMALLEST:
            raise _too_large(media, limits)


def _encodings(
    image: Image.Image, mime: str, limits: _Limits, profile: bytes | None, likely: float
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


def _animation(media: Media, data: bytes, frames: int, limits: _Limits, store: Store) -> Media:
    size = scaled((media.width, media.height), limits.scale(media.width, media.height))
    same = size == (media.width, media.height)
    made = smaller(data, media.mime, size, frames=frames, most=limits.bytes, same=same)
    if made is None:
        raise _too_large(media, limits)
    return _kept(replace(media, frames=frames), made[0], media.mime, made[1], store, [])


def _kept(
    media: Media, data: bytes, mime: str, size: tuple[int, int], store: Store, lost: list[str]
) -> Media:
    lost_frames = _FIRST in lost
    said = [f"scaled to {size[0]} × {size[1]}"] if size != (media.width, media.height) else []
    if mime != media.mime:
        said.append(f"made a {_SHORT[mime]}")
    return replace(
        media,
        sha256=store.put(data),
        mime=mime,
        size=len(data),
        width=size[0],
        height=size[1],
        frames=0 if lost_frames else media.frames,
        seconds=0.0 if lost_frames else media.seconds,
        note=", ".join([*(said or ["compressed"]), *lost, readable_size(len(data))]),
    )
