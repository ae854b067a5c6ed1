"""A text written so that a server which reads Markdown shows it letter for letter: Hollo, which has no other way.

By CommonMark 0.31 (https://spec.commonmark.org/0.31.2/) with what markdown-it adds of itself (tables, `~~`, links):
a backslash before a sign of ASCII makes it a sign, two blanks at the end of a line keep the line. What a server makes a link,
a mention or a hashtag of stays as it is.
"""

from __future__ import annotations

import re
from typing import Final

_KEPT: Final = re.compile(
    r"""
    (?<![a-z0-9.+-]) https?://[^\W_][\w.@:-]*  # an address is read before any mark in it; a backslash would be of it
      (?: [/?\#] (?: [^\s<>()\[\]{}"] | \([^\s)]*\) | \[[^\s\]]*\] | \{[^\s}]*\} | "[^\s"]+" )* [\[\]<>]? )?
    | (?<![\w/@]) @(?!_)\w+ (?:[.-]+\w+)* (?:@[\w.:-]*\w)? (?!\w|://)  # somebody's name
    | (?<=[^\W_])_+(?=[^\W_])  # within a word it is no mark
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Addresses as linkify-it 5 finds them (`lib/re.mjs`)."""
_MARKS: Final = re.compile(r"[\\`*_\[\]<&~|]")
_AT_THE_START: Final = re.compile(
    r"(?P<blanks>[ \t]*)(?:(?P<sign>\#(?=\#{0,5}(?:[ \t]|$))|:(?=-)|[>+=-])|(?P<number>\d{1,9})(?P<dot>[.)]))?"
)
"""What begins a heading, a quote, a list, a rule, a line under a heading or a table's; and code, by its blanks."""


def escaped(text: str) -> str:
    """The text with a backslash before every mark, and two blanks at the end of every line that another one follows."""
    lines = [one.rstrip(" \t") for one in text.replace("\r\n", "\n").split("\n")]
    made = [_line(one) for one in lines]
    for number, one in enumerate(lines[:-1]):
        if one and lines[number + 1]:
            made[number] += "  "
    return "\n".join(made)


def _line(line: str) -> str:
    start = _AT_THE_START.match(line)
    if start is None:  # it matches an empty text, too
        return line
    head, rest = "", line[start.end() :]
    if start["blanks"]:  # the first as an entity: code begins with blanks, and they would be lost
        head = f"&#{ord(start['blanks'][0])};{start['blanks'][1:]}"
    if start["sign"]:
        head += f"\\{start['sign']}"
    elif start["number"]:
        head += f"{start['number']}\\{start['dot']}"
    return head + _escaped(rest)


def _escaped(text: str) -> str:
    out, last = [], 0
    for kept in _KEPT.finditer(text):
        out += [_MARKS.sub(r"\\\g<0>", text[last : kept.start()]), kept[0]]
        last = kept.end()
    return "".join([*out, _MARKS.sub(r"\\\g<0>", text[last:])])
