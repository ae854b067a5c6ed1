"""X's weighted length as twitter-text's configuration 3 is published; not the bot's own count, which it is to judge."""

from __future__ import annotations

import unicodedata

from bot.sandbox.addresses import addresses

SCALE, HEAVY = 100, 200
LINK = 23
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh as much as the scale; all others are heavy."""
_LONGEST_EMOJI = 10
"""Code points."""


def weighted(text: str) -> int:
    """The length as X counts it."""
    text = unicodedata.normalize("NFC", text)
    ends = {one.start: one.end for one in addresses(text, "x")}
    at = weight = 0
    while at < len(text):
        if at in ends:
            weight, at = weight + LINK * SCALE, ends[at]
        elif size := _emoji(text, at):
            weight, at = weight + HEAVY, at + size
        else:
            light = any(first <= ord(text[at]) <= last for first, last in LIGHT)
            weight, at = weight + (SCALE if light else HEAVY), at + 1
    return weight // SCALE


def forbidden(text: str) -> list[str]:
    """The characters in it that no post may have, as `U+FEFF`."""
    return [f"U+{ord(one):04X}" for one in "\ufeff\ufffe\uffff" if one in text]


def _emoji(text: str, at: int) -> int:
    """How many code points the emoji has that begins here; 0 if there is none."""
    if (
        text[at].isascii()
        and not text[at + 1 : at + 3].endswith("\u20e3")
        and text[at + 1 : at + 2] != "\u20e3"
    ):
        return 0
    from emoji import EMOJI_DATA

    for size in range(min(_LONGEST_EMOJI, len(text) - at), 0, -1):
        piece = text[at : at + size]
        if piece in EMOJI_DATA and piece not in ("©", "®"):
            return size
    return 0
