"""The body of an answer, unpacked piece by piece within a size; and whether its JSON may be read at all."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

JSON_BYTES: Final = 1 << 20
"""Bytes of an answer that is read whole, after unpacking. (Zulip's answers may be larger: `bot.chat.wire`.)"""
PIECE: Final = 1 << 16
"""Bytes that are taken from a connection at once."""
DEEPEST: Final = 64
"""Lists and objects in one another; no server that is asked here needs a dozen."""
ACCEPTED: Final = "gzip"
"""What is asked for in `Accept-Encoding`: what `unpacked` can undo."""

_BEGINS: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*+[\[{]")
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]*)\"?", re.IGNORECASE)
_WIDE: Final = re.compile(r"utf[-_]?(?:16|32)(?:[-_]?[bl]e)?", re.IGNORECASE)
_NARROW: Final = re.compile(
    r"utf-?8|(?:us-)?ascii|(?:iso-?)?8859-?\d+|iso-8859-\d+|latin-?\d+|windows-125\d|cp125\d", re.IGNORECASE
)
"""Charsets in which a bracket is the byte that it is in ASCII, and each byte of ASCII is itself."""
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKET: Final = bytes(one for one in range(256) if one not in b"[]{}")
_WINDOWS: Final = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class TooLarge(OSError):
    """The answer is larger than may be."""


class Unreadable(OSError):
    """The answer is packed in a way that was not asked for, or its packing is broken."""


def unpacked(pieces: Iterable[bytes], packing: str, most: int) -> bytes:
    """All of a body as it came over the line, without its `Content-Encoding`; at most so many bytes.

    Raises `TooLarge`, after little more than that was taken, and `Unreadable`.
    """
    return b"".join(unpacking(pieces, packing, most))


def unpacking(pieces: Iterable[bytes], packing: str, most: int) -> Iterator[bytes]:
    """The same, piece by piece."""
    kind = packing.strip().lower()
    plain = kind in {"", "identity"}
    if not plain and kind not in _WINDOWS:  # one packing in another, too: each may swell a thousandfold
        raise Unreadable("the answer is packed in a way that was not asked for")
    unpacker = None if plain else zlib.decompressobj(_WINDOWS[kind])
    came = size = 0
    for piece in pieces:
        came += len(piece)
        for out in [piece] if unpacker is None else _unpacked(unpacker, piece):
            size += len(out)
            if max(came, size) > most:
                raise TooLarge(f"the answer is larger than {most} bytes")
            yield out
    if unpacker is not None and came and not unpacker.eof:
        raise Unreadable("the packing of the answer is broken off")


def _unpacked(unpacker: Any, piece: bytes) -> Iterator[bytes]:
    try:
        while piece:
            yield unpacker.decompress(piece, PIECE)
            piece = unpacker.unconsumed_tail
    except zlib.error:
        raise Unreadable("the packing of the answer is broken") from None


def sound(body: bytes) -> bytes:
    """The body, or nothing if it is JSON nested so deeply that reading it would end in a `RecursionError`.

    What is empty is no JSON, so the answer's status decides, as for any other nonsense.
    """
    if not _BEGINS.match(body):
        return body
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return body
    brackets = _STRING.sub(b"", body).translate(None, _NO_BRACKET)
    for _ in range(DEEPEST):
        if not brackets:
            return body
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return b"" if brackets else body


def in_utf8(body: bytes, content_type: str = "") -> tuple[bytes, str]:
    """The body as UTF-8, which JSON is by its standard (RFC 8259, section 8.1), and its type with that; any other writing
    would pass whoever looks for brackets or for secrets, and the libraries read UTF-16 and UTF-32 too.

    What is neither stays as it is, and is read as UTF-8 by whoever reads it as a text.
    """
    told = _CHARSET.search(content_type)
    charset = told[1] if told else ""
    found = charset if _WIDE.fullmatch(charset) else json.detect_encoding(body[:4]) if body else ""
    if _WIDE.fullmatch(found):
        try:
            text = body.decode(found, "surrogatepass")  # as JSON is read
        except UnicodeError:
            text = ""
        if text and (_WIDE.fullmatch(charset) or text.lstrip("\ufeff \t\r\n")[:1] in {"[", "{"}):
            body = text.removeprefix("\ufeff").encode(errors="surrogatepass")
    if charset and not _NARROW.fullmatch(charset):
        content_type = _CHARSET.sub("; charset=utf-8", content_type)
    return body, content_type
