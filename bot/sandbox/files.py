"""What an uploaded file is, found in its bytes as the platforms do it, never believed from its name."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

VIDEO = {"video/mp4", "video/quicktime", "video/webm"}
_FORMATS = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
}
_HEAD = 16
_BOX_TYPE_AT = 4
"""An ISO media file names its kind after the four bytes of the first box's length."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was found: the MIME type, and for pictures their size in pixels and their number of frames."""

    mime: str
    width: int = 0
    height: int = 0
    frames: int = 1

    @property
    def kind(self) -> str:
        """`image`, `gifv` (an animated GIF), `video`, or `other`."""
        if self.mime in VIDEO:
            return "video"
        if self.mime == "image/gif" and self.frames > 1:
            return "gifv"
        return "image" if self.mime.startswith("image/") else "other"


def look(data: bytes) -> Look | None:
    """What these bytes are; None if they are nothing any platform takes."""
    return look_at(io.BytesIO(data))


def look_at(file: BinaryIO) -> Look | None:
    """What an open file is, without reading a film whole."""
    file.seek(0)
    data = file.read(_HEAD)
    file.seek(0)
    if data[_BOX_TYPE_AT : _BOX_TYPE_AT + 4] == b"ftyp" and data[8:12] not in {b"avif", b"heic", b"mif1"}:
        return Look("video/quicktime" if data[8:12] == b"qt  " else "video/mp4")
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return Look("video/webm")
    if data.startswith(b"%PDF-"):
        return Look("application/pdf")
    if data.startswith(b"PK\x03\x04"):
        return Look("application/vnd.openxmlformats-officedocument")
    return _picture(file)


def _picture(file: BinaryIO) -> Look | None:
    try:
        with Image.open(file) as image:
            width, height = image.size
            frames = int(getattr(image, "n_frames", 1))
            mime = _FORMATS.get(image.format or "")
            image.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    return Look(mime, width, height, frames) if mime else None
