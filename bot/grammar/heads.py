"""The head of a section: a line that names platforms and nothing else, in any dress."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.grammar import names
from bot.grammar.dress import peels
from bot.grammar.uploads import Line

_DASHES = re.compile(r"(?P<dashes>-{2,}|(?:&[mn]dash;|[—–―])[—–―-]*)(?P<blank>[ \t]*)(?P<names>\S.*)")
_EDGES = " \t-—–―:：*_~`\"'“”„«»"
_COLON = re.compile(r"[:：](?=\s)")
_NEVER = re.compile(r"[#@]\w")
"""A hashtag or a handle."""
_PHRASE = re.compile(
    r"(?:(?:text|post|version) )?(?:for|on|für|auf|på|til|till|pour|sur|voor|op) (?P<after>\S.*)"
    r"|(?P<before>\S+) (?:only|version|post|text|thread)",
    re.IGNORECASE,
)
"""`Text for X`, `X version`."""
_LONGEST = 200


def proved(named: names.Named) -> bool:
    """Whether only platforms that are known were named."""
    return bool(named.accounts or named.absent) and not named.unknown


@dataclass(frozen=True, slots=True)
class Head:
    """A line that names platforms and nothing else."""

    wanted: str
    named: names.Named
    strict: bool
    """It begins with three dashes."""
    blank: bool
    """There is a blank behind them."""
    text: str = ""
    """What stands behind the names and a colon."""

    @property
    def certain(self) -> bool:
        """Whether it names only platforms that are known."""
        return proved(self.named)


def heads(line: Line, accounts: Sequence[str], *, dashes: bool) -> Head | None:
    """The line as the head of a section, in any dress; with `dashes` or without any."""
    if len(line.text) > _LONGEST:
        return None
    for text in peels(line.text.rstrip()):
        found = _with_dashes(text.strip(), accounts) if dashes else _alone(text.strip(), accounts)
        if found is not None:
            return found
    return None


def _with_dashes(text: str, accounts: Sequence[str]) -> Head | None:
    match = _DASHES.fullmatch(text)
    wanted = match["names"].strip(_EDGES) if match else ""
    if match is None or not wanted:
        return None
    strict = match["dashes"].startswith(("---", "—-", "–-", "—–", "——"))
    found = Head(wanted, names.read(wanted, accounts), strict, bool(match["blank"]))
    colon = _COLON.search(wanted)
    if colon is not None and not found.certain:
        before = wanted[: colon.start()].strip(_EDGES)
        named = names.read(before, accounts)
        if before and not named.unknown and not named.empty:
            rest = match["names"][match["names"].find(wanted) + colon.end() :].strip()
            return Head(before, named, strict, bool(match["blank"]), rest)
    return found


def _alone(text: str, accounts: Sequence[str]) -> Head | None:
    wanted = text.strip(_EDGES + "=")
    if not wanted or _NEVER.match(text) or wanted.casefold().startswith(("all", "every")):
        return None
    phrase = _PHRASE.fullmatch(wanted)
    if phrase and proved(names.read(phrase["before"] or phrase["after"], accounts)):
        wanted = phrase["before"] or phrase["after"]
    found = Head(wanted, names.read(wanted, accounts), strict=False, blank=False)
    if not found.certain or any(
        ":" in one and one.partition(":")[2].casefold() == wanted.casefold() for one in found.named.accounts
    ):
        return None
    return found


def is_listed(lines: Sequence[Line], at: int, accounts: Sequence[str]) -> bool:
    """Whether the line before it or after it names a platform too, so that it is one of a list."""
    beside = (*lines[max(0, at - 1) : at], *lines[at + 1 : at + 2])
    return any(
        heads(one, accounts, dashes=False) or ((head := heads(one, accounts, dashes=True)) and head.certain)
        for one in beside
    )
