"""One file brought to a Mastodon-like server: streamed from disk, then watched until it may be attached.

POST /api/v2/media        200 it is ready · 202 it is being processed · 404 an older server: v1
GET /api/v1/media/:id     200 with `url` it is ready · 206 it is being processed · 422 it cannot be used · 404 it is gone
"""

from __future__ import annotations

import mimetypes
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from handlers.base import Later, Rejected, Unavailable
from handlers.mastodon.answers import text_of
from handlers.mastodon.line import Line
from handlers.media import Media, Store
from handlers.multipart import Multipart
from handlers.parts import StaleFiles, Upload
from handlers.wire import Answer

DEADLINE: Final = timedelta(hours=1)
"""How long a server may work on a file. Films of the largest size (99 MiB) take minutes, where its queue is short."""
_NOT_FINISHED: Final = {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.ACCEPTED}
"""With 200 it is finished only if it has an address."""
_OLDER: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}


def upload(line: Line, media: Media, told: Upload, store: Store) -> str:
    """Bring one file there with its alt text; its id. Raises `Rejected`, `Unavailable`, `MissingMedia`."""
    action = _action(media)
    answer = _sent(line, "/api/v2/media", media, told, store)
    if answer.status in _OLDER:
        answer = _sent(line, "/api/v1/media", media, told, store)
    found = line.done(answer, action=action)
    identity = text_of(found, "id")
    if not identity:
        raise Unavailable(f"{line.who} answered nonsense. Nothing is out.")
    told.ready = _finished(answer)
    return identity


def _sent(line: Line, path: str, media: Media, told: Upload, store: Store) -> Answer:
    name = f"media{mimetypes.guess_extension(media.mime) or ''}"
    fields = {"description": media.alt} if media.alt else {}
    with store.open(media.sha256) as file:
        body = Multipart(fields, file, media.size, field="file", name=name, mime=media.mime, told=told.told)
        kind = {"Content-Type": body.content_type}
        try:
            return line.plain("POST", path, action=_action(media), data=body, headers=kind)
        except Unavailable:
            if not body.late:
                raise
            raise Unavailable(
                f"The line to {line.who} is too slow: {_action(media)} was not there after {body.minutes} minutes. "
                "Nothing is out."
            ) from None


def ready(line: Line, media: Media, identity: str, *, waited: timedelta) -> None:
    """Return when the file may be attached; see `handlers.parts.Service.ready`."""
    answer = line.plain("GET", f"/api/v1/media/{identity}", action=_action(media))
    if _finished(answer):
        return
    if answer.status in _NOT_FINISHED:
        if waited > DEADLINE:
            raise Rejected(
                f"{line.who} did not finish with {_action(media)} within {DEADLINE.seconds // 3600} hour. "
                "Order it again later, or use a shorter or smaller film (MP4 with H.264)."
            )
        raise later(line, waited)
    if answer.status == HTTPStatus.NOT_FOUND:
        raise StaleFiles(f"{line.who} does not know {_action(media)} any more.")
    if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        raise Rejected(
            f"{line.who} cannot use {_action(media)}{answer.words('error')}. "
            "Try another format: MP4 with H.264 and AAC, JPEG or PNG."
        )
    line.done(answer, action=_action(media))


def _finished(answer: Answer) -> bool:
    """A file has its address when it may be attached, and not before: there may be a preview long before it."""
    return answer.status == HTTPStatus.OK and bool(text_of(answer.body, "url"))


def unfinished(answer: Answer) -> bool:
    """The server still works on the file of which it says that."""
    return answer.status in _NOT_FINISHED and not _finished(answer)


def later(line: Line, waited: timedelta) -> Later:
    """Not yet: asked again soon at first, then once a minute."""
    wait = min(max(waited / 4, timedelta(seconds=1)), timedelta(minutes=1))
    return Later(f"{line.who} is still busy with a file of the post; the bot goes on by itself.", wait=wait)


def _action(media: Media) -> str:
    return f"the file “{media.name}”"
