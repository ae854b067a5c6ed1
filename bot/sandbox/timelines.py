"""What readers of the five platforms see, made ready for the page: panels, threads, and what lies prepared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from bot.replies.words import usd
from bot.sandbox.entries import Entry, entry
from bot.sandbox.world import World

TITLES = {"mastodon": "Mastodon", "x": "X", "linkedin": "LinkedIn", "youtube": "YouTube", "zulip": "Zulip"}
_NAMES = {"zulip": "social"}
_COMMUNITY = "Community"
"""How the stand-ins call the account that posts."""
_EMPTY = {
    "mastodon": "What goes to Mastodon will appear here.",
    "x": "What goes to X will appear here, as one post or a thread.",
    "linkedin": "What goes to your organization’s LinkedIn page will appear here.",
    "youtube": "Attach a video to a draft, and it will appear here.",
    "zulip": "What goes to #announcements will appear here too.",
}


@dataclass(frozen=True, slots=True)
class Panel:
    """One platform's timeline: threads newest first, their posts in order."""

    service: str
    title: str
    name: str
    handle: str
    empty: str
    facts: str = ""
    """What the platform says of the account: `0.215 USD spent, 4.785 USD left`."""
    staged: tuple[Entry, ...] = ()
    """Prepared, seen by nobody."""
    threads: tuple[tuple[Entry, ...], ...] = field(default=())

    @property
    def count(self) -> int:
        """How many posts there are in all."""
        return sum(len(one) for one in self.threads)


def panels(world: World, accounts: Mapping[str, str], zone: ZoneInfo) -> list[Panel]:
    """The five timelines, times in this zone; `accounts` gives the handle by service."""
    now = world.clock.now()
    posts, staged = world.posts(), world.staged()

    def of(service: str, some: list[dict[str, Any]]) -> list[Entry]:
        return [entry(one, zone, now) for one in some if one["service"] == service]

    parents = {(one["service"], one["id"]): one["reply_to"] for one in posts if one.get("reply_to")}
    return [
        Panel(
            service=service,
            title=title,
            name=_NAMES.get(service, _COMMUNITY),
            handle=_handle(accounts.get(service, "")),
            empty=_EMPTY[service],
            facts=_facts(world.notes(service)),
            staged=tuple(reversed(of(service, staged))),
            threads=_threads(of(service, posts), parents),
        )
        for service, title in TITLES.items()
    ]


def _handle(account: str) -> str:
    return "" if account == _COMMUNITY else account


def _facts(notes: Mapping[str, Any]) -> str:
    spent, credit = notes.get("spent"), notes.get("credit")
    if spent is None and credit is None:
        return ""
    told = f"{usd(spent or 0)} spent"
    return told if credit is None else f"{told}, {usd(max(0, credit - (spent or 0)))} left"


def _threads(entries: list[Entry], parents: Mapping[tuple[str, str], str]) -> tuple[tuple[Entry, ...], ...]:
    here = {one.id for one in entries}
    threads: dict[str, list[Entry]] = {}
    for one in entries:
        root = one.id
        while (parent := parents.get((one.service, root))) in here and parent is not None:
            root = parent
        threads.setdefault(root, []).append(one)
    newest_first = sorted(threads.values(), key=lambda one: one[0].at, reverse=True)
    return tuple(_numbered(one) for one in newest_first)


def _numbered(thread: list[Entry]) -> tuple[Entry, ...]:
    """The parts of a thread say which one they are; a lone post says nothing."""
    if len(thread) == 1:
        return tuple(thread)
    parts = [(one, f"{number}/{len(thread)}") for number, one in enumerate(thread, 1)]
    return tuple(replace(one, part=part, digest=f"{one.digest}-{part}") for one, part in parts)
