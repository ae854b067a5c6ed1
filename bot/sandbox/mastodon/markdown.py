"""A text as Hollo shows it: it reads every one as Markdown (markdown-it with its own defaults; `src/text.ts` of 0.10)."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping, Sequence
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

_ADDRESS: Final = re.compile(
    r"(?<![a-z0-9.+-])https?://[^\s<>()\[\]{}\"/?#*_~`|&\\]+"
    r"(?:[/?#](?:[^\s<>()\[\]{}\"]|\([^\s)]*\)|\[[^\s\]]*\])*)?(?<![*.,:;!?'])",
    re.IGNORECASE,
)
"""With a scheme its linkify takes every domain, and brackets in pairs; asterisks and points at its end are none of it."""
_OPEN, _SHUT = "\ue000", "\ue001"
"""Around the number of an address, which is a link before anything else of it is read."""
_MARKS: Final = str.maketrans("", "", _OPEN + _SHUT)


def rendered(text: str, inline: Callable[[str], str]) -> str:
    """Its HTML; `inline` makes links, mentions and hashtags of a piece that has no Markdown left in it."""
    links: list[str] = []
    text, last, out = text.translate(_MARKS), 0, ""
    for found in _ADDRESS.finditer(text):
        out += f"{text[last : found.start()]}{_OPEN}{len(links)}{_SHUT}"
        links.append(inline(found[0]))
        last = found.end()
    out += text[last:]

    def words(
        _self: Any, tokens: Sequence[Token], index: int, _options: Any, _env: MutableMapping[str, Any]
    ) -> str:
        return inline(tokens[index].content)

    reader = MarkdownIt("js-default")
    reader.add_render_rule("text", words)
    made = str(reader.render(out)).rstrip("\n")
    for number, link in enumerate(links):
        made = made.replace(f"{_OPEN}{number}{_SHUT}", link)
    return made.replace("<br>\n", "<br />").replace("</p>\n<", "</p><")
