"""What Zulip answers is read strictly: what is missing or of another type is nonsense, and never a bug further on.

Something in between (a hotel's page, a proxy, a newer server) may answer anything. What cannot be understood counts as no
answer: one line in the log, and another try later.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from bot.chat.errors import Nonsense

P = ParamSpec("P")
T = TypeVar("T")

MALFORMED: Final = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What reading an answer of the wrong shape ends in."""


@contextmanager
def understood() -> Iterator[None]:
    """In the block an answer is read. Raises `Nonsense` for one that cannot be."""
    try:
        yield
    except MALFORMED as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        at = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
        raise Nonsense(
            f"Zulip's answer cannot be understood ({type(error).__name__} at {at}). If it stays so, something in "
            "between answers instead of Zulip."
        ) from None


def understanding(work: Callable[P, T]) -> Callable[P, T]:
    """The same for all of a function."""

    @wraps(work)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        with understood():
            return work(*args, **kwargs)

    return reading


def number(raw: Any, name: str) -> int:
    """A whole number that must be there. Raises what `understood` takes for nonsense."""
    found = raw[name]
    if not isinstance(found, int) or isinstance(found, bool):
        raise TypeError(name)
    return found


def words(raw: Any, name: str) -> str:
    """A text that must be there."""
    found = raw[name]
    if not isinstance(found, str):
        raise TypeError(name)
    return found


def maybe(raw: Mapping[str, Any], name: str, otherwise: T) -> T:
    """What may be missing, and else must be of the type of `otherwise`."""
    found = raw.get(name)
    if found is None:
        return otherwise
    if not isinstance(found, type(otherwise)) or (
        isinstance(found, bool) and not isinstance(otherwise, bool)
    ):
        raise TypeError(name)
    return found


def objects(raw: Any, name: str) -> list[dict[str, Any]]:
    """A list of objects that must be there."""
    found = raw[name]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise TypeError(name)
    return found


def numbers(raw: Any, name: str) -> list[int]:
    """A list of whole numbers that must be there."""
    found = raw[name]
    if not isinstance(found, list) or not all(isinstance(one, int) for one in found):
        raise TypeError(name)
    return found
