"""A stand-in for one Mastodon instance (as 4.6.4 answers), or a server that speaks as it does, with one account.

Left out, and answered with an honest error: quotes, boosts, favourites, votes, audio, other accounts.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typing_extensions import override

from bot.sandbox.mastodon.core import Core
from bot.sandbox.mastodon.dialects import MASTODON, Dialect
from bot.sandbox.mastodon.endpoints import Endpoints
from bot.sandbox.mastodon.media import Media
from bot.sandbox.mastodon.oauth import OAuth
from bot.sandbox.mastodon.statuses import Statuses
from bot.sandbox.service import Dated, Refusal, refuse
from bot.sandbox.world import World

__all__ = ["Mastodon"]


class Mastodon(Core):
    """One instance; `.token["access_token"]` is all a client needs. With `limits` its rate limits are enforced."""

    def __init__(self, world: World, base: str, *, limits: bool = False, dialect: Dialect = MASTODON) -> None:
        super().__init__(world, base, limits=limits)
        self.dialect = dialect
        self._statuses = Statuses(self)
        self.app = Starlette(
            routes=self._routes(),
            exception_handlers={Refusal: refuse, 404: self._not_found, 405: self._not_found},
        )
        self.app.add_middleware(Dated, now=self.now)

    @override
    def tick(self) -> None:
        """Publish the scheduled statuses whose time has come."""
        self._statuses.publish_due()

    def _routes(self) -> list[Route]:
        ends, media, oauth = Endpoints(self, self._statuses), Media(self), OAuth(self)
        v1 = "/api/v1"
        table = [
            ("POST", f"{v1}/statuses", ends.post),
            ("GET", f"{v1}/statuses/{{id}}", ends.get),
            ("PUT", f"{v1}/statuses/{{id}}", ends.put),
            ("DELETE", f"{v1}/statuses/{{id}}", ends.delete),
            ("GET", f"{v1}/statuses/{{id}}/context", ends.context),
            ("GET", f"{v1}/statuses/{{id}}/source", ends.source),
            ("GET", f"{v1}/scheduled_statuses", ends.scheduled_list),
            ("GET", f"{v1}/scheduled_statuses/{{id}}", ends.scheduled_get),
            ("PUT", f"{v1}/scheduled_statuses/{{id}}", ends.scheduled_put),
            ("DELETE", f"{v1}/scheduled_statuses/{{id}}", ends.scheduled_delete),
            ("GET", f"{v1}/accounts/verify_credentials", ends.verify),
            ("GET", f"{v1}/accounts/lookup", ends.account),
            ("GET", f"{v1}/accounts/{{id}}", ends.account),
            ("GET", f"{v1}/accounts/{{id}}/statuses", ends.of_account),
            ("GET", f"{v1}/apps/verify_credentials", ends.verify_app),
            ("POST", f"{v1}/apps", oauth.register),
            ("GET", f"{v1}/instance", ends.instance_v1),
            ("GET", f"{v1}/instance/", ends.instance_v1),
            ("GET", "/api/v2/instance", ends.instance_v2),
            ("GET", "/api/v2/instance/", ends.instance_v2),
            ("POST", "/api/v2/media", media.post),
            ("POST", f"{v1}/media", media.post),
            ("GET", f"{v1}/media/{{id}}", media.get),
            ("PUT", f"{v1}/media/{{id}}", media.put),
            ("DELETE", f"{v1}/media/{{id}}", media.delete),
            ("GET", "/system/media_attachments/files/{id}/{size}/{name}", media.file),
            ("GET", "/.well-known/oauth-authorization-server", oauth.metadata),
            ("GET", "/oauth/authorize", oauth.authorize),
            ("POST", "/oauth/token", oauth.token),
            ("POST", "/oauth/revoke", oauth.revoke),
            ("GET", "/@{name}/{id}", ends.page),
        ]
        return [Route(path, self.ticking(end), methods=[method]) for method, path, end in table]

    async def _not_found(self, _request: Request, _error: Exception) -> Response:
        return self.json({"error": "Not Found"}, 404)
