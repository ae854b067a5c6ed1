"""What a child told of a file, held to what it may be: its answer is no more to be trusted than the file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

_LONGEST: Final = 200
_MOST: Final = 1 << 40


def _number(told: object) -> int:
    return max(0, min(int(told), _MOST)) if isinstance(told, int) else 0


def _fraction(told: object) -> float:
    return max(0.0, float(told)) if isinstance(told, (int, float)) and math.isfinite(told) else 0.0


def _line(told: object) -> str:
    return "".join(one if one.isprintable() else " " for one in str(told)[:_LONGEST])


def _names(told: object) -> tuple[str, ...]:
    return tuple(_line(one)[:32] for one in told[:16]) if isinstance(told, (list, tuple)) else ()


_KINDS: Final[Mapping[str, Callable[[object], Any]]] = {
    "width": _number,
    "height": _number,
    "frames": _number,
    "seconds": _fraction,
    "fps": _fraction,
    "note": _line,
    "mime": _line,
    "codecs": _names,
    "unusual": _names,
}


def facts(told: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """These facts of the answer, each of its own type; what is missing or absurd is as unknown (0 or empty)."""
    return {name: _KINDS[name](told.get(name, "")) for name in names}
