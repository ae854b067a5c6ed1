"""HEIC and AVIF, as phones write them, made JPEGs (PNGs where something is transparent) when they are taken in.

No platform takes HEIC. HEIC is read by pillow-heif (the extra `heic`), AVIF by Pillow itself where it can.
"""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

from PIL import Image, features

from handlers.bad import BadMedia, Damaged, quoted
from handlers.pictures.decoding import MOST_DECODED, TROUBLE, encode, judge_pixels, simple, upright
from handlers.pictures.sniffing import AVIF, HEIC, JPEG, PNG

pillow_heif: Any = None
with suppress(ImportError):  # now or never: a child can read no module any more
    import pillow_heif

_QUALITY = 92
_STRIP = 256
"""Rows; an even number."""
_ORIENTATION = 0x0112
_SEQUENCES = frozenset({b"hevc", b"hevx", b"msf1"})
"""Brands of HEIC files that say they hold a sequence (ISO/IEC 23008-12)."""
_INSTALL = (
    "{name} is {what}, and nothing is installed here that reads it: save it as JPEG and upload that "
    "(or install the bot with its extra `heic`)."
)


def converted(data: bytes, kind: str, name: str) -> tuple[bytes, str, bool]:
    """The picture as JPEG or PNG, upright, with its colour profile and nothing else; its MIME type; and whether it moved
    (then this is the first picture).

    Raises `BadMedia` where nothing reads it or it is too large (before anything is decoded), and `Damaged`.
    """
    try:
        image, moved = _avif(data, name) if kind == AVIF else (_heif(data, name), data[8:12] in _SEQUENCES)
        profile = image.info.get("icc_profile")
        drawn = simple(image)
        mime = PNG if drawn.mode == "RGBA" else JPEG
        options: dict[str, Any] = (
            {"compress_level": 6} if mime == PNG else {"quality": _QUALITY, "optimize": True}
        )
        return encode(drawn, mime, profile, **options), mime, moved
    except (*TROUBLE, RuntimeError) as error:
        raise Damaged("cannot be decoded") from error


def _heif(data: bytes, name: str) -> Image.Image:
    """Turned upright by libheif itself, whatever EXIF says (ISO/IEC 23008-12)."""
    if pillow_heif is None:
        raise BadMedia(_INSTALL.format(name=quoted(name), what="a HEIC picture"))
    opened = pillow_heif.open_heif(data)  # its header only
    width, height = opened.size
    judge_pixels(name, width, height, HEIC)
    return _strip_by_strip(opened)


def _strip_by_strip(opened: Any) -> Image.Image:
    """Taken over from libheif's memory piece by piece, halved if it is too large: never twice as a whole."""
    pixels, stride, mode = opened.data, opened.stride, opened.mode
    width, height = opened.size  # known for certain since it was decoded
    by = 1 if width * height <= MOST_DECODED else 2
    made = Image.new(mode, (-(-width // by), -(-height // by)))
    for top in range(0, height, _STRIP):
        rows = min(_STRIP, height - top)
        piece = pixels[top * stride : (top + rows) * stride]
        strip = Image.frombuffer(mode, (width, rows), piece, "raw", mode, stride, 1)
        made.paste(strip.reduce(by) if by > 1 else strip, (0, top // by))
    made.info = {"icc_profile": opened.info.get("icc_profile")}
    return made


def _avif(data: bytes, name: str) -> tuple[Image.Image, bool]:
    if not features.check("avif"):
        raise BadMedia(_INSTALL.format(name=quoted(name), what="an AVIF picture"))
    opened = Image.open(io.BytesIO(data), formats=["AVIF"])
    judge_pixels(name, *opened.size, AVIF)
    return upright(opened, opened.getexif().get(_ORIENTATION, 1)), getattr(opened, "n_frames", 1) > 1
