"""One filter for secrets: what was made known here is taken out of whatever is said, logged or stored.

Settings, grants, sign-ins and the vault's key make themselves known when they come into being. Every answer from outside
goes through the filter before anybody reads it (`handlers.bounds`, `handlers.web`), every error when it is made, every
message before it is said, every line before it is logged, every receipt before it is kept. A server, or a proxy on the way
to it, that repeats a request can so put no token into a chat, a log or the database.

Written otherwise a secret is found too: in another case, in hex, base32, base64 (as `Authorization: Basic` has it, and one in
another), quoted-printable, percent-encoded, in JSON or HTML, all of its signs or some of them, and one in another
(`handlers.escapes`); broken by the end of a line or what is not seen; and of a long one what is left where it was cut
(`handlers.needles`).
"""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from handlers import escapes
from handlers.harmless import LEAST, Harmless
from handlers.needles import A_WORD, PIECE, Known, sampled, stretches

HIDDEN: Final = "‹a secret›"
"""What stands in a secret's place. In a draft it is an error (`bot.actions.drafting`), so it is nothing people write."""
SHORTEST: Final = 8
"""Characters. What is shorter is found by chance in much that is said."""
_UNESCAPED: Final = re.compile(r"[\w.~-]+", re.ASCII)
"""Signs that are written as they are everywhere."""
_PASSING: Final = 200
"""So many secrets that change (tokens of a few hours) are remembered."""
_SPARE: Final = 50
"""So many are forgotten at once."""


class Redactor:
    """Known secrets, and what texts look like without them. Thread-safe."""

    def __init__(self) -> None:
        self._lasting: dict[str, tuple[str, ...]] = {}
        self._passing: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._lock = threading.Lock()
        self._forms: tuple[bytes, ...] = ()
        """All forms of all of them, the longest first."""
        self._hints: frozenset[bytes] = frozenset()
        """Stretches of the forms, one of which stands wherever one of them does; without those of the short ones."""
        self._short: tuple[bytes, ...] = ()
        self._needles = Known()
        self._harmless = Harmless()
        self._odd = False
        """Whether one has a sign that is often escaped."""

    def know(self, *secrets: str | None, passing: bool = False) -> None:
        """These are secrets from now on; `passing` ones are forgotten when many others came after them."""
        for secret in secrets:
            if secret is None or len(secret) < SHORTEST or A_WORD.fullmatch(secret):
                continue
            with self._lock:
                if secret in self._lasting:
                    continue
                if secret in self._passing:
                    self._passing.move_to_end(secret)
                    continue
                (self._passing if passing else self._lasting)[secret] = tuple(_forms(secret))
                forgotten = len(self._passing) > _PASSING + _SPARE
                while forgotten and len(self._passing) > _PASSING:
                    self._passing.popitem(last=False)
                every = {
                    one
                    for known in (self._lasting, self._passing)
                    for forms in known.values()
                    for one in forms
                }
                found = sorted(every, key=len, reverse=True)
                self._note(tuple(one.encode(errors="surrogatepass") for one in found))
                plain = (*self._lasting, *self._passing)
                self._needles = Known(*plain) if forgotten else self._needles.joined(secret)
                self._odd = not all(_UNESCAPED.fullmatch(one) for one in plain)
                self._harmless = Harmless()  # the last: by now every look is for this one too

    def redact(self, text: str) -> str:
        """The text, with something else in the place of each secret."""
        written = text.encode(errors="surrogatepass")
        found = self.redact_body(written)
        return text if found == written else found.decode(errors="surrogatepass")

    def told(self, text: str) -> str:
        """The same for what somebody outside said, and without what no chat and no database can hold: a NUL, and half of
        a pair of surrogates, which JSON can write.
        """
        return self.redact(text).replace("\0", "").encode(errors="replace").decode()

    def holds(self, text: str) -> bool:
        """Whether there is a secret in the text, or was before it came through the filter."""
        return HIDDEN in self.redact(text)

    def redact_body(self, body: bytes) -> bytes:
        """The same for an answer as it came. What was seen before, and is in no secret, is not looked over again."""
        if len(body) < LEAST:
            return self._redacted(body)
        harmless = self._harmless  # another secret makes it anew: what is added then is of no use
        new = harmless.new(body)
        if new and self._redacted(new) != new:
            return self._redacted(body)
        if new:
            harmless.add(body)
        return body

    def _redacted(self, body: bytes) -> bytes:
        for form in self._perhaps(body):
            if form in body:
                body = body.replace(form, HIDDEN.encode())
        return self._undone(body)

    def _perhaps(self, body: bytes) -> tuple[bytes, ...]:
        """The forms that may stand there, the longest first: an answer is looked over once, not once for each."""
        return self._short if self._hints.isdisjoint(sampled(body.lower())) else self._forms

    def _note(self, forms: tuple[bytes, ...]) -> None:
        long = [one[:PIECE].lower() for one in forms if len(one) >= PIECE]
        # until all three are there more is looked at than needs be, not less
        self._hints = frozenset(stretch for one in long for stretch in stretches(one))
        self._short = tuple(one for one in forms if len(one) < PIECE)
        self._forms = forms

    def _escaped(self, written: bytes) -> bool:
        """Whether a sign of a secret may be escaped: cheap, for every answer is asked so."""
        return (escapes.ANY if self._odd else escapes.LETTERS).search(written) is not None

    def _undone(self, written: bytes) -> bytes:
        """Without the secrets that are seen only once case, breaks and all escapes are undone."""
        if not any(map(self._needles.stand, self._meanings(written))):
            return written
        for found in self._readings(written):
            layers = [*found, escapes.unbroken(found[-1].meaning if found else written)]
            spans = sorted(_back(span, layers) for span in self._needles.spans(layers[-1].meaning))
            if spans:
                pieces, at = [], 0
                for first, last in spans:
                    pieces += [written[at:first], HIDDEN.encode()] if first >= at else []
                    at = max(at, last)
                return self._undone(b"".join([*pieces, written[at:]]))
        return written

    def _meanings(self, written: bytes) -> Iterator[bytes]:
        """The meanings of all readings: nearly always nothing stands there, and nobody asks where it was written."""
        yield escapes.plain(written)
        if self._escaped(written):
            yield from map(escapes.plain, escapes.meanings(written))
        if layer := escapes.quoted(written):
            yield escapes.plain(layer.meaning)

    def _readings(self, written: bytes) -> Iterator[list[escapes.Layer]]:
        """As it is, with escapes undone, and as quoted-printable."""
        yield []
        if self._escaped(written):
            yield from escapes.layers(written)
        if layer := escapes.quoted(written):
            yield [layer]


def _back(span: tuple[int, int], layers: list[escapes.Layer]) -> tuple[int, int]:
    """Where it was written what stands there in the innermost meaning."""
    for layer in reversed(layers):
        span = layer.back(*span)
    return span


def _forms(secret: str) -> Iterator[str]:
    """However it may be written."""
    quoted, plus, escaped = quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]
    yield from (
        secret,
        quoted,
        plus,
        escaped,
        escaped.replace("/", "\\/"),
        json.dumps(secret, ensure_ascii=False)[1:-1],
    )
    yield from (quote(secret), _lower(quote(secret)), json.dumps(escaped)[1:-1])
    yield from (_lower(quoted), _lower(plus), html.escape(secret), repr(secret)[1:-1])
    data = secret.encode(errors="surrogatepass")
    for before in range(3):  # where it begins in what is encoded
        coded = base64.b64encode(b"\0" * before + data).decode()
        core = coded[-(-8 * before // 6) : 8 * (before + len(data)) // 6]
        yield from (core, core.translate(str.maketrans("+/", "-_")))


def _lower(quoted: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)


_REDACTOR: Final = Redactor()
told = _REDACTOR.told
know, redact, redact_body, holds = _REDACTOR.know, _REDACTOR.redact, _REDACTOR.redact_body, _REDACTOR.holds
