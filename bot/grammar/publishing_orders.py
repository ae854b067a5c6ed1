"""Orders by which a post goes out, or counts as out: a question is none of them."""

from __future__ import annotations

import re
from typing import Final

VERBS: Final = frozenset({"approve", "now", "retry", "resume", "published"})
"""What is no example for an order that was not understood: it would bring out more than was said."""
_AT_ONCE = re.compile(r"(?<!\w)(?:now|immediately|at\s+once|asap|jetzt|sofort)(?!\w)", re.IGNORECASE)
"""A time by which a post is brought out."""
ASKS = re.compile(r"[?？⁇؟❓❔]|:(?:grey_)?question:")
"""What makes a question of an order."""


def brings_out(verb: str, rest: str) -> str:
    """The verb by which a post goes out, if this one, with what stands behind its number, does that."""
    if verb == "move" and _AT_ONCE.search(rest):
        return "now"
    return verb if verb in VERBS else ""
