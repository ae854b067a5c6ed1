"""What is known of a picture without its metadata, and how that says it is to be turned."""

from __future__ import annotations

import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clean:
    """A picture without its metadata."""

    data: bytes
    width: int
    height: int
    """Pixels, before it is turned upright."""
    orientation: int = 1
    """EXIF's number, 1 to 8: how it must be turned or mirrored to be upright."""
    frames: int = 1
    seconds: float = 0.0
    """Of an animation: its pictures, and how long it takes once."""
    mended: bool = False
    """It had no end, so it is to be looked at whether all of it is there."""
    printing: bool = False
    """It is written in the four colours of printers (CMYK, YCCK)."""

    @property
    def animated(self) -> bool:
        """Whether it moves."""
        return self.frames > 1


def orientation_of(tiff: bytes) -> int:
    """EXIF's orientation, 1 where there is none or it makes no sense."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(count):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if tag == 0x0112:  # noqa: PLR2004 - EXIF's tag of this name
                return int(value) if value in range(1, 9) else 1
    except struct.error:
        return 1
    return 1
