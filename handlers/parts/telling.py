"""What a walk through the parts says of trouble: how far a thread came, and of a text that is there already."""

from __future__ import annotations

from handlers.base import Barred, Later, Rejected, Unavailable, Uncertain

Trouble = Rejected | Unavailable | Uncertain


def how_far(error: Trouble, out: int, of: int) -> Trouble:
    """The same error, saying how far a thread came."""
    told = f"{error} ({out} of {of} parts of the thread are out.)" if out else str(error)
    if isinstance(error, Later):
        return error
    if isinstance(error, Unavailable):
        return Unavailable(told, until=error.until, wait=error.wait)
    if isinstance(error, Barred):
        return Barred(told, checked=error.checked)
    return Uncertain(told) if isinstance(error, Uncertain) else Rejected(told)


def same_text(who: str, told: str = " It is not to be seen there.") -> Uncertain:
    """A duplicate that nobody can explain, after a lost answer or of what a copy brought back."""
    return Uncertain(
        f"{who} says that it has this text already, and an earlier answer of it was lost, or came after the copy was "
        f"made.{told}"
    )
