"""The `name: value` lines: what has the form of an option, in any dress, and what its value tells.

Which of these lines are options, which are slips, and which are text is decided in `kinds`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.grammar import names, reading
from bot.grammar.dress import peels, unwrapped
from bot.grammar.foreign import FOREIGN
from bot.grammar.known import KNOWN, LANGUAGES, SPELLINGS, VISIBILITIES
from bot.grammar.reading import code
from bot.grammar.uploads import Line
from bot.when import is_time, names_foreign_day
from handlers.base import Options, Poll, Problem
from handlers.languages import meant_by
from handlers.text.entities import shown

_OPTION = re.compile(
    r"\s{0,3}(?P<name>[^\W\d_][\w -]{0,24}?)\s*(?:(?<!\d)[:：]|[:：](?!\d))(?!//)\s*(?P<value>.*)"
)
_NAMES = "|".join(
    re.escape(one).replace(r"\ ", "[ _-]")
    for one in sorted((*KNOWN, *SPELLINGS, *FOREIGN), key=len, reverse=True)
)
_BARE = re.compile(
    rf"(?P<name>{_NAMES})(?:\s*[=→;]\s*|\s+(?:[–—-]+>?\s+)?)(?P<value>[^\s:].*)", re.IGNORECASE
)
"""Without a colon."""
_TIME = re.compile(
    r"\d|\b(?:now|next|noon|midnight|today|tomorrow|(?:mon|tues?|wed|thur?s?|fri|sat|sun)(?:[a-z]*day)?)\b",
    re.IGNORECASE,
)
FREE = frozenset({"title", "cw", "alt", "campaign", "note", "tags", "playlist", "category"})
"""Options that take any words, so that the value tells nothing."""
_SHORT_VALUE = 6
_LONGEST = 2000
"""Characters of a line that is looked at in every dress: an alt text may be so long."""
_LONGEST_NAMES = 200
_OF_YOUTUBE = ("tags", "playlist", "category", "licence", "for kids")
_SHOWN = ("title", "cw", "alt", "poll", "tags", "playlist", "category")
"""Options whose words readers see: as Zulip shows them."""
_POLL = ("poll", "poll for", "poll multiple")
OPEN_FOR = 24 * 60
"""Minutes that a poll is open where nobody says how long: a day, as Mastodon and X propose themselves."""


@dataclass(frozen=True, slots=True)
class Option:
    """One line that looks like an option."""

    line: Line
    written: str
    """The name as it was written."""
    name: str
    """The name in small letters, with single blanks."""
    value: str
    dressed: bool = False
    """Something stands around it, or its name is not the one of the list."""
    bare: bool = False
    """There is no colon."""

    @property
    def known(self) -> bool:
        """Whether there is an option of that name."""
        return self.name in KNOWN

    @property
    def lower(self) -> bool:
        """Whether it is written in small letters, as nobody begins a sentence."""
        return self.written.islower()

    def fits(self, accounts: Sequence[str]) -> bool:
        """Whether the value is one that the option takes; without a colon, whether it can be nothing else."""
        if self.bare:
            return proves(self.name, self.value, accounts)
        return fits(self.name, self.value, accounts)


def look(line: Line) -> Option | None:
    """The line as an option, if it has the form of one in any dress: with a known name rather than without."""
    if not line.text or len(line.text) > _LONGEST:
        return _look(line, line.text, dressed=False)
    first: Option | None = None
    for text in peels(line.text):
        found = _look(line, text, dressed=text.strip(" ") != line.text.strip(" "))
        if found and found.known:
            return found
        first = first or found
    return first or bare(line)


def _look(line: Line, text: str, *, dressed: bool) -> Option | None:
    match = _OPTION.fullmatch(text.rstrip())
    if not match:
        return None
    name = " ".join(re.sub(r"[-_]", " ", match["name"]).casefold().split())
    dressed = dressed or name in FOREIGN
    name = FOREIGN.get(name, SPELLINGS.get(name, name))
    return Option(line, match["name"], name, _value(name, match["value"]), dressed)


def bare(line: Line) -> Option | None:
    """The line as an option without a colon, in any dress."""
    for text in peels(line.text):
        if match := _BARE.fullmatch(text.rstrip()):
            name = " ".join(re.sub(r"[-_]", " ", match["name"]).casefold().split())
            name = FOREIGN.get(name, SPELLINGS.get(name, name))
            return Option(line, match["name"], name, _value(name, match["value"]), dressed=True, bare=True)
    return None


def _value(name: str, value: str) -> str:
    if name == "to" and value.lstrip().startswith("~~"):
        return value.strip()  # what is struck out is not named
    return unwrapped(value.strip(), quotes=name in KNOWN and name not in FREE)


def fits(name: str, value: str, accounts: Sequence[str]) -> bool:
    """Whether the value is one that this option would take (free text tells nothing: no)."""
    if name == "to":
        named = names.read(value, accounts)
        return bool(named.accounts or named.absent or any(near for _, near in named.unknown))
    if name in {"at", "not after"}:
        return len(value.split()) <= _SHORT_VALUE and bool(_TIME.search(value) or names_foreign_day(value))
    telling = _TELLING.get(name)
    return telling is not None and telling(value)


def proves(name: str, value: str, accounts: Sequence[str]) -> bool:
    """Whether this value can be nothing but the option's, so that the line needs no colon."""
    if name == "to":
        named = names.read(value, accounts) if len(value) <= _LONGEST_NAMES else names.Named(())
        return bool(named.accounts or named.absent) and not named.unknown
    if name in {"at", "not after"}:
        return is_time(value)
    if name == "lang":
        return value.casefold() in LANGUAGES or value in LANGUAGES.values()
    return fits(name, value, accounts)


_TELLING: dict[str, Callable[[str], bool]] = {
    "thread": lambda value: reading.choice(value) is not None,
    "lang": lambda value: (reading.language(value) or meant_by(value)) is not None,
    "visibility": lambda value: value.casefold() in VISIBILITIES,
    "link": lambda value: value.startswith(("http://", "https://")),
    "poll": lambda value: len(reading.choices(value)) > 1,
    "poll for": lambda value: reading.minutes(value) is not None,
    "poll multiple": lambda value: reading.choice(value) is not None,
    "licence": lambda value: reading.licence(value) is not None,
    "for kids": lambda value: reading.choice(value) is not None,
}


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
    poll: dict[str, Any] = field(default_factory=dict)
    """What was said of a poll so far: `choices`, `minutes`, `multiple`."""

    def error(self, text: str, line: int) -> None:
        """Something that must be corrected before the post can go out."""
        self.problems.append(Problem(text, error=True, line=line))

    def warn(self, text: str, line: int) -> None:
        """Something that people should know."""
        self.problems.append(Problem(text, line=line))


def take(option: Option, given: Given, accounts: Sequence[str]) -> None:
    """Add one known option to what was given."""
    name, line = option.name, option.line.number
    value = shown(option.value) if name in _SHOWN else option.value
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
    said = reading.read(name, value)
    if said.complaint:
        given.error(said.complaint, line)
    if name in _POLL:
        given.poll |= said.changes
    else:
        given.options = replace(given.options, **said.changes)


def finish(given: Given) -> None:
    """Put together what several lines say of one thing: the poll."""
    said = given.poll
    if "poll" in given.lines and len(said.get("choices", ())) > 1:
        poll = Poll(said["choices"], said.get("minutes", OPEN_FOR), said.get("multiple", False))
        given.options = replace(given.options, poll=poll)
    elif "poll" not in given.lines:
        for name in _POLL:
            if name in given.lines:
                told = (
                    f"`{name}: {code(given.values[name])}` is about a poll, but there is none: "
                    "add a line such as `poll: yes | no`."
                )
                given.error(told, given.lines[name])


def unused(given: Given, going: Sequence[str]) -> None:
    """Tell which options mean nothing to the platforms that the post goes to."""
    others = [one for one in going if one.partition(":")[0] != "youtube"]
    alone = _OF_YOUTUBE if len(others) == len(going) else ("tags",)
    for name in alone:
        if name in given.lines and others:
            hint = " For the others, write hashtags into the text." if name == "tags" else ""
            where = ", ".join(names.title(one) for one in others)
            given.warn(
                f"`{name}:` is for YouTube alone; it means nothing to {where}.{hint}", given.lines[name]
            )
