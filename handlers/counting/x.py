"""X's weighted length, by twitter-text's configuration 3.

Light code points weigh 1, all others 2, a link 23, an emoji 2 whatever it is made of; normalised first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from handlers.counting.links import X, links

LIMIT = 280
"""Weighted characters of one post (configuration 3: `maxWeightedTweetLength`)."""
PER_LINK = 23
"""What any link counts (configuration 3: `transformedURLLength`)."""

_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_FORBIDDEN = re.compile("[\ufffe\ufeff\uffff]")
_PIECE = 250
"""Characters; the longest emoji have ten."""
_APART = re.compile(
    "(?<!\u200d)[^\u200d\ufe0e\ufe0f\u20e3\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)
"""No emoji goes on with these: all but joiners and what follows them, variations, flags' letters, skins and tags."""
_TEXT_UNLESS_ASKED = ("©", "®")
"""Emoji only with U+FE0F behind them; alone X counts them as the letters they are."""


def x_length(text: str) -> int:
    """Weighted length as X counts it; a post may have `LIMIT` (280)."""
    text = unicodedata.normalize("NFC", text)
    length = at = 0
    for start, end, weight in _weighed(text):
        if start >= at:
            length += _weigh(text[at:start]) + weight
            at = end
    return length + _weigh(text[at:])


def x_forbidden(text: str) -> list[str]:
    """The characters in the text that X refuses, as `U+FEFF`; empty when there are none."""
    return sorted({f"U+{ord(one):04X}" for one in _FORBIDDEN.findall(text)})


def _weigh(text: str) -> int:
    return len(text) + (0 if text.isascii() else len(_HEAVY.findall(text)))


def _weighed(text: str) -> list[tuple[int, int, int]]:
    """Links and emoji with what they count, by their place; a link goes before an emoji in it."""
    spans = [(start, end, PER_LINK) for start, end in links(text, X)]
    if not text.isascii():
        spans += [(start, end, 2) for start, end in _emoji(text)]
    return sorted(spans)


def _emoji(text: str) -> Iterator[tuple[int, int]]:
    for at, piece in _pieces(text):
        for start, end in _in_piece(piece):
            yield at + start, at + end


@lru_cache(maxsize=64)
def _in_piece(piece: str) -> tuple[tuple[int, int], ...]:
    """Where the emoji of a piece are; kept, because a text that is split is counted from one place several times."""
    import emoji

    return tuple(
        (one["match_start"], one["match_end"])
        for one in emoji.emoji_list(piece)
        if one["emoji"] not in _TEXT_UNLESS_ASKED
    )


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The text in short pieces, cut where no emoji can be cut: the table's own reader takes four times as long for
    twice as many joined emoji. A longer row of nothing but joined emoji is cut anyway; it counts no less then.
    """
    at = 0
    while at < len(text):
        end = min(at + _PIECE, len(text))
        if end < len(text):
            end = next((one for one in range(end, at, -1) if _APART.match(text, one)), end)
        yield at, text[at:end]
        at = end
