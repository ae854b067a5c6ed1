"""Pictures, videos and documents: taken in clean, and made to fit each platform.

take   a file from a person -> `Media` in the store: recognized, upright, without metadata
fit    `Media` -> the same within one platform's limits, changed no more than they demand

Nothing of a file is read in this process but its first bytes: what reads more (`opening`, `making`, and all that they
import) runs in a child process (`handlers.workers`).
"""

from __future__ import annotations

from handlers.bad import BadMedia
from handlers.pictures.bounds import FIRST
from handlers.pictures.fitting import fit
from handlers.pictures.stills import ONLY_GIF, stills
from handlers.pictures.taking import MAX_BYTES, MAX_FILM_BYTES, take, take_pieces

__all__ = [
    "FIRST",
    "MAX_BYTES",
    "MAX_FILM_BYTES",
    "ONLY_GIF",
    "BadMedia",
    "fit",
    "stills",
    "take",
    "take_pieces",
]
