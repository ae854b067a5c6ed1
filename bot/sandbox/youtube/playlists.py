"""The channel's playlists: those it has, what is in them, and what is put into them (twice, if somebody asks twice)."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.service import Doc, Json
from bot.sandbox.youtube.core import (
    CHANNEL,
    CHANNEL_ID,
    FORCE_SCOPE,
    MANAGE_SCOPE,
    READ_SCOPE,
    UPLOADS_PLAYLIST,
    Core,
    listing,
    parsed,
)

NAMED = {"PLsandbox-talks": "Talks", "PLsandbox-workshops": "Workshops", "PLsandbox-short": "Short ones"}
"""The channel's own. Any other one whose id begins with `PL` is taken for its own, too, but has no name."""
_CHANGED_BY = (MANAGE_SCOPE, FORCE_SCOPE)
_READ_BY = (MANAGE_SCOPE, FORCE_SCOPE, READ_SCOPE)
_AT_ONCE = 50


class Playlists:
    """Reads requests about playlists, and answers them."""

    def __init__(self, core: Core, changed: Callable[[Doc], None]) -> None:
        self._core = core
        self._changed = changed
        """Told of a video whose playlists are others now."""

    async def list(self, request: Request) -> Response:
        """GET /youtube/v3/playlists?mine=true, in pages."""
        core, asked = self._core, request.query_params
        core.signed_in(request, *_READ_BY)
        core.spend(1)
        if asked.get("mine") != "true":
            raise core.refuse(400, "missingRequiredParameter", "No filter selected.", "youtube.parameter")
        items = [
            {
                "kind": "youtube#playlist",
                "etag": "sandbox",
                "id": key,
                "snippet": {
                    "title": title,
                    "description": "",
                    "channelId": CHANNEL_ID,
                    "channelTitle": CHANNEL,
                },
            }
            for key, title in {**NAMED, **self._made()}.items()
        ]
        return _paged(request, "playlist", items)

    async def items(self, request: Request) -> Response:
        """GET /youtube/v3/playlistItems?playlistId=…; the channel's uploads are one, too."""
        core, asked = self._core, request.query_params
        core.signed_in(request, *_READ_BY)
        core.spend(1)
        wanted = asked.get("playlistId", "")
        held = core.playlists.get(wanted)
        if held is None and (wanted in NAMED or wanted == UPLOADS_PLAYLIST):
            held = {"items": []}
        if wanted == UPLOADS_PLAYLIST:
            newest = sorted(core.videos.values(), key=lambda one: str(one["published_at"]), reverse=True)
            held = {
                "items": [
                    {"id": f"UU{one['id']}", "video": one["id"], "position": n}
                    for n, one in enumerate(newest)
                ]
            }
        if held is None:
            raise self._unknown()
        there = [one for one in held["items"] if core.videos.get(one["video"]) is not None]
        if asked.get("videoId"):
            there = [one for one in there if one["video"] == asked["videoId"]]
        return _paged(request, "playlistItem", [self._item(wanted, one) for one in there])

    async def add(self, request: Request) -> Response:
        """POST /youtube/v3/playlistItems."""
        core = self._core
        core.signed_in(request, *_CHANGED_BY)
        core.spend(50)
        asked = parsed(core, await request.body()).get("snippet")
        asked = asked if isinstance(asked, dict) else {}
        playlist, resource = str(asked.get("playlistId", "")), asked.get("resourceId")
        if not playlist:
            told = "The subscribe request does not specify a playlist ID."
            raise core.refuse(400, "playlistIdRequired", told, "youtube.playlistItem")
        if not playlist.startswith("PL"):
            raise self._unknown()
        video = core.videos.get(str(resource.get("videoId", "")) if isinstance(resource, dict) else "")
        if video is None:
            raise core.refuse(404, "videoNotFound", "Video not found.", "youtube.playlistItem")
        held = (core.playlists.get(playlist) or {"items": []})["items"]
        item = {"id": secrets.token_urlsafe(24), "video": video["id"], "position": len(held)}
        core.playlists.put(
            playlist, {**(core.playlists.get(playlist) or {}), "id": playlist, "items": [*held, item]}
        )
        self._changed(video)
        return Json(self._item(playlist, item))

    def _made(self) -> dict[str, str]:
        """Those that somebody gave a name to since."""
        return {one["id"]: one["title"] for one in self._core.playlists.values() if "title" in one}

    def _unknown(self) -> Exception:
        told = "The playlist identified with the request's id cannot be found."
        return self._core.refuse(404, "playlistNotFound", told, "youtube.playlistItem")

    def _item(self, playlist: str, item: Doc) -> Doc:
        video = self._core.videos.get(item["video"]) or {}
        told = {
            "publishedAt": video["published_at"],
            "channelId": CHANNEL_ID,
            "title": video["snippet"]["title"],
            "description": video["snippet"]["description"],
            "playlistId": playlist,
            "position": item["position"],
            "resourceId": {"kind": "youtube#video", "videoId": item["video"]},
        }
        details = {"videoId": item["video"]}
        head = {"kind": "youtube#playlistItem", "etag": "sandbox", "id": item["id"]}
        return {**head, "snippet": told, "contentDetails": details}


def _paged(request: Request, kind: str, items: list[Doc]) -> Response:
    """`maxResults` of them (5, unless somebody says otherwise), from where the last page ended."""
    most, start = request.query_params.get("maxResults", "5"), request.query_params.get("pageToken", "0")
    size = min(int(most), _AT_ONCE) if most.isdigit() else _AT_ONCE
    begin = int(start) if start.isdigit() else 0
    end = begin + size
    return listing(kind, items[begin:end], len(items), str(end) if end < len(items) else None)
