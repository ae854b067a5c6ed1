"""Where the stand-ins see links in a text: twitter-text's patterns as they are published, written down once more.

On purpose not the bot's own reader (`handlers.counting`): a stand-in that counts as the bot does cannot find that the bot
counts wrongly. Only the list of top-level domains is the same.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import NamedTuple

_LATIN = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u0100-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268"
    "\u026f\u0272\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_SPACES = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_LETTER = rf"[^!'#%&()*+,\\\-./:;<=>?@\[\]^_{{|}}~${_SPACES}\ufffe\ufeff\uffff\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069]"
_NOT_BEFORE = r"(?<![A-Za-z0-9@\uff20$#\uff03\ufffe\ufeff\uffff])"
_GENERAL = rf"[a-z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_LATIN}]"
_END = rf"[+\-a-z\u0400-\u04ff0-9=_#/{_LATIN}]"
_INSIDE = rf"\((?:{_GENERAL}+|{_GENERAL}*\({_GENERAL}+\){_GENERAL}*)\)"
_QUERY = r"(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/])?"
_MASTODON_PATH = r"[^\s<>()?]"
_MASTODON_END = r"[^\s()?!*\"'「」<>;:=,.$%\[\]~&|@]"
_TAIL = {
    "x": rf"(?::[0-9]+)?(?:/(?:{_GENERAL}*(?:{_INSIDE}{_GENERAL}*)*(?:{_END}|{_INSIDE})|@{_GENERAL}+/)?)?{_QUERY}",
    "mastodon": (
        rf"(?::[0-9]+)?(?:/(?:{_MASTODON_PATH}*(?:\({_MASTODON_PATH}+\){_MASTODON_PATH}*)*"
        rf"(?:{_MASTODON_END}|\({_MASTODON_PATH}+\)))?)?(?:\?[^\s<>]*[\w&=#/\-])?"
    ),
}


_LABEL, _LONGEST = 63, 4096
"""Characters of a label, as the domain name system writes it, and of an address."""


class Address(NamedTuple):
    """One link: its place."""

    start: int
    end: int


@cache
def _pattern(rules: str) -> re.Pattern[str]:
    lines = resources.files("handlers").joinpath("tlds.txt").read_text("utf-8").splitlines()
    names = sorted((one for one in lines if one and not one.startswith("#")), key=len, reverse=True)
    top = rf"(?:(?:{'|'.join(map(re.escape, names))})(?=[^0-9a-z@+\-]|\Z)|xn--[\-0-9a-z]+)"
    label = rf"{_LETTER}(?:(?:[_\-]|{_LETTER})*{_LETTER})?"
    domain = rf"(?:{label}\.)+{top}"
    scheme = rf"{_NOT_BEFORE}https?://(?P<host>{domain})"
    latin = rf"[a-z0-9{_LATIN}]"
    bare = rf"{_NOT_BEFORE}(?<![\-_./]){latin}(?:[\-_a-z0-9{_LATIN}]*{latin})?(?:\.{latin}(?:[\-a-z0-9{_LATIN}]*{latin})?)*\.{top}"
    either = rf"(?:{scheme}|(?P<bare>{bare}))" if rules == "x" else rf"{scheme}(?P<bare>)"
    return re.compile(either + _TAIL[rules], re.IGNORECASE)


def addresses(text: str, rules: str) -> list[Address]:
    """The links as `x` or `mastodon` sees them. An address of X's own shortener ends after its slug."""
    found = []
    for match in _pattern(rules).finditer(text):
        short = re.match(r"https?://t\.co/[a-z0-9]{1,40}(?![a-z0-9])", match[0], re.IGNORECASE)
        if not _exists(match["host"] or match["bare"]) or len(match[0]) > _LONGEST:
            continue
        end = match.start() + short.end() if short and rules == "x" else match.end()
        found.append(Address(match.start(), end))
    return found


def _exists(host: str) -> bool:
    """Whether there can be such a name."""
    return all(
        len(one) <= _LABEL and (one.isascii() or len(one.encode("punycode")) + len("xn--") <= _LABEL)
        for one in host.split(".")
    )
