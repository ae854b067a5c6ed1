"""One delivery on its way, and what comes back: the ticket, how far it is, published, how an account stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from handlers.base.drafts import Outgoing
from handlers.redaction import told

Receipt = dict[str, Any]
"""What a platform remembers of a half-done send (JSON; opaque to all others)."""


@dataclass(frozen=True, slots=True)
class Published:
    """It is out: the platform's own id and the address a reader can open (empty where there is none)."""

    id: str
    url: str
    warnings: tuple[str, ...] = ()
    """What a reader sees there that differs from what was approved (a picture dropped by the server …)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", told(self.id))
        object.__setattr__(self, "url", told(self.url))
        object.__setattr__(self, "warnings", tuple(told(one) for one in self.warnings))


@dataclass(frozen=True, slots=True)
class Use:
    """One limit of an account, and how much of it is used: `12 of 100 uploads today`."""

    what: str
    """`uploads today`, `USD this month`."""
    used: float
    most: float | None = None
    """None: there is no limit."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What `check` found: who we are there, what we may do, until when."""

    who: str
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None
    """When the account stops working unless somebody signs in again (UTC): the token that nothing renews."""
    warnings: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    """How much of the platform's limits is used up at present."""
    identity: str = ""
    """What names the real account there, whoever signed in to it and however `zuliprc` calls it; empty: not known."""
    server: str = ""
    """What gives no number twice, where that is more than this account (Zulip: all its channels); empty: `identity`."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a long piece of work has come, for people who wait."""

    what: str
    """`uploading` or `processing`."""
    file: str
    """The name of the file it is about."""
    done: int = 0
    total: int = 0
    """Bytes; 0 of 0 where nobody knows."""


def _unheard(_: Step) -> None:
    """Nobody waits."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Another post of which a request may have reached the same account, and nobody knows yet."""

    outgoing: Outgoing
    sending: bool
    """Whether that is this very moment; else it is in doubt, as ours is."""


class Ledger(Protocol):
    """Which number on the platform belongs to which post: what `handlers.reconcile` asks."""

    def own(self, receipt: Receipt, number: int, published: Published) -> None:
        """Commit, with the receipt, that this part (from 0) is there under that number.

        Raises `Uncertain` if the number is another post's, or another part's.
        """
        ...

    def taken(self, number: int, found: Mapping[str, str]) -> frozenset[str]:
        """Those of the found numbers (number -> address) that are anybody's but this part's."""
        ...

    def rivals(self) -> Sequence[Rival]:
        """The others that may have made what is found there."""
        ...


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
    ledger: Ledger
    tell: Callable[[Step], None] = _unheard
    """Says how far a long upload has come, as often as one likes; it also keeps the claim alive."""
    restored: bool = False
    """A copy was brought back, and what was done since it was made (`first_at`) is not known, whatever the receipt says:
    `find` looks for everything that is not known to be out."""
