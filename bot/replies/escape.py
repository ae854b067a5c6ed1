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
_ENTITY = re.compile(r"&(?=#?\w+;)")
_OURS = re.compile(r"&#(\d+);|&(amp|nbsp);")
_RULE = re.compile(r" {0,3}(?:- {0,2}+){3,}+ *$")
"""A line of dashes, which Zulip shows as a line across."""
_LONGEST = 12
"""Characters of the longest entity that is written here."""
_LIST_MARK = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s|$)")
_CODE = re.compile(r"(?<!`)`(?!\s*`)([^`]+)`(?!`)")
_EMOJI_NAME = re.compile(r":(?=[\w+-]+:)")


def escape(text: str) -> str:
    """The text as Zulip Markdown that shows exactly these characters, pings nobody, opens nothing."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_line(line, first=number == 0) for number, line in enumerate(lines))


def _line(line: str, *, first: bool) -> str:
    place = len(line) - len(line.lstrip(" \t"))
    mark = _LIST_MARK.match(line)
    out: list[str] = []
    if (indent := len(line[:place].expandtabs(4))) >= 4:  # noqa: PLR2004  # four blanks open a code block
        out.append("&nbsp;" * indent)
    else:
        place = 0
    if _RULE.match(line, place):
        dash = line.index("-", place)
        out.append(f"{line[place:dash]}&#45;")
        place = dash + 1
    elif mark and mark.end() > place:
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
    whole = _ENTITY.sub("\0", url) if "&" in url else url  # an entity of its own is shown as it is written
    shown = "".join(one if _PLAIN_URL.match(one) else _sign(one) for one in whole)
    return shown.replace("\0", "&amp;")


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


def unescape(text: str) -> str:
    """The characters again that `escape` made harmless."""
    return _OURS.sub(lambda one: chr(int(one[1])) if one[1] else {"amp": "&", "nbsp": " "}[one[2]], text)


def cut(line: str, most: int) -> tuple[str, str]:
    """A line that was escaped, in two: at most that many characters, and the rest. Nothing of it gets lost or
    becomes something else: no entity is cut, and what follows does not begin like the item of a list.
    """
    if len(line) <= most:
        return line, ""
    end = line.rfind(" ", most // 2, most) + 1 or most
    begun = line.rfind("&", max(end - _LONGEST, 0), end)
    if begun > 0 and ";" not in line[begun:end] and ";" in line[end : begun + _LONGEST]:
        end = begun
    rest = line[end:]
    mark = _LIST_MARK.match(rest)
    if mark or _RULE.match(rest):
        at = mark.start(2) if mark else rest.index("-")
        number = mark[2][:-1] if mark else ""
        at += len(number) if number.isdigit() else 0
        rest = f"{rest[:at]}&#{ord(rest[at])};{rest[at + 1 :]}"
    return line[:end], rest.lstrip(" ")
