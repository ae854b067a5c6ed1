r"""LinkedIn's "little text format", as LinkedIn reads it: what is stored, and what a reader gets to see.

Reserved characters (`\ | { } @ [ ] ( ) < > # * _ ~`) mean something unless a backslash stands before them. At one
that means nothing the post ends, without a word to its author.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

RESERVED = frozenset("\\|{}@[]()<>#*_~")
_TAG = re.compile(r"#(\w+)")
_TEMPLATE = re.compile(r"\{hashtag\|(?:\\)?#\|((?:\\.|[^\\|{}])+)\}")
_MENTION = re.compile(r"@\[((?:\\.|[^\\\[\]])+)\]\((urn:li:(?:organization|person):[\w-]+)\)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reading:
    """What LinkedIn made of a commentary."""

    text: str
    """As a reader sees it."""
    stored: str
    """As it is told back: hashtags as templates, nothing after the cut."""
    cut: bool
    tags: tuple[str, ...]
    mentions: tuple[str, ...]


def read(commentary: str) -> Reading:
    """Go through the text as far as it makes sense."""
    text: list[str] = []
    stored: list[str] = []
    tags: list[str] = []
    mentions: list[str] = []
    at = 0
    while at < len(commentary):
        one = commentary[at]
        if one == "\\" and at + 1 < len(commentary):
            text.append(commentary[at + 1])
            stored.append(commentary[at : at + 2])
            at += 2
        elif one not in RESERVED:
            text.append(one)
            stored.append(one)
            at += 1
        elif (tag := _hashtag(commentary, at)) is not None:
            name, at = tag
            text.append(f"#{name}")
            stored.append(f"{{hashtag|\\#|{name}}}")
            tags.append(name)
        elif mention := _MENTION.match(commentary, at):
            text.append(_ESCAPED.sub(r"\1", mention[1]))
            stored.append(mention[0])
            mentions.append(mention[2])
            at = mention.end()
        else:
            break
    return Reading("".join(text), "".join(stored), at < len(commentary), tuple(tags), tuple(mentions))


def _hashtag(commentary: str, at: int) -> tuple[str, int] | None:
    """The name of a hashtag that begins here, and where it ends; an underscore in it has to be escaped, too."""
    if template := _TEMPLATE.match(commentary, at):
        return _ESCAPED.sub(r"\1", template[1]), template.end()
    if not (tag := _TAG.match(commentary, at)):
        return None
    name = tag[1].partition("_")[0]
    return (name, at + 1 + len(name)) if name else None
