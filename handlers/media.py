"""Files on their way to the platforms: kept by content, cleaned of metadata, scaled where a platform demands it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Media:
    """One file exactly as it will be published; the bytes are in the `Store` under `sha256`."""

    sha256: str
    name: str
    """File name as people gave it."""
    mime: str
    """Found in the bytes, never believed from the name."""
    size: int
    """Bytes."""
    alt: str = ""
    width: int = 0
    height: int = 0
    """Pixels; 0 where unknown."""
    note: str = ""
    """What was done to it for this platform ("scaled to 2048 × 1365"), for the card."""


class Store:
    """A folder of files named by the SHA-256 of their bytes; a half-written file is never seen."""

    def __init__(self, root: Path) -> None:
        self.root = root
