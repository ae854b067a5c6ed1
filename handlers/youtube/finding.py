"""A video whose upload YouTube has forgotten, looked for among what the channel uploaded since."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import httpx

from handlers.web import json_object, lost
from handlers.youtube import errors
from handlers.youtube.job import Job
from handlers.youtube.resource import UNSEEN

_APART: Final = timedelta(minutes=10)
"""How far our clock and YouTube's may be apart."""


def find(job: Job) -> str:
    """The id of the video that this delivery uploaded; empty if it is not to be seen there.

    It is ours if it is unseen, not older than this delivery, and has its words and, where YouTube tells it, its
    bytes. Raises `Unavailable`, `Rejected`.
    """
    mine = _items(job, job.api.v3("GET", "channels", {"part": "contentDetails", "mine": "true"}))
    uploads = [_deep(one, "contentDetails", "relatedPlaylists", "uploads") for one in mine]
    if not uploads or not uploads[0]:
        return ""
    query = {"part": "snippet", "playlistId": str(uploads[0]), "maxResults": "50"}
    listed = job.api.v3("GET", "playlistItems", query)
    newer = [one for one in _items(job, listed) if _since(one, job.ticket.first_at - _APART)]
    ids = [str(found) for one in newer if (found := _deep(one, "snippet", "resourceId", "videoId"))]
    if not ids:
        return ""
    told = job.api.v3("GET", "videos", {"part": "snippet,status,fileDetails", "id": ",".join(ids)})
    return next((str(one["id"]) for one in _items(job, told) if _ours(job, one)), "")


def _items(job: Job, response: httpx.Response) -> list[dict[str, Any]]:
    if response.status_code == HTTPStatus.NOT_FOUND:
        return []  # a channel without uploads has no such playlist
    if response.status_code != HTTPStatus.OK:
        raise errors.refusal(response, job.now())
    items = json_object(response).get("items")
    if not isinstance(items, list):
        raise lost(errors.TITLE, acts=False)
    return [one for one in items if isinstance(one, dict)]


def _ours(job: Job, one: dict[str, Any]) -> bool:
    size = _deep(one, "fileDetails", "fileSize")
    return (
        _deep(one, "status", "privacyStatus") == UNSEEN
        and _words(_deep(one, "snippet", "title")) == _words(job.outgoing.title)
        and _words(_deep(one, "snippet", "description")) == _words(job.outgoing.parts[0].text)
        and (size is None or str(size) == str(job.film.size))
    )


def _since(one: dict[str, Any], earliest: datetime) -> bool:
    try:
        at = datetime.fromisoformat(str(_deep(one, "snippet", "publishedAt")))
    except ValueError:
        return False
    return at.tzinfo is not None and at >= earliest


def _words(text: object) -> list[str]:
    return str(text or "").split()


def _deep(one: Any, *names: str) -> Any:
    for name in names:
        one = one.get(name) if isinstance(one, dict) else None
    return one
