"""People's text repeated by the bot: shown to the character, without any power.

Zulip knows no backslash escapes and a quote block still shows mentions; numeric HTML entities are what makes
a character lose its meaning (facts/zulip.md section 10, tried on a real server). They cost length.
"""

from __future__ import annotations

import re

_POWER = {character: f"&#{ord(character)};" for character in "<>*_`~#@[]!$|\\"}
_POWER["&"] = "&amp;"
_URL = re.compile(r"https?://[^\s<>\"'\[\]()`|\\]+")
_PLAIN_URL = re.compile(r"[A-Za-z0-9/.:?=%#~+,;_&-]")
_ENTITY = re.compile(r"&(?=#?\w+;)(?!#(?:60|62|42|95|96|126|35|64|91|93|33|36|124|92);)")
_LIST_MARK = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s|$)")
_CODE = re.compile(r"(?<!`)`(?!\s*`)([^`]+)`(?!`)")
_EMOJI_NAME = re.compile(r":(?=[\w+-]+:)")


def escape(text: str) -> str:
    """The text as Zulip Markdown that shows exactly these characters, pings nobody, opens nothing."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_line(line, first=number == 0) for number, line in enumerate(lines))


def _line(line: str, *, first: bool) -> str:
    indent = len(line) - len(line.lstrip(" "))
    mark = _LIST_MARK.match(line)
    out: list[str] = []
    place = 0
    if indent >= 4:  # noqa: PLR2004  # four blanks open a code block
        out.append("&nbsp;" * indent)
        place = indent
    if mark and mark.end() > place:
        out.append(line[place : mark.start(2)])
        out.extend(f"&#{ord(one)};" if not one.isdigit() else one for one in mark[2])
        place = mark.end()
    elif first and line.startswith("/"):
        out.append("&#47;")
        place = 1
    for url in _URL.finditer(line, place):
        out.append(_words(line[place : url.start()]))
        out.append(_address(url[0]))
        place = url.end()
    out.append(_words(line[place:]))
    return "".join(out)


def _address(url: str) -> str:
    """Left as it is, so that it can be clicked, but for signs that could mean something inside an address."""
    shown = "".join(one if _PLAIN_URL.match(one) else _sign(one) for one in url)
    return _ENTITY.sub("&amp;", shown) if "&" in url else shown


def _words(text: str) -> str:
    colons = {match.start() for match in _EMOJI_NAME.finditer(text)}
    return "".join("&#58;" if at in colons else _sign(one) for at, one in enumerate(text))


def _sign(one: str) -> str:
    return _POWER.get(one, one)


def inline(text: str) -> str:
    """The same for a piece of one line: line breaks become blanks."""
    return escape(" ".join(text.split()))


def with_code(text: str) -> str:
    """A sentence of ours: escaped but for `code`, which tells what to type; marks that are not alone, or have no
    partner, are escaped too: a row of them could begin a code that ends elsewhere than it seems.
    """
    said, at = [], 0
    for found in _CODE.finditer(text) if text.count("`") % 2 == 0 else ():
        said += [_between(text[at : found.start()]), f"`{' '.join(found[1].split())}`"]
        at = found.end()
    return "".join(said) + _between(text[at:]) if said else inline(text)


def _between(piece: str) -> str:
    lead = " " if piece[:1].isspace() else ""
    tail = " " if piece.strip() and piece[-1:].isspace() else ""
    return f"{lead}{inline(piece)}{tail}"


def shorten(text: str, most: int) -> str:
    """At most that many characters, cut at a blank where one is near, with an ellipsis."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    blank = cut.rfind(" ")
    return (cut[:blank] if blank > most * 0.6 else cut).rstrip() + "…"
