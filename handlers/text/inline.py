"""One line of Zulip's Markdown as plain text: emphasis, links, mentions, times, code.

Each character is looked at a bounded number of times, so that no line is slow.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from handlers.text.entities import ENTITY, meaning
from handlers.text.spans import code_spans, url_at
from handlers.text.times import readable_time

_SPECIAL = re.compile(r"[`$<!\[@#*~&]|https?://", re.IGNORECASE)
_MATH = re.compile(r"(?<![\w$])\$\$([^$\n]++)\$\$(?![\w$])")
_AUTOLINK = re.compile(r"<(https?://[^\s<>]++)>", re.IGNORECASE)
_TIME = re.compile(r"<time:([^<>\n]++)>")
_USER = re.compile(r"@_?\*\*([^*\n]++)\*\*")
_GROUP = re.compile(r"@_?\*([^*\n]++)\*")
_CHANNEL = re.compile(r"#\*\*([^*\n]++)\*\*")
_TARGET = re.compile(r"<?([^\s<>]++)>?(?:\s++(?:\"[^\"]*+\"|'[^']*+'))?\s*")
_SCHEME = re.compile(r"\A(?:https?://|mailto:)", re.IGNORECASE)
_URN = re.compile(r"urn:li:\w+:[\w-]+")
_INTERNAL = re.compile(r"/?#narrow/|/user_uploads/")


@dataclass(slots=True)
class _Mark:
    """A piece that may turn out to be emphasis: `*`, `**` or `~~`."""

    piece: int
    start: int
    end: int


@dataclass(slots=True)
class _Line:
    """A line on its way to plain text."""

    text: str
    links: bool
    pieces: list[str] = field(default_factory=list)
    open: dict[str, list[_Mark]] = field(default_factory=dict)
    codes: dict[int, int] = field(default_factory=dict)
    pairs: dict[int, int] = field(default_factory=dict)


def inline(text: str, *, links: bool = True) -> str:
    """One line without its markup. `links=False`: within the text of a link, where there can be none."""
    line = _Line(text, links, codes=dict(code_spans(text)), pairs=_pairs(text))
    at = 0
    while special := _SPECIAL.search(text, at):
        start = special.start()
        line.pieces.append(text[at:start])
        at = next((end for step in _STEPS.get(text[start], ()) if (end := step(line, start)) is not None), -1)
        if at < 0:
            at = _literal(line, start)
    line.pieces.append(text[at:])
    return "".join(line.pieces)


def _literal(line: _Line, at: int) -> int:
    """What only looked special; of an address all of it, so that nothing in it is taken for markup."""
    end = url_at(line.text, at) or at + 1
    line.pieces.append(line.text[at:end])
    return end


def _code(line: _Line, at: int) -> int | None:
    end = line.codes.get(at)
    if end is not None:
        line.pieces.append(line.text[at:end].strip("`").strip() or line.text[at:end])
        return end
    end = at
    while line.text.startswith("`", end):
        end += 1
    line.pieces.append(line.text[at:end])
    return end


def _math(line: _Line, at: int) -> int | None:
    return _replaced(line, _MATH.match(line.text, at), lambda body: body)


def _pointed(line: _Line, at: int) -> int | None:
    found = _AUTOLINK.match(line.text, at)
    if found:
        return _replaced(line, found, lambda url: url)
    return _replaced(line, _TIME.match(line.text, at), readable_time)


def _entity(line: _Line, at: int) -> int | None:
    """`&amp;` is what Zulip shows: `&`. What nobody could see is left as it was written."""
    found = ENTITY.match(line.text, at)
    shown = meaning(found[0]) if found else None
    return None if shown is None else _replaced(line, found, lambda _: shown)


def _mention(line: _Line, at: int) -> int | None:
    if line.links and line.text.startswith("[", at + 1):
        return _organization(line, at)
    user = _USER.match(line.text, at)
    if user:
        return _replaced(line, user, _person)
    return _replaced(line, _GROUP.match(line.text, at), lambda name: name)


def _person(written: str) -> str:
    """`Alice|7` is Alice; a bare `|7` has no name that could be shown."""
    name, bar, number = written.rpartition("|")
    if not bar or not number.isdigit():
        return written
    return name or f"user {number}"


def _channel(line: _Line, at: int) -> int | None:
    return _replaced(line, _CHANNEL.match(line.text, at), _place)


def _place(written: str) -> str:
    """`channel>topic@31` is channel and topic, without the number of a message."""
    channel, arrow, topic = written.partition(">")
    topic = re.sub(r"@\d+\Z", "", topic)
    return f"{channel} > {topic}" if arrow and topic else channel


def _link(line: _Line, at: int) -> int | None:
    """`[text](address)`, or `![text](address)` where the sign belongs to the link and not to a word before."""
    opening = at + 1 if line.text[at] == "!" else at
    if opening > at and at > 0 and line.text[at - 1].isalnum():
        return None
    found = _target(line, opening)
    if found is None:
        return None
    close, end, url = found
    words = inline(line.text[opening + 1 : close], links=False).strip()
    line.pieces.append(_linked(words, url))
    return end


def _organization(line: _Line, at: int) -> int | None:
    """`@[Name](urn:li:organization:1)`, as LinkedIn writes a mention, is the name."""
    found = _target(line, at + 1)
    if found is None or not _URN.fullmatch(found[2]):
        return None
    line.pieces.append(line.text[at + 2 : found[0]])
    return found[1]


def _target(line: _Line, opening: int) -> tuple[int, int, str] | None:
    """For a `[`: where its `]` is, where the link ends, and its address."""
    close = line.pairs.get(opening) if line.links else None
    end = line.pairs.get(close + 1) if close is not None else None
    if close is None or end is None or line.text[close + 1] != "(":
        return None
    target = _TARGET.fullmatch(line.text[close + 2 : end].lstrip())
    return (close, end + 1, target[1]) if target else None


def _linked(words: str, url: str) -> str:
    shown = url.removeprefix("mailto:")
    if _INTERNAL.match(url) and words:
        return words
    if not words or _bare(words) == _bare(url):
        return shown
    return f"{words} ({shown})"


def _bare(url: str) -> str:
    return _SCHEME.sub("", url).rstrip("/").casefold()


def _emphasis(line: _Line, at: int) -> int:
    """A run of `*` or `~`; three asterisks are bold and italic at once, more are decoration."""
    sign = line.text[at]
    end = at
    while line.text.startswith(sign, end):
        end += 1
    marks = {("*", 1): ["*"], ("*", 2): ["**"], ("*", 3): ["**", "*"], ("~", 2): ["~~"]}.get((sign, end - at))
    if marks is None:
        line.pieces.append(line.text[at:end])
        return end
    for kind in marks:
        line.pieces.append(kind)
        _mark(line, kind, _Mark(len(line.pieces) - 1, at, end))
    return end


def _mark(line: _Line, kind: str, mark: _Mark) -> None:
    """Close what this mark closes, else keep it as one that may open."""
    before, after = line.text[mark.start - 1 : mark.start], line.text[mark.end : mark.end + 1]
    stack = line.open.setdefault(kind, [])
    if stack and before and not before.isspace() and stack[-1].end < mark.start:
        opener = stack[-1]
        glued = opener.start > 0 and line.text[opener.start - 1].isalnum() and after.isalnum()
        if kind == "~~" or not glued:  # 2*3*4 is no emphasis
            stack.pop()
            line.pieces[opener.piece] = line.pieces[mark.piece] = ""
            return
    if after and not after.isspace():
        stack.append(mark)


def _replaced(line: _Line, match: re.Match[str] | None, show: Callable[[str], str | None]) -> int | None:
    shown = show(match[1]) if match else None
    if match is None or shown is None:
        return None
    line.pieces.append(shown)
    return match.end()


def _pairs(text: str) -> dict[int, int]:
    """Each `[` and `(` with the place of its partner."""
    pairs: dict[int, int] = {}
    stacks: dict[str, list[int]] = {"]": [], ")": []}
    for sign in re.finditer(r"[\[\]()]", text):
        at = sign.start()
        if sign[0] in "[(":
            stacks["]" if sign[0] == "[" else ")"].append(at)
        elif stacks[sign[0]]:
            pairs[stacks[sign[0]].pop()] = at
    return pairs


_STEPS: dict[str, tuple[Callable[[_Line, int], int | None], ...]] = {
    "`": (_code,),
    "$": (_math,),
    "<": (_pointed,),
    "!": (_link,),
    "[": (_link,),
    "@": (_mention,),
    "#": (_channel,),
    "*": (_emphasis,),
    "~": (_emphasis,),
    "&": (_entity,),
}
