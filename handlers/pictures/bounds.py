"""How large a picture may be: for a platform, and for the memory of the process that opens it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from handlers.bad import BadMedia, quoted, readable_size

FIRST = "only its first picture"
"""In the note of a still that was made of a picture that moved."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one platform takes of a picture."""

    bytes: int
    pixels: int | None
    """Width × height; None: no limit."""
    side: int | None
    """Pixels of the longer side."""
    mimes: frozenset[str]

    @property
    def key(self) -> tuple[object, ...]:
        """The same for the same limits."""
        return self.bytes, self.pixels, self.side, sorted(self.mimes)

    @property
    def told(self) -> dict[str, Any]:
        """As JSON, for a child process."""
        return {"bytes": self.bytes, "pixels": self.pixels, "side": self.side, "mimes": sorted(self.mimes)}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Bounds:
        """What `told` gave."""
        return cls(told["bytes"], told["pixels"], told["side"], frozenset(told["mimes"]))

    def scale(self, width: int, height: int) -> float:
        """1, or by how much a picture of this size must shrink."""
        by_pixels = sqrt(self.pixels / (width * height)) if self.pixels else 1.0
        by_side = self.side / max(width, height) if self.side else 1.0
        return min(1.0, by_pixels, by_side)


def too_large(name: str, size: int, bounds: Bounds) -> BadMedia:
    """The sentence for a file of so many bytes that cannot be made to fit."""
    return BadMedia(
        f"{quoted(name)} has {readable_size(size)}, and only {readable_size(bounds.bytes)} are allowed: "
        "make it smaller and upload it again.",
    )
