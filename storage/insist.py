"""What must be written down, is: a database that is away for a moment is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from storage.errors import Moved, StorageError

PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0)
"""Seconds between the tries: a PostgreSQL that is restarted is back within a minute."""

T = TypeVar("T")


def insist(
    work: Callable[[], T], pauses: Sequence[float] = PAUSES, rest: Callable[[float], object] = time.sleep
) -> T:
    """Do one transaction, again while the trouble may pass: what happened outside must not be forgotten.

    Raises what is raised last; `Moved` and what does not pass at once.
    """
    for pause in pauses:
        try:
            return work()
        except Moved:
            raise
        except StorageError as error:
            if not error.passing:
                raise
            rest(pause)
    return work()
