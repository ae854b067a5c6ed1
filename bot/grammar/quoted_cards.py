"""An order under the quoted card of a post: the card gives the number that the order leaves out.

Only where it stops the post, shows it or approves it: the quoted card may be older than the one that stands, and what brings a
post out speaks of that one. An approval is told which card was quoted, and is none of another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.grammar.blocks import quoted_replies
from bot.grammar.forms import APPROVING, STOPPING
from bot.grammar.polite import start

_CARD = re.compile(r"\*\*#(?P<n>[1-9][0-9]{0,8})\*\* by ")
_SHOW = re.compile(r"show(?!\w)", re.IGNORECASE)
_NO_MORE = re.compile(r"[\s!.]*(?:\Z|[:,–—-]|(?:because|since|please|pls|plz)(?!\w))", re.IGNORECASE)
_NEAR = re.compile(r"\]\([^\s()]*/near/(?P<id>[0-9]{1,18})/?\)")


def numbered(text: str, *, name: str, user_id: int) -> str:
    """The text with the number of the one post whose card is quoted above it, if its order names none."""
    if not _may_quote(text):
        return text
    lines = text.split("\n")
    found, after = _cards(lines, name, user_id)
    own = "\n".join(lines[after:])
    skipped = len(own) - len(own.lstrip())
    begin = skipped + start(own[skipped:])
    verb = STOPPING.match(own, begin) or APPROVING.match(own, begin) or _SHOW.match(own, begin)
    if verb is None or re.search("[0-9]", own) or not _NO_MORE.match(own, verb.end()):
        return text
    posts = {post for post, _ in found}
    if len(posts) != 1:
        return text
    return "\n".join([*lines[:after], f"{own[: verb.end()]} {posts.pop()}{own[verb.end() :]}"])


def quoted_card(text: str, *, name: str, user_id: int, post: int | None) -> int | None:
    """The message that is quoted as the card of that post, 0 where the quote does not tell which that is; None: no card of it is
    quoted.
    """
    if not _may_quote(text):
        return None
    cards = {
        near
        for number, near in _cards(text.replace("\r\n", "\n").split("\n"), name, user_id)[0]
        if number == post
    }
    return None if not cards else cards.pop() if len(cards) == 1 else 0


def _may_quote(text: str) -> bool:
    return "#" in text and "@_**" in text


def _cards(lines: Sequence[str], name: str, user_id: int) -> tuple[list[tuple[int, int]], int]:
    """The quoted cards: each its post's number, and that of the message (0: not told); and the line behind them."""
    author = re.compile(rf"@_\*\*{re.escape(name)}(?:\|{user_id})?\*\*", re.IGNORECASE)
    found, after = quoted_replies(lines)
    cards = []
    for header, block in found:
        inside = next((lines[at] for at in block.inside if lines[at].strip()), "")
        if (card := _CARD.match(inside)) and header != block.first and author.search(lines[header]):
            near = _NEAR.search(lines[header])
            cards.append((int(card["n"]), int(near["id"]) if near else 0))
    return cards, after
