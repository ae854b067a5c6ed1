"""The `name: value` lines above a text: which lines are options, which are slips, and which are text.

A line is an option when its name is one of the known ones (in any case; `not-after` and `not_after` too). It is
taken for a slip, and refused, when its name is near a known one, or another word for it (`platforms`, `when`), and
either it is written in small letters or its value is one that the option takes. So `Reminder: …`, `Note to all: …`
and `https://…` are text. A line of text that only looks like an option becomes text after an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.grammar import names
from bot.grammar.nearest import nearest
from bot.grammar.uploads import Line
from handlers.base import Options, Problem

KNOWN = (
    "to",
    "at",
    "not after",
    "title",
    "cw",
    "lang",
    "visibility",
    "alt",
    "thread",
    "link",
    "campaign",
    "note",
)
"""Every option there is."""

OTHER_WORDS = {
    "platforms": "to",
    "platform": "to",
    "accounts": "to",
    "account": "to",
    "targets": "to",
    "target": "to",
    "where": "to",
    "post to": "to",
    "send to": "to",
    "when": "at",
    "time": "at",
    "date": "at",
    "schedule": "at",
    "scheduled": "at",
    "publish at": "at",
    "post at": "at",
    "on": "at",
    "before": "not after",
    "until": "not after",
    "expires": "not after",
    "deadline": "not after",
    "no later than": "not after",
    "headline": "title",
    "subject": "title",
    "content warning": "cw",
    "warning": "cw",
    "sensitive": "cw",
    "language": "lang",
    "privacy": "visibility",
    "alt text": "alt",
    "alttext": "alt",
    "description": "alt",
    "split": "thread",
    "url": "link",
    "notes": "note",
    "comment": "note",
}
"""What people write for an option: refused with its right name, because it may be text as well."""

LANGUAGES = {
    "english": "en",
    "finnish": "fi",
    "suomi": "fi",
    "swedish": "sv",
    "svenska": "sv",
    "norwegian": "no",
    "norsk": "no",
    "danish": "da",
    "dansk": "da",
    "icelandic": "is",
    "estonian": "et",
    "latvian": "lv",
    "lithuanian": "lt",
    "german": "de",
    "deutsch": "de",
    "french": "fr",
    "dutch": "nl",
    "spanish": "es",
    "italian": "it",
    "polish": "pl",
    "portuguese": "pt",
}
_VISIBLE = {
    "quiet public": "unlisted",
    "followers": "private",
    "followers only": "private",
    "followers-only": "private",
}
_YES = {"yes", "y", "on", "true", "ok", "allowed"}
_NO = {"no", "n", "off", "false", "never"}

_OPTION = re.compile(r"\s{0,3}(?P<name>[^\W\d_][\w -]{0,24}?)\s*[:：](?!//)\s*(?P<value>.*)")
_TIME = re.compile(
    r"\d|\b(?:now|next|noon|midnight|today|tomorrow|(?:mon|tues?|wed|thur?s?|fri|sat|sun)(?:[a-z]*day)?)\b",
    re.IGNORECASE,
)
_LANG = re.compile(r"([a-z]{2,3})(?:[-_][a-z]{2,4})?", re.IGNORECASE)
_SHORT_VALUE = 6


@dataclass(frozen=True, slots=True)
class Option:
    """One line that looks like an option."""

    line: Line
    written: str
    """The name as it was written."""
    name: str
    """The name in small letters, with single blanks."""
    value: str

    @property
    def known(self) -> bool:
        """Whether there is an option of that name."""
        return self.name in KNOWN


def look(line: Line) -> Option | None:
    """The line as an option, if it has the form of one."""
    match = _OPTION.fullmatch(line.text.rstrip())
    if not match:
        return None
    name = " ".join(re.sub(r"[-_]", " ", match["name"]).casefold().split())
    name = "not after" if name == "notafter" else name
    return Option(line, match["name"], name, match["value"].strip())


def meant(option: Option, accounts: Sequence[str]) -> str | None:
    """The known option of which this is a slip; None where it may well be text."""
    name = OTHER_WORDS.get(option.name) or nearest(option.name, KNOWN)
    if name is None:
        return None
    # `do`, `so` and `as` are one letter away from `to` and `at`: there the value decides.
    telling = option.written.islower() and (name not in {"to", "at"} or option.name in OTHER_WORDS)
    return name if telling or fits(name, option.value, accounts) else None


def fits(name: str, value: str, accounts: Sequence[str]) -> bool:
    """Whether the value is one that this option would take (free text tells nothing: no)."""
    if name == "to":
        named = names.read(value, accounts)
        return bool(named.accounts or named.absent or any(near for _, near in named.unknown))
    if name in {"at", "not after"}:
        return len(value.split()) <= _SHORT_VALUE and bool(_TIME.search(value))
    if name == "thread":
        return value.casefold() in _YES | _NO
    if name == "lang":
        return _language(value) is not None
    if name == "link":
        return value.startswith(("http://", "https://"))
    return False


def _language(value: str) -> str | None:
    found = _LANG.fullmatch(value)
    return LANGUAGES.get(value.casefold()) or (found[1].lower() if found else None)


@dataclass(slots=True)
class Given:
    """What the option lines say, gathered."""

    accounts: tuple[str, ...] | None = None
    options: Options = field(default_factory=Options)
    at: str | None = None
    not_after: str | None = None
    campaign: str | None = None
    note: str | None = None
    alts: list[tuple[int, str]] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def error(self, text: str, line: int) -> None:
        """Something that must be corrected before the post can go out."""
        self.problems.append(Problem(text, error=True, line=line))

    def warn(self, text: str, line: int) -> None:
        """Something that people should know."""
        self.problems.append(Problem(text, line=line))


def take(option: Option, given: Given, accounts: Sequence[str]) -> None:
    """Add one known option to what was given."""
    name, value, line = option.name, option.value, option.line.number
    if name == "alt":
        given.alts.append((line, value))
        return
    if name in given.lines:
        if given.values[name] != value:
            first = given.lines[name]
            given.error(
                f"`{name}:` stands twice, in lines {first} and {line} (there with `{code(value)}`): keep one.",
                line,
            )
        return
    given.lines[name], given.values[name] = line, value
    if not value:
        given.error(f"`{name}:` has no value: write one behind it, or take the line out.", line)
    elif name == "to":
        _take_to(value, line, given, accounts)
    elif name in {"at", "not after", "campaign", "note"}:
        setattr(given, name.replace(" ", "_"), value)
    else:
        _take_option(name, value, line, given)


def _take_to(value: str, line: int, given: Given, accounts: Sequence[str]) -> None:
    named = names.read(value, accounts)
    given.accounts = named.accounts
    for word, near in named.unknown:
        hint = f"did you mean `{near}`?" if near else f"there are {names.listed(accounts)}."
        given.error(f"I know no platform `{code(word)}`: {hint}", line)
    for platform in named.absent:
        there = f" There are {names.listed(accounts)}." if accounts else ""
        given.error(f"There is no account for {names.title(platform)} here.{there}", line)
    if not (named.accounts or named.unknown or named.absent):
        given.error(f"`to: {code(value)}` leaves no platform to go to.", line)


def _take_option(name: str, value: str, line: int, given: Given) -> None:
    taken = value
    if name == "thread":
        if value.casefold() not in _YES | _NO:
            given.error(f"`thread:` takes `yes` or `no`, not `{code(value)}`.", line)
        given.options = replace(given.options, thread=value.casefold() not in _NO)
        return
    if name == "lang":
        language = _language(value)
        if language is None:
            given.error(f"`lang:` takes a language code such as `en` or `fi`, not `{code(value)}`.", line)
        taken = language or value
    elif name == "visibility":
        taken = _VISIBLE.get(value.casefold(), value.casefold())
    elif name == "link":
        taken = value.strip("<>")
        if not taken.startswith(("http://", "https://")) or " " in taken:
            given.error(
                f"`link:` takes one whole address such as `https://example.org`, not `{code(value)}`.", line
            )
    changes: dict[str, Any] = {name: taken}
    given.options = replace(given.options, **changes)


def code(value: str) -> str:
    """Somebody's words inside code marks."""
    return value.replace("`", "'")
