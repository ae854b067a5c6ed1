"""An order under the quoted card of a post: the card gives the number that the order leaves out.

Only where it stops the post or shows it: the quoted card may be older than the one that stands, and what brings a post out
speaks of that one.
"""

from __future__ import annotations

import re

from bot.grammar.blocks import quoted_replies
from bot.grammar.forms import STOPPING
from bot.grammar.polite import start

_CARD = re.compile(r"\*\*#(?P<n>[1-9][0-9]{0,8})\*\* by ")
_SHOW = re.compile(r"show(?!\w)", re.IGNORECASE)
_NO_MORE = re.compile(r"[\s!.]*(?:\Z|[:,–—-]|(?:because|since|please|pls|plz)(?!\w))", re.IGNORECASE)


def numbered(text: str, *, name: str, user_id: int) -> str:
    """The text with the number of the one post whose card is quoted above it, if its order names none."""
    if "#" not in text or "@_**" not in text:
        return text
    lines = text.split("\n")
    found, after = quoted_replies(lines)
    own = "\n".join(lines[after:])
    skipped = len(own) - len(own.lstrip())
    begin = skipped + start(own[skipped:])
    verb = STOPPING.match(own, begin) or _SHOW.match(own, begin)
    if not found or verb is None or re.search("[0-9]", own) or not _NO_MORE.match(own, verb.end()):
        return text
    author = re.compile(rf"@_\*\*{re.escape(name)}(?:\|{user_id})?\*\*", re.IGNORECASE)
    posts = set[str]()
    for header, block in found:
        inside = next((lines[at] for at in block.inside if lines[at].strip()), "")
        if (card := _CARD.match(inside)) and header != block.first and author.search(lines[header]):
            posts.add(card["n"])
    if len(posts) != 1:
        return text
    return "\n".join([*lines[:after], f"{own[: verb.end()]} {posts.pop()}{own[verb.end() :]}"])
