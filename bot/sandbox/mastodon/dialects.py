"""Servers that speak Mastodon's API and are not Mastodon: what they do otherwise with a status, as measured in November 2026.

Takahē 0.11: forgets keys, leaves followers-only posts out of an account's own timeline, tells no app.
Hollo 0.10: reads a text as Markdown, so that `2*3*4` comes back as `2<em>3</em>4` and `1986. A year` as a list.
GoToSocial 0.20: forgets keys, and decodes what people wrote as `&amp;`.
snac 2.73: never reads a key (read in its source), and says first of all that it is Mastodon 4.0.0.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_STRONG: Final = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS: Final = re.compile(r"(?<!\*)\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?!\*)")
_CODE: Final = re.compile(r"`([^`\n]+)`")
_NUMBERED: Final = re.compile(r"^(\d{1,9})\. +(.*)$", re.MULTILINE)
_DOTTED: Final = re.compile(r"^[-+] +(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of server."""

    version: str
    """As its instance tells it."""
    source: str = "https://github.com/mastodon/mastodon"
    """Where its code is, as its instance tells it; empty: it does not."""
    keys: bool = True
    """Whether it answers a repeated `Idempotency-Key` with the first status."""
    hides: frozenset[str] = frozenset()
    """Visibilities that an account's own timeline leaves out."""
    tells_apps: bool = True
    """Whether it tells the author which app made a status."""
    stores: Callable[[str], str] = str
    """What it makes of a text before it is kept."""
    marks_up: Callable[[str], str] = str
    """What it makes of the HTML of a text."""


def _markdown(content: str) -> str:
    for pattern, made in (
        (_NUMBERED, r'<ol start="\1"><li>\2</li></ol>'),
        (_DOTTED, r"<ul><li>\1</li></ul>"),
        (_CODE, r"<code>\1</code>"),
        (_STRONG, r"<strong>\2</strong>"),
        (_EMPHASIS, r"<em>\1</em>"),
    ):
        content = re.sub(pattern, made, content.replace("<p>", "<p>\n").replace("<br />", "<br />\n"))
        content = content.replace("<p>\n", "<p>").replace("<br />\n", "<br />")
    return content


MASTODON: Final = Dialect("4.6.4")
TAKAHE: Final = Dialect(
    "takahe/0.11.0", "", keys=False, hides=frozenset({"private", "direct"}), tells_apps=False
)
HOLLO: Final = Dialect("0.10.0", "https://github.com/fedify-dev/hollo", marks_up=_markdown)
GOTOSOCIAL: Final = Dialect("0.20.0+git-0000000", "", keys=False, stores=html.unescape)
SNAC: Final = Dialect("4.0.0 (not true; really snac/2.73)", "", keys=False, tells_apps=False)
