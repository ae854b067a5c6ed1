"""A file from a person becomes `Media`: recognized by its bytes, upright, without metadata, in the store."""

from __future__ import annotations

import struct

from PIL import JpegImagePlugin

from handlers.bad import BadMedia, Damaged, grouped, quoted
from handlers.media import Media, Store
from handlers.pictures.cleaning import Clean, clean
from handlers.pictures.decoding import decode, encode, upright
from handlers.pictures.sniffing import JPEG, MOV, MP4, PDF, PNG, REFUSED, TAKEN, sniff
from handlers.pictures.video import blanked, film

MAX_BYTES = 25 * 1024 * 1024
"""Zulip's own limit for an upload (`max_file_upload_size_mib`, 25 unless the server says otherwise)."""
MAX_PIXELS = 80_000_000
"""More than any phone takes; such a picture needs some 240 MB while it is decoded."""
_QUALITY = 95
"""For a JPEG that had to be turned; all others keep their very bytes."""
_MIB = 1024 * 1024


def take(data: bytes, name: str, alt: str, store: Store, *, max_bytes: int = MAX_BYTES) -> Media:
    """Keep a file, clean, in the store. Raises `BadMedia` with a sentence for who uploaded it.

    JPEG, PNG, GIF and WebP lose their metadata (position, camera, names, previews) and are turned upright; colour
    profile and pixels stay, without new compression unless a picture had to be turned. Metadata of MP4 and
    QuickTime is blanked in place. A PDF is kept as it is. The declared size is judged before anything is
    decoded.
    """
    if len(data) > max_bytes:
        raise BadMedia(
            f"{quoted(name)} is {len(data) / _MIB:.1f} MiB; at most {max_bytes / _MIB:.0f} MiB can be taken. "
            "Make it smaller and upload it again.",
        )
    mime = sniff(data)
    if mime not in TAKEN:
        raise BadMedia(f"{quoted(name)} {REFUSED[mime]}")
    try:
        if mime in (MP4, MOV):
            known = film(data)
            data, width, height = blanked(data, known), known.width, known.height
        elif mime == PDF:
            width = height = 0
        else:
            data, width, height = _picture(data, mime, name)
    except Damaged as trouble:
        raise BadMedia(
            f"{quoted(name)} is damaged or incomplete ({trouble}): upload it again, or save it anew first.",
        ) from trouble
    return Media(store.put(data), name, mime, len(data), alt, width, height)


def seconds(media: Media, store: Store) -> float:
    """How long a film is; 0 where that is unknown, and for everything else. Raises `MissingMedia`."""
    if media.mime not in (MP4, MOV):
        return 0.0
    try:
        return film(store.read(media.sha256)).seconds
    except (Damaged, struct.error):
        return 0.0


def _picture(data: bytes, mime: str, name: str) -> tuple[bytes, int, int]:
    """The clean bytes with width and height."""
    known = clean(data, mime)
    if known.width * known.height > MAX_PIXELS:
        raise BadMedia(
            f"{quoted(name)} is {grouped(known.width)} × {grouped(known.height)} pixels, more than can be handled "
            f"({MAX_PIXELS // 1_000_000} million): make it smaller and upload it again.",
        )
    if not known.width or not known.height:
        raise Damaged("no size")
    if known.orientation == 1 or known.animated:
        decode(known.data, mime, (known.width // 8, known.height // 8))
        return known.data, known.width, known.height
    return _turned(known, mime)


def _turned(known: Clean, mime: str) -> tuple[bytes, int, int]:
    image = decode(known.data, mime)
    profile = image.info.get("icc_profile")
    turned = upright(image, known.orientation)
    if mime == JPEG:
        fine = JpegImagePlugin.get_sampling(image) in (0, 1)
        data = encode(turned, mime, profile, quality=_QUALITY, subsampling=0 if fine else 2, optimize=True)
    elif mime == PNG:
        data = encode(turned, mime, profile, compress_level=9)
    else:
        lossless = b"VP8L" in known.data[:64]
        data = encode(turned, mime, profile, lossless=lossless, quality=_QUALITY, exact=True)
    return data, turned.width, turned.height
