"""A stand-in for X's API (v2, OpenAPI 2.167) with one account, which is paid per use and not Premium.

Left out, and answered with an honest error: quotes, edits, communities, likes, search, analytics, subtitles.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.service import Dated, Refusal, refuse
from bot.sandbox.world import World
from bot.sandbox.x.core import Core
from bot.sandbox.x.endpoints import Endpoints
from bot.sandbox.x.media import Media
from bot.sandbox.x.oauth import OAuth
from bot.sandbox.x.posts import Posts

__all__ = ["X"]


class X(Core):
    """The API; `.token` has keys for OAuth 1.0a (`api_key` …) and a pair for OAuth 2.0 (`client_id` …).

    With `limits` its rate limits are enforced. `words` is how it calls a post in its answers: "tweet", as it
    has always done, or "post", as its newest document says. To be asked in the other words is `foreign`:
    "understood", "refused", or "ignored".
    Requests are charged to `purse`, whose `credit` may be set.
    """

    def __init__(
        self,
        world: World,
        base: str,
        *,
        limits: bool = False,
        words: str = "tweet",
        foreign: str = "understood",
    ) -> None:
        super().__init__(world, base, limits=limits, words=words, foreign=foreign)
        ends, media, oauth = Endpoints(self, Posts(self)), Media(self), OAuth(self)
        table = [
            ("POST", "/2/tweets", ends.post),
            ("GET", "/2/tweets", ends.several),
            ("GET", "/2/tweets/{id}", ends.get),
            ("DELETE", "/2/tweets/{id}", ends.delete),
            ("GET", "/2/users/me", ends.me),
            ("GET", "/2/users/{id}/tweets", ends.of_user),
            ("POST", "/2/media/upload", media.one_shot),
            ("GET", "/2/media/upload", media.status),
            ("POST", "/2/media/upload/initialize", media.initialize),
            ("POST", "/2/media/upload/{id}/append", media.append),
            ("POST", "/2/media/upload/{id}/finalize", media.finalize),
            ("POST", "/2/media/metadata", media.metadata),
            ("POST", "/2/oauth2/token", oauth.token),
            ("POST", "/2/oauth2/revoke", oauth.revoke),
            ("GET", "/i/oauth2/authorize", oauth.authorize),
            ("GET", "/media/{id}", ends.file),
            ("GET", "/{name}/status/{id}", ends.page),
        ]
        self.app = Starlette(
            routes=[Route(path, self.ticking(end), methods=[method]) for method, path, end in table],
            exception_handlers={Refusal: refuse, 404: self._nowhere, 405: self._nowhere},
        )
        self.app.add_middleware(Dated, now=self.now)

    async def _nowhere(self, _request: Request, _error: Exception) -> Response:
        return self.problem(404, "Not Found", "Not Found")
