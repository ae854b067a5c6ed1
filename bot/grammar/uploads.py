"""Links to uploaded files: taken out of the text, with their alt texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from urllib.parse import unquote

from bot.grammar.blocks import inline_code, layout
from handlers.links import local
from handlers.text.entities import shown

_LINK = re.compile(
    r"!?\[(?P<text>(?:[^\[\]\n]|\[[^\[\]\n]*\])*)\]\(\s*<?(?P<path>/(?:user_uploads/|thumbnail/?\?)[^\s()<>\[\]\"'`]+)>?"
    r"(?:\s+\"[^\"\n]*\")?\s*\)"
)
"""Without a server: a link that names one leads wherever its writer likes, unless `at_home` knows it as our own."""
_INSIDE = re.compile(r"(/user_uploads/[^?#]+)")
_SMALL = re.compile(r"(?<=^/user_uploads)/thumbnail(/.+)/\d+x\d+(?:-\w+)?\.\w+")
"""A preview, which Zulip makes of a picture: `…/photo.png/840x560.webp`."""
_OLD_SMALL = re.compile(r"/thumbnail/?\?(?:[^#]*&)?url=/?(user_uploads(?:/|%2F)[^&#]+)", re.IGNORECASE)
"""The same before Zulip 9."""
_WHOLE = re.compile(
    r"(?P<inside>\]\(\s*<?)?(?P<open><)?(?P<link>https?://[^\s()<>\[\]\"'`\\]+)(?(open)>|)", re.IGNORECASE
)
_LEFT_OVER = re.compile(r"\s*(?:[-*+•>]|\d{1,3}[.)])?\s*")
_EXTENSION = re.compile(r"\.\w{2,5}$")
_DEVICE = re.compile(
    r"(?:(?:img|dsc[fn]?|pxl|mvimg|vid|mov|p|image|photo|signal|screenshot|screen shot|bildschirmfoto"
    r"|whatsapp (?:image|video))(?=[\W_]*\d))?(?:\d|[\W_]|(?<![^\W_])(?:at|um|am|pm)(?![^\W_])|wa(?=\d))*",
    re.IGNORECASE,
)
"""A name that a camera, a phone or a program gave: it says nothing to somebody who cannot see the picture."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the message, with its number (1-based)."""

    number: int
    text: str
    told: bool = False
    """Somebody said that it is text, whatever it looks like."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A link to a file, and where it stood."""

    line: int
    path: str
    name: str
    alt: str


def at_home(text: str, site: str) -> str:
    """The same message with files of this very server linked as Zulip itself links them, `[photo.png](/user_uploads/…)`,
    where somebody wrote their whole address. Links to any other server, and code, stay as they are.
    """
    if "://" not in text:
        return text
    lines = text.split("\n")
    code = layout(lines).code
    return "\n".join(line if code[at] else _at_home(line, site) for at, line in enumerate(lines))


def _at_home(line: str, site: str) -> str:
    code = inline_code(line)

    def linked(match: re.Match[str]) -> str:
        link = match["link"] if match["inside"] or match["open"] else match["link"].rstrip(".,;:!?")
        path = link.partition("://")[2].partition("/")[2]
        named = match["inside"] is None
        if any(first <= match.start() < last for first, last in code) or local(link, [site]) is None:
            return match[0]
        if (found := _safe(f"/{path}")) is None or (named and line[: match.start()].endswith("[")):
            return match[0]
        if not named:
            return f"{match['inside']}/{path}"
        name = re.sub(r"[\[\]]", "", unquote(found.rpartition("/")[2]))
        return f"[{name}]({found}){match['link'][len(link) :]}"

    return _WHOLE.sub(linked, line)


def take_out(lines: Sequence[Line]) -> tuple[list[Line], list[Upload]]:
    """The lines without their links to uploaded files, and the files. Links inside code stay text."""
    shape = layout([line.text for line in lines])
    kept: list[Line | None] = []
    uploads: list[Upload] = []
    for at, line in enumerate(lines):
        if shape.code[at] or "](" not in line.text:
            kept.append(line)
            continue
        text, found = _without(line)
        uploads += found
        alone = found and _LEFT_OVER.fullmatch(text)
        kept.append(None if alone else replace(line, text=text))
    return _closed_up(kept), uploads


def _without(line: Line) -> tuple[str, list[Upload]]:
    code = inline_code(line.text)
    parts, found, end = [], [], 0
    for match in _LINK.finditer(line.text):
        path = _safe(match["path"])
        if path is None or any(first <= match.start() < last for first, last in code):
            continue
        parts.append(line.text[end : match.start()])
        end = match.end()
        name = unquote(path.rpartition("/")[2])
        found.append(Upload(line.number, path, name, _alt(match["text"], name)))
    if not found:
        return line.text, []
    parts.append(line.text[end:])
    return reduce(_joined, parts), found


def _joined(left: str, right: str) -> str:
    """What stood around a link, with one blank where there were any."""
    if not left.strip() or not right.strip():
        return left.rstrip() + right.strip() if left.strip() else left + right.lstrip()
    if not left[-1].isspace() and not right[0].isspace():
        return left + right
    right = right.lstrip()
    return left.rstrip() + ("" if right[0] in ".,;:!?)" else " ") + right


def _safe(link: str) -> str | None:
    """The path on the community's own server; None for one that would lead out of the uploads. Of a preview it is the
    path of the file itself.
    """
    if old := _OLD_SMALL.match(link):
        link = f"/{unquote(old[1])}"
    match = _INSIDE.match(_SMALL.sub(r"\1", link))
    steps = unquote(match[1]).split("/") if match else []
    if match is None or any(step in {".", ".."} or "\\" in step for step in steps) or not steps[-1]:
        return None
    return match[1]


def _alt(text: str, name: str) -> str:
    """The link's text, unless it is only a file's name (Zulip leaves blanks and signs out of the name)."""
    text = " ".join(shown(text).split())
    if _DEVICE.fullmatch(text) and any(c.isdigit() for c in text):
        return ""
    ending = _EXTENSION.search(name)
    if _letters(text) == _letters(name) or (ending and text.casefold().endswith(ending[0].casefold())):
        return ""
    return text


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _closed_up(kept: Sequence[Line | None]) -> list[Line]:
    """Without the lines that held only files; where one stood between two empty lines, one of those goes too."""
    lines: list[Line] = []
    gone = False
    for line in kept:
        if line is None:
            gone = True
            continue
        if gone and not line.text.strip() and (not lines or not lines[-1].text.strip()):
            gone = False
            continue
        gone = False
        lines.append(line)
    return lines
