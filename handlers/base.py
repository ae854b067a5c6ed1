"""The contract between the bot and a platform: what goes in, what comes out, and how it can go wrong.

    PlatformError            one plain sentence for a volunteer: what happened, what to do
    ├── Rejected             the platform said no; sending the same again would not help
    ├── Unavailable          certainly not out; may be tried again (later)
    └── Uncertain            the answer was lost: it may be out, so nobody may blindly send again

Any other exception that leaves a platform is a bug, and counts as `Uncertain`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, Field

from handlers.media import Media, Store

Receipt = dict[str, Any]
"""What a platform remembers of a half-done send (JSON; opaque to all others)."""


class PlatformError(Exception):
    """Something a person can act on; its text is one sentence that may be shown in chat."""


class Rejected(PlatformError):
    """The platform refused, and would refuse again: nothing is out."""


class Unavailable(PlatformError):
    """Certainly not out: connection refused, rate limit, a refusal that passes.

    `until` is the instant (UTC) before which it makes no sense to try again, if the platform told one;
    `wait` the same as a span from now. Neither: the publisher's own back-off applies.
    """

    def __init__(
        self, sentence: str, *, until: datetime | None = None, wait: timedelta | None = None
    ) -> None:
        super().__init__(sentence)
        self.until = until
        self.wait = wait


class Uncertain(PlatformError):
    """The request left and its answer was lost, or cannot be understood: it may be out."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something on a draft that people should know; with `error` it cannot be published as it is."""

    text: str
    error: bool = False
    line: int | None = None
    """1-based line of the message it is about, where it is about one."""


@dataclass(frozen=True, slots=True)
class Options:
    """What may be said of a post beside its text; each platform uses what it has."""

    title: str | None = None
    cw: str | None = None
    """Content warning (Mastodon)."""
    lang: str | None = None
    """ISO 639-1 code."""
    visibility: str | None = None
    """The platform's own word: public, unlisted, private …"""
    link: str | None = None
    thread: bool = True
    """False: a text that is too long is an error instead of a thread."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One revision as one platform sees it: its own text or the common one, in Zulip's Markdown.

    `:emoji:` names are already Unicode, links to uploaded files already taken out and listed in `media`.
    """

    text: str
    media: tuple[Media, ...] = ()
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a thread, or the only one: exactly the text that the platform gets."""

    text: str
    length: int
    """In the unit of the platform (see `Outgoing.unit`)."""
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Exactly what one account will publish: shown on the card, stored, and sent unchanged.

    `skipped` says why this platform is left out (YouTube without a video); then there are no parts.
    """

    account: str
    parts: tuple[Part, ...] = ()
    limit: int = 0
    """The most one part may have, in `unit`."""
    unit: str = "characters"
    title: str | None = None
    cw: str | None = None
    lang: str | None = None
    visibility: str | None = None
    link: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    """Whatever else this platform sends, by name, to be shown as it is (e.g. `privacy`)."""
    problems: tuple[Problem, ...] = ()
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """It is out: the platform's own id and the address a reader can open (empty where there is none)."""

    id: str
    url: str
    warnings: tuple[str, ...] = ()
    """What a reader sees there that differs from what was approved (a picture dropped by the server …)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What `check` found: who we are there, what we may do, until when."""

    who: str
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one delivery carries through its attempts."""

    key: str
    """The same for every attempt of one delivery; differs after a person ordered it again."""
    receipt: Receipt
    """What the last attempt saved; empty at first."""
    save: Callable[[Receipt], None]
    """Commits a new receipt at once; to be called after every step that must not be repeated."""
    first_at: datetime
    """When the first attempt began (UTC): nothing of this delivery can be older."""


class Vault(Protocol):
    """Where tokens that change are kept between runs, encrypted."""

    def read(self, account: str) -> dict[str, str]:
        """What was kept for this account; empty if nothing was."""
        ...

    def write(self, account: str, secrets: Mapping[str, str]) -> None:
        """Keep these instead, committed before it returns."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What every platform is given beside its settings."""

    store: Store
    vault: Vault
    clock: Callable[[], datetime]
    """Now, in UTC; the sandbox gives a clock that can be moved."""


class Settings(BaseModel):
    """One account's section of `zuliprc`; a platform adds its own keys. Secrets are `SecretStr`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approvals: int | None = Field(default=None, ge=1)
    """How many approvals this account needs, where it is more than the community's number."""


class Platform(Protocol):
    """One account on one platform. Thread-safe: `prepare` may run while `send` does."""

    name: ClassVar[str]
    """As written in `zuliprc` and drafts: `mastodon`."""
    title: ClassVar[str]
    """As people write it: `Mastodon`."""
    Settings: ClassVar[type[Settings]]
    account: str
    """`mastodon`, or `mastodon:fosstodon` for one of several."""

    def __init__(self, account: str, settings: Any, tools: Tools) -> None: ...

    def prepare(self, draft: Draft) -> Outgoing:
        """What exactly would go out; pure, makes no request, never raises for what a person wrote."""
        ...

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        """Publish it, going on from the ticket's receipt. Raises `PlatformError`."""
        ...

    def find(self, outgoing: Outgoing, ticket: Ticket) -> Published | None:
        """After a lost answer: what is out, or None if it is certain that it is not.

        Raises `Uncertain` when it cannot be known and `Unavailable` when it cannot be asked now.
        """
        ...

    def check(self) -> Standing:
        """Sign in and see whether this account may post. Raises `Rejected` or `Unavailable`."""
        ...
