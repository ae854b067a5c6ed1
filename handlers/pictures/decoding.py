"""Pillow, held to what is needed: known formats only, never more pixels than were looked at before."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms

from handlers.bad import BadMedia, Damaged, grouped, quoted
from handlers.pictures.sniffing import AVIF, GIF, HEIC, JPEG, KINDS, PNG, WEBP

FORMATS = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WEBP"}
MOST_DECODED = 25_200_000
"""Pixels of a picture while it is worked on: 8 or 9 bytes each, in the 224 MiB that a child has left. Phones take 24.5
million (5712 × 4284) or, reduced to a quarter, 50; nothing shows more.
"""
MAX_PIXELS = {JPEG: 80_000_000, HEIC: 50_500_000, AVIF: 20_000_000, WEBP: 12_600_000}
"""By what libraries need before the picture can be reduced (bytes a pixel, measured with Pillow 13 and libheif 1.23).
JPEG: it is decoded at a half, a quarter or an eighth. HEIC: 6, and less in tiles, as phones write it. AVIF: 11. WebP: 16 to 20, for libwebp's decoder of
animations holds two canvases.
"""
MAX_OTHER_PIXELS = 36_152_319
"""PNG and GIF, 1 to 4 bytes: what LinkedIn takes as it is, more than any other platform (Mastodon 33 177 600: facts). Such a
large one that must also be scaled, half transparent, may be too much for its child.
"""
_NO_ROOM = "broken data stream when writing"
"""How Pillow says that libjpeg got no memory for all of a picture at once, which it needs to write it as small as it can."""
TROUBLE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""All that Pillow was seen to raise for bytes that are no sound picture."""
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_OPAQUE = (255, 255)
_OR = {WEBP: ", or save it as JPEG,", AVIF: ", or save it as JPEG,"}
_EIGHT_OF_SIXTEEN = [value >> 8 for value in range(65536)]
_SPACES = {"L": b"GRAY", "LA": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB ", "P": b"RGB ", "CMYK": b"CMYK"}
"""Kind of pixels -> what a colour profile for them says it is for."""


def judge_pixels(name: str, width: int, height: int, mime: str) -> None:
    """Refuse a picture that is too large, before it is decoded. Raises `BadMedia`."""
    most = MAX_PIXELS.get(mime, MAX_OTHER_PIXELS)
    if width * height > most:
        raise BadMedia(
            f"{quoted(name)} is {grouped(width)} × {grouped(height)} pixels, more than can be handled of "
            f"{KINDS[mime]} ({most / 1_000_000:.3g} million): make it smaller{_OR.get(mime, '')} and upload it again.",
        )


def decode(data: bytes, mime: str, size: tuple[int, int] | None = None) -> Image.Image:
    """The picture (the first of an animation). Raises `Damaged`.

    A JPEG is decoded no larger than `size` needs, and never with more than `MOST_DECODED` pixels.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=[FORMATS[mime]])
        if mime == JPEG:
            image.draft(image.mode, _decodable(image.size, size or image.size))
        image.load()
    except TROUBLE as error:
        raise Damaged("cannot be decoded") from error
    return image


def _decodable(whole: tuple[int, int], wanted: tuple[int, int]) -> tuple[int, int]:
    """For `draft`, which decodes at a half, a quarter or an eighth, but never smaller than what it is given."""
    divided = 1
    while whole[0] * whole[1] > MOST_DECODED * divided * divided:
        divided *= 2
    return min(whole[0] // divided, wanted[0]), min(whole[1] // divided, wanted[1])


def measure(data: bytes, mime: str) -> tuple[int, int]:
    """Width and height as its header tells them. Raises `Damaged`."""
    try:
        return Image.open(io.BytesIO(data), formats=[FORMATS[mime]]).size
    except TROUBLE as error:
        raise Damaged("cannot be decoded") from error


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Turned and mirrored as EXIF's number demands."""
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def simple(image: Image.Image) -> Image.Image:
    """The picture as RGB, RGBA (only where something is really transparent) or grey."""
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.convert("I").point(_EIGHT_OF_SIXTEEN, "L")
    if image.mode == "CMYK":
        return _from_print(image)
    if image.has_transparency_data:
        full = image if image.mode == "RGBA" else image.convert("RGBA")
        return full.convert("RGB") if full.getchannel("A").getextrema() == _OPAQUE else full
    return image if image.mode in ("RGB", "L") else image.convert("L" if image.mode == "1" else "RGB")


def _from_print(image: Image.Image) -> Image.Image:
    """Printing colours as a screen shows them, by the picture's own profile where it has one."""
    profile = image.info.pop("icc_profile", None)
    if profile:
        try:
            screen = ImageCms.createProfile("sRGB")
            made = ImageCms.profileToProfile(image, io.BytesIO(profile), screen, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            made = None
        if made is not None:
            made.info.pop("icc_profile", None)
            return made
    return image.convert("RGB")


def on_white(image: Image.Image) -> Image.Image:
    """Without transparency, on white."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, (255, 255, 255))
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def encode(image: Image.Image, mime: str, profile: bytes | None, **options: Any) -> bytes:
    """The picture in this format, with its colour profile (where it is one for such pixels) and nothing else."""
    out = io.BytesIO()
    fits = profile is not None and profile[16:20] == _SPACES.get(image.mode)
    options["icc_profile"] = profile if fits else None  # said either way, else Pillow takes the picture's own
    try:
        image.save(out, FORMATS[mime], **options)
    except OSError as error:
        if _NO_ROOM not in str(error):
            raise
        if not options.pop("optimize", False):
            raise MemoryError from error
        out = io.BytesIO()
        return encode(image, mime, profile, **options)  # line by line, and a little larger
    return out.getvalue()
