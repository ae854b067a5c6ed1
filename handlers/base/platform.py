"""What a platform does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Protocol, runtime_checkable

from handlers.base.drafts import Draft, Outgoing
from handlers.base.outcomes import Published, Standing, Ticket
from handlers.base.tools import Settings, Tools


@runtime_checkable
class Stager(Protocol):
    """A platform that can prepare a post unseen before its time. `send` goes on from the receipt that it leaves."""

    def ahead(self, outgoing: Outgoing) -> timedelta | None:
        """How long before its time the preparing may begin; None: there is nothing to prepare."""
        ...

    def stage(self, outgoing: Outgoing, ticket: Ticket) -> None:
        """Prepare it, seen by nobody, going on from the ticket's receipt. Raises `Rejected`, `Unavailable`."""
        ...

    def discard(self, outgoing: Outgoing, ticket: Ticket) -> None:
        """Remove what the receipt says was prepared; all is well if it is gone already. Raises as `stage` does."""
        ...


@runtime_checkable
class Repeater(Protocol):
    """A platform that knows a request again by its key, and answers with what the first one made."""

    def repeats(self, outgoing: Outgoing, ticket: Ticket) -> bool:
        """Whether `send` may simply go on though an answer was lost: the key is young. Never raises."""
        ...


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

    def number_of(self, link: str) -> str | None:
        """The number there of the post whose address somebody pasted, however it is written; None if it is no address of
        a post on this account's server. Pure.
        """
        ...

    def check(self) -> Standing:
        """Sign in and see whether this account may post. Raises `Rejected` or `Unavailable`."""
        ...
