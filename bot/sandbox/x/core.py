"""What every answer of the X stand-in needs: its documents, who asks, rate headers, problems."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from bot.sandbox.service import Aim, Bucket, Doc, Ids, Json, Refusal, Service, bearer
from bot.sandbox.world import World
from bot.sandbox.x import troubles
from bot.sandbox.x.purse import Purse
from bot.sandbox.x.troubles import PROBLEMS

USER_ID, USERNAME = "1589960000000000000", "community"
SCOPES = "tweet.read tweet.write users.read media.write offline.access"
ACCESS_LIFE = timedelta(hours=2)
CLIENT_ID, CLIENT_SECRET = "sandbox-x-client", "sandbox-x-client-secret"
OAUTH1 = {
    "api_key": "sandbox-x-api-key",
    "api_secret": "sandbox-x-api-secret",
    "oauth1_access_token": f"{USER_ID}-sandbox",
    "oauth1_access_token_secret": "sandbox-x-access-token-secret",
}
"""Keys of OAuth 1.0a, which never expire."""
_QUARTER = timedelta(minutes=15)
_EPOCH_MS = 1_288_834_974_657
"""Where X's ids begin to count."""
LIMITS = {
    "POST /2/tweets": 100,
    "DELETE /2/tweets": 50,
    "GET /2/tweets": 5_000,
    "GET /2/users/me": 75,
    "GET /2/users/tweets": 900,
    "POST /2/media/upload": 500,
    "POST /2/media/upload/chunks": 1_875,
    "GET /2/media/upload": 1_000,
    "POST /2/media/metadata": 500,
}
"""Requests per user in 15 minutes (X API, rate limits)."""
_PAIR = re.compile(r'(\w+)="([^"]*)"')


class Core(Service):
    """The documents of X and the answers all its rooms share."""

    name: ClassVar[str] = "x"
    api: ClassVar[tuple[str, ...]] = ("/2/",)
    sign_in: ClassVar[str] = "/2/oauth2/"
    own_faults: ClassVar[Mapping[str, Aim]] = troubles.OWN

    def __init__(
        self,
        world: World,
        base: str,
        *,
        limits: bool = False,
        words: str = "tweet",
        foreign: str = "understood",
    ) -> None:
        super().__init__(world, base)
        self.limits = limits
        self.words = words
        self.foreign = foreign
        self.purse = Purse(world, self.name)
        self.posts = self.book("post")
        self.media = self.book("media")
        self.tokens = self.book("token")
        self.refresh_tokens = self.book("refresh")
        self.codes = self.book("code")
        self.ids = Ids(world, "x", epoch_ms=_EPOCH_MS, shift=22)
        self.buckets = {key: Bucket(world, f"x-{key}", limit, _QUARTER) for key, limit in LIMITS.items()}
        self.account = f"@{USERNAME}"
        first = {"access_token": "sandbox-x-access-token", "refresh_token": "sandbox-x-refresh-token"}
        if not len(self.refresh_tokens):
            self.keep_pair(first["access_token"], first["refresh_token"], SCOPES)
        self.token = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **first, **OAUTH1}

    def keep_pair(self, access: str, refresh: str, scopes: str) -> None:
        """Let these two tokens be good: one for two hours, one for a single use."""
        self.tokens.put(access, {"scopes": scopes, "until": (self.now() + ACCESS_LIFE).isoformat()})
        self.refresh_tokens.put(refresh, {"scopes": scopes, "access": access, "used": False})

    def json(self, body: Any, status: int = 200, *, rate: str | None = None) -> Response:
        """An answer; `rate` names the limit whose headers it carries."""
        return Json(body, status, self.rate(rate) if rate else None)

    def rate(self, name: str, left: int | None = None) -> dict[str, str]:
        """x-rate-limit-*: the reset is in seconds of the epoch."""
        bucket = self.buckets[name]
        return {
            "x-rate-limit-limit": str(bucket.limit),
            "x-rate-limit-remaining": str(bucket.left() if left is None else left),
            "x-rate-limit-reset": str(int(bucket.reset().timestamp())),
        }

    def problem(
        self, status: int, title: str, detail: str, kind: str = "about:blank", **more: Any
    ) -> Response:
        """An error as `application/problem+json`."""
        body = {**more, "title": title, "detail": detail, "type": kind, "status": status}
        return Json(body, status, kind="application/problem+json")

    def invalid(self, message: str, **parameters: Any) -> Refusal:
        """400 about the request's parameters, to be raised."""
        error: Doc = {"message": message}
        if parameters:
            error["parameters"] = {key: [str(value)] for key, value in parameters.items()}
        told = "One or more parameters to your request was invalid."
        kind = f"{PROBLEMS}/invalid-request"
        body = {"errors": [error], "title": "Invalid Request", "detail": told, "type": kind}
        return Refusal(Json(body, 400, kind="application/problem+json"))

    def forbidden(self, detail: str) -> Refusal:
        """403 without a type, to be raised."""
        return Refusal(self.problem(403, "Forbidden", detail))

    def not_found(self, what: str, identity: str, name: str = "id") -> Doc:
        """The problem of a thing that is not there, for `errors`."""
        return {
            "value": identity,
            "detail": f"Could not find {what} with {name}: [{identity}].",
            "title": "Not Found Error",
            "resource_type": what,
            "parameter": name,
            "resource_id": identity,
            "type": f"{PROBLEMS}/resource-not-found",
        }

    def signed_in(self, request: Request, rate: str, *scopes: str) -> None:
        """Refuse with 401 without a good signature or token, 403 without the scopes, 429 over the limit."""
        bucket = self.buckets[rate]
        granted = self._granted(request)
        if granted is None:
            raise Refusal(self.problem(401, "Unauthorized", "Unauthorized"))
        if not set(scopes) <= set(granted.split()):
            raise self.forbidden("Your client app is not permitted to perform this action: missing scope.")
        if self.limits and bucket.left() == 0:
            raise Refusal(self.too_many(rate))
        bucket.take()

    def _granted(self, request: Request) -> str | None:
        token = self.tokens.get(bearer(request) or "")
        if token is not None and datetime.fromisoformat(token["until"]) > self.now():
            return str(token["scopes"])
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "oauth":
            given = {key: unquote(value) for key, value in _PAIR.findall(rest)}
            known = (OAUTH1["api_key"], OAUTH1["oauth1_access_token"])
            if (given.get("oauth_consumer_key"), given.get("oauth_token")) == known and given.get(
                "oauth_signature"
            ):
                return SCOPES
        return None

    def too_many(self, rate: str) -> Response:
        """429 as X says it."""
        body = {
            "title": "Too Many Requests",
            "detail": "Too Many Requests",
            "type": "about:blank",
            "status": 429,
        }
        return Json(body, 429, self.rate(rate, 0), "application/problem+json")

    @override
    def fault_answer(self, fault: str) -> Response | None:
        return troubles.answer(self, fault)

    def charge(self, price: int) -> None:
        """Refuse with 402 what cannot be paid any more; nothing is charged yet."""
        if not self.purse.has(price):
            raise Refusal(troubles.out_of_credits(self))

    def duplicate(self) -> Refusal:
        """403 for a text that is there already; it does not tell where."""
        return self.forbidden("You are not allowed to create a Tweet with duplicate content.")

    def bad_token(self) -> Response:
        """400 of the token endpoint for a refresh token that is used up, foreign or invented."""
        told = "Value passed for the token was invalid."
        return Json({"error": "invalid_request", "error_description": told}, 400)
