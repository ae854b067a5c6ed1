"""A stand-in for YouTube's Data API v3 (as of November 2026) with one channel.

Left out, and answered with an honest error: search, comments, captions, live streams, channel settings.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typing_extensions import override

from bot.sandbox.service import Dated, Refusal, refuse
from bot.sandbox.world import World
from bot.sandbox.youtube.core import SCOPES, Core
from bot.sandbox.youtube.endpoints import Endpoints
from bot.sandbox.youtube.oauth import OAuth
from bot.sandbox.youtube.playlists import Playlists
from bot.sandbox.youtube.uploads import Uploads
from bot.sandbox.youtube.videos import Videos

__all__ = ["YouTube"]


class YouTube(Core):
    """The API, uploads and Google's token endpoint (`/token`) below one address; `scopes` are the first token's."""

    def __init__(self, world: World, base: str, *, scopes: str = SCOPES) -> None:
        super().__init__(world, base, scopes=scopes)
        self._videos = Videos(self)
        ends, uploads = Endpoints(self, self._videos), Uploads(self, self._videos)
        playlists, oauth = Playlists(self, self._videos.keep), OAuth(self)
        v3 = "/youtube/v3"
        table = [
            ("GET", f"{v3}/channels", ends.channels),
            ("GET", f"{v3}/videos", ends.list),
            ("PUT", f"{v3}/videos", ends.update),
            ("DELETE", f"{v3}/videos", ends.delete),
            ("GET", f"{v3}/playlists", playlists.list),
            ("GET", f"{v3}/playlistItems", playlists.items),
            ("POST", f"{v3}/playlistItems", playlists.add),
            ("POST", "/token", oauth.token),
            ("GET", "/o/oauth2/v2/auth", oauth.authorize),
            ("GET", "/vi/{id}/{name}", uploads.thumbnail_file),
            ("GET", "/media/{id}", uploads.video_file),
        ]
        for upload in (f"/upload{v3}", f"/resumable/upload{v3}"):
            table += [
                ("POST", f"{upload}/videos", uploads.begin),
                ("PUT", f"{upload}/videos", uploads.put),
                ("POST", f"{upload}/thumbnails/set", uploads.thumbnail),
            ]
        self.app = Starlette(
            routes=[Route(path, self.ticking(end), methods=[method]) for method, path, end in table],
            exception_handlers={Refusal: refuse, 404: self._nowhere, 405: self._nowhere},
        )
        self.app.add_middleware(Dated, now=self.now)

    @override
    def tick(self) -> None:
        """Make scheduled videos public whose time has come."""
        self._videos.publish_due()

    async def _nowhere(self, _request: Request, _error: Exception) -> Response:
        return self.error(404, "notFound", "Not Found", "global")
