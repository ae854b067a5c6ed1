"""A secret as it is looked for in what was said: in whatever case, in hex and base32, and cut at an end.

For `handlers.redaction`. Ordinary words are no secret and no piece of one: they would be missing from every draft.
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Final

PIECE: Final = 12
"""Characters of a long secret, from its beginning or to its end, that are told by a server which cuts what it repeats."""
LONG: Final = 20
"""Characters; of a shorter secret no piece is looked for."""
A_WORD: Final = re.compile(r"[a-z]{1,15}|[A-Z][a-z]{1,14}|[A-Z]{1,15}|\d{1,9}")
"""What people say is no secret, even where somebody made a password of it: it would be missing from every draft."""
_WORDS: Final = re.compile(rb"[A-Za-z0-9]+")
_ODD: Final = 6
"""So many characters of a piece are of no word."""
_GRAM: Final = 6
_NESTED: Final = 3
"""Base64 within base64."""
_RUN: Final = re.compile(rb"[A-Za-z0-9+/_-](?<![A-Za-z0-9+/_-]{2})[A-Za-z0-9+/_-]{15,}")
"""So long a run of the letters of base64, from its beginning: a shorter one is not tried again from its second letter."""
_REMEMBERED: Final = 2000
_SHORT_RUN: Final = 100
"""So many runs of letters are remembered, of so many bytes at most."""
_SAMPLE: Final = struct.Struct(f"{_GRAM}s{PIECE + 1 - 2 * _GRAM}x")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")


class Needle:
    """One secret, or one way to write it."""

    def __init__(self, secret: bytes) -> None:
        self._case = A_WORD.fullmatch(secret.lower().decode(errors="replace")) is not None
        self._sought = secret if self._case else secret.lower()

    def grams(self) -> set[bytes]:
        """Stretches of its ends, one of which stands in what was said wherever one looks; none for what is too short."""
        if self._case or len(self._sought) < PIECE:
            return set()
        return stretches(self._sought[:PIECE]) | stretches(self._sought[-PIECE:])

    def spans(self, said: bytes, low: bytes) -> Iterator[tuple[int, int]]:
        """Where it stands; `low` is what was said in lower case."""
        where, sought = said if self._case else low, self._sought
        size = len(sought)
        head = sought[:PIECE] if size >= LONG else sought
        at = where.find(head)
        while at >= 0:
            end = at + _same(where[at : at + size], sought)
            if self._tells(said[at:end]):
                yield at, end
            at = where.find(head, max(end, at + 1) if end - at == size else at + 1)
        if size < LONG:
            return
        at = where.find(sought[-PIECE:])
        while at >= 0:
            end = at + PIECE
            first = end - _same(where[max(0, end - size) : end][::-1], sought[::-1])
            if self._tells(said[first:end]):
                yield first, end
            at = where.find(sought[-PIECE:], end)

    def _tells(self, piece: bytes) -> bool:
        """Whether so much of it is more than some words and numbers: X's tokens begin with the account's number."""
        size = len(self._sought)
        if len(piece) == size:
            return True
        runs = (run for run in _WORDS.findall(piece) if not run.isdigit())
        odd = sum(len(run) for run in runs if not A_WORD.fullmatch(run.decode()))
        return odd >= _ODD or (odd > 0 and len(piece) * 4 >= size * 3)


def stretches(end: bytes) -> set[bytes]:
    """Of so many bytes (`PIECE`) in lower case: one of these is `sampled` from wherever they stand."""
    return {end[at : at + _GRAM] for at in range(PIECE - _GRAM + 1)}


def sampled(low: bytes) -> Iterable[bytes]:
    """Stretches of what was said, in lower case, so close to one another that every `PIECE` of it has a whole one."""
    whole = low.ljust(-(-len(low) // _SAMPLE.size) * _SAMPLE.size, b"\0")
    return chain.from_iterable(_SAMPLE.iter_unpack(whole))


def _same(one: bytes, other: bytes) -> int:
    """So long both are the same from their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def needles(secret: str) -> Iterator[Needle]:
    """As it is, in hex, and in base32 wherever it begins in what is encoded."""
    data = secret.encode(errors="surrogatepass")
    yield Needle(data)
    yield Needle(data.hex().encode())
    for before in range(5):
        coded = base64.b32encode(b"\0" * before + data)
        yield Needle(coded[-(-8 * before // 5) : 8 * (before + len(data)) // 5])


class Known:
    """All that is looked for, found by short stretches of it: an answer is looked over once, not once for each secret."""

    def __init__(
        self,
        *secrets: str,
        index: Mapping[bytes, tuple[Needle, ...]] = MappingProxyType({}),
        short: tuple[Needle, ...] = (),
    ) -> None:
        self._index = dict(index)
        self._short = short
        for one in (needle for secret in secrets for needle in needles(secret)):
            grams = one.grams()
            self._short += () if grams else (one,)
            for gram in grams:
                self._index[gram] = (*self._index.get(gram, ()), one)
        self._grams = frozenset(self._index)
        self._harmless: set[bytes] = set()
        """What may be base64 and has none of these: addresses and names of files come again and again."""

    def joined(self, secret: str) -> Known:
        """These and one more."""
        return Known(secret, index=self._index, short=self._short)

    def _spans(self, said: bytes) -> Iterator[tuple[int, int]]:
        low = said.lower()
        found = {needle for gram in self._grams.intersection(sampled(low)) for needle in self._index[gram]}
        for needle in (*self._short, *found):
            yield from needle.spans(said, low)

    def spans(self, said: bytes) -> Iterator[tuple[int, int]]:
        """Where they stand, in base64 too."""
        yield from self._spans(said)
        found = [run for run in _runs(said) if run[0] not in self._harmless]
        yield from (run.span() for run in found if self._encoded([run[0]], _NESTED))

    def stand(self, said: bytes) -> bool:
        """Whether one of them stands there, in base64 too."""
        if next(self._spans(said), None) is not None:
            return True
        runs = {run[0] for run in _runs(said)} - self._harmless
        if self._encoded(runs, _NESTED):
            return True
        if len(self._harmless) > _REMEMBERED:
            self._harmless = set()
        self._harmless |= {run for run in runs if len(run) <= _SHORT_RUN}
        return False

    def _encoded(self, runs: Collection[bytes], depth: int) -> bool:
        """Whether one stands in what these mean, or in what is there in base64."""
        return any(
            self._stands(b"\0".join(_decoded(run[first:]) for run in runs), depth)
            for first in range(4 if runs else 0)  # for each place where the encoded may begin
        )

    def _stands(self, said: bytes, depth: int) -> bool:
        return next(self._spans(said), None) is not None or (
            depth > 0 and self._encoded({run[0] for run in _runs(said)}, depth - 1)
        )


def _runs(said: bytes) -> Iterator[re.Match[bytes]]:
    """Whatever may be base64."""
    return (
        one for one in _RUN.finditer(said) if not (one[0].islower() or one[0].isupper() or one[0].isdigit())
    )


def _decoded(run: bytes) -> bytes:
    return base64.b64decode(run.translate(_STANDARD) + b"A" * (-len(run) % 4))
