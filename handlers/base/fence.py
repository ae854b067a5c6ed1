"""The question before every request that may not be taken back: is this delivery still ours?

A process can be stopped at any instant and go on minutes later, when another one has taken its work over. What it wrote
down before says nothing then, so the lines that platforms speak through (`handlers.web`, `handlers.wire`, `handlers.zulip`)
ask once more, as late as they can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def _nothing() -> None:
    """Whoever claimed nothing may do what it likes."""


_HELD: ContextVar[Callable[[], None]] = ContextVar("held", default=_nothing)


@contextmanager
def holding(check: Callable[[], None]) -> Iterator[None]:
    """Within the block, requests of this thread that change something leave only if `check` raises nothing, and what
    was to be checked around it does not either.
    """
    outer = _HELD.get()

    def both() -> None:
        outer()
        check()

    token = _HELD.set(both)
    try:
        yield
    finally:
        _HELD.reset(token)


def must_hold() -> None:
    """Raise what the present `check` raises: then nothing may leave."""
    _HELD.get()()
