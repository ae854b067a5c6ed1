"""Links to uploaded files: taken out of the text, with their alt texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from urllib.parse import quote, unquote

from bot.grammar.blocks import inline_code, layout
from handlers.links import local
from handlers.text.entities import shown

_LINK = re.compile(
    r"!?\[(?P<text>(?:[^\[\]\n]|\[[^\[\]\n]*\])*)\]\(\s*<?(?P<server>(?i:https?)://[^\s()<>\[\]\"'`\\/]+)?(?P<path>/(?:user_uploads/|thumbnail/?\?)[^\s()<>\[\]\"'`]+)>?"
    r"(?:\s+\"[^\"\n]*\")?\s*\)"
)
"""A link that names a server leads wherever its writer likes, unless that is the community's own."""
_INSIDE = re.compile(r"(/user_uploads/[^?#]+)")
_SMALL = re.compile(r"(?<=^/user_uploads)/thumbnail(/.+)/\d+x\d+(?:-\w+)?\.\w+")
"""A preview, which Zulip makes of a picture: `…/photo.png/840x560.webp`."""
_OLD_SMALL = re.compile(r"/thumbnail/?\?(?:[^#]*&)?url=/?(user_uploads(?:/|%2F)[^&#]+)", re.IGNORECASE)
"""The same before Zulip 9."""
_WHOLE = re.compile(
    r"(?P<inside>\]\(\s*<?)?(?P<open><)?(?P<link>https?://[^\s()<>\[\]\"'`\\]+)(?(open)>|)", re.IGNORECASE
)
_LEFT_OVER = re.compile(r"\s*+(?:[-*+•>]|\d{1,3}[.)])?\s*+")
_EXTENSION = re.compile(r"\.\w{2,5}$")
_NOT_IN_NAMES = re.compile(r"[^\w .,+()-]")
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
    site: str = ""
    """The address of the community's own server, whose files may be linked by their whole address."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A link to a file, and where it stood."""

    line: int
    path: str
    name: str
    alt: str


def take_out(lines: Sequence[Line]) -> tuple[list[Line], list[Upload]]:
    """The lines without their links to uploaded files, and the files. Links inside code stay text, and so do those to
    another server. Nothing of a link is written into a text: its name may hold whatever somebody percent-encoded.
    """
    shape = layout([line.text for line in lines])
    kept: list[Line | None] = []
    uploads: list[Upload] = []
    for at, line in enumerate(lines):
        if shape.code[at] or not ("](" in line.text or "://" in line.text):
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
    for first, last, path, text in _links(line):
        if any(start <= first < stop for start, stop in code):
            continue
        parts.append(line.text[end:first])
        end = last
        name = _name(path)
        found.append(Upload(line.number, path, name, _alt(text, name)))
    if not found:
        return line.text, []
    parts.append(line.text[end:])
    return reduce(_joined, parts), found


def _links(line: Line) -> list[tuple[int, int, str, str]]:
    """Where links to uploaded files begin and end, their paths and their texts: as Zulip writes them, and the whole addresses
    of files of the community's own server.
    """
    found = []
    for match in _LINK.finditer(line.text):
        path = _safe(match["path"])
        if path and (not match["server"] or _is_own(match["server"] + match["path"], line.site)):
            found.append((*match.span(), path, match["text"]))
    taken = [match.span() for match in _LINK.finditer(line.text)]
    for match in _WHOLE.finditer(line.text) if line.site else ():
        inside = match["inside"] or line.text[: match.start()].endswith("[")
        if inside or any(first <= match.start() < last for first, last in taken):
            continue
        link = match["link"] if match["open"] else match["link"].rstrip(".,;:!?")
        path = _safe(f"/{link.partition('://')[2].partition('/')[2]}")
        if path and _is_own(link, line.site):
            last = match.end() - (0 if match["open"] else len(match["link"]) - len(link))
            found.append((match.start(), last, path, ""))
    return sorted(found)


def _is_own(link: str, site: str) -> bool:
    return bool(site) and local(link, [site]) is not None


def _name(path: str) -> str:
    """The file's name for people: Zulip keeps letters, digits and a few signs, so nothing else is one of it."""
    return _NOT_IN_NAMES.sub("_", unquote(path.rpartition("/")[2]))


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
        link = f"/{quote(unquote(old[1]), safe='/%')}"
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
