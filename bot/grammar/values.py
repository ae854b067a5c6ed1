"""What can be said to the bot: a draft, a command, or something that was not understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from handlers.base import Options, Problem


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that was uploaded in the message."""

    path: str
    """`/user_uploads/2/ab/photo.png`"""
    name: str
    alt: str = ""
    accounts: tuple[str, ...] = ()
    """Only for these accounts (it stood in their own section); empty: for all."""
    instead_of: str | None = None
    """The alt text of the message that somebody corrected by command; it counts again once it is changed there."""
    by: int = 0
    """Zulip id of who linked to it: that person must be allowed to see it. 0: not known yet."""


@dataclass(frozen=True, slots=True)
class Written:
    """A draft as it was written, before anything was fetched or prepared."""

    text: str
    """The common text in Zulip's Markdown, without links to uploaded files."""
    accounts: tuple[str, ...]
    """Where it goes: configured account names, in the configured order."""
    texts: dict[str, str]
    """Account -> its own text, where a `--- NAME` section gives one. A section whose name is no account here
    is kept under the name as it was written."""
    attachments: tuple[Attachment, ...]
    options: Options
    at: str | None = None
    not_after: str | None = None
    campaign: str | None = None
    note: str | None = None
    problems: tuple[Problem, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    """Option -> the line of the message (1-based) that gives it, for problems that are found later."""


@dataclass(frozen=True, slots=True)
class Command:
    """One order or question."""

    verb: str
    post: int | None = None
    accounts: tuple[str, ...] = ()
    rest: str = ""
    """What follows, as it was written: the time of `move`, the reason of `veto`, the text of `edit` …; of `show`, the order
    that was asked about and not given: `approve 12?`."""
    line: int = 1
    """The line of the message (1-based) on which `rest` begins."""
    others: tuple[int, ...] = ()
    """Further posts of which the same is said: `hold 1, 2 and 5`."""
    card: int | None = None
    """Of an approval under a quoted card: the message that is quoted, 0 where the quote does not tell which it is."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not understood; `nearest` is the command it resembles most, if any."""

    text: str
    nearest: str | None = None
    """As it could be written: `approve 12`."""
    why: str = ""
    """One sentence on what is missing or wrong, where that is known."""
    stops: tuple[int, ...] | None = None
    """The posts that it may be meant to stop; empty where it names none, None where it stops nothing."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Several orders in one message, in the order in which they stand in it."""

    each: tuple[Command, ...]
    asked: Unknown | None = None
    """What else the message says and was not understood; its posts are kept back until its author was asked."""


Said: TypeAlias = Written | Command | Unknown | Orders
"""What a message says."""
