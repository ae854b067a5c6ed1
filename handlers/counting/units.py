"""The plain units: user-perceived characters (grapheme clusters) and bytes."""

from __future__ import annotations

import re

import grapheme

_PLAIN = re.compile(r"(?<=[ -~\n])[ -~\n]+(?=[ -~\n])")
"""Between plain characters of ASCII there is always a border (Unicode TR 29)."""


def graphemes(text: str) -> int:
    """Number of user-perceived characters: a family emoji is one, so is a letter with its accent."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    rest = _PLAIN.sub("", text)  # the library takes a microsecond for each character
    return len(text) - len(rest) + int(grapheme.length(rest))


def clusters(text: str) -> list[str]:
    """The user-perceived characters one by one; joined they are the text again."""
    if text.isascii() and "\r" not in text:
        return list(text)
    return list(grapheme.graphemes(text))


def utf8_bytes(text: str) -> int:
    """Number of bytes in UTF-8 (YouTube's unit for descriptions)."""
    return len(text.encode("utf-8", "surrogatepass"))
