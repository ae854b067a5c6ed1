"""What is unusual about how a film is written, told by the descriptions that its decoders need.

Codec and container alone do not tell whether a film plays: one with 4:4:4 colours is MP4 with H.264 like any other, and
neither X nor most phones take it. (ISO/IEC 14496-15 for `avcC` and `hvcC`, ITU-T H.264 7.3.2.1.1 for what stands in the
first, 14496-3 1.6.2.1 for sound.)
"""

from __future__ import annotations

import re
from typing import Final

INTERLACED: Final = "interlaced"
OBLONG: Final = "oblong pixels"
PROFILE: Final = "a profile above High"
HE_AAC: Final = "HE-AAC"
SURROUND: Final = "more than two channels of sound"

PLAIN: Final = "yuv420p"
"""The pixel format that everything plays."""
_COLOURS: Final = ("gray", PLAIN, "yuv422p", "yuv444p")
"""By `chroma_format_idc`, under the names that ffmpeg has."""
_WITH_COLOURS: Final = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""Profiles of H.264 that tell their colours; all others have 4:2:0 of 8 bit."""
_ABOVE_HIGH: Final = frozenset({110, 122, 244, 44})
"""Some films of 4:2:0 and 8 bit have one nevertheless, such as those without any loss."""
_FIELDS: Final = 0x40
"""H.265's first two flags: whole pictures, fields; both where nobody knows."""
_LONGEST: Final = 256
"""Bytes of H.264's description that are looked at: what is asked for stands in the first forty, or behind its tables."""
_EIGHT, _DEEPEST, _STEREO, _ESCAPED = 8, 16, 2, 15
_SPECTRAL: Final = frozenset({5, 29})
"""Audio object types: spectral band replication, and parametric stereo with it."""


def unusual(entry: bytes) -> tuple[str, ...]:
    """What of a track is not as every player takes it: the pixel format by ffmpeg's name (`yuv444p`, `yuv420p10`), and the
    words above. `entry` is the track's description; what cannot be read there is not told.
    """
    found: list[str] = []
    try:
        pixels, interlaced = _pictures(entry)
    except (IndexError, ValueError):
        pixels, interlaced = PLAIN, False
    if pixels != PLAIN:
        found.append(pixels)
    fields = _inside(entry, b"fiel")[:1]
    if interlaced or fields == b"\2":
        found.append(INTERLACED)
    ratio = _inside(entry, b"pasp")
    if len(ratio) >= _EIGHT and ratio[:4] != ratio[4:8]:
        found.append(OBLONG)
    return (*found, *_sound(_inside(entry, b"esds")))


def _inside(entry: bytes, kind: bytes) -> bytes:
    at = entry.find(kind)
    return entry[at + 4 :] if at >= 0 else b""


def _pictures(entry: bytes) -> tuple[str, bool]:
    """Its pixel format, and whether it may be interlaced. Raises IndexError, ValueError."""
    if record := _inside(entry, b"avcC"):
        return _h264(record)
    if record := _inside(entry, b"hvcC"):
        return _format(record[16] & 3, _EIGHT + (record[17] & 7)), record[6] & 0xC0 == _FIELDS
    return PLAIN, False


def _format(colours: int, depth: int) -> str:
    if depth > _DEEPEST:
        raise ValueError("no depth that there is")
    return f"{_COLOURS[colours]}{depth if depth != _EIGHT else ''}"


def _h264(record: bytes) -> tuple[str, bool]:
    parameters = record[8 : 8 + min(int.from_bytes(record[6:8], "big"), _LONGEST)]
    bits = _Bits(parameters[4:].replace(b"\0\0\3", b"\0\0"))
    colours, depth = 1, _EIGHT
    bits.golomb()
    if parameters[1] in _WITH_COLOURS:
        colours = bits.golomb()
        separate = colours == len(_COLOURS) - 1
        bits.take(separate)
        depth += bits.golomb()
        bits.golomb()
        bits.take()
        if bits.take():
            _pass_tables(bits, 12 if separate else 8)
    bits.golomb()
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take()
        bits.golomb()
        bits.golomb()
        for _ in range(bits.golomb()):
            bits.golomb()
    bits.golomb()
    bits.take()
    bits.golomb()
    bits.golomb()
    pixels = _format(colours, depth)
    high = pixels == PLAIN and parameters[1] in _ABOVE_HIGH
    return PROFILE if high else pixels, not bits.take()


def _pass_tables(bits: _Bits, count: int) -> None:
    for number in range(count):
        last = following = _EIGHT
        for _ in range(16 if number < 6 else 64) if bits.take() else ():  # noqa: PLR2004 - six of 4 x 4, then 8 x 8
            if following:
                following = (last + bits.signed()) % 256
            last = following or last


def _sound(description: bytes) -> list[str]:
    """From AAC's own configuration, which stands behind the thirteen bytes of the decoder's."""
    found = re.search(
        rb"\x04[\x80-\xff]{0,3}[\x00-\x7f]\x40.{12}\x05[\x80-\xff]{0,3}[\x00-\x7f]", description, re.DOTALL
    )
    if found is None:
        return []
    bits = _Bits(description[found.end() : found.end() + 8])
    try:
        kind = bits.take(5)
        if bits.take(4) == _ESCAPED:
            bits.take(24)
        channels = bits.take(4)
    except IndexError:
        return []
    return [HE_AAC] * (kind in _SPECTRAL) + [SURROUND] * (channels > _STEREO)


class _Bits:
    """Bits from the highest on. Every method raises IndexError behind the last one."""

    def __init__(self, data: bytes) -> None:
        self._value, self._left = int.from_bytes(data, "big"), len(data) * 8

    def take(self, count: int = 1) -> int:
        """So many as one number."""
        self._left -= count
        if self._left < 0:
            raise IndexError("no bits left")
        return self._value >> self._left & (1 << count) - 1

    def golomb(self) -> int:
        """A number of H.264's variable length."""
        zeros = 0
        while not self.take():
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """The same with a sign."""
        code = self.golomb()
        return (code + 1) // 2 * (1 if code % 2 else -1)
