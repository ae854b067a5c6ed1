"""A line without what people and phones put around it: Zulip's markup, quotation marks, emoji, blanks nobody sees."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff]"
)
_HEADING = re.compile(r"#{1,6}\s+(?P<rest>.*)")
_ITEM = re.compile(
    r"(?:>|(?:\\?[-*+•◦▪‣·●○–—→➡⇒►▶➔➤]|\d{1,3}[.)]|[a-z][.)]|\[[ xX]?\])\s)\s*|:[a-z0-9_+-]+:\s*",
    re.IGNORECASE,
)
_LINK = re.compile(r"\[(?P<rest>[^\]\n]*)\]\([^()\s]*\)")
_MARKUP = (
    ("***", "***"),
    ("**", "**"),
    ("__", "__"),
    ("~~", "~~"),
    ("``", "``"),
    ("*", "*"),
    ("_", "_"),
    ("`", "`"),
)
_QUOTES = (
    ("\u201c", "\u201d"), ("\u201d", "\u201d"), ("\u201e", "\u201c"), ("\u201e", "\u201d"), ("\u00ab", "\u00bb"),
    ("\u00bb", "\u00ab"), ("\u2018", "\u2019"), ("\u201a", "\u2018"), ('"', '"'), ("'", "'"),
)  # fmt: skip
_AROUND = (
    *_MARKUP,
    *_QUOTES,
    ("$$", "$$"),
    ("[", "]"),
    ("(", ")"),
    ("|", "|"),
    ("===", "==="),
    ("{", "}"),
    ("<", ">"),
)
_SIGN = re.compile(r"(?:--?|[#/!→])(?=(?:to|at)\b)")
"""What stands before a command elsewhere: `--to`, `/to`."""
_ROW = re.compile(r"\|(?P<name>[^|]{1,40})\|(?P<value>[^|\s].*?)\|?")
_LOOKALIKE = str.maketrans(
    {**{c: chr(c - 0xFEE0) for c in range(0xFF21, 0xFF5B)}, **dict.fromkeys(map(ord, "꞉∶﹕ː︓"), ":")}
)
"""Full-width letters, and what looks like a colon."""
_FENCE = re.compile(r"(?:`{3,}|~{3,})\s*\w*\s+(?P<rest>\S.*)")
"""A spoiler's header."""
_ASCII = 127
_LAYERS = 8
_LONGEST_NAME = 40
"""Characters of a name that has marks of its own: `**to:** x`."""


def peels(line: str) -> Iterator[str]:
    """The line as it is, and then with one layer less at a time."""
    yield line
    for _ in range(_LAYERS):
        peeled = _peeled(line)
        if peeled == line:
            return
        yield peeled
        line = peeled


def unwrapped(value: str, *, quotes: bool) -> str:
    """A value without the markup (and the quotation marks) around the whole of it."""
    for _ in range(_LAYERS):
        inner = _inner(value, (*_MARKUP, *_QUOTES) if quotes else _MARKUP)
        if inner is None or not inner.strip():
            return value
        value = inner.strip()
    return value


def _peeled(line: str) -> str:
    seen = _UNSEEN.sub("", line).strip() if _UNSEEN.search(line) or line != line.strip() else line
    if seen != line:
        return seen
    named = line[:_LONGEST_NAME].translate(_LOOKALIKE) + line[_LONGEST_NAME:]
    if named != line:
        return named
    if row := _ROW.fullmatch(line):
        return f"{row['name']}: {row['value']}"
    if sign := _SIGN.match(line):
        return line[sign.end() :]
    if heading := _HEADING.fullmatch(line):
        return _without_close(heading["rest"].rstrip())
    if item := _ITEM.match(line):
        return line[item.end() :]
    if line and ord(line[0]) > _ASCII and unicodedata.category(line[0]) in {"So", "Sk"}:
        return line[1:].lstrip("\u200d\ufe0f \u00a0")
    if link := _LINK.fullmatch(line) or _FENCE.fullmatch(line):
        return link["rest"]
    inner = _inner(line, _AROUND)
    return _of_name(line) if inner is None else inner


def _without_close(heading: str) -> str:
    """Without the signs that may close a heading: `# x ##`. No pattern, which would try each blank of a long row as their begin."""
    words = heading.rstrip("#")
    return words.rstrip() if words[-1:].isspace() else heading


def _inner(line: str, pairs: tuple[tuple[str, str], ...]) -> str | None:
    for first, last in pairs:
        if line.startswith(first) and line.endswith(last) and len(line) > len(first) + len(last):
            inner = line[len(first) : -len(last)]
            if last not in inner or first != last:
                return inner
    return None


def _of_name(line: str) -> str:
    """Without the marks around the first words alone, or without one that was never closed."""
    for first, last in _AROUND:
        if not line.startswith(first):
            continue
        end = line.find(last, len(first), len(first) + _LONGEST_NAME)
        if end > 0:
            return line[len(first) : end] + line[end + len(last) :]
        if first not in {"(", "[", "<", "{", "'", '"'}:
            return line[len(first) :].lstrip()
    return line
