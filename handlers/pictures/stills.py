"""Pictures that move, on platforms where they will not."""

from __future__ import annotations

from collections.abc import Collection

from handlers.bad import quoted
from handlers.base import Problem
from handlers.media import Media
from handlers.pictures.sniffing import GIF

ONLY_GIF = frozenset({GIF})
"""What X, LinkedIn and Mastodon name for moving pictures. Of animated WebP Mastodon keeps the first picture
(mastodon/mastodon#36514); what X makes of it, and anybody of animated PNG, is nowhere said.
"""


def stills(before: Media, after: Media, title: str, moving: Collection[str]) -> list[Problem]:
    """A warning if this picture moves, and what goes out of it does not, or only `moving` (MIME types) do there."""
    moves = before.mime.startswith("image/") and before.frames > 1
    if not moves or (after.mime in moving and after.frames > 1):
        return []
    told = f"{title}: {quoted(before.name)} moves, and readers may see only its first picture there."
    return [Problem(f"{told} Where it is to move, upload it as {'GIF or ' if moving else ''}MP4.")]
