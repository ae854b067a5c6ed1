"""A video on its way to YouTube, in pieces, and surviving whatever breaks in between.

The session's address is saved before the first byte. Whoever asks it later learns how much has arrived, or
that the video is there already: so a video is never sent twice. Only the last piece makes it exist; that it was
on its way is saved too, for the day on which the session can no longer be asked.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, BinaryIO, Final

import httpx

from handlers.base import Rejected, Ticket, Unavailable, Uncertain
from handlers.media import Media
from handlers.web import Pause, json_object
from handlers.youtube import errors
from handlers.youtube.api import Api

logger = logging.getLogger(__name__)

UNIT: Final = 256 * 1024
"""Every piece but the last is a multiple of this."""
PIECE: Final = 32 * UNIT
"""8 MiB: as much of a video as stands in memory."""
TRIES: Final = 5
"""How often in a row a piece may fail before the delivery waits for the publisher's next turn."""
FIRST_PAUSE_S: Final = 2.0
GONE: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


@dataclass(frozen=True, slots=True)
class Video:
    """It is there."""

    id: str
    state: str = ""
    """YouTube's `uploadStatus`."""
    reason: str = ""
    """Why it was rejected, in YouTube's word."""


class SessionGone(Exception):
    """YouTube no longer knows the session."""


class Upload:
    """One delivery's upload session."""

    def __init__(self, api: Api, ticket: Ticket, media: Media, pause: Pause, piece: int = PIECE) -> None:
        self._api = api
        self._ticket = ticket
        self._media = media
        self._pause = pause
        self._piece = piece
        self._state: dict[str, Any] = dict(ticket.receipt)

    @property
    def video(self) -> Video | None:
        """What is known to be there; None as long as nothing is."""
        return Video(*self._state["video"]) if "video" in self._state else None

    @property
    def session(self) -> str:
        """The address of the session; as good as a password, never to be shown. Empty if there is none."""
        return str(self._state.get("session", ""))

    def begin(self, url: str, metadata: dict[str, Any], now: datetime) -> None:
        """Open a session and save its address. Raises `Unavailable`, `Rejected`: nothing is out."""
        headers = {
            "X-Upload-Content-Length": str(self._media.size),
            "X-Upload-Content-Type": self._media.mime,
        }
        response = self._api.call("POST", url, headers=headers, json=metadata)
        session = response.headers.get("Location", "")
        if response.status_code != HTTPStatus.OK or not session:
            raise errors.refusal(response, now)
        self._save(session=session, key=self._ticket.key)

    def forget(self) -> None:
        """The session is gone and the video certainly not there: the next one starts from nothing."""
        self._state = {}
        self._ticket.save({})

    def may_be_complete(self) -> bool:
        """Whether the last piece was on its way at some time, and nobody has looked since and ordered it again."""
        return bool(self._state.get("finishing")) and self._state.get("key") == self._ticket.key

    def probe(self, now: datetime) -> Video | int:
        """The video if it is there, else how many bytes have arrived.

        Raises `SessionGone`, `Unavailable`, `Rejected`.
        """
        headers = {"Content-Length": "0", "Content-Range": f"bytes */{self._media.size}"}
        return self._judge(self._api.call("PUT", self.session, headers=headers, content=b""), now)

    def push(self, file: BinaryIO, at: int, now: datetime) -> Video:
        """Hand over what is missing from byte `at` on.

        Raises `Unavailable` while the video cannot be complete, `Uncertain` when it may be, `SessionGone`,
        `Rejected`.
        """
        failures = 0
        while True:
            try:
                found = self._put(file, at, now)
                trouble = Unavailable("YouTube does not take the video's bytes; nothing is out.")
            except Unavailable as error:
                if error.wait or error.until:
                    raise self._interrupted(error) from None
                found, trouble = None, error
            if isinstance(found, Video):
                return found
            if found is not None and found > at:
                failures, at = 0, found
                continue
            failures += 1
            if failures == TRIES:
                raise self._interrupted(trouble)
            self._pause(FIRST_PAUSE_S * 2 ** (failures - 1))
            asked = self._asked(now, at)
            if isinstance(asked, Video):
                return asked
            if asked > at:
                failures = 0
            at = asked

    def _put(self, file: BinaryIO, at: int, now: datetime) -> Video | int:
        """One piece, from byte `at`; how far it came."""
        size = self._media.size
        file.seek(at)
        piece = file.read(min(self._piece, size - at))
        end = at + len(piece)
        if end >= size:
            self._save(finishing=True)
        headers = {
            "Content-Type": self._media.mime,
            "Content-Range": f"bytes {at}-{end - 1}/{size}" if piece else f"bytes */{size}",
        }
        return self._judge(self._api.call("PUT", self.session, headers=headers, content=piece), now)

    def _asked(self, now: datetime, at: int) -> Video | int:
        """What the session says after a failure; if it says nothing, where we were."""
        try:
            return self.probe(now)
        except Unavailable:
            return at

    def _judge(self, response: httpx.Response, now: datetime) -> Video | int:
        status = response.status_code
        if status in {HTTPStatus.OK, HTTPStatus.CREATED}:
            return self._arrived(response)
        if status == HTTPStatus.PERMANENT_REDIRECT:
            found = re.fullmatch(r"bytes=0-(\d+)", response.headers.get("Range", ""))
            return int(found[1]) + 1 if found else 0
        if status in GONE:
            raise SessionGone
        raise errors.refusal(response, now)

    def _arrived(self, response: httpx.Response) -> Video:
        body = json_object(response)
        identity = body.get("id")
        if not isinstance(identity, str) or not identity:
            raise Uncertain(
                "YouTube took the video but did not say under which number. Look at the channel before it is sent again."
            )
        status = body.get("status")
        status = status if isinstance(status, dict) else {}
        reason = status.get("rejectionReason") or status.get("failureReason") or ""
        video = Video(identity, str(status.get("uploadStatus", "")), str(reason))
        self._save(video=[video.id, video.state, video.reason])
        return video

    def _interrupted(self, error: Unavailable) -> Unavailable | Uncertain:
        if not self.may_be_complete():
            return Unavailable(str(error), until=error.until, wait=error.wait)
        return Uncertain(
            "YouTube did not answer after the last bytes of the video, so it may be out. "
            "The bot asks the upload's session before it sends anything again."
        )

    def _save(self, **news: Any) -> None:
        self._state |= news
        self._ticket.save(dict(self._state))


def refused_later(video: Video) -> Rejected | None:
    """The upload came through, but YouTube does not show the video."""
    if video.state not in {"failed", "rejected"}:
        return None
    word = video.reason if re.fullmatch(r"[A-Za-z]{1,40}", video.reason) else "no reason given"
    return Rejected(
        f"YouTube took the video but does not show it ({word}). Its channel's owner looks at YouTube Studio."
    )
