"""The plain units: user-perceived characters (grapheme clusters) and bytes."""

from __future__ import annotations

import grapheme


def graphemes(text: str) -> int:
    """Number of user-perceived characters: a family emoji is one, so is a letter with its accent."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    return int(grapheme.length(text))


def clusters(text: str) -> list[str]:
    """The user-perceived characters one by one; joined they are the text again."""
    if text.isascii() and "\r" not in text:
        return list(text)
    return list(grapheme.graphemes(text))


def utf8_bytes(text: str) -> int:
    """Number of bytes in UTF-8 (YouTube's unit for descriptions)."""
    return len(text.encode("utf-8", "surrogatepass"))
