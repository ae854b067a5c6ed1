"""The states of posts and deliveries, the edges between them, and `advance`, which refuses every other edge."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar


class PostState(StrEnum):
    """Where a post stands. What became of a released one is derived from its deliveries."""

    BROKEN = "broken"
    """Cannot go out as it stands."""
    DRAFT = "draft"
    """Waits for approval."""
    APPROVED = "approved"
    """Waits for its time."""
    HELD = "held"
    """Stopped by a person."""
    RELEASED = "released"
    """On its way; its text is frozen."""
    WITHDRAWN = "withdrawn"
    """Cancelled, deleted, or no draft any more."""
    EXPIRED = "expired"
    """Its time, or its "not after", passed before it could go."""


class DeliveryState(StrEnum):
    """Where one revision on its way to one account stands."""

    WAITING = "waiting"
    """The post is released, but this account's own approvals are still missing."""
    PENDING = "pending"
    SENDING = "sending"
    """Claimed: a request may have left."""
    PUBLISHED = "published"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """May be out; never sent again without being looked for or ordered."""
    CANCELLED = "cancelled"


class StagedState(StrEnum):
    """Where something stands that is prepared unseen before its time (a video, uploaded as private)."""

    PENDING = "pending"
    STAGING = "staging"
    """Claimed: a request may have left."""
    STAGED = "staged"
    """There; the delivery goes on from its receipt."""
    FAILED = "failed"
    """Could not be prepared; the delivery will try everything itself."""
    DISCARDING = "discarding"
    """No longer wanted: it is removed, and then the row as well."""


_P = PostState
_D = DeliveryState

POST_EDGES: frozenset[tuple[PostState, PostState]] = frozenset(
    # another text: a new revision, from anywhere that is not out yet
    [(old, new) for old in _P if old is not _P.RELEASED for new in (_P.DRAFT, _P.BROKEN) if old is not new]
    + [
        (_P.DRAFT, _P.APPROVED),  # enough people who may, no veto, on the current card
        (_P.DRAFT, _P.HELD),
        (_P.APPROVED, _P.HELD),
        (_P.HELD, _P.APPROVED),  # resumed, still approved
        (_P.DRAFT, _P.EXPIRED),
        (_P.APPROVED, _P.EXPIRED),
        (_P.HELD, _P.EXPIRED),
        (_P.BROKEN, _P.WITHDRAWN),
        (_P.DRAFT, _P.WITHDRAWN),
        (_P.APPROVED, _P.WITHDRAWN),
        (_P.HELD, _P.WITHDRAWN),
        (_P.EXPIRED, _P.WITHDRAWN),
        (_P.APPROVED, _P.RELEASED),  # due, and looked at just now
    ],
)

DELIVERY_EDGES: frozenset[tuple[DeliveryState, DeliveryState]] = frozenset(
    [
        (_D.WAITING, _D.PENDING),  # its approvals came
        (_D.WAITING, _D.CANCELLED),
        (_D.PENDING, _D.SENDING),  # claimed, committed before the call
        (_D.PENDING, _D.WAITING),  # its approvals went before it was sent
        (_D.PENDING, _D.CANCELLED),
        (_D.PENDING, _D.FAILED),  # too late to be tried again
        (_D.SENDING, _D.PUBLISHED),
        (_D.SENDING, _D.PENDING),  # certainly not out
        (_D.SENDING, _D.FAILED),
        (_D.SENDING, _D.UNKNOWN),
        (_D.UNKNOWN, _D.PUBLISHED),  # found, or a person says so
        (_D.UNKNOWN, _D.PENDING),  # certainly not there, or ordered again
        (_D.FAILED, _D.PENDING),
        (_D.CANCELLED, _D.PENDING),
        (_D.FAILED, _D.PUBLISHED),  # a person posted it by hand
        # an attempt that was given up for dead had published it after all
        (_D.PENDING, _D.PUBLISHED),
        (_D.WAITING, _D.PUBLISHED),
        (_D.CANCELLED, _D.PUBLISHED),
    ],
)


class ForbiddenEdge(Exception):
    """A change of state that the table does not have: a bug in the caller."""


State = TypeVar("State", PostState, DeliveryState)


_EDGES: dict[type[StrEnum], frozenset[tuple[Any, Any]]] = {
    PostState: POST_EDGES,
    DeliveryState: DELIVERY_EDGES,
}


def advance(old: State, new: State) -> State:
    """Return `new` if the edge exists; raise `ForbiddenEdge` otherwise."""
    if (old, new) not in _EDGES[type(old)]:
        raise ForbiddenEdge(f"{old} -> {new}")
    return new
