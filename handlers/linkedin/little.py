r"""LinkedIn's "little text format": what a reader sees, and how it must be written to be seen so.

A reserved character that is not escaped makes LinkedIn answer 201 and cut the post there, without a word.
So everything reserved is escaped, inside addresses too; only `#tag` and `@[Name](urn:li:organization:1)`
keep their meaning. (learn.microsoft.com: shares/little-text-format)
"""

from __future__ import annotations

import re
from typing import Final

RESERVED: Final = r"\|{}@[]()<>#*_~"
MENTION: Final = re.compile(
    r"@\[([^\[\]\n]{1,200})\]\((urn:li:(?:organization|person):[A-Za-z0-9_-]{1,60})\)"
)
"""As people write it, and as LinkedIn wants it; the name must be the page's own, letter by letter."""

_HASHTAG: Final = re.compile(r"(?<![\w/&#.@-])#(?=\w*[^\W\d_])(?=\w)")
"""A `#` that begins a tag: after a blank or an opening mark, before a word with at least one letter."""
_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_TEMPLATE: Final = re.compile(r"\{hashtag\|(?:\\?#)\|((?:\\.|[^\\}])*)\}")
_WRITTEN_MENTION: Final = re.compile(r"@\[((?:\\.|[^\\\]])*)\]\(urn:li:[^)]*\)")
_TO_ESCAPE: Final = re.compile(f"[{re.escape(RESERVED)}]")


def escape(text: str) -> str:
    """The commentary that a reader sees as `text`; pure, so that what was approved is what is sent."""
    pieces, at = [], 0
    for mention in MENTION.finditer(text):
        pieces += [_plain(text, at, mention.start()), f"@[{_all(mention[1])}]({mention[2]})"]
        at = mention.end()
    return "".join([*pieces, _plain(text, at, len(text))])


def _plain(text: str, start: int, end: int) -> str:
    """A stretch without mentions, escaped; it is looked at in its place, so that what stands before counts."""
    tags = {one.start() for one in _HASHTAG.finditer(text, start, end)}
    for address in _ADDRESS.finditer(text, start, end):
        tags.difference_update(range(*address.span()))
    return "".join(
        "\\" + character if character in RESERVED and at not in tags else character
        for at, character in enumerate(text[start:end], start)
    )


def _all(text: str) -> str:
    return _TO_ESCAPE.sub(lambda one: "\\" + one[0], text)


def readable(commentary: str) -> str:
    """What a reader sees of a commentary, as far as it can be told without LinkedIn.

    The one we sent and the one LinkedIn tells back may be written differently (`#tag` comes back as a
    template); they are the same post when they read the same.
    """
    text = _TEMPLATE.sub(r"#\1", commentary)
    text = _WRITTEN_MENTION.sub(r"\1", text)
    return _ESCAPED.sub(r"\1", text)


def mentioned(commentary: str) -> list[str]:
    """The pages and people it mentions, by their URN."""
    return [one[0].rpartition("](")[2] for one in _WRITTEN_MENTION.finditer(commentary)]
