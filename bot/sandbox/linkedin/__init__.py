"""A stand-in for LinkedIn's Community Management API, with one organization page.

Left out, and answered with an honest error: comments, reactions, reshares, carousels, statistics, members' posts.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.linkedin.assets import Assets
from bot.sandbox.linkedin.core import SCOPES, Core
from bot.sandbox.linkedin.oauth import OAuth
from bot.sandbox.linkedin.posts import Posts
from bot.sandbox.linkedin.refusals import UPLOADS
from bot.sandbox.linkedin.roles import Roles
from bot.sandbox.service import Dated, Refusal, refuse
from bot.sandbox.world import World

__all__ = ["LinkedIn"]


class LinkedIn(Core):
    """The API, tokens and uploads below one address; `.token` names the `organization` beside the tokens.

    `scopes` and `role` say what the first token may and what its member is on the page, for tests of refusals.
    """

    def __init__(self, world: World, base: str, *, scopes: str = SCOPES, role: str = "ADMINISTRATOR") -> None:
        super().__init__(world, base, scopes=scopes, role=role)
        assets, posts, oauth, roles = Assets(self), Posts(self), OAuth(self), Roles(self)
        table = [
            ("POST", "/rest/posts", posts.create),
            ("GET", "/rest/posts", posts.find),
            ("GET", "/rest/posts/{urn}", posts.get),
            ("POST", "/rest/posts/{urn}", posts.change),
            ("DELETE", "/rest/posts/{urn}", posts.delete),
            ("GET", "/rest/organizationAcls", roles.roles),
            ("GET", "/rest/organizationAuthorizations", roles.allowed),
            ("POST", "/oauth/v2/accessToken", oauth.token),
            ("GET", "/oauth/v2/authorization", oauth.authorize),
            ("PUT", UPLOADS + "{asset}/{key}", assets.put),
            ("GET", "/media/{sha256}", assets.file),
        ]
        self.app = Starlette(
            routes=[
                *(Route(path, self.ticking(end), methods=[method]) for method, path, end in table),
                Route("/rest/{kind}", self.ticking(assets.act), methods=["POST"]),
                Route("/rest/{kind}/{urn}", self.ticking(assets.get), methods=["GET"]),
            ],
            exception_handlers={Refusal: refuse, 404: self._nowhere, 405: self._nowhere},
        )
        self.app.add_middleware(Dated, now=self.now)

    async def _nowhere(self, _request: Request, _error: Exception) -> Response:
        return self.error(404, "No virtual resource found", "RESOURCE_NOT_FOUND")
