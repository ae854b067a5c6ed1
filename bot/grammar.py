"""What people write to the bot, turned into a draft or a command, with all its problems at once."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Written:
    """A draft as it was written, before anything was fetched or prepared."""

    text: str
    """The common text in Zulip's Markdown, without links to uploaded files."""
    accounts: tuple[str, ...]
    """Where it goes: configured account names, in the configured order."""
    texts: dict[str, str]
    """Account -> its own text, where a `--- NAME` section gives one."""
    attachments: tuple[Attachment, ...]
    options: Options
    at: str | None = None
    not_after: str | None = None
    campaign: str | None = None
    note: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """One order or question."""

    verb: str
    post: int | None = None
    accounts: tuple[str, ...] = ()
    rest: str = ""
    """What follows, as it was written: the time of `move`, the reason of `veto`, the text of `edit` …"""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not understood; `nearest` is the command it resembles most, if any."""

    text: str
    nearest: str | None = None
