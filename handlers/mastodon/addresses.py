"""Addresses of posts on Mastodon-like servers: each kind of server, and each page of one, writes them otherwise."""

from __future__ import annotations

import re
from typing import Final

from handlers.links import local

_PAGES: Final = frozenset(
    {"web", "deck", "embed", "activity", "reblogs", "favourites", "reactions", "replies"}
)
"""What stands around an address of the same post."""
_POST: Final = re.compile(
    r"""
    (?: (?: ap/ )? (?: users | p ) / [^/]+ /      # /users/NAME/statuses/1, /ap/users/1/statuses/1, /p/NAME/1
      | @[^/]+ /                                  # /@NAME/1
    )?
    (?: (?: statuses | posts | notice | objects | notes ) / )?
    (?P<number> [0-9A-Za-z]{1,40} (?: -[0-9A-Za-z]{1,40} ){0,6} )
    """,
    re.VERBOSE,
)


def number_of(link: str, server: str) -> str | None:
    """See `handlers.base.Platform.number_of`."""
    found = local(link, [server])
    if found is None:
        return None
    segments = [one for one in found.segments if one not in _PAGES]
    match = _POST.fullmatch("/".join(segments)) if len(segments) > 1 else None
    return match["number"] if match else None
