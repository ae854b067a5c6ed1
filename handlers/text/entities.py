"""Entities: `&amp;` is what Zulip shows as `&`."""

from __future__ import annotations

import html
import re
from typing import Final

ENTITY: Final = re.compile(r"(&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)")
"""One entity; what it means is another question."""


def meaning(entity: str) -> str | None:
    """What Zulip shows for it; None for one that means what nobody could see, or nothing."""
    found = html.unescape(entity)
    return found if found != entity and (found.isprintable() or found == "\u00a0") else None


def shown(text: str) -> str:
    """A text as Zulip shows it; what nobody could see is left as it was written."""
    if "&" not in text:
        return text
    return ENTITY.sub(lambda found: found[0] if (means := meaning(found[0])) is None else means, text)
