"""The HTTP side of videos, the channel, playlists and signing in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.service import Doc, Json, faulted
from bot.sandbox.youtube.checks import parts, snippet, status
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
from bot.sandbox.youtube.refusals import HELD
from bot.sandbox.youtube.videos import Videos

_CHANGED_BY = (MANAGE_SCOPE, FORCE_SCOPE)
_READ_BY = (MANAGE_SCOPE, FORCE_SCOPE, READ_SCOPE)
_AT_ONCE = 50


class Endpoints:
    """Reads requests, answers them; what is done stands in `Videos`."""

    def __init__(self, core: Core, videos: Videos) -> None:
        self._core = core
        self._videos = videos

    async def channels(self, request: Request) -> Response:
        """GET /youtube/v3/channels?mine=true."""
        core, asked = self._core, request.query_params
        core.signed_in(request, *_READ_BY)
        core.spend(1)
        if asked.get("mine") != "true" and asked.get("id") != CHANNEL_ID:
            raise core.refuse(400, "missingRequiredParameter", "No filter selected.", "youtube.parameter")
        wanted = {one.strip() for one in asked.get("part", "").split(",")}
        shown: Doc = {
            "snippet": {
                "title": CHANNEL,
                "description": "",
                "publishedAt": "2026-08-01T00:00:00Z",
                "thumbnails": {},
            },
            "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": UPLOADS_PLAYLIST}},
            "statistics": {"viewCount": "0", "subscriberCount": "0", "videoCount": str(len(core.videos))},
            "status": {"privacyStatus": "public", "isLinked": True, "longUploadsStatus": "allowed"},
        }
        item = {"kind": "youtube#channel", "etag": "sandbox", "id": CHANNEL_ID}
        return listing("channel", [{**item, **{key: value for key, value in shown.items() if key in wanted}}])

    async def list(self, request: Request) -> Response:
        """GET /youtube/v3/videos?id=…"""
        core, asked = self._core, request.query_params
        core.signed_in(request, *_READ_BY)
        core.spend(1)
        wanted = parts(core, asked.get("part"))
        ids = [one for one in asked.get("id", "").split(",") if one]
        if not 1 <= len(ids) <= _AT_ONCE:
            raise core.refuse(400, "missingRequiredParameter", "No filter selected.", "youtube.parameter")
        docs = [doc for one in dict.fromkeys(ids) if (doc := core.videos.get(one)) is not None]
        return listing("video", [self._videos.told(one, wanted) for one in docs])

    async def update(self, request: Request) -> Response:
        """PUT /youtube/v3/videos: a part that is sent replaces the old one whole."""
        core = self._core
        core.signed_in(request, *_CHANGED_BY)
        core.spend(50)
        wanted, asked = parts(core, request.query_params.get("part")), parsed(core, await request.body())
        doc = dict(self._known(str(asked.get("id", ""))))
        if "snippet" in wanted:
            doc["snippet"] = snippet(core, asked.get("snippet"), update=True)
        if "status" in wanted:
            doc["status"] = status(core, asked.get("status"), shown_before=doc["shown"])
            if faulted(request, HELD):
                doc["status"]["privacyStatus"] = "private"
        self._videos.keep(doc)
        return Json(self._videos.told(core.videos.get(doc["id"]) or doc, wanted))

    async def delete(self, request: Request) -> Response:
        """DELETE /youtube/v3/videos?id=…"""
        self._core.signed_in(request, *_CHANGED_BY)
        self._core.spend(50)
        self._videos.delete(self._known(request.query_params.get("id", "")))
        return Response(status_code=204)

    def _known(self, identity: str) -> Doc:
        doc = self._core.videos.get(identity)
        if doc is None:
            raise self._core.refuse(
                404,
                "videoNotFound",
                "The video that you are trying to find cannot be found.",
                "youtube.video",
            )
        return doc
