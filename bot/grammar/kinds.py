"""What a line of a draft is: an option, the head of a section, text, or something that people must be asked about.

A line that looks like an option, a head or an order is never text by accident. Where it stands and what its value tells
decide; where it may be meant in two ways it stays in the text, as an error with both readings, and nobody can approve it.

Directly under `draft`, an option is read in any dress when its name is written in small letters and as it is, when its
value fits, or when it stands among options that are certain. Further down nothing is read, and what would be read above is
asked about. `text:` before a line says that it is text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import Enum

from bot.grammar import names
from bot.grammar.commands import begins
from bot.grammar.dress import peels
from bot.grammar.heads import heads
from bot.grammar.known import ASIDES, KNOWN, OTHER_WORDS
from bot.grammar.nearest import nearest
from bot.grammar.options import FREE, Option, fits, look
from bot.grammar.polite import start
from bot.grammar.reading import code
from bot.grammar.second_draft import is_second_draft
from bot.grammar.uploads import Line

TEXT = re.compile(r"\s*text\s*[:：][ \t]*(?P<rest>.*)")
_AGAIN = re.compile(r"(?:@_?\*\*[^*\n]+\*\*|@\w+)\s*[,:]?\s*(?P<rest>\S.*)")
_LONGEST_DOUBT = 2000
_SHOWN = 120
"""Characters of a line that are said back."""
_MORE = re.compile(
    r"\s(?:to|at|not after|lang|thread|visibility|title|cw|alt|link|note)\s?[:：](?!//)\s?", re.IGNORECASE
)
_TO_PERSON = re.compile(r"note (?:to|for) (?P<name>\S+)", re.IGNORECASE)
_EVERYBODY = frozenset({"all", "everyone", "everybody", "you", "self", "myself", "members"})
_PUBLIC = frozenset(
    {"to", "at", "not after", "lang", "visibility", "thread", "poll", "poll for", "poll multiple", "for kids"}
)
"""Options whose value tells even under a capital letter; `Link: https://…` and `Licence: CC BY` are usual in texts."""


class Kind(Enum):
    """What a line under `draft` is."""

    OPTION = "option"
    SLIP = "slip"
    DOUBT = "doubt"
    TEXT = "text"


def meant(option: Option, accounts: Sequence[str]) -> str | None:
    """The known option of which this is a slip; None where it may well be text."""
    if (aside := _aside(option)) is not None:
        return aside
    name = OTHER_WORDS.get(option.name) or nearest(option.name, KNOWN)
    if name is None:
        return None
    # `do`, `so` and `as` are one letter away from `to` and `at`: there the value decides.
    telling = option.lower and (name not in {"to", "at"} or option.name in OTHER_WORDS)
    return name if telling or (not option.dressed and fits(name, option.value, accounts)) else None


def _aside(option: Option) -> str | None:
    """The option for which an internal remark, or a word that no post begins with, was probably meant."""
    if option.bare or not option.value:
        return None
    person = _TO_PERSON.fullmatch(option.written)
    return "note" if person and person["name"].casefold() not in _EVERYBODY else ASIDES.get(option.name)


def certain(option: Option | None, accounts: Sequence[str]) -> bool:
    """Whether this line is an option wherever options may stand, whatever is around it."""
    if option is None or not option.known or _is_struck(option):
        return False
    if option.lower and not option.dressed:
        return True
    if option.name in FREE or option.name == "link":
        return False
    return option.fits(accounts) and (option.lower or not option.bare)


def _is_struck(option: Option) -> bool:
    return "~~" in option.line.text.partition(option.written)[0]


def is_capital(option: Option) -> bool:
    """Whether its name begins with a capital letter, as phones write every line."""
    return option.written[:1].isupper()


def above(option: Option, sure: Collection[bool], accounts: Sequence[str], *, behind: bool) -> Kind:
    """What this line directly under `draft` is.

    `sure`: `is_capital` of the certain options beside it; `behind`: it stands on the line of `draft` itself, where
    sentences begin.
    """
    if certain(option, accounts):
        return Kind.OPTION
    if _is_struck(option) and option.lower:
        return Kind.DOUBT
    if option.bare:
        return _bare_above(option, accounts, sure=bool(sure), behind=behind)
    if behind:
        return Kind.DOUBT if option.dressed and option.lower else Kind.TEXT
    if is_capital(option) in sure and (option.name in FREE or option.fits(accounts)):
        return Kind.OPTION
    return Kind.DOUBT


def _bare_above(option: Option, accounts: Sequence[str], *, sure: bool, behind: bool) -> Kind:
    if option.name == "to" and option.lower and _names_first(option.value, accounts):
        return Kind.DOUBT
    if behind:
        return Kind.TEXT
    if option.name not in FREE and option.fits(accounts):
        return Kind.OPTION if sure else Kind.DOUBT
    known = option.name in FREE or (sure and fits(option.name, option.value, accounts))
    return Kind.DOUBT if option.lower and known else Kind.TEXT


def _names_first(value: str, accounts: Sequence[str]) -> bool:
    word = value.partition(" ")[0].strip(",;")
    named = names.read(word, accounts)
    return bool(named.accounts or named.absent) and word.casefold() != "all"


def doubt(lines: Sequence[Line], at: int, accounts: Sequence[str]) -> str | None:
    """Why this line of a text must be asked about: which option, head or order it looks like. None: it is text."""
    line = lines[at]
    if line.told or not line.text.strip():
        return None
    if is_second_draft(lines, at):
        return (
            f"`{code(line.text.strip()[:_SHOWN])}` begins a second draft. One message makes one post: send it as a message of its own, and "
            "take it out of this one. Is it text? Then write `text:` on the line before it."
        )
    if len(line.text) > _LONGEST_DOUBT:
        return None
    option = look(line)
    if option is not None and option.known and option.value and _looks_meant(option, accounts):
        return (
            f"`{code(line.text.strip())}` looks like the option `{option.name}:`, but it stands in the text. Is it one? Then "
            "write it directly under `draft`, without an empty line. Is it text? Then write `text:` on the line before it."
        )
    if _is_head(lines, at, accounts):
        return (
            f"`{code(line.text.strip())}` looks like the head of a section. Is it one? Then write `--- {_wanted(line, accounts)}`. "
            "Is it text? Then write `text:` on the line before it."
        )
    if _is_order(line):
        return (
            f"`{code(line.text.strip())}` speaks to me, but it stands in the text of a draft. Is it meant for me? Then send it "
            "as a message of its own. Is it text? Then write `text:` on the line before it."
        )
    return None


def _looks_meant(option: Option, accounts: Sequence[str]) -> bool:
    if option.bare:
        return option.lower and option.name not in FREE and option.fits(accounts)
    if not option.lower:
        return option.name in _PUBLIC and option.fits(accounts)
    if option.name == "to" and len(option.value.split()) > 1:
        return option.fits(accounts)  # `to: be or not`
    return True


def _wanted(line: Line, accounts: Sequence[str]) -> str:
    found = heads(line, accounts, dashes=True) or heads(line, accounts, dashes=False)
    return found.wanted if found else "x"


def _is_head(lines: Sequence[Line], at: int, accounts: Sequence[str]) -> bool:
    """Whether the line names platforms above a text; in a list of platforms it does not."""
    ruled = heads(lines[at], accounts, dashes=True)
    if ruled is not None and ruled.certain and ruled.strict:
        return True
    found = ruled if ruled is not None and ruled.certain else heads(lines[at], accounts, dashes=False)
    if found is None:
        return False
    bare = lines[at].text.strip() == found.wanted
    beside = (*lines[max(0, at - 1) : at], *lines[at + 1 : at + 2])
    if any(heads(one, accounts, dashes=False) for one in beside):
        return False
    following = lines[at + 1 : at + (2 if bare else 3)]
    return any(one.text.strip() for one in following)


_ORDER = re.compile(r"[a-z]{2,12}\s+#?\d{1,9}[.!]?", re.IGNORECASE)
"""A whole line such as `hold 12`."""


def _is_order(line: Line) -> bool:
    at = line.text.find("@")
    behind_signs = [line.text[at:]] if at > 0 and not any(c.isalnum() for c in line.text[:at]) else []
    for text in (*peels(line.text), *behind_signs):
        if _ORDER.fullmatch(text.strip()) and not start(text.strip()) and begins(text.strip()):
            return True
        match = _AGAIN.match(text.strip())
        if match is not None:
            rest = match["rest"]
            said = look(Line(line.number, rest))
            option = said is not None and said.known and said.lower and not said.bare and bool(said.value)
            return option or (begins(rest) and any(c.isdigit() for c in rest[:40]))
    return False


def several(value: str) -> bool:
    """Whether there are more options on the line of this one."""
    return _MORE.search(value) is not None
