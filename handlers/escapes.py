r"""Escapes undone, and the way back from what they mean to where it was written: for `handlers.redaction`.

    %41  %2541  \u0041  \\u0041  \x41  \101  &#65;  &#x41;  &amp;  \"  \/

Undone one in another, as whoever repeats an answer may escape it anew. Besides: quoted-printable (`=41`), and what breaks a
long word and is not seen: the end of a line, `<wbr>`, soft hyphens, characters without width.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final

_LAYERS: Final = 5
"""Escapes in one another that are undone."""
_LETTER: Final = rb"(?:3[0-9]|4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa])"
"""Two digits that stand for an ASCII letter or digit, which nobody escapes without intent."""
LETTERS: Final = re.compile(
    rb"%(?:25)*"
    + _LETTER
    + rb"|u00"
    + _LETTER
    + rb"|\\x"
    + _LETTER
    + rb"|\\[01][0-7]{2}"
    + rb"|#(?:[xX]0*"
    + _LETTER
    + rb"|0*(?:4[89]|5|[6-9]|1[0-2]))"
)
"""Where a letter or a digit may be escaped."""
ANY: Final = re.compile(rb"%[0-9A-Fa-f]{2}|\\u|\\x|\\[0-3][0-7]{2}|&#|&amp;|\\\\")
"""Where anything may be."""
# Every alternative begins with a byte of its own: so those that none begins with are skipped at once. Of a run of
# backslashes only the first begins one, else a long run would be read anew from each of them.
_ESCAPE: Final = re.compile(
    rb"%([0-9A-Fa-f]{2})"
    rb"|\\(?<!\\\\)\\*+(?:u([dD][89abAB][0-9A-Fa-f]{2})\\++u([dD][c-fC-F][0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})"
    rb"|([0-3][0-7]{2})|([\"'/]))"
    rb"|&#0{0,8}(\d{1,7});"
    rb"|&#[xX]0{0,8}([0-9A-Fa-f]{1,6});"
    rb"|&(amp|lt|gt|quot|apos);"
)
_NAMED: Final = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}
_HEX: Final = 16
_OCTAL: Final = 8
_QUOTED: Final = re.compile(rb"=(?:([0-9A-Fa-f]{2})|\r?\n)")
_BREAK: Final = re.compile(
    rb"\r\n?[ \t>]*+|\n[ \t>]*+|\\(?<!\\\\)\\*+[rn]|\0|<[wW][bB][rR] ?/?>|&shy;"
    rb"|\xc2\xad|\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xef\xbb\xbf"
)


class Layer:
    """What some bytes mean once their escapes are undone, and where each of them was written."""

    def __init__(self, written: bytes, pattern: re.Pattern[bytes] = _ESCAPE) -> None:
        self._starts: list[int] = []
        self._spans: list[tuple[int, int, int]] = []
        """Of each escape: where what it means ends, and where it begins and ends as it was written."""
        pieces, at, size = [], 0, 0
        for found in pattern.finditer(written):
            meant = _MEANT[pattern](found)
            if meant is None:
                continue
            pieces += [written[at : found.start()], meant]
            size += found.start() - at
            self._starts.append(size)
            size += len(meant)
            self._spans.append((size, found.start(), found.end()))
            at = found.end()
        self.meaning = b"".join([*pieces, written[at:]])

    def __bool__(self) -> bool:
        """Whether there was any escape."""
        return bool(self._spans)

    def back(self, first: int, last: int) -> tuple[int, int]:
        """Where that span of the meaning was written."""
        return self._at(first, 1), self._at(last - 1, 2) + (0 if self._inside(last - 1) else 1)

    def _inside(self, place: int) -> bool:
        number = bisect_right(self._starts, place) - 1
        return number >= 0 and place < self._spans[number][0]

    def _at(self, place: int, end: int) -> int:
        number = bisect_right(self._starts, place) - 1
        if number < 0:
            return place
        span = self._spans[number]
        return span[end] if place < span[0] else place - span[0] + span[2]


def quoted(written: bytes) -> Layer:
    """What it means as quoted-printable."""
    return Layer(written, _QUOTED)


def unbroken(written: bytes) -> Layer:
    """In one line, without what is not seen."""
    return Layer(written, _BREAK)


def plain(written: bytes) -> bytes:
    """The meaning of `unbroken` alone, sooner."""
    return _BREAK.sub(b"", written)


def meanings(written: bytes) -> Iterator[bytes]:
    """What the innermost of all `layers` mean, sooner: for what is only looked at."""
    for _ in range(_LAYERS):
        meaning = _ESCAPE.sub(_or_as_written, written)
        if meaning == written:
            return
        yield meaning
        written = meaning


def layers(written: bytes) -> Iterator[list[Layer]]:
    """The layers down to each meaning, as long as there are escapes."""
    found: list[Layer] = []
    for _ in range(_LAYERS):
        layer = Layer(found[-1].meaning if found else written)
        if not layer:
            return
        found.append(layer)
        yield list(found)


def _meant(found: re.Match[bytes]) -> bytes | None:
    percent, high, low, four, two, eight, sign, number, sixteen, name = found.groups()
    if percent:
        return bytes([int(percent, _HEX)])
    if name:
        return _NAMED[name]
    if eight:
        return bytes([int(eight, _OCTAL)])
    if sign:
        return bytes(sign)
    if high:
        code = 0x10000 + ((int(high, _HEX) - 0xD800) << 10) + int(low, _HEX) - 0xDC00
    else:
        code = int(number) if number else int(four or two or sixteen, _HEX)
    return chr(code).encode(errors="surrogatepass") if code <= 0x10FFFF else None  # noqa: PLR2004 - the last there is


def _or_as_written(found: re.Match[bytes]) -> bytes:
    meant = _meant(found)
    return found[0] if meant is None else meant


_MEANT: Final[dict[re.Pattern[bytes], Callable[[re.Match[bytes]], bytes | None]]] = {
    _ESCAPE: _meant,
    _QUOTED: lambda found: bytes([int(found[1], _HEX)]) if found[1] else b"",
    _BREAK: lambda _found: b"",
}
