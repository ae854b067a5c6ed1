"""A video whose upload YouTube has forgotten, looked for among what the channel uploaded since."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import httpx

from handlers import clocks
from handlers.base import Published, Uncertain
from handlers.likeness import like_words
from handlers.reconcile import Agreement, Asked, Found, Seen, earliest, ours, worst
from handlers.web import json_object, lost
from handlers.youtube import errors
from handlers.youtube.job import Job
from handlers.youtube.resource import UNSEEN, address

PAGES: Final = 10
"""Pages of 50 videos that are searched for one."""


def find(job: Job) -> str:
    """The id of the video that this delivery uploaded; empty if it is not to be seen there.

    Decided by `handlers.reconcile`. Raises `Uncertain`, `Unavailable`, `Rejected`.
    """
    began = job.ticket.first_at
    since = earliest(began, None)
    asked = Asked(errors.TITLE, job.outgoing, 0, since, None, job.ticket.ledger, began)
    there = _uploaded(job, since)
    found = ours(asked, Seen(there, ahead=clocks.ahead(job.api.answered, job.now())))
    return found.id if found else ""


def _uploaded(job: Job, since: datetime) -> list[Found]:
    """What the channel uploaded since then, newest first."""
    mine = _items(job, job.api.v3("GET", "channels", {"part": "contentDetails", "mine": "true"}))
    uploads = [_deep(one, "contentDetails", "relatedPlaylists", "uploads") for one in mine]
    if not uploads or not uploads[0]:
        return []
    found: list[Found] = []
    page = ""
    for _ in range(PAGES):
        query = {"part": "snippet", "playlistId": str(uploads[0]), "maxResults": "50"}
        listed = job.api.v3("GET", "playlistItems", query | ({"pageToken": page} if page else {}))
        items = _items(job, listed)
        made = {
            str(number): _made(one)
            for one in items
            if (number := _deep(one, "snippet", "resourceId", "videoId"))
        }
        fresh = {number: at for number, at in made.items() if at is None or at >= since}
        found += _told(job, fresh) if fresh else []
        page = str(json_object(listed).get("nextPageToken") or "")
        if not page or (items and not fresh):
            return found
    raise Uncertain(
        f"{errors.TITLE} has too many newer videos to find this one. Look there, and say what you see."
    )


def _told(job: Job, made: dict[str, datetime | None]) -> list[Found]:
    """These videos, held against ours."""
    told = job.api.v3("GET", "videos", {"part": "snippet,status,fileDetails", "id": ",".join(made)})
    return [
        Found(Published(number, address(number)), made.get(number), _agreement(job, one))
        for one in _items(job, told)
        if (number := str(one.get("id") or ""))
    ]


def _items(job: Job, response: httpx.Response) -> list[dict[str, Any]]:
    if response.status_code == HTTPStatus.NOT_FOUND:
        return []  # a channel without uploads has no such playlist
    if response.status_code != HTTPStatus.OK:
        raise errors.refusal(response, job.now())
    items = json_object(response).get("items")
    if not isinstance(items, list):
        raise lost(errors.TITLE, acts=False)
    return [one for one in items if isinstance(one, dict)]


def _agreement(job: Job, one: dict[str, Any]) -> Agreement:
    """Unseen (or shown already, if nobody knows), its words, and, where YouTube tells it, its bytes.

    All but the bytes may have been changed there since a copy was made, and YouTube does not tell of it.
    """
    size = _deep(one, "fileDetails", "fileSize")
    if size is not None and str(size) != str(job.film.size):
        return Agreement.OTHER
    shown, least = {UNSEEN}, Agreement.OTHER
    if job.ticket.restored:
        shown, least = {UNSEEN, job.outgoing.visibility or UNSEEN}, Agreement.ALIKE
    if _deep(one, "status", "privacyStatus") not in shown:
        return least
    return max(
        least,
        worst(
            [
                like_words(job.outgoing.title or "", str(_deep(one, "snippet", "title") or "")),
                like_words(job.outgoing.parts[0].text, str(_deep(one, "snippet", "description") or "")),
            ]
        ),
    )


def _made(one: dict[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(_deep(one, "snippet", "publishedAt")))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _deep(one: Any, *names: str) -> Any:
    for name in names:
        one = one.get(name) if isinstance(one, dict) else None
    return one
