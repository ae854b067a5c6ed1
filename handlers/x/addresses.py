"""Addresses of posts on X: `x.com/NAME/status/1`, by its old name too, and without the name."""

from __future__ import annotations

import re
from typing import Final

from handlers.links import local

_OLD: Final = "https://twitter.com"
_NEW: Final = "https://x.com"
_POST: Final = re.compile(r"(?:[^/]+|i/web)/status(?:es)?/(?P<number>[0-9]{1,20})(?:/.*)?")


def number_of(link: str, web: str) -> str | None:
    """See `handlers.base.Platform.number_of`; `web` is where people read."""
    found = local(link, [web, *([_OLD] if web == _NEW else [])])
    match = _POST.fullmatch("/".join(found.segments)) if found else None
    return match["number"] if match else None
