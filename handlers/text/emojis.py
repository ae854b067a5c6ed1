"""`:name:` turned into the emoji itself, with Zulip's names first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from handlers.text.fences import Line, scan
from handlers.text.spans import code_spans, inside, url_spans

_NAME = re.compile(r":([\w+-]+):")

_ZULIP: Mapping[str, str] = {
    "+1": "👍",
    "-1": "👎",
    "thumbs_up": "👍",
    "thumbs_down": "👎",
    "check": "✅",
    "check_mark": "✔️",
    "cross_mark": "❌",
    "x": "❎",
    "eyes": "👀",
    "tada": "🎉",
    "rocket": "🚀",
    "smile": "🙂",
}
"""Names that Zulip gives to other emoji than everybody else does, or that a card cannot do without."""


@cache
def emoji_names() -> Mapping[str, str]:
    """Name -> characters, for a server that told no names: the common aliases, and Zulip's own over them."""
    import emoji

    names: dict[str, str] = {}
    for characters, facts in emoji.EMOJI_DATA.items():
        if facts["status"] > emoji.STATUS["fully_qualified"]:
            continue
        for written in (facts["en"], *facts.get("alias", ())):
            name = written.strip(":")
            names.setdefault(name, characters)
            names.setdefault(name.lower(), characters)
            if all("\U0001f1e6" <= one <= "\U0001f1ff" for one in characters):
                names.setdefault(f"flag_{name.lower()}", characters)
    return MappingProxyType({**names, **_ZULIP})


def emojify(markdown: str, names: Mapping[str, str]) -> str:
    """The same Markdown with emoji names as Unicode, but for code and addresses; unknown names stay.

    `names` are the server's (Zulip's name -> characters); what it does not have is looked for in
    `emoji_names`.
    """
    done: list[str] = []
    for event in scan(markdown):
        if event.line is not None:
            text = not (isinstance(event, Line) and event.verbatim)
            done.append("".join(_line(event.line, names)) if text else event.line)
    return "\n".join(done)


def _line(line: str, names: Mapping[str, str]) -> Iterator[str]:
    codes, urls = code_spans(line), url_spans(line)
    at = 0
    while match := _NAME.search(line, at):
        known = None if _is_clock(line, match) else names.get(match[1]) or emoji_names().get(match[1])
        if known is None or inside(codes, match.start()) or inside(urls, match.start()):
            yield line[at : match.end() - 1]  # its second colon may open another name
            at = match.end() - 1
        else:
            yield line[at : match.start()] + known
            at = match.end()
    yield line[at:]


def _is_clock(line: str, match: re.Match[str]) -> bool:
    """`10:100:20` is no emoji, though there is one of the name 100."""
    return match[1].isdigit() and line[match.start() - 1 : match.start()].isdigit()
