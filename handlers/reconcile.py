"""Is what was found on a platform ours? The one rule, for all platforms.

An answer was lost, so nobody knows whether a post (or a part of a thread) is out. What is found there is taken for it
only if

    it was made after this delivery's first attempt began: it is newer than what was the account's newest post then, where
    that was noted, else by the clocks with a margin; and where the server tells its time, by that (what was noted may be
    older than what was there: timelines are behind),
    its number belongs to no other post and no other part,
    everything that was sent agrees as that server stores it: text, parent, content warning, visibility, files, poll,
    nothing else is there of which the same can be said, and no other post in doubt could have made it.

What somebody edited there may have been ours: no part of it that an edit can change speaks for it or against it.

Where the platform cannot say so much, nobody guesses: `Uncertain`, and people look. Files that were uploaded for this very
post and hang on what is found are evidence enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final

from handlers.base import Ledger, Outgoing, Part, Published, Unavailable, Uncertain
from handlers.likeness import Likeness, essence

SKEW: Final = timedelta(minutes=5)
"""How far a server's clock may be from ours, where nothing of the account was noted."""
BLINK: Final = timedelta(seconds=5)
"""How exactly a server's clock is known from what it tells: whole seconds, on its way to us."""
BUSY: Final = timedelta(seconds=10)
"""How soon one looks again while another post that looks the same is being sent."""
_SHOWN: Final = 3
"""So many addresses are told."""


class Agreement(IntEnum):
    """How much of what was sent agrees with what was found."""

    OTHER = Likeness.OTHER.value
    ALIKE = Likeness.ALIKE.value
    """It may be ours, but for what that server shows otherwise, does not keep or does not tell."""
    SAME = Likeness.SAME.value
    """All of it."""
    OWN = 3
    """It carries the files that were uploaded for this very post."""


@dataclass(frozen=True, slots=True)
class Found:
    """One post of the account as the platform shows it."""

    published: Published
    made_at: datetime | None
    """By that server's clock (UTC); None: it does not say, so that it may be older."""
    agreement: Agreement

    def doubted(self) -> Found:
        """The same, but it may be another one all the same."""
        return replace(self, agreement=min(self.agreement, Agreement.ALIKE))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a platform showed of the account's own posts, newest first."""

    found: Sequence[Found]
    blind: str = ""
    """Why ours might be there and not among them, as a sentence; empty: it would be seen."""
    ahead: timedelta | None = None
    """How far that server's clock is ahead of ours; None where it does not tell."""


@dataclass(frozen=True, slots=True)
class Before:
    """How the account stood just before the first attempt."""

    newest: str = ""
    """The number of its newest post; empty where it had none."""
    at: datetime | None = None
    """When that was made, by that server's clock."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for."""

    who: str
    """The account, as people call it."""
    outgoing: Outgoing
    number: int
    """Which part, from 0."""
    since: datetime
    """No post of ours is older, by that server's clock (see `earliest`)."""
    before: Before | None
    ledger: Ledger
    began: datetime
    """When the first attempt began, by our clock."""

    @property
    def part(self) -> Part:
        """The part that is looked for."""
        return self.outgoing.parts[self.number]


def earliest(began: datetime, before: Before | None) -> datetime:
    """Before that instant of the server's clock nothing of ours was made."""
    if before is None:
        return began - SKEW
    return before.at or datetime.min.replace(tzinfo=UTC)


def worst(agreements: Iterable[Agreement | Likeness]) -> Agreement:
    """The agreement of a whole, from those of its pieces."""
    return Agreement(min(one.value for one in agreements))


def ours(asked: Asked, seen: Seen) -> Published | None:
    """The one that is ours; None: it is certainly not there. Raises `Uncertain`, or `Unavailable` to look again soon."""
    fresh = list(_fresh(asked, seen.found))
    taken = asked.ledger.taken(asked.number, {one.published.id: one.published.url for one in fresh})
    free = [one for one in fresh if one.published.id not in taken]
    own = [one for one in free if one.agreement is Agreement.OWN]
    same = [one for one in free if one.agreement is Agreement.SAME]
    if len(own) == 1:
        return own[0].published
    if len(own or same) > 1:
        raise _doubt(asked, own or same, "more than one post that may be this one")
    if same and _is_after(asked, seen, same[0]):
        _must_have_no_rival(asked, same[0])
        return same[0].published
    alike = [one for one in free if one.agreement is not Agreement.OTHER]
    if alike:
        raise _doubt(asked, alike, "a post that may be this one, but not all of it agrees or can be seen")
    if seen.blind:
        raise Uncertain(seen.blind)
    return None


def _fresh(asked: Asked, found: Iterable[Found]) -> Iterator[Found]:
    """Those made after the first attempt began."""
    for one in found:
        if asked.before and asked.before.newest and one.published.id == asked.before.newest:
            return
        if one.made_at is None or one.made_at >= asked.since:
            yield one


def _is_after(asked: Asked, seen: Seen, one: Found) -> bool:
    """Whether it is known to be younger than the first attempt. What is not may be ours: nobody guesses."""
    if one.made_at is None:
        return False
    if seen.ahead is None:  # by its clock or by ours is the same only outside the margin
        return asked.before is not None or one.made_at >= asked.began + SKEW
    return one.made_at >= asked.began + seen.ahead - BLINK


def _must_have_no_rival(asked: Asked, one: Found) -> None:
    """Another post with the same words of which nobody knows may have made it as well."""
    rivals = [rival for rival in asked.ledger.rivals() if _looks_like(asked, rival.outgoing)]
    if any(rival.sending for rival in rivals):
        raise Unavailable(
            f"Another post with the same words is being sent to {asked.who}; the bot looks again.", wait=BUSY
        )
    if rivals:
        raise _doubt(asked, [one], "one post for two that are in doubt")


def _looks_like(asked: Asked, other: Outgoing) -> bool:
    """Whether a part of the other could be taken for ours. Rather too often: then people look."""
    mine = asked.part
    return any(
        essence(f"{asked.outgoing.title or ''}{mine.text}") == essence(f"{other.title or ''}{part.text}")
        and len(mine.media) == len(part.media)
        for part in other.parts
    )


def _doubt(asked: Asked, found: Sequence[Found], what: str) -> Uncertain:
    where = ", ".join(one.published.url for one in found[:_SHOWN] if one.published.url)
    return Uncertain(f"{asked.who} has {what}{f' ({where})' if where else ''}.")
