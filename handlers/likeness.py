"""Is this the text that we sent? Services show it otherwise: HTML, short links, mentions by their address.

SAME    letter for letter, punctuation and signs too, once what the service shows is read back; only blanks do not count
ALIKE   the same letters, figures and emoji: links reduced to their address, mentions to the name without its server,
        everything that a server may reformat to nothing. Perhaps the same text, perhaps another one
OTHER   another text
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import IntEnum
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote, urlsplit

from typing_extensions import override


class Likeness(IntEnum):
    """How much what was found agrees with what was sent; the least of several is that of the whole."""

    OTHER = 0
    ALIKE = 1
    SAME = 2


_SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)
_PUNYCODE: Final = re.compile(r"xn--[a-z0-9-]+", re.IGNORECASE)
_REMOTE: Final = re.compile(r"(?<![\w/])@(\w+)@[\w.\-]+\w")
_DROPPED: Final = ("Z", "C", "P")
"""Kinds of characters (blanks, invisible ones, punctuation) that servers add, take or replace."""
_MATHS: Final = ("Sm", "Sk")
"""Also `>`, `+`, `~`, `` ` `` and `^`, which some servers read as Markdown."""


def exact(text: str) -> str:
    """A text as it is compared letter for letter: links without their scheme, any blanks as one."""
    return unicodedata.normalize("NFC", " ".join(_SCHEME.sub("", text).split()))


def essence(text: str) -> str:
    """What two forms of the same text have in common; of a text of mere punctuation, that."""
    return _core(text) or "".join(text.split())


def _core(text: str) -> str:
    text = _REMOTE.sub(r"@\1", unquote(_SCHEME.sub("", text)))
    text = unicodedata.normalize("NFC", _PUNYCODE.sub(_decoded, text)).casefold()
    return "".join(
        one
        for one in text
        if (kind := unicodedata.category(one))[0] not in _DROPPED and kind not in _MATHS and one != "\ufe0f"
    )


def _decoded(found: re.Match[str]) -> str:
    try:
        return found[0].encode().decode("idna")
    except UnicodeError:
        return found[0]


class _Reader(HTMLParser):
    """Collects the text of a status, once as shown and once with the links' real addresses."""

    def __init__(self, mentions: Mapping[str, str], host: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.linked: list[str] = []
        self._mentions = mentions
        self._host = host
        self._link: str | None = None
        self._at = 0
        self._skipping = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a":
            self._link = found.get("href", "")
            self._at = len(self.shown)
        elif tag == "img":
            self.handle_data(found.get("alt", ""))
        elif tag in {"br", "p", "li", "blockquote"}:
            self.handle_data("\n")
        if "quote-inline" in found.get("class", "").split():
            self._skipping = True

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._skipping = False
        if tag == "a" and self._link is not None:
            text = "".join(self.shown[self._at :])
            if text.startswith("@"):
                text = self._handle(text, self._link)
                self.shown[self._at :] = [text]
            self.linked.append(text if text.startswith(("@", "#")) else _decoded_link(self._link))
            self._link = None

    def _handle(self, text: str, link: str) -> str:
        """A mention as people write it: with its server, unless that is this one."""
        if "@" in text[1:]:
            return text
        if link in self._mentions:
            return f"@{self._mentions[link]}"
        host = urlsplit(link).netloc
        return text if host in {"", self._host} else f"{text}@{host}"

    @override
    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        self.shown.append(data)
        if self._link is None:
            self.linked.append(data)


def _decoded_link(link: str) -> str:
    return _PUNYCODE.sub(_decoded, unquote(link))


def _read(content: str, mentions: Mapping[str, str], host: str) -> tuple[str, str]:
    reader = _Reader(mentions, host)
    reader.feed(content)
    reader.close()
    return "".join(reader.shown), "".join(reader.linked)


def like_html(text: str, content: str, mentions: Mapping[str, str] | None = None, host: str = "") -> Likeness:
    """How much this HTML, as a Mastodon-like server gives it, shows that text.

    `mentions`: address of an account -> how it is called there (`bob`, `bob@example.org`); `host`: that server's own.
    """
    readings = _read(content, mentions or {}, host)
    own = re.compile(rf"(?<![\w/])@(\w+)@{re.escape(host)}(?![\w.\-])") if host else None
    wanted = own.sub(r"@\1", text) if own else text
    return _liked(exact(wanted), map(exact, readings), essence(text), map(essence, readings))


def _liked(wanted: str, found: Iterable[str], core: str, cores: Iterable[str]) -> Likeness:
    if wanted in set(found):
        return Likeness.SAME
    return Likeness.ALIKE if core in set(cores) else Likeness.OTHER


def same_as_html(text: str, content: str) -> bool:
    """Whether this HTML, as a Mastodon-like server gives it, shows that text, however it is reformatted."""
    return like_html(text, content) is not Likeness.OTHER


def like_words(text: str, found: str) -> Likeness:
    """How much a text that is shown plainly agrees."""
    return _liked(exact(text), [exact(found)], essence(text), [essence(found)])


_SHORTENED: Final = re.compile(r"https?://t\.co/\w+")


def same_as_shortened(text: str, found: str, addresses: dict[str, str]) -> bool:
    """Whether a post of X, with its `t.co` links, is that text.

    `addresses`: `t.co` link -> the address it stands for, empty for the one that X adds for a picture.
    A link that is not among them may stand for anything.
    """
    found = html.unescape(found)
    wanted = _core(text)
    if not wanted:
        return essence(text) == essence(_SHORTENED.sub("", found))
    pattern, at = "", 0
    for link in _SHORTENED.finditer(found):
        address = addresses.get(link[0])
        pattern += re.escape(_core(found[at : link.start()]))
        pattern += ".*" if address is None else re.escape(_core(address))
        at = link.end()
    return re.fullmatch(pattern + re.escape(_core(found[at:])), wanted, re.DOTALL) is not None


def like_shortened(text: str, found: str, addresses: dict[str, str]) -> Likeness:
    """How much a post of X, with its `t.co` links (see `same_as_shortened`), is that text."""
    plain = html.unescape(found)
    if all(link in addresses for link in _SHORTENED.findall(plain)):
        whole = _SHORTENED.sub(lambda link: addresses[link[0]], plain)
        if exact(whole) == exact(text):
            return Likeness.SAME
    return Likeness.ALIKE if same_as_shortened(text, found, addresses) else Likeness.OTHER
