"""HEIC and AVIF, as phones write them, made JPEGs (PNGs where something is transparent) when they are taken in.

No platform takes HEIC. HEIC is read by pillow-heif (the extra `heic`), AVIF by Pillow itself where it can.
"""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

from PIL import Image, features

from handlers.bad import BadMedia, Damaged, quoted
from handlers.pictures.decoding import TROUBLE, encode, judge_pixels, simple, upright
from handlers.pictures.sniffing import AVIF, JPEG, PNG

pillow_heif: Any = None
with suppress(ImportError):  # now or never: a child can read no module any more
    import pillow_heif

_QUALITY = 92
_ORIENTATION = 0x0112
_INSTALL = (
    "{name} is {what}, and nothing is installed here that reads it: save it as JPEG and upload that "
    "(or install the bot with its extra `heic`)."
)


def converted(data: bytes, kind: str, name: str) -> tuple[bytes, str]:
    """The picture as JPEG or PNG, upright, with its colour profile and nothing else; and its MIME type.

    Raises `BadMedia` where nothing reads it or it is too large (before anything is decoded), and `Damaged`.
    """
    try:
        image = _avif(data, name) if kind == AVIF else _heif(data, name)
        profile = image.info.get("icc_profile")
        drawn = simple(image)
        mime = PNG if drawn.mode == "RGBA" else JPEG
        options: dict[str, Any] = (
            {"compress_level": 6} if mime == PNG else {"quality": _QUALITY, "optimize": True}
        )
        return encode(drawn, mime, profile, **options), mime
    except (*TROUBLE, RuntimeError) as error:
        raise Damaged("cannot be decoded") from error


def _heif(data: bytes, name: str) -> Image.Image:
    """Turned upright by libheif itself, whatever EXIF says (ISO/IEC 23008-12)."""
    if pillow_heif is None:
        raise BadMedia(_INSTALL.format(name=quoted(name), what="a HEIC picture"))
    opened = pillow_heif.open_heif(data)  # its header only
    judge_pixels(name, *opened.size)
    made: Image.Image = opened.to_pillow()
    return made


def _avif(data: bytes, name: str) -> Image.Image:
    if not features.check("avif"):
        raise BadMedia(_INSTALL.format(name=quoted(name), what="an AVIF picture"))
    opened = Image.open(io.BytesIO(data), formats=["AVIF"])
    judge_pixels(name, *opened.size)
    return upright(opened, opened.getexif().get(_ORIENTATION, 1))
