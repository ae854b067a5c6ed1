"""The playlist that a visible video is put into, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import httpx

from handlers.base import PlatformError, Rejected, Unavailable
from handlers.web import json_object, lost
from handlers.youtube import errors
from handlers.youtube.api import Api
from handlers.youtube.job import Job

_PLAYLIST: Final = re.compile(r"(PL|FL|LL|OLAK5uy_)[\w-]{8,}")
_MOST_PAGES: Final = 20
"""Of 50 playlists each."""


def file(job: Job) -> tuple[str, ...]:
    """Put the visible video into its playlist, once; what people should know if that does not work."""
    wanted = job.outgoing.extra.get("playlist", "")
    if not wanted:
        return ()
    begun = job.progress.state.filing
    try:
        playlist = find(job.api, wanted, job.now())
        if _holds(job, playlist):
            return ()
        if begun:  # it left before and is not listed: rather look than have it there twice
            return (_left_out(wanted, "It is not known whether YouTube took it."),)
        job.progress.keep(filing=True)
        _insert(job, playlist)
    except PlatformError as error:
        return (_left_out(wanted, str(error)),)
    return ()


def find(api: Api, wanted: str, now: datetime) -> str:
    """The id of the channel's playlist of that name or id. Raises `Unavailable`, `Rejected`."""
    if _PLAYLIST.fullmatch(wanted):
        return wanted
    folded = " ".join(wanted.casefold().split())
    found = [
        str(one.get("id"))
        for one in _playlists(api, now)
        if " ".join(str(_snippet(one).get("title", "")).casefold().split()) == folded
    ]
    if len(found) == 1:
        return found[0]
    raise Rejected(
        "The channel has several playlists of this name: give its id."
        if found
        else "The channel has no playlist of this name."
    )


def _playlists(api: Api, now: datetime) -> Iterator[dict[str, Any]]:
    page: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        query = {"part": "snippet", "mine": "true", "maxResults": "50", **page}
        body = _listed(api.v3("GET", "playlists", query), now)
        yield from (one for one in body["items"] if isinstance(one, dict))
        token = body.get("nextPageToken")
        if not isinstance(token, str) or not token:
            return
        page = {"pageToken": token}


def _holds(job: Job, playlist: str) -> bool:
    """Whether the video is in it already."""
    query = {"part": "snippet", "playlistId": playlist, "videoId": job.video, "maxResults": "50"}
    return bool(_listed(job.api.v3("GET", "playlistItems", query), job.now())["items"])


def _insert(job: Job, playlist: str) -> None:
    resource = {"kind": "youtube#video", "videoId": job.video}
    body = {"snippet": {"playlistId": playlist, "resourceId": resource}}
    try:
        response = job.api.v3("POST", "playlistItems", {"part": "snippet"}, json=body)
    except Unavailable:
        if _holds(job, playlist):
            return
        raise
    if response.status_code != HTTPStatus.OK:
        raise errors.refusal(response, job.now())


def _listed(response: httpx.Response, now: datetime) -> dict[str, Any]:
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise Rejected("The channel has no such playlist.")
    if response.status_code != HTTPStatus.OK:
        raise errors.refusal(response, now)
    body = json_object(response)
    if not isinstance(body.get("items"), list):
        raise lost(errors.TITLE, acts=False)
    return body


def _snippet(one: dict[str, Any]) -> dict[str, Any]:
    found = one.get("snippet")
    return found if isinstance(found, dict) else {}


def _left_out(playlist: str, why: str) -> str:
    return f"The video may not be in the playlist “{playlist}”: {why} Look at YouTube Studio, and add it there if needed."
