"""What people overlook in a text: links that will not be links."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers.base import Problem
from handlers.counting.links import X, links
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
_INTERNAL = re.compile(r"\]\(/?(?:#narrow|user_uploads)/|(?<![\w/])/user_uploads/")
_SHOWN = 40


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
