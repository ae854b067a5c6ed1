"""One file brought to X: initialize, append piece by piece, finalize, wait, and its alt text."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, Final, Protocol

from handlers.base import Rejected, Unavailable
from handlers.media import Media, Store
from handlers.x.reading import inner, text

CHUNK: Final = 4_000_000
"""Bytes of one piece (X advises at most 5 MB)."""
PROCESSING: Final = timedelta(minutes=10)
"""How long one attempt waits for a video to be processed."""


class Asker(Protocol):
    """A signed-in line to X; both calls raise `Rejected` and `Unavailable`."""

    name: str

    def request(self, method: str, route: str, action: str, **fields: Any) -> dict[str, Any]:
        """A JSON call."""
        ...

    def append(self, identity: str, index: int, piece: bytes, action: str) -> None:
        """One piece of an upload."""
        ...


def upload(line: Asker, media: Media, store: Store) -> str:
    """Bring one file there, ready to be used; its id. Raises `Rejected`, `Unavailable`, `MissingMedia`."""
    action = f"the file “{media.name}”"
    begun = line.request(
        "POST",
        "/2/media/upload/initialize",
        action,
        json={"media_type": media.mime, "total_bytes": media.size, "media_category": _category(media)},
    )
    identity = text(inner(begun, "data"), "id")
    if not identity:
        raise Unavailable(f"{line.name} answered nonsense to {action}. Nothing is out; the bot tries again.")
    with store.open(media.sha256) as file:
        for index, piece in enumerate(iter(lambda: file.read(CHUNK), b"")):
            line.append(identity, index, piece, action)
    done = line.request("POST", f"/2/media/upload/{identity}/finalize", action)
    _processed(line, identity, done, action)
    if media.alt:
        told = {"id": identity, "metadata": {"alt_text": {"text": media.alt}}}
        line.request("POST", "/2/media/metadata", f"the alt text of {action}", json=told)
    return identity


def _processed(line: Asker, identity: str, found: dict[str, Any], action: str) -> None:
    """Wait until the file may be attached; X says how long to wait each time."""
    end = time.monotonic() + PROCESSING.total_seconds()
    while info := inner(inner(found, "data"), "processing_info"):
        if info.get("state") == "succeeded":
            return
        if info.get("state") == "failed":
            raise Rejected(
                f"{line.name} cannot use {action}. Try another format (MP4 with H.264, JPEG, PNG)."
            )
        if time.monotonic() > end:
            raise Unavailable(
                f"{line.name} is still busy with {action}. Nothing is out; the bot tries again by itself."
            )
        asked = info.get("check_after_secs")
        time.sleep(min(max(asked if isinstance(asked, int | float) else 2, 0.2), 30))
        found = line.request(
            "GET", "/2/media/upload", action, params={"command": "STATUS", "media_id": identity}
        )


def _category(media: Media) -> str:
    if media.mime.startswith("video/"):
        return "tweet_video"
    return "tweet_gif" if media.mime == "image/gif" else "tweet_image"
