"""Pictures, videos and documents on their way to LinkedIn: announced, uploaded, and waited for.

Nothing of it can be seen before a post uses it, so every step may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, BinaryIO, Final

import httpx

from handlers.base import Rejected, Unavailable
from handlers.linkedin import errors
from handlers.linkedin.api import Api, urn_path
from handlers.media import Media, Store
from handlers.web import json_object, lost

TRIES: Final = 3
"""How often one piece is handed over before the delivery waits for the publisher's next turn."""
FIRST_PAUSE_S, LONGEST_PAUSE_S, PATIENCE_S = 2.0, 30.0, 900.0
"""Between two looks at a file that LinkedIn still works on; a long video takes minutes."""
CHUNK: Final = 1024 * 1024


def kind_of(media: Media) -> str:
    """`images`, `videos` or `documents`: the resource that takes it."""
    if media.mime.startswith("image/"):
        return "images"
    return "videos" if media.mime.startswith("video/") else "documents"


class Assets:
    """Uploads for one organization."""

    def __init__(self, api: Api, store: Store) -> None:
        self._api = api
        self._store = store

    def upload(self, media: Media) -> str:
        """The URN of a file that is there and ready. Raises `Rejected`, `Unavailable`, `MissingMedia`."""
        kind = kind_of(media)
        request: dict[str, Any] = {"owner": self._api.settings.organization}
        if kind == "videos":
            request |= {"fileSizeBytes": media.size, "uploadCaptions": False, "uploadThumbnail": False}
        value = self._begin(kind, request)
        urn = _text(value, kind.removesuffix("s"))
        with self._store.open(media.sha256) as file:
            if kind == "videos":
                self._video(file, value, urn)
            else:
                self._whole(file, media, _text(value, "uploadUrl"))
        self._wait(kind, urn, media.name)
        return urn

    def _begin(self, kind: str, request: dict[str, Any]) -> dict[str, Any]:
        answer = self._api.call(
            "POST",
            f"/rest/{kind}?action=initializeUpload",
            json={"initializeUploadRequest": request},
            doing="take a file for the page",
        )
        value = json_object(answer).get("value")
        if not isinstance(value, dict):
            raise lost(errors.TITLE, acts=False)
        return value

    def _whole(self, file: BinaryIO, media: Media, url: str) -> None:
        headers = {"Content-Type": media.mime, "Content-Length": str(media.size)}

        def put() -> httpx.Response:
            file.seek(0)
            return self._api.signed(
                "PUT", url, acts=False, headers=headers, content=_pieces(file, media.size)
            )

        self._insist(put)

    def _video(self, file: BinaryIO, value: dict[str, Any], urn: str) -> None:
        """Each part to its own address, without the token; LinkedIn joins them by their ETags, in order."""
        tags = []
        for part in value.get("uploadInstructions") or ():
            first, size = int(part["firstByte"]), int(part["lastByte"]) - int(part["firstByte"]) + 1
            url = _text(part, "uploadUrl")

            def put(first: int = first, size: int = size, url: str = url) -> httpx.Response:
                file.seek(first)
                headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
                return self._api.web.call("PUT", url, headers=headers, content=_pieces(file, size))

            tag = self._insist(put).headers.get("ETag")
            if not tag:
                raise lost(errors.TITLE, acts=False)
            tags.append(tag)
        request = {"video": urn, "uploadToken": value.get("uploadToken", ""), "uploadedPartIds": tags}
        self._api.call(
            "POST",
            "/rest/videos?action=finalizeUpload",
            json={"finalizeUploadRequest": request},
            doing="put the video together",
        )

    def _insist(self, put: Callable[[], httpx.Response]) -> httpx.Response:
        """Hand a piece over, more than once when the line or LinkedIn fails."""
        for turn in range(1, TRIES + 1):
            try:
                response = put()
            except Unavailable:
                if turn == TRIES:
                    raise
            else:
                if response.is_success:
                    return response
                if turn == TRIES or not response.is_server_error:
                    raise self._api.refusal(response, doing="take a file for the page", acts=False)
            self._api.pause(FIRST_PAUSE_S * turn)
        raise AssertionError("unreachable")  # pragma: no cover

    def _wait(self, kind: str, urn: str, name: str) -> None:
        """Until LinkedIn has it ready: a post that comes earlier fails or stays without its file."""
        pause, waited = FIRST_PAUSE_S, 0.0
        while True:
            answer = self._api.call("GET", f"/rest/{kind}/{urn_path(urn)}", doing="show an uploaded file")
            body = json_object(answer)
            status = body.get("status")
            if status == "AVAILABLE":
                return
            if status == "PROCESSING_FAILED":
                raise Rejected(
                    f"LinkedIn cannot use the file {name}. Replace it in the draft, in another format."
                )
            if waited >= PATIENCE_S:
                raise Unavailable(
                    "LinkedIn has been working on the uploaded file for a long time; nothing is out. "
                    "The bot tries again by itself.",
                    wait=timedelta(minutes=5),
                )
            self._api.pause(pause)
            waited += pause
            pause = min(pause * 1.5, LONGEST_PAUSE_S)


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0 and (piece := file.read(min(CHUNK, size))):
        size -= len(piece)
        yield piece


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    if not isinstance(found, str) or not found:
        raise lost(errors.TITLE, acts=False)
    return found
