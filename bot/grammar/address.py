"""Whether a message speaks to the bot, and what it says to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.grammar.blocks import inline_code, layout, quoted_replies
from bot.grammar.commands import begins
from bot.grammar.forms import BEGINS, STOPPING
from bot.grammar.quoted_cards import numbered
from bot.grammar.stopwords import stops

_BEHIND = re.compile(
    r"[\s,:]*+(?:(?:please|pls|plz|also|and|(?:can|could) you)(?!\w)[\s,:]*+){0,3}", re.IGNORECASE
)
_AGAIN = re.compile(r"\s@(?=\w)")
"""Another mention, whose words are looked at by themselves."""
_TEXT = re.compile(
    r"^[ \t>*`]*+(?:(?:a|new|another)\s++){0,3}(?:@\S++\s++)?(?:draft|edit|rewrite|alt|describe|(?:change|replace) (?:the )?text)(?!\w)",
    re.IGNORECASE | re.MULTILINE,
)
"""What gives a post a text."""


def addressed(content: str, *, name: str, user_id: int, direct: bool) -> str | None:
    """The text that is meant for the bot, or None if the message does not speak to it.

    A mention (`@**social**`, `@**social|42**`, in any case) counts anywhere but in code, in quotes and when it is
    silent; a plain `@social` only where the message begins, or what the person wrote under a quoted message. In a
    direct message no mention is needed. The mention is taken out; what stood before it is left out unless the
    order is made of it (`approve 12 @**social**`). Quoted messages at the top stay, for `draft` to take. Lines
    keep their numbers: what is left out leaves its line breaks.
    """
    content = content.replace("\r\n", "\n")
    top = _start(content)
    plain = _plain(name).match(content, _behind_quotes(content, top))
    if plain is None and top and not content[:top].strip():
        plain = _plain(name).match(content)
    spots = [plain.span()] if plain else []
    spots += _mentions(content, name, user_id)
    if not spots:
        return numbered(content, name=name, user_id=user_id) if direct else None
    (first, last), *others = sorted(spots)
    gaps = _gaps(content, name, [one for one in others if one[0] >= last], last)
    before, after = content[top:first], _after(_without(content, last, gaps))
    if not before.strip():
        return numbered(content[:first] + after, name=name, user_id=user_id)
    return _in_passing(content[:top], _from_stop(before, name), after, direct=direct)


def _gaps(
    content: str, name: str, others: Sequence[tuple[int, int]], start: int
) -> list[tuple[int, int, str]]:
    """The mentions in front of further orders, and what stands in place of each; whatever is the text of a post is left as it
    is, and so are quotes and code.
    """
    spots = sorted({*others, *(one for one in _visible(content, _plain(name).pattern) if one[0] >= start)})
    if not spots or _TEXT.search(content):
        return []
    gaps = []
    for first, last in spots:
        behind = _BEHIND.match(content, last)
        if behind is not None and BEGINS.match(content, behind.end()):
            breaks = "\n" * content.count("\n", last, behind.end())
            gaps.append((first, behind.end(), breaks or ("; " if content[start:first].strip() else " ")))
    return gaps


def _without(content: str, start: int, gaps: Sequence[tuple[int, int, str]]) -> str:
    """From there on, without these parts: all positions are those of the whole content."""
    parts = []
    for first, last, instead in gaps:
        parts += [content[start:first].rstrip(" "), instead]
        start = last
    return "".join([*parts, content[start:]])


def _from_stop(before: str, name: str) -> str:
    """What stands before the mention, from where a plain one stops a post on: that is heard, too."""
    for _, last in _visible(before, _plain(name).pattern):
        behind = _BEHIND.match(before, last)
        order = BEGINS.match(before, behind.end()) if behind else None
        if behind and order and order["stop"]:
            return "\n" * before.count("\n", 0, behind.end()) + before[behind.end() :]
    return before


def stop_in_passing(content: str, *, name: str) -> tuple[int, str] | None:
    """The line (from 1) of a message that is not addressed to the bot, on which a plain mention stands before words that stop a
    post, and what it says on that line; to be heard, for whoever stops a post in a hurry does not think of the form.
    """
    content = content.replace("\r\n", "\n")
    for _, last in _visible(content, _plain(name).pattern):
        end = content.find("\n", last)
        said = content[last : end if end >= 0 else len(content)]
        words = _AGAIN.split(said, maxsplit=1)[0]
        behind = _BEHIND.match(words)
        at = behind.end() if behind else 0
        order = BEGINS.match(words, at)
        if (order and order["stop"]) or STOPPING.match(words, at) or stops(words):
            return content.count("\n", 0, last) + 1, said[at:]
    return None


def stops_behind(content: str, *, name: str, user_id: int) -> tuple[int, str] | None:
    """The line (from 1) of a draft on which somebody speaks to the bot again and stops a post, and what it says; none behind
    `text:`, in a quote or in code.
    """
    lines = content.replace("\r\n", "\n").split("\n")
    mention = re.compile(rf"[ \t]*(?:{_plain(name).pattern}|{_mention(name, user_id)})", re.IGNORECASE)
    shape = layout(lines)
    for at in range(1, len(lines)):
        if shape.quote[at] or shape.fenced[at] or lines[at - 1].lstrip().casefold().startswith("text:"):
            continue
        said = mention.match(lines[at])
        behind = _BEHIND.match(lines[at], said.end()) if said else None
        order = BEGINS.match(lines[at], behind.end()) if behind else None
        if behind and order and order["stop"]:
            return at + 1, lines[at][behind.end() :]
    return None


def _in_passing(quoted: str, before: str, after: str, *, direct: bool) -> str:
    """The mention stands behind something else that the person wrote."""
    whole = f"{quoted}{before.rstrip(' ') + ' ' if before[-1:] == ' ' else before}{after}"
    if any(c.isalnum() for c in after) and begins(after.lstrip()):
        if (said := BEGINS.match(before.lstrip())) and said["stop"]:
            return whole
        return quoted + "\n" * before.count("\n") + after
    if begins(before.lstrip()) or direct or not any(c.isalnum() for c in after):
        return whole
    return quoted + "\n" * before.count("\n") + after


def _after(text: str) -> str:
    """What follows the mention, without the comma or colon that people put behind it."""
    return re.sub(r"\A(?:[,:]|[ \t]+[,:](?=\s|$))?[ \t]*", "", text)


def _start(content: str) -> int:
    """Where the person's own words begin: behind empty lines and quoted messages."""
    lines = content.split("\n")
    _, after = quoted_replies(lines)
    top = sum(len(line) + 1 for line in lines[:after])
    rest = content[top:]
    return min(len(content), top + len(rest) - len(rest.lstrip()))


def _behind_quotes(content: str, top: int) -> int:
    """Behind the lines that begin with `>`, too."""
    match = re.compile(r"(?:[ ]{0,3}>[^\n]*\n(?:[ \t]*\n)*)*").match(content, top)
    return match.end() if match else top


def _plain(name: str) -> re.Pattern[str]:
    """`@social` and then a blank, a sign or the end; not `@social.example.org`, `@socialise` or `@social-media`."""
    return re.compile(rf"@{re.escape(name)}(?=[\s,:;!?]|\.(?:\s|$)|$)", re.IGNORECASE)


def _mention(name: str, user_id: int) -> str:
    """A mention, as a regular expression."""
    return rf"@\*\*(?:{re.escape(name)}(?:\|{user_id})?|\|{user_id})\*\*"


def _mentions(content: str, name: str, user_id: int) -> Iterator[tuple[int, int]]:
    """Where the bot is really mentioned, by Zulip's rules."""
    return _visible(content, _mention(name, user_id))


def _visible(content: str, pattern: str) -> Iterator[tuple[int, int]]:
    """Where such a mention stands in neither a quote nor code."""
    mention = re.compile(rf"(?<![^\s'\"({{\[/<]){pattern}", re.IGNORECASE)
    if not mention.search(content):
        return
    lines = content.split("\n")
    shape = layout(lines)
    offset = 0
    own = True  # blanks before the first word do not make code of it
    for at, line in enumerate(lines):
        hidden = shape.quote[at] or (shape.code[at] and (shape.fenced[at] or not own))
        if not hidden:
            code = inline_code(line)
            for match in mention.finditer(line):
                if not any(first <= match.start() < last for first, last in code):
                    yield offset + match.start(), offset + match.end()
        own = own and not line.strip()
        offset += len(line) + 1
