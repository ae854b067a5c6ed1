"""Platforms and accounts as people name them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.grammar.nearest import nearest

ALIASES = {
    "twitter": "x",
    "tweet": "x",
    "x.com": "x",
    "masto": "mastodon",
    "toot": "mastodon",
    "fedi": "mastodon",
    "fediverse": "mastodon",
    "linked in": "linkedin",
    "linked-in": "linkedin",
    "yt": "youtube",
    "you tube": "youtube",
    "bsky": "bluesky",
}
"""Other names of platforms."""

TITLES = {
    "mastodon": "Mastodon",
    "x": "X",
    "linkedin": "LinkedIn",
    "youtube": "YouTube",
    "zulip": "Zulip",
    "bluesky": "Bluesky",
}
"""Platforms that are known even where no account is set up."""

_BETWEEN = re.compile(r"(?:(?<!\s)\s++)?(?:[,;&+/]|\band\b)\s*+", re.IGNORECASE)
_DENIED = re.compile(
    r"[ .?:@#`*\"'(]*+(?:[!¬–—−-]|~~|(?:not|no|but|without|except|excluding|minus)(?!\w))\W*+(?P<but>.*)",
    re.IGNORECASE | re.DOTALL,
)
"""`!x`, `-x`, `not x`, `~~x~~`: whoever writes that means any platform but this one."""
_ALL = re.compile(
    r"(?:all|everywhere|everything|every platform|all (?:of them|platforms|accounts))"
    r"(?:\s+(?:but|except|except for|without|not)\s+(?P<but>.+))?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a list of names means."""

    accounts: tuple[str, ...]
    """In the configured order."""
    exact: frozenset[str] = frozenset()
    """Those of them that were named themselves, not by a platform that has several."""
    unknown: tuple[tuple[str, str | None], ...] = ()
    """What is no platform, with the nearest known name."""
    absent: tuple[str, ...] = ()
    """Known platforms without an account here."""

    @property
    def empty(self) -> bool:
        """Whether nothing was named at all."""
        return not (self.accounts or self.unknown or self.absent)


def read(words: str, accounts: Sequence[str]) -> Named:
    """The accounts that `mastodon, x`, `all` or `all but x` name."""
    if match := _ALL.fullmatch(words.strip(" .!?")):
        but = read(match["but"], accounts) if match["but"] else Named(())
        left = tuple(one for one in accounts if one not in but.accounts)
        return Named(left, unknown=but.unknown)
    found: set[str] = set()
    exact: set[str] = set()
    unknown: list[tuple[str, str | None]] = []
    absent: list[str] = []
    for chunk in _BETWEEN.split(words):
        if (denied := _denied(chunk, accounts)) is not None:
            unknown.append(denied)
            continue
        for word in _words(chunk, accounts):
            known = account_names(word, accounts)
            platform = _platform(word)
            if known:
                found.update(known)
                exact.update(known if len(known) == 1 else ())
            elif platform in TITLES:
                absent.append(platform)
            else:
                unknown.append((word, near(word, accounts)))
    ordered = tuple(one for one in accounts if one in found)
    return Named(ordered, frozenset(exact), tuple(dict.fromkeys(unknown)), tuple(dict.fromkeys(absent)))


def _denied(chunk: str, accounts: Sequence[str]) -> tuple[str, str | None] | None:
    """What is denied here, with how that is written; None: nothing is."""
    match = _DENIED.match(chunk)
    name = match["but"].strip(" .!?:@#`*\"'~()") if match else ""
    if not name:
        return None
    known = account_names(name, accounts) or _platform(name) in TITLES
    return " ".join(chunk.split()), f"all but {_platform(name)}" if known else near(
        name, accounts
    ) and f"all but {near(name, accounts)}"


def _words(chunk: str, accounts: Sequence[str]) -> list[str]:
    chunk = " ".join(chunk.split()).strip(" .!?:@#`*\"'")
    if not chunk:
        return []
    apart = chunk.split(" ")
    if len(apart) == 1 or account_names(chunk, accounts) or _platform(chunk) in TITLES:
        return [chunk]
    known = [bool(account_names(word, accounts)) or _platform(word) in TITLES for word in apart]
    return apart if any(known) else [chunk]


def _platform(word: str) -> str:
    word = word.casefold()
    return ALIASES.get(word, word)


def account_names(word: str, accounts: Sequence[str]) -> tuple[str, ...]:
    """The accounts of one name: an account, a platform (all its accounts), or the last part of an account's
    name where only one has it. An account that is called like its platform is meant alone.
    """
    folded, platform = word.casefold(), _platform(word)
    exact = tuple(one for one in accounts if one.casefold() in {folded, platform})
    if exact:
        return exact
    of_platform = tuple(one for one in accounts if one.partition(":")[0].casefold() == platform)
    if of_platform:
        return of_platform
    own = tuple(one for one in accounts if one.partition(":")[2].casefold() == folded)
    return own if len(own) == 1 and folded else ()


def near(word: str, accounts: Sequence[str]) -> str | None:
    """The name that was probably meant."""
    folded = word.casefold()
    heads = {one.partition(":")[0] for one in accounts}
    other = {alias: platform for alias, platform in ALIASES.items() if platform in heads}
    tails = {tail: one for one in accounts if (tail := one.partition(":")[2])}
    known = [*accounts, *sorted(heads), *other, *tails]
    found = nearest(folded, [one.casefold() for one in known])
    if found is None and len(folded) > 1:
        found = nearest(folded, TITLES)
    return other.get(found or "", found)


def title(name: str) -> str:
    """The platform as people write it: `Mastodon`; an account keeps its own name behind it."""
    platform, _, own = name.partition(":")
    shown = TITLES.get(platform, platform)
    return f"{shown} ({own})" if own else shown


def listed(accounts: Sequence[str]) -> str:
    """`mastodon, linkedin and x`, in code marks, for a sentence."""
    names = [f"`{one}`" for one in accounts]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
