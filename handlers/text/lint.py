"""What people overlook in a text: links that will not be links."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers.base import Problem
from handlers.counting.links import X, links
from handlers.links import local
from handlers.text.fences import Line, scan
from handlers.text.spans import code_spans, inside

_COMMON = frozenset(
    [
        "com",
        "org",
        "net",
        "edu",
        "gov",
        "int",
        "eu",
        "io",
        "dev",
        "info",
        "app",
        "at",
        "be",
        "ch",
        "cz",
        "de",
        "dk",
        "ee",
        "es",
        "fi",
        "fo",
        "fr",
        "gl",
        "ie",
        "is",
        "it",
        "lt",
        "lu",
        "lv",
        "nl",
        "no",
        "pl",
        "pt",
        "se",
        "uk",
    ],
)
"""Endings after which a bare domain is meant as a link; `README.md` is no link to Moldova."""
_ROOMS = r"(?:#[a-z]|(?:user_uploads|user_avatars|thumbnail|external_content)[/?])"
"""Where an address leads into a Zulip, behind its server; other pages of one, such as an invitation, are for everybody."""
_INTERNAL = re.compile(rf"\]\(\s*<?/?{_ROOMS}|(?<![\w/])/(?:user_uploads|user_avatars)/")
_ADDRESS = re.compile(rf"https?://(?P<server>[^\s/()<>\[\]\"'`]+)/(?P<room>{_ROOMS})", re.IGNORECASE)
_UPLOADS = "user_uploads/"
"""No other program than Zulip has such addresses, and whoever does not sign in gets no file by them."""
_INTO = "A link into Zulip cannot be opened by readers outside."


def lint_links(text: str, site: str = "") -> list[Problem]:
    """A warning for every link without `https://`, which most platforms show as mere text, and for links into Zulip.

    `site` is the address of the community's own server.
    """
    found: list[Problem] = []
    for event in scan(text):
        if isinstance(event, Line) and not event.verbatim:
            found += _in_line(event.line, event.number, site)
    return found


def _in_line(line: str, number: int, site: str) -> Iterator[Problem]:
    codes = code_spans(line)
    for start, end in links(line, X):
        link = line[start:end]
        bare = not link.lower().startswith(("http://", "https://"))
        if bare and is_meant(link) and not inside(codes, start):
            yield Problem(
                f"“{link}” is no link on Mastodon and some others: write https://{link}", line=number
            )
    inward = [one.start() for one in _INTERNAL.finditer(line)]
    for match in _ADDRESS.finditer(line):
        own = site and local(f"https://{match['server']}", [site]) is not None
        if own or match["room"].lower() == _UPLOADS:
            inward.append(match.start())
    for at in inward:
        if not inside(codes, at):
            yield Problem(_INTO, line=number)


def is_meant(link: str) -> bool:
    """Whether people who write this without `https://` want a link, as far as its looks tell: not of `README.md`."""
    domain, slash, _ = link.partition("/")
    return bool(slash) or link.lower().startswith("www.") or domain.rpartition(".")[2].lower() in _COMMON
