"""Is this what we sent? Services change a text (links, markup, blanks); what is left of it is compared.

A text is reduced to its letters, figures and emoji: links to their address, mentions to the name without its
server, everything a server may reformat to nothing.
"""

from __future__ import annotations

import html
import re
import unicodedata
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote

from typing_extensions import override

_SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)
_PUNYCODE: Final = re.compile(r"xn--[a-z0-9-]+", re.IGNORECASE)
_REMOTE: Final = re.compile(r"(?<![\w/])@(\w+)@[\w.\-]+\w")
_DROPPED: Final = ("Z", "C", "P")
"""Kinds of characters (blanks, invisible ones, punctuation) that servers add, take or replace."""
_MATHS: Final = ("Sm", "Sk")
"""Also `>`, `+`, `~`, `` ` `` and `^`, which some servers read as Markdown."""


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

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.linked: list[str] = []
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
            self.linked.append(text if text.startswith(("@", "#")) else self._link)
            self._link = None

    @override
    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        self.shown.append(data)
        if self._link is None:
            self.linked.append(data)


def same_as_html(text: str, content: str) -> bool:
    """Whether this HTML, as a Mastodon-like server gives it, shows that text."""
    reader = _Reader()
    reader.feed(content)
    reader.close()
    wanted = essence(text)
    return wanted in {essence("".join(reader.shown)), essence("".join(reader.linked))}


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
