"""The plain units: user-perceived characters (grapheme clusters) and bytes."""

from __future__ import annotations

import re

import grapheme

_PLAIN = re.compile(r"(?<=[ -~\n])[ -~\n]+(?=[ -~\n])")
"""Between plain characters of ASCII there is always a border (Unicode TR 29)."""

_EMOJI = "\U0001f300-\U0001f3fa\U0001f400-\U0001f53d\U0001f546-\U0001f64f\U0001f680-\U0001f6ff\U0001f947-\U0001faff"
"""Most emoji, and what will be one (Extended_Pictographic)."""
_DRESS = "[\U0001f3fb-\U0001f3ff\ufe0f]*+"
"""Skins, and that it is shown as an emoji."""
_SURE = re.compile(
    rf"(?<![^ -~{_EMOJI}\U0001f3fb-\U0001f3ff\ufe0f])"
    rf"[{_EMOJI}]{_DRESS}(?:\u200d[{_EMOJI}\u2640\u2642\u2764]{_DRESS})*+"
    rf"(?![^ -~{_EMOJI}])"
)
"""An emoji, joined or not, that begins and ends for certain where the plain neighbours are (TR 29, GB9 to GB13)."""


def graphemes(text: str) -> int:
    """Number of user-perceived characters: a family emoji is one, so is a letter with its accent."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    text = _SURE.sub("x", text)  # the library takes a microsecond for each character
    rest = _PLAIN.sub("", text)
    return len(text) - len(rest) + int(grapheme.length(rest))


def clusters(text: str) -> list[str]:
    """The user-perceived characters one by one; joined they are the text again."""
    if text.isascii() and "\r" not in text:
        return list(text)
    found: list[str] = []
    at = 0
    for emoji in _SURE.finditer(text):
        found += [*grapheme.graphemes(text[at : emoji.start()]), emoji[0]]
        at = emoji.end()
    return [*found, *grapheme.graphemes(text[at:])]


def utf8_bytes(text: str) -> int:
    """Number of bytes in UTF-8 (YouTube's unit for descriptions)."""
    return len(text.encode("utf-8", "surrogatepass"))
