"""What a platform whose posts have parts brings to the walk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from handlers.base import Part, Published, Rejected
from handlers.media import Media
from handlers.parts.upload import Upload
from handlers.reconcile import Before, Seen


class StaleFiles(Rejected):
    """Nothing is out: the files that were uploaded are not known there (any more). They are uploaded once more."""


class AlreadyThere(Rejected):
    """The platform refused because it has this very text already."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of a delivery is meant."""

    number: int
    """From 0."""
    of: int
    part: Part
    parent: Published | None
    """The part before, which this one answers."""
    first: Published | None = None
    """The first part of the thread, where this one is not it."""


@dataclass(frozen=True, slots=True)
class Trying:
    """A creating request that left; nobody knows what became of it."""

    number: int
    at: datetime
    """When it left first."""
    key: str
    repeated: bool = False
    """Whether it left a second time, with the same key."""
    same: bool = False
    """Whether the platform said then that it has this very text already, and nothing of ours is to be seen."""


class Service(Protocol):
    """What a platform adds to this walk; made anew for each piece of work."""

    name: str
    """The account, as people call it."""
    keeps_files: timedelta
    """How long an uploaded file may wait for its post."""

    def upload(self, media: Media, upload: Upload) -> str:
        """Bring one file there, going on where an earlier attempt ended; its id.

        Raises `Rejected` or `Unavailable`, never `Uncertain`. `MissingMedia` is caught.
        """
        ...

    def ready(self, media: Media, identity: str, since: datetime) -> None:
        """Return as soon as the uploaded file can be used. `since` is when it was uploaded.

        Raises `Later` while the platform works on it, `Rejected` when it cannot use it or takes too long,
        `Unavailable`, or `StaleFiles`.
        """
        ...

    def before(self) -> Before | None:
        """How the account stands, asked once before the first attempt; None where that would cost something.

        May raise any `PlatformError`: then nothing is noted.
        """
        ...

    def post(self, place: Place, files: list[str], key: str) -> Published:
        """The creating request. Raises any `PlatformError`, `StaleFiles` and `AlreadyThere` among them."""
        ...

    def repeats(self, trying: Trying, now: datetime) -> bool:
        """Whether the platform still knows the key of that request, so that to send it once more makes no second post."""
        ...

    def look(self, place: Place, since: datetime, files: list[str]) -> Seen:
        """What the account published since then, by the platform's clock, newest first; `files` are those uploaded for it.

        Whether something of it is ours is decided by `handlers.reconcile`. Raises `Uncertain` or `Unavailable`.
        """
        ...

    def patience(self, trying: Trying, now: datetime) -> timedelta:
        """How long after the request it must not be seen there before that is certain."""
        ...
