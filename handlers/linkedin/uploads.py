"""Pictures, videos and documents on their way to LinkedIn: announced, handed over piece by piece, gone on with later.

Nothing of it can be seen before a post uses it, so every step may be repeated. What is kept between attempts
(`Upload.state`): `urn`; `parts`, each `[address, first byte, last byte]`; `token`, `tags` of the parts that are there
(videos); `until`, when the addresses end. The addresses are as good as a password and never told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, BinaryIO, Final

import httpx

from handlers.base import Rejected, Unavailable
from handlers.linkedin import errors
from handlers.linkedin.api import Api
from handlers.media import Media, Store
from handlers.parts import Upload
from handlers.web import json_object, lost

TRIES: Final = 3
"""How often one piece is handed over before the delivery waits for the publisher's next turn."""
PAUSE_S: Final = 1.0
"""Before a piece is handed over again; then longer."""
CHUNK: Final = 1024 * 1024
"""Bytes that are in memory at once."""
EARLY: Final = timedelta(minutes=1)
"""An address that ends so soon is not begun with."""
LIFE: Final = timedelta(hours=12)
"""Granted to addresses of which LinkedIn does not tell when they end (it tells so of all but some videos: 24 hours)."""


class _Over(Exception):
    """The upload is not taken (any more): it begins anew."""

    def __init__(self, trouble: Rejected) -> None:
        super().__init__()
        self.trouble = trouble
        """What people are told if that does not help."""


def kind_of(media: Media) -> str:
    """`images`, `videos` or `documents`: the resource that takes it."""
    if media.mime.startswith("image/"):
        return "images"
    return "videos" if media.mime.startswith("video/") else "documents"


class Uploads:
    """Uploads for one organization."""

    def __init__(self, api: Api, store: Store, clock: Callable[[], datetime]) -> None:
        self._api = api
        self._store = store
        self._clock = clock

    def bring(self, media: Media, upload: Upload) -> str:
        """The URN of a file that is there, going on where an earlier attempt ended; LinkedIn may still work on it.

        Raises `Rejected`, `Unavailable`, `MissingMedia`.
        """
        with self._store.open(media.sha256) as file:
            if upload.state and _until(upload.state) - EARLY > self._clock():
                try:
                    return self._go_on(file, media, upload)
                except _Over:
                    pass
            self._begin(media, upload)
            try:
                return self._go_on(file, media, upload)
            except _Over as over:
                raise over.trouble from None

    def _begin(self, media: Media, upload: Upload) -> None:
        kind = kind_of(media)
        request: dict[str, Any] = {"owner": self._api.settings.organization}
        if kind == "videos":
            request |= {"fileSizeBytes": media.size, "uploadCaptions": False, "uploadThumbnail": False}
        answer = self._api.call(
            "POST",
            f"/rest/{kind}?action=initializeUpload",
            json={"initializeUploadRequest": request},
            doing=errors.UPLOADING,
        )
        value = json_object(answer).get("value")
        if not isinstance(value, dict):
            raise lost(errors.TITLE, acts=False)
        ends = value.get("uploadUrlExpiresAt") or value.get("uploadUrlsExpireAt")
        until = datetime.fromtimestamp(ends / 1000, UTC) if isinstance(ends, int) else self._clock() + LIFE
        parts = (
            _parts(value, media.size)
            if kind == "videos"
            else [[_text(value, "uploadUrl"), 0, media.size - 1]]
        )
        urn = _text(value, kind.removesuffix("s"))
        token = str(value.get("uploadToken") or "")
        upload.keep(urn=urn, parts=parts, token=token, tags=[], until=until.isoformat())

    def _go_on(self, file: BinaryIO, media: Media, upload: Upload) -> str:
        if kind_of(media) == "videos":
            self._video(file, upload)
        else:
            self._whole(file, media, upload)
        return str(upload.state["urn"])

    def _whole(self, file: BinaryIO, media: Media, upload: Upload) -> None:
        """All of it to its one address, with our token."""
        headers = {"Content-Type": media.mime, "Content-Length": str(media.size)}
        url = upload.state["parts"][0][0]

        def put() -> httpx.Response:
            body = _pieces(file, 0, media.size, upload.told)
            return self._api.signed("PUT", url, acts=False, headers=headers, content=body)

        self._insist(put)

    def _video(self, file: BinaryIO, upload: Upload) -> None:
        """Each part to its own address, without the token; LinkedIn joins them by their ETags, in order."""
        parts, tags = upload.state["parts"], list(upload.state["tags"])
        for url, first, last in parts[len(tags) :]:
            size = last - first + 1

            def put(first: int = first, size: int = size, url: str = url) -> httpx.Response:
                headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
                return self._api.web.call("PUT", url, headers=headers, content=_pieces(file, first, size))

            tag = self._insist(put).headers.get("ETag")
            if not tag:
                raise lost(errors.TITLE, acts=False)
            tags.append(tag)
            upload.keep(tags=list(tags))
            upload.told(last + 1)
        self._finalize(upload)

    def _finalize(self, upload: Upload) -> None:
        state = upload.state
        request = {"video": state["urn"], "uploadToken": state["token"], "uploadedPartIds": state["tags"]}
        try:
            self._api.call(
                "POST",
                "/rest/videos?action=finalizeUpload",
                json={"finalizeUploadRequest": request},
                doing="put the video together",
            )
        except (errors.Forbidden, errors.Throttled):
            raise
        except Rejected as error:
            if not state.get("finalizing"):
                raise _Over(error) from None
            # its first answer was lost, and LinkedIn does not take it twice: the video's status tells the rest
        except Unavailable:
            upload.keep(finalizing=True)
            raise

    def _insist(self, put: Callable[[], httpx.Response]) -> httpx.Response:
        """Hand a piece over, more than once when the line or LinkedIn fails. Raises `_Over` if it is not taken there."""
        for turn in range(1, TRIES + 1):
            try:
                response = put()
            except Unavailable:
                if turn == TRIES:
                    raise
            else:
                if response.is_success:
                    return response
                if _is_over(response):
                    raise _Over(
                        Rejected(
                            "LinkedIn announced an upload and then did not take it. Order the post again in a while; "
                            "if that does not help, tell the owner of the bot."
                        )
                    )
                if turn == TRIES or not response.is_server_error:
                    raise self._api.refusal(response, doing=errors.UPLOADING, acts=False)
            self._api.pause(PAUSE_S * turn)
        raise AssertionError("unreachable")  # pragma: no cover


def _is_over(response: httpx.Response) -> bool:
    """Whether an upload address is not known (any more); a token that is not taken was judged before."""
    return response.status_code in {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.GONE,
    }


def _until(state: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(state["until"])


def _parts(value: dict[str, Any], size: int) -> list[list[Any]]:
    """The parts of a video: address, first and last byte. LinkedIn says how large they are; at present 4 MiB."""
    found, parts, at = value.get("uploadInstructions"), [], 0
    try:
        for one in found if isinstance(found, list) else ():
            first, last = int(one["firstByte"]), int(one["lastByte"])
            if first != at or last < first:
                break
            parts.append([_text(one, "uploadUrl"), first, last])
            at = last + 1
    except (TypeError, KeyError, ValueError):
        raise lost(errors.TITLE, acts=False) from None
    if at != size:  # parts that leave something out make no video
        raise lost(errors.TITLE, acts=False)
    return parts


def _pieces(
    file: BinaryIO, first: int, size: int, told: Callable[[int], None] | None = None
) -> Iterator[bytes]:
    file.seek(first)
    done = 0
    while done < size and (piece := file.read(min(CHUNK, size - done))):
        yield piece
        done += len(piece)
        if told is not None:
            told(done)


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    if not isinstance(found, str) or not found:
        raise lost(errors.TITLE, acts=False)
    return found
