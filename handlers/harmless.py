"""Pieces of answers in which no secret was found: who asks for the same messages again and again looks only at what is new.

A message in an answer is a piece. A piece reaches into what follows it, so that a secret which stands across a border
is in one of them wholly: in JSON none does, because the border has a quotation mark.
"""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from typing import Final

LEAST: Final = 4096
"""Bytes; a shorter answer is looked over whole."""
_REACH: Final = 1024
"""Bytes; longer than a secret, however it is written."""
_BETWEEN: Final = b"\n\0\n"
_MOST: Final = 5000
"""So many pieces are remembered."""
_BORDER: Final = re.compile(rb'\{"id": ?\d')
"""So a message begins in Zulip's answers."""


class Harmless:
    """The pieces, by their digests. As long as no other secret is known. Thread-safe."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def new(self, body: bytes) -> bytes:
        """What was not seen before of an answer, and what is around it."""
        spans: list[list[int]] = []
        for first, last, digest in _pieces(body):
            if digest in self._known:
                continue
            if spans and first - _REACH <= spans[-1][1]:
                spans[-1][1] = last + _REACH
            else:
                spans.append([max(0, first - _REACH), last + _REACH])
        return _BETWEEN.join(body[first:last] for first, last in spans)

    def add(self, body: bytes) -> None:
        """There is no secret in all of this answer."""
        if len(self._known) > _MOST:
            self._known = set()
        self._known.update([digest for _, _, digest in _pieces(body)])


def _pieces(body: bytes) -> list[tuple[int, int, bytes]]:
    """From where, up to where, and the digest of each."""
    cuts = [0, *(one.start() for one in _BORDER.finditer(body)), len(body)]
    return [
        (first, last, hashlib.blake2b(body[first : last + _REACH], digest_size=16).digest())
        for first, last in pairwise(cuts)
    ]
