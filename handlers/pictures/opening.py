"""A picture of a person opened: cleaned, turned upright, decoded once to see that it can be. Only in a child process."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from PIL import Image, JpegImagePlugin, features

from handlers.bad import Damaged, readable_size
from handlers.pictures.bounds import FIRST
from handlers.pictures.cleaned import Clean
from handlers.pictures.cleaning import clean
from handlers.pictures.decoding import FORMATS, decode, encode, judge_pixels, measure, simple, upright
from handlers.pictures.phones import converted, pillow_heif
from handlers.pictures.sniffing import JPEG, PHONES, PNG
from handlers.pictures.wholeness import whole

_QUALITY = 95
"""For a JPEG that had to be turned, or made RGB; all others keep their very bytes."""


def load() -> None:
    """Let Pillow and pillow-heif read all that they read when they are first used."""
    Image.init()
    tried = Image.new("RGBA", (16, 16), (255, 0, 0, 128))
    for mime in FORMATS:
        picture = tried if mime != JPEG else Image.new("CMYK", (16, 16))
        simple(decode(encode(picture, mime, None), mime)).resize((8, 8))
    if features.check("avif"):
        made = io.BytesIO()
        tried.save(made, "AVIF")
        Image.open(made).load()
    if pillow_heif is not None:
        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.libheif_info()


def picture(source: BinaryIO, out: BinaryIO, mime: str, name: str) -> dict[str, Any]:
    """Write the picture as it will be kept to `out`; returns what is known of it. Raises `BadMedia`, `Damaged`."""
    data, note = source.read(), ""
    if mime in PHONES:
        data, mime, moved = converted(data, mime, name)
        first = f"{FIRST}, " if moved else ""
        note = f"made a {'PNG' if mime == PNG else 'JPEG'}, {first}{readable_size(len(data))}"
    known = clean(data, mime)
    del data
    judge_pixels(name, known.width, known.height, mime)
    if not known.width or not known.height:
        raise Damaged("no size")
    if known.mended:
        whole(known.data, mime)
    if known.animated or (known.orientation == 1 and not known.printing):
        decode(known.data, mime, (known.width // 8, known.height // 8))
        kept, size = known.data, (known.width, known.height)
    else:
        kept, size = _anew(known, mime)
        said = [note, "made RGB of a printer's colours (CMYK)" if known.printing else ""]
        said.append(
            f"scaled to {size[0]} × {size[1]}" if size[0] * size[1] < known.width * known.height else ""
        )
        note = ", ".join(one for one in said if one)
    out.write(kept)
    out.flush()
    return {
        "mime": mime,
        "width": size[0],
        "height": size[1],
        "seconds": known.seconds,
        "frames": known.frames if known.animated else 0,
        "note": note,
    }


def measured(source: BinaryIO, mime: str) -> dict[str, Any]:
    """Width and height as the header tells them. Raises `Damaged`."""
    width, height = measure(source.read(), mime)
    return {"width": width, "height": height}


def _anew(known: Clean, mime: str) -> tuple[bytes, tuple[int, int]]:
    """Turned upright, and in the colours of screens."""
    image = decode(known.data, mime)  # reduced, where it is too large to be turned
    fine = mime == JPEG and JpegImagePlugin.get_sampling(image) in (0, 1)
    if known.printing:
        image = simple(image)
    profile = None if known.printing else image.info.get("icc_profile")
    turned = upright(image, known.orientation)
    del image
    if mime == JPEG:
        data = encode(turned, mime, profile, quality=_QUALITY, subsampling=0 if fine else 2, optimize=True)
    elif mime == PNG:
        data = encode(turned, mime, profile, compress_level=6)
    else:
        lossless = b"VP8L" in known.data[:64]
        data = encode(turned, mime, profile, lossless=lossless, quality=_QUALITY, exact=True)
    return data, turned.size
