"""What people overlook in a text: characters that cannot be seen, and links that will not be links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from handlers.base import Problem
from handlers.counting.links import X, links
from handlers.text.fences import Line, scan
from handlers.text.spans import code_spans, inside

_TOKEN = re.compile(r"\S+")
_POINTS = re.compile(r"[@#]\w|https?://|www\.", re.IGNORECASE)
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0001-\U000e007f]",
)
_OVERRIDES = "\u202d\u202e"
"""They turn the order of the following letters around, and so are told wherever they stand."""
_JOINERS = "\u200c\u200d"
_SUBDIVISION_FLAG = "\U0001f3f4"
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
_INTERNAL = re.compile(r"\]\(/?(?:#narrow|user_uploads)/|(?<![\w/])/user_uploads/")
_SHOWN = 40


def invisible(text: str) -> list[Problem]:
    """A warning for every character that cannot be seen inside a handle, hashtag or link, with its line.

    Such a handle notifies nobody and such a link leads nowhere, and no reviewer can see why.
    """
    found: list[Problem] = []
    for number, line in enumerate(text.split("\n"), 1):
        if _UNSEEN.search(line):
            for token in _TOKEN.finditer(line):
                found += _in_token(token[0], number)
    return found


def _in_token(token: str, number: int) -> Iterator[Problem]:
    seen = _UNSEEN.sub("", token)
    points = _POINTS.search(seen) is not None
    names = {
        _named(one[0])
        for one in _UNSEEN.finditer(token)
        if (points or one[0] in _OVERRIDES) and not _belongs(token, one.start())
    }
    for name in sorted(names):
        shown = seen if len(seen) <= _SHOWN else f"{seen[:_SHOWN]}…"
        yield Problem(f"An invisible character ({name}) is inside “{shown}”: type it anew.", line=number)


def _belongs(token: str, at: int) -> bool:
    """Joiners between letters of scripts that need them or within an emoji, and the letters of a flag."""
    before, after = token[at - 1 : at] if at else "", token[at + 1 : at + 2]
    if token[at] in _JOINERS:
        return bool(before and after) and not before.isascii() and not after.isascii()
    if token[at] >= "\U000e0020":
        return _SUBDIVISION_FLAG in token[:at]
    return False


def _named(character: str) -> str:
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    return f"{code} {name}" if name else code


def lint_links(text: str) -> list[Problem]:
    """A warning for every link without `https://`, which most platforms show as mere text, and for links into Zulip."""
    found: list[Problem] = []
    for event in scan(text):
        if isinstance(event, Line) and not event.verbatim:
            found += _in_line(event.line, event.number)
    return found


def _in_line(line: str, number: int) -> Iterator[Problem]:
    codes = code_spans(line)
    for start, end in links(line, X):
        link = line[start:end]
        bare = not link.lower().startswith(("http://", "https://"))
        if bare and _is_meant(link) and not inside(codes, start):
            yield Problem(
                f"“{link}” is no link on Mastodon and some others: write https://{link}", line=number
            )
    for match in _INTERNAL.finditer(line):
        if not inside(codes, match.start()):
            yield Problem("A link into Zulip cannot be opened by readers outside.", line=number)


def _is_meant(link: str) -> bool:
    domain, slash, _ = link.partition("/")
    return bool(slash) or link.lower().startswith("www.") or domain.rpartition(".")[2].lower() in _COMMON
