"""Is this the text that we sent? Services show it otherwise: HTML, short links, mentions by their address.

SAME    letter for letter, blanks, line breaks and the scheme of addresses too, once what that service changes of itself
        is undone by its own rules. Where they leave a doubt, it is not the same
ALIKE   the same letters, figures and emoji: links reduced to their address, mentions to the name without its server,
        everything that a server may reformat to nothing. Perhaps the same text, perhaps another one
OTHER   another text
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
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
_PLAIN: Final = frozenset({"p", "br", "a", "span", "img"})
"""What a server makes of a text without marks; anything else is a doubt."""
_MATHS: Final = ("Sm", "Sk")
"""Also `>`, `+`, `~`, `` ` `` and `^`, which some servers read as Markdown."""


_BREAKS: Final = re.compile(r"\r\n?")
_GAPS: Final = re.compile(r"\n{2,}")
_SIGNS: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});", re.ASCII)
"""What some servers decode, and others encode once more than they should."""


def _kept(text: str) -> set[str]:
    """How a text may be stored: as it was sent, or without the blanks around it."""
    text = _BREAKS.sub("\n", text)
    return {text, text.rstrip(), text.strip()}


def essence(text: str) -> str:
    """What two forms of the same text have in common; of a text of mere punctuation, that."""
    return _core(text) or "".join(text.split())


def _core(text: str) -> str:
    for _ in range(2):
        text = _SIGNS.sub(lambda sign: html.unescape(sign[0]), text)
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


_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,8192}>")
_LONGEST: Final = 100
"""Times the text: so much a server makes of a hashtag of one letter."""
_ROOM: Final = 16384


def _is_usual(text: str, content: str) -> bool:
    """Whether this is HTML as a server makes it of such a text: every tag ends, and nothing but tags begins with `<`.

    All else would keep the parser busy for hours (what never ends is looked through again from each `<`), or break it.
    """
    return len(content) <= _LONGEST * len(text) + _ROOM and "<" not in _TAG.sub("", content)


class _Reader(HTMLParser):
    """Collects the text of a status, once as shown and once with the links' real addresses."""

    def __init__(self, mentions: Mapping[str, str], host: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.linked: list[str] = []
        self.plain = True
        """Whether there is nothing but paragraphs, line breaks, and links that say where they lead."""
        self.paragraphs = 0
        self._mentions = mentions
        self._host = host
        self._link: str | None = None
        self._at = 0
        self._skipping = False
        self._inside = False
        self._broken = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.plain = self.plain and tag in _PLAIN
        if tag == "a":
            self._link = found.get("href", "")
            self._at = len(self.shown)
        elif tag == "img":
            self._put(found.get("alt", ""))
        elif tag in {"br", "li", "blockquote"}:
            self._put("\n")
        self._broken = tag == "br"
        if "quote-inline" in found.get("class", "").split():
            self._skipping, self.plain = True, False
        elif tag == "p":
            self._put("\n\n" if self.paragraphs else "")
            self.paragraphs += 1
            self._inside = True

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._skipping = self._inside = False
        if tag == "a" and self._link is not None:
            text = "".join(self.shown[self._at :])
            if text.startswith("@"):
                text = self._handle(text, self._link)
                self.shown[self._at :] = [text]
            named = text.startswith(("@", "#"))
            self.plain = self.plain and (named or _leads(text, self._link))
            self.linked.append(text if named else _decoded_link(self._link))
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
        """A line break in HTML is none that is shown."""
        if self._broken:
            data = data.removeprefix("\n")
        self._broken = False
        if self._inside or not self.paragraphs or data.strip():
            self._put(data.replace("\n", " "))

    def _put(self, text: str) -> None:
        if self._skipping or not text:
            return
        self.shown.append(text)
        if self._link is None:
            self.linked.append(text)


def _leads(shown: str, address: str) -> bool:
    """Whether a link leads where it says."""
    said, meant = _SCHEME.match(shown), _SCHEME.match(address)
    return _core(shown) == _core(address) and (said is None or (meant is not None and said[0] == meant[0]))


def _decoded_link(link: str) -> str:
    return _PUNYCODE.sub(_decoded, unquote(link))


def like_html(text: str, content: str, mentions: Mapping[str, str] | None = None, host: str = "") -> Likeness:
    """How much this HTML, as a Mastodon-like server gives it, shows that text.

    `mentions`: address of an account -> how it is called there (`bob`, `bob@example.org`); `host`: that server's own.
    """
    reader = _Reader(mentions or {}, host)
    try:
        if not _is_usual(text, content):
            return Likeness.ALIKE  # nobody knows what it shows
        reader.feed(content)
        reader.close()
    except (AssertionError, ValueError):  # of the parser, and of addresses that are none
        return Likeness.ALIKE
    shown, linked = "".join(reader.shown), "".join(reader.linked)
    own = re.compile(rf"(?<![\w/])@(\w+)@{re.escape(host)}(?![\w.\-])") if host else None
    kept = _kept(own.sub(r"@\1", text) if own else text)
    if reader.paragraphs:  # however many empty lines there were
        kept = {_GAPS.sub("\n\n", one) for one in kept}
    if reader.plain and shown in kept:
        return Likeness.SAME
    return Likeness.ALIKE if essence(text) in {essence(shown), essence(linked)} else Likeness.OTHER


def same_as_html(text: str, content: str) -> bool:
    """Whether this HTML, as a Mastodon-like server gives it, shows that text, however it is reformatted."""
    return like_html(text, content) is not Likeness.OTHER


def like_words(text: str, found: str) -> Likeness:
    """How much a text that is shown plainly agrees."""
    if _BREAKS.sub("\n", found) in _kept(text):
        return Likeness.SAME
    return Likeness.ALIKE if essence(text) == essence(found) else Likeness.OTHER


_SHORTENED: Final = re.compile(r"https?://t\.co/\w+")
_STANDING: Final = re.compile(rf"( ?)({_SHORTENED.pattern})")
"""The one that X adds for a picture stands after a blank."""


def same_as_shortened(text: str, found: str, addresses: dict[str, str]) -> bool:
    """Whether a post of X, with its `t.co` links, is that text.

    `addresses`: `t.co` link -> the address it stands for, empty for the one that X adds for a picture.
    A link that is not among them may stand for anything.
    """
    found = html.unescape(found)
    wanted = _core(text)
    if not wanted:
        return essence(text) == essence(_SHORTENED.sub("", found))
    pieces, at = [""], 0
    for link in _SHORTENED.finditer(found):
        address = addresses.get(link[0])
        pieces[-1] += _core(found[at : link.start()])
        if address is None:
            pieces.append("")
        else:
            pieces[-1] += _core(address)
        at = link.end()
    pieces[-1] += _core(found[at:])
    return _in_order(wanted, pieces)


def _in_order(whole: str, pieces: list[str]) -> bool:
    """Whether it is these pieces, with anything between each two; in one pass, however many there are."""
    first, *middle = pieces
    if not middle:
        return whole == first
    last, at = middle.pop(), len(first)
    if not whole.startswith(first):
        return False
    for piece in middle:
        at = whole.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return len(whole) - len(last) >= at and whole.endswith(last)


def like_shortened(text: str, found: str, addresses: dict[str, str]) -> Likeness:
    """How much a post of X, with its `t.co` links (see `same_as_shortened`), is that text.

    X makes `http://a.example` of a mere `a.example`, so nobody knows which of them was written.
    """
    told = [addresses.get(one, "http://") for one in _SHORTENED.findall(found)]
    if not any(one.casefold().startswith("http://") for one in told):
        whole = found
        for written, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            whole = whole.replace(written, sign)
        whole = _STANDING.sub(
            lambda link: (link[1] if addresses[link[2]] else "") + addresses[link[2]], whole
        )
        if whole in _kept(unicodedata.normalize("NFC", text)):
            return Likeness.SAME
    return Likeness.ALIKE if same_as_shortened(text, found, addresses) else Likeness.OTHER
