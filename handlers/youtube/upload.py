"""A video on its way to YouTube, in pieces, and surviving whatever breaks in between.

The session's address is saved before the first byte. Whoever asks it later learns how much has arrived, or
that the video is there already: so a video is never sent twice. Only the last piece makes it exist; that it was
on its way is saved too, for the day on which the session can no longer be asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, BinaryIO, Final

import httpx

from handlers.base import Unavailable
from handlers.web import json_object
from handlers.youtube import errors
from handlers.youtube.job import Job

UNIT: Final = 256 * 1024
"""Every piece but the last is a multiple of this."""
PIECE: Final = 32 * UNIT
"""8 MiB: what has to be sent again when the line breaks."""
TRIES: Final = 5
"""How often in a row a piece may fail before the delivery waits for the publisher's next turn."""
FIRST_PAUSE_S: Final = 2.0
GONE: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_BLOCK: Final = 64 * 1024


class SessionGone(Exception):
    """YouTube no longer knows the session, or what became of it."""


class Span:
    """A piece of a file as the body of a request, read while it is sent; may be sent again."""

    def __init__(self, file: BinaryIO, at: int, size: int) -> None:
        self._file = file
        self._at = at
        self._size = size

    def __iter__(self) -> Iterator[bytes]:
        """The bytes, from the beginning of the piece."""
        self._file.seek(self._at)
        left = self._size
        while left and (block := self._file.read(min(_BLOCK, left))):
            left -= len(block)
            yield block


class Upload:
    """One delivery's upload session."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._progress = job.progress

    def begin(self, url: str, metadata: dict[str, Any]) -> None:
        """Open a session and save its address. Raises `Unavailable`, `Rejected`."""
        job = self._job
        headers = {
            "X-Upload-Content-Length": str(job.film.size),
            "X-Upload-Content-Type": job.film.mime,
        }
        response = job.api.call("POST", url, headers=headers, json=metadata)
        session = response.headers.get("Location", "")
        if response.status_code != HTTPStatus.OK or not session:
            raise errors.refusal(response, job.now())
        self._progress.keep(session=session, sessions=self._progress.state.sessions + 1, key=job.ticket.key)

    def probe(self) -> int | None:
        """How many bytes have arrived; None if it is all of them, and the video saved.

        Raises `SessionGone`, `Unavailable`, `Rejected`.
        """
        headers = {"Content-Length": "0", "Content-Range": f"bytes */{self._job.film.size}"}
        return self._judge(self._put(headers, b""))

    def push(self, file: BinaryIO, at: int) -> None:
        """Hand over what is missing from byte `at` on. Raises `Unavailable`, `SessionGone`, `Rejected`."""
        failures, here = 0, at
        while True:
            try:
                found = self._piece(file, here)
                trouble = Unavailable("YouTube does not take the video's bytes; nothing is out.")
            except Unavailable as error:
                if error.wait or error.until:
                    raise
                found, trouble = here, error
            if found is None:
                return
            if found > here:
                failures, here = 0, found
                continue
            failures += 1
            if failures == TRIES:
                raise trouble
            self._job.pause(FIRST_PAUSE_S * 2 ** (failures - 1))
            asked = self._asked(here)
            if asked is None:
                return
            failures, here = 0 if asked > here else failures, asked

    def _piece(self, file: BinaryIO, at: int) -> int | None:
        """One piece, from byte `at`; how far it came."""
        film = self._job.film
        length = min(self._job.piece, film.size - at)
        end = at + length
        if end >= film.size and not self._progress.state.finishing:
            self._progress.keep(finishing=True)
        headers = {
            "Content-Type": film.mime,
            "Content-Length": str(length),
            "Content-Range": f"bytes {at}-{end - 1}/{film.size}" if length else f"bytes */{film.size}",
        }
        return self._judge(self._put(headers, Span(file, at, length) if length else b""))

    def _put(self, headers: dict[str, str], content: Span | bytes) -> httpx.Response:
        return self._job.api.call("PUT", self._progress.state.session, headers=headers, content=content)

    def _asked(self, at: int) -> int | None:
        """What the session says after a failure; if it says nothing, where we were."""
        try:
            return self.probe()
        except Unavailable:
            return at

    def _judge(self, response: httpx.Response) -> int | None:
        job, status = self._job, response.status_code
        if status in {HTTPStatus.OK, HTTPStatus.CREATED}:
            self._arrived(response)
            return None
        if status == HTTPStatus.PERMANENT_REDIRECT:
            found = re.fullmatch(r"bytes=0-(\d+)", response.headers.get("Range", ""))
            stored = min(int(found[1]) + 1, job.film.size) if found else 0
            job.say("uploading", stored, job.film.size)
            return stored
        if status in GONE:
            raise SessionGone
        raise errors.refusal(response, job.now())

    def _arrived(self, response: httpx.Response) -> None:
        identity = json_object(response).get("id")
        if not isinstance(identity, str) or not identity:
            if not self._progress.state.finishing:
                self._progress.keep(finishing=True)
            raise SessionGone  # it is there, but under which id must be found out
        self._progress.there(identity, self._job.now())
        self._job.say("uploading", self._job.film.size, self._job.film.size)
