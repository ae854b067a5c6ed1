"""Characters that nobody can see: approvers approve what they see, so what goes out has none but those that are needed.

What is unseen is Unicode's own data: the general category Cf (format), and what the property Default_Ignorable_Code_Point
lists (DerivedCoreProperties.txt of the Unicode Character Database, version 15.1: it is not drawn where a font does not know
it), and control characters. What is needed, and only where it is: joiners within emoji and in scripts that are written with
them, variation selectors after an emoji or an ideograph, marks of direction in a line that is written from right to left,
the three flags that are spelled with tags, keycaps, and breaks between words of scripts without blanks.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

from handlers.base import Problem

_IGNORABLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Default_Ignorable_Code_Point."""
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
"""Category Cc, without those that are blanks or line breaks."""
_DRAWN: Final = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001345f]"
)
"""Of the category Cf, but drawn: Prepended_Concatenation_Mark (PropList.txt), and what places hieroglyphs."""

_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ALWAYS_TURNS: Final = frozenset("\u202b\u202d\u202e\u2067")
"""Embeddings and isolates from right to left, and overrides: letters stand elsewhere, or the other way round."""
_TURNS: Final = frozenset("\u202a\u2066\u2068")
"""Of those from left to right the same is true where letters go from right to left."""
_ENDS: Final = frozenset("\u202c\u2069")
_MARKS: Final = frozenset("\u061c\u200e\u200f")
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})

_JOINED: Final = frozenset(
    [
        "ARABIC",
        "SYRIAC",
        "MANDAIC",
        "NKO",
        "ADLAM",
        "MONGOLIAN",
        "PHAGS-PA",
        "MANICHAEAN",
        "DEVANAGARI",
        "BENGALI",
        "GURMUKHI",
        "GUJARATI",
        "ORIYA",
        "TAMIL",
        "TELUGU",
        "KANNADA",
        "MALAYALAM",
        "SINHALA",
        "KHMER",
        "MYANMAR",
        "TIBETAN",
        "BALINESE",
        "JAVANESE",
        "SUNDANESE",
        "LIMBU",
        "LEPCHA",
        "CHAKMA",
        "BRAHMI",
        "GRANTHA",
        "TIRHUTA",
        "KAITHI",
        "NEWA",
    ]
)
"""Scripts in which joiners choose the shape of letters, by the first word of their characters' names."""
_UNSPACED: Final = frozenset(["THAI", "LAO", "KHMER", "MYANMAR", "TAI", "JAVANESE", "BALINESE"])
"""Scripts without blanks, where a zero width space says that a word ends."""
_VIRAMA: Final = 9
"""Combining class of the signs that take a consonant its vowel."""
_FLAGS: Final = re.compile(
    "\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|"
    "\U000e0077\U000e006c\U000e0073)\U000e007f"
)
"""England, Scotland and Wales: the only flags that are spelled (emoji-sequences.txt)."""
_FILLERS: Final = frozenset("\u3164\uffa0")
"""They look like a blank, and become one."""
_SHOWN: Final = 40
_NAMED: Final = 3


@lru_cache(maxsize=4096)
def is_unseen(one: str) -> bool:
    """Whether nobody sees this character where it is not needed."""
    if one.isascii():
        return _CONTROLS.match(one) is not None
    if _IGNORABLE.match(one) or _CONTROLS.match(one):
        return True
    return unicodedata.category(one) == "Cf" and not _DRAWN.match(one)


def turns(one: str) -> bool:
    """Whether this character may turn the order of others around, or ends that."""
    return one in _ALWAYS_TURNS or one in _TURNS or one in _ENDS


def visible(text: str, where: str) -> tuple[str, list[Problem]]:
    """The text without the characters that nobody can see and that it does not need, and what people are to know of it.

    What turns the order of letters around stays and is an error: without it something else might be meant. `where` is
    what the text is, in sentences: `the title`. Zulip shows what an entity means (`&#x202e;`), so one that means such a
    character is taken for that.
    """
    text = _ENTITY.sub(_meant, text) if "&" in text else text
    if not any(map(is_unseen, text)):
        return text, []
    taken: dict[str, str] = {}
    turned: dict[str, str] = {}
    kept = "\n".join(_line(line, taken, turned) for line in text.split("\n"))
    problems = []
    if taken:
        shown = next(iter(taken.values()))
        problems.append(
            Problem(
                f"Characters that nobody can see were taken out of {where}: {_named(taken)}, in “{shown}”."
            )
        )
    if turned:
        shown = next(iter(turned.values()))
        problems.append(
            Problem(
                f"Nobody can see that {_named(turned)} in {where} turns the order of letters around: type “{shown}” anew.",
                error=True,
            )
        )
    return kept, problems


def _meant(entity: re.Match[str]) -> str:
    meaning = html.unescape(entity[0])
    return meaning if meaning and all(map(is_unseen, meaning)) else entity[0]


def _line(line: str, taken: dict[str, str], turned: dict[str, str]) -> str:
    """One line, in which directions are told anew. Adds what is `taken` out and what `turned` it, with where that is."""
    if not any(map(is_unseen, line)):
        return line
    leftwards = any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in line if not is_unseen(one))
    bent = any(one in _ALWAYS_TURNS or (leftwards and one in _TURNS) for one in line)
    spelled = {at for flag in _FLAGS.finditer(line) for at in range(flag.start() + 1, flag.end())}
    kept: list[str] = []
    for at, one in enumerate(line):
        following = line[at + 1 : at + 2]
        if not is_unseen(one) or at in spelled or _needed(one, kept[-2:], following, leftwards=leftwards):
            kept.append(one)
        elif bent and turns(one):
            kept.append(one)
            if one not in turned:
                turned[one] = _around(line, at)
        else:
            if one in _FILLERS:
                kept.append(" ")
            if one not in taken:
                taken[one] = _around(line, at)
    return "".join(kept)


def _needed(one: str, before: list[str], following: str, *, leftwards: bool) -> bool:
    """Whether an unseen character does its work here; `before` are the last two that were kept."""
    last = before[-1] if before else ""
    if not last:
        return (
            one == "\u115f" and _name(following).startswith("HANGUL JUNGSEONG") and not is_unseen(following)
        )
    if one in _MARKS:
        return leftwards and last not in _MARKS
    if one in "\u200c\u200d":
        return _joins(one, before, following)
    if "\ufe00" <= one <= "\ufe0f" or "\U000e0100" <= one <= "\U000e01ef":
        return _varies(one, last, following)
    if one == "\u200b":
        return _script(last) in _UNSPACED and _script(following) in _UNSPACED
    if one == "\u034f":  # between two signs on one letter, whose order it keeps
        return _is_sign(last) and _is_sign(following)
    if "\u180b" <= one <= "\u180f":
        return _script(last) == "MONGOLIAN"
    if one == "\u1160":
        return _name(last).startswith("HANGUL CHOSEONG") and not is_unseen(last)
    return one == "\u115f" and _name(following).startswith("HANGUL JUNGSEONG") and not is_unseen(following)


def _joins(one: str, before: list[str], following: str) -> bool:
    last = before[-1]
    drawn = before[0] if "\ufe0e" <= last <= "\ufe0f" else last
    if one == "\u200d" and _is_emoji(drawn) and _is_emoji(following):
        return True
    if _script(last) not in _JOINED:
        return False
    return one == "\u200d" or unicodedata.combining(last) == _VIRAMA or _script(following) in _JOINED


def _varies(one: str, last: str, following: str) -> bool:
    if one in "\ufe0e\ufe0f":
        return _is_emoji(last) or (last in "0123456789#*" and following == "\u20e3")
    if _name(last).startswith(("CJK UNIFIED", "CJK COMPATIBILITY")):
        return True
    drawn_so = _script(last) in {"MYANMAR", "PHAGS-PA"} or (
        unicodedata.category(last) == "Sm" and not last.isascii()
    )
    return one == "\ufe00" and drawn_so


def _is_sign(one: str) -> bool:
    return bool(one) and unicodedata.category(one) == "Mn" and not is_unseen(one)


def _name(one: str) -> str:
    return unicodedata.name(one, "") if one else ""


@lru_cache(maxsize=4096)
def _script(one: str) -> str:
    """Of a letter or a sign; empty for all others."""
    if not one or is_unseen(one) or unicodedata.category(one)[0] not in "LM":
        return ""
    return _name(one).partition(" ")[0]


def _is_emoji(one: str) -> bool:
    """Whether it is drawn as a picture, or may be; newer ones come in the same block."""
    if not one or one.isascii() or "\U0001f1e6" <= one <= "\U0001f1ff":
        return False
    return "\U0001f000" <= one <= "\U0001faff" or one in _pictures()


@cache
def _pictures() -> frozenset[str]:
    import emoji

    return frozenset(one for known in emoji.EMOJI_DATA for one in known if not is_unseen(one))


def _around(line: str, at: int) -> str:
    """What people see around there."""
    first = max(0, at - _SHOWN // 2)
    piece = "".join(one for one in line[first : at + _SHOWN // 2] if not is_unseen(one)).strip()
    return f"{'…' if first else ''}{piece}{'…' if at + _SHOWN // 2 < len(line) else ''}"


def _named(found: dict[str, str]) -> str:
    said = []
    for one in list(found)[:_NAMED]:
        code = f"U+{ord(one):04X}"
        name = unicodedata.name(one, "")
        said.append(f"{code} {name}" if name else code)
    return ", ".join(said) + (f" and {len(found) - _NAMED} more" if len(found) > _NAMED else "")
