"""Whether a picture without an end is all there, or was cut in the middle: viewers show the first as it is."""

from __future__ import annotations

import hashlib
import io

from PIL import Image

from handlers.bad import Damaged
from handlers.pictures.decoding import FORMATS, TROUBLE, decode
from handlers.pictures.sniffing import JPEG, PNG

_TAIL = bytes(1 + number * 73 % 250 for number in range(256))
"""Any bytes that are no marks: a decoder that still wants to draw takes them for pixels."""
_END = b"\xff\xd9"
_ROWS = 64


def whole(data: bytes, mime: str) -> None:
    """Raises `Damaged` where something of the picture is missing. `data` has its end again.

    Libjpeg draws grey where bytes are missing and says so to nobody. So it is asked twice, the second time with other bytes
    behind: a picture that is all there looks the same.
    """
    if mime == JPEG:
        bare = data.removesuffix(_END)
        if _print(data) != _print(bare + _TAIL + _END):
            raise Damaged("cut off")
    elif mime != PNG:  # of which all is decoded anyway
        _each(data, mime)


def _print(data: bytes) -> bytes:
    image, digest = decode(data, JPEG), hashlib.sha256()
    for top in range(0, image.height, _ROWS):
        digest.update(image.crop((0, top, image.width, min(top + _ROWS, image.height))).tobytes())
    return digest.digest()


def _each(data: bytes, mime: str) -> None:
    """Every picture of an animation decoded."""
    try:
        image = Image.open(io.BytesIO(data), formats=[FORMATS[mime]])
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            image.load()
    except TROUBLE as error:
        raise Damaged("cut off") from error
