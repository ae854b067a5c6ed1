"""Addresses of a video on YouTube: to watch it, short, as a short film or a stream, in a player, in YouTube Studio."""

from __future__ import annotations

import re
from typing import Final

from handlers.links import local

_SHORT: Final = "https://youtu.be"
_HOMES: Final = tuple(
    f"https://{host}.com" for host in ("youtube", "music.youtube", "studio.youtube", "youtube-nocookie")
)
_VIDEO: Final = re.compile(r"[A-Za-z0-9_-]{5,20}")


def number_of(link: str) -> str | None:
    """See `handlers.base.Platform.number_of`."""
    video = ""
    if (short := local(link, [_SHORT])) is not None:
        video = short.segments[0] if short.segments else ""
    elif (found := local(link, _HOMES)) is not None:
        match found.segments:
            case ("watch",):
                video = found.query.get("v", "")
            case ("shorts" | "live" | "embed" | "video" | "v", one, *_):
                video = one
    return video if _VIDEO.fullmatch(video) else None
