"""Whether LinkedIn can use an uploaded file yet: a post that comes earlier fails, or stays without its file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from handlers.bad import quoted
from handlers.base import Later, Rejected
from handlers.films.limits import readable_time
from handlers.linkedin import errors
from handlers.linkedin.api import Api, urn_path
from handlers.linkedin.uploads import kind_of
from handlers.media import Media
from handlers.parts import StaleFiles
from handlers.web import json_object

LOOKS_S: Final = (0.6, 1.2, 1.8)
"""Pauses between looks at a picture or document within one call; most pictures are ready by then."""
SHORTEST, LONGEST = timedelta(seconds=5), timedelta(minutes=2)
"""Between two calls for one file: a third of the time it has taken so far, within these."""
GIVING_UP: Final = {
    "images": timedelta(minutes=15),
    "documents": timedelta(minutes=30),
    "videos": timedelta(hours=3),
}
"""How long LinkedIn may work on a file. It promises nothing; a video of 30 minutes takes some."""
STRANDED: Final = timedelta(minutes=5)
"""So long after the last byte LinkedIn may still say that it waits for it; then it never came together."""


class Readiness:
    """Asks for one delivery's files; the pauses within one call have a budget for all of them together."""

    def __init__(self, api: Api, clock: Callable[[], datetime]) -> None:
        self._api = api
        self._clock = clock
        self._pauses = list(LOOKS_S)

    def wait(self, media: Media, urn: str, since: datetime) -> None:
        """Return as soon as the file can be used.

        Raises `Later`, `StaleFiles`, `Unavailable`, and `Rejected` when it cannot be used or takes too long.
        """
        kind = kind_of(media)
        while True:
            status = self._status(kind, media, urn)
            if status == "AVAILABLE":
                return
            if kind == "videos" or not self._pauses:
                break
            self._api.pause(self._pauses.pop(0))
        waited = self._clock() - since
        if status == "WAITING_UPLOAD" and waited > STRANDED:
            raise Rejected(
                f"LinkedIn says that it never received all of {quoted(media.name)}; nothing is out. Order the post "
                "again: the file is uploaded anew."
            )
        if waited > GIVING_UP[kind]:
            raise Rejected(
                f"LinkedIn has been working on {quoted(media.name)} for {readable_time(waited.total_seconds())} and has "
                "not finished: the bot waits no longer, and nothing is out. Order the post again, or export the file anew."
            )
        raise Later(
            f"LinkedIn is still working on {quoted(media.name)}; the post follows by itself.",
            wait=min(max(waited / 3, SHORTEST), LONGEST),
        )

    def _status(self, kind: str, media: Media, urn: str) -> str:
        try:
            answer = self._api.call("GET", f"/rest/{kind}/{urn_path(urn)}", doing="show an uploaded file")
        except errors.NotThere:
            raise StaleFiles(f"LinkedIn knows nothing of {quoted(media.name)} any more.") from None
        except errors.Forbidden:
            raise Rejected(
                "LinkedIn does not tell the bot whether an uploaded file is ready (`r_organization_social`), and a post "
                f"that comes too early stays without it. The owner of the LinkedIn app runs "
                f"`social login {self._api.account}`."
            ) from None
        body = json_object(answer)
        status = str(body.get("status", ""))
        if status == "PROCESSING_FAILED":
            reason = errors.word(body.get("processingFailureReason"))
            said = f" (it said: {reason})" if reason else ""
            raise Rejected(
                f"LinkedIn cannot use the file {quoted(media.name)}{said}. Replace it in the draft, in another format."
            )
        return status
