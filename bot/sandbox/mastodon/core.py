"""What every answer of the Mastodon stand-in needs: its documents, who asks, rate headers, errors."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from bot.sandbox.mastodon.dialects import MASTODON, Dialect
from bot.sandbox.mastodon.misbehaving import OWN, refusal
from bot.sandbox.service import Aim, Bucket, Doc, Ids, Json, Refusal, Service, bad_gateway, bearer, stamp
from bot.sandbox.world import World

ACCESS_TOKEN = "sandbox-mastodon-access-token"  # noqa: S105 - opens a sandbox on loopback, nothing else
SCOPES = "profile write:statuses write:media read:statuses read:accounts read write"
USERNAME = "community"
_CALM = {
    "cache-control": "private, no-store",
    "vary": "Authorization, Origin",
    "x-content-type-options": "nosniff",
}


class Core(Service):
    """The documents of one instance and the answers all its rooms share."""

    name: ClassVar[str] = "mastodon"
    api: ClassVar[tuple[str, ...]] = ("/api/",)
    own_faults: ClassVar[Mapping[str, Aim]] = OWN

    def __init__(self, world: World, base: str, *, limits: bool = False) -> None:
        super().__init__(world, base)
        self.limits = limits
        self.dialect: Dialect = MASTODON
        """Which kind of server it is; may be changed at any time."""
        self.sensitive = False
        """The account's own setting: mark what it posts as sensitive."""
        self.writes_markdown = False
        """The account's own setting on GoToSocial: read as Markdown what does not say what it is."""
        self.domain = urlsplit(self.base).netloc
        self.statuses = self.book("status")
        self.scheduled = self.book("scheduled")
        self.media = self.book("media")
        self.keys = self.book("key")
        self.tokens = self.book("token")
        self.apps = self.book("app")
        self.codes = self.book("code")
        self.ids = Ids(world, "mastodon")
        self.buckets = {
            "statuses": Bucket(world, "mastodon-statuses", 300, timedelta(hours=3)),
            "media": Bucket(world, "mastodon-media", 30, timedelta(minutes=30)),
            "delete": Bucket(world, "mastodon-delete", 30, timedelta(minutes=30)),
            "apps": Bucket(world, "mastodon-apps", 5, timedelta(minutes=10)),
            "api": Bucket(world, "mastodon-api", 300, timedelta(minutes=5)),
        }
        self.account = f"@{USERNAME}@{self.domain}"
        self.token = {"access_token": ACCESS_TOKEN}
        if self.tokens.get(ACCESS_TOKEN) is None:
            self.tokens.put(ACCESS_TOKEN, {"scopes": SCOPES, "app": "Social"})

    def json(
        self, body: Any, status: int = 200, *, bucket: str = "api", headers: Doc | None = None
    ) -> Response:
        """An answer with the headers every answer has; `bucket` is the rate limit that applies."""
        return Json(body, status, {**_CALM, **self.rate(bucket), **(headers or {})})

    def rate(self, bucket: str, left: int | None = None) -> dict[str, str]:
        """X-RateLimit-*: the reset is an ISO time; only the statuses' counter goes down (as recorded).

        GoToSocial has one limit for all, with milliseconds in its time; Takahē and Hollo tell none.
        """
        if self.dialect.limits == "none":
            return {}
        alone = self.dialect.limits == "one"
        one = self.buckets["api" if alone else bucket]
        if left is None:
            left = one.left() if bucket == "statuses" else max(0, one.limit - max(1, one.used()))
        reset = one.reset() + timedelta(microseconds=self.now().microsecond)
        return {
            "x-ratelimit-limit": str(one.limit),
            "x-ratelimit-remaining": str(left),
            "x-ratelimit-reset": stamp(reset, micro=not alone),
        }

    def spend(self, bucket: str) -> None:
        """Count one request; refused with 429 when the limit is switched on and used up."""
        if self.limits and self.dialect.limits != "none" and self.buckets[bucket].left() == 0:
            raise Refusal(self.too_many(bucket))
        self.buckets[bucket].take()

    def too_many(self, bucket: str) -> Response:
        """429 as that server says it."""
        _, said = self.dialect.refusal("limit") or (429, {})
        return Json(said, 429, {**_CALM, **self.rate(bucket, 0)})

    def refuse(self, status: int, error: str, *, bucket: str = "api") -> Refusal:
        """An error to raise: `{"error": …}`."""
        return Refusal(self.json({"error": error}, status, bucket=bucket))

    def says(self, what: str, *, bucket: str = "api", **words: object) -> Refusal | None:
        """How this kind of server refuses, to be raised; None where it does not."""
        said = self.dialect.refusal(what, **words)
        if said is None:
            return None
        status, body = said
        page = Response(body, status, media_type="text/html") if isinstance(body, str) else None
        return Refusal(page or self.json(body, status, bucket=bucket))

    def missing(self) -> Refusal:
        """404 as the models say it."""
        return self.refuse(404, "Record not found")

    def owner(self, request: Request, *scopes: str) -> Doc:
        """The token's record; refused with 401 without a live one, with 403 when it lacks all of these scopes."""
        token = self.tokens.get(bearer(request) or "")
        if token is None:
            raise Refusal(self.unauthorized())
        have = set(token["scopes"].split())
        if scopes and not any(one in have or one.partition(":")[0] in have for one in scopes):
            raise self.says("scope") or self.missing()
        return token

    def unauthorized(self, error: str = "The access token is invalid") -> Response:
        """401 with Doorkeeper's header, or what another kind of server says."""
        other = self.says("token")
        if other is not None:
            return other.response
        told = f'Bearer realm="Doorkeeper", error="invalid_token", error_description="{error}"'
        return self.json({"error": error}, 401, headers={"www-authenticate": told})

    def fresh_token(self, scopes: str, app: str) -> Doc:
        """Issue a new access token; it does not expire by itself."""
        token = secrets.token_urlsafe(32)
        self.tokens.put(token, {"scopes": scopes, "app": app})
        created = int(self.now().timestamp())
        return {"access_token": token, "token_type": "Bearer", "scope": scopes, "created_at": created}

    @override
    def fault_answer(self, fault: str) -> Response | None:
        if fault == "500":
            page = "<!DOCTYPE html><html><head><title>We're sorry, but something went wrong</title></head></html>"
            return Response(page, 500, media_type="text/html")
        if fault == "502-html":
            return bad_gateway()
        if fault == "503":
            error = "There was a temporary problem serving your request, please try again"
            return self.json({"error": error}, 503)
        if fault == "429":
            return self.too_many("api")
        if fault == "expired-token":
            return self.unauthorized("The access token was revoked")
        if fault == "429-epoch":  # as GoToSocial wrote it before 0.12
            answer = self.too_many("api")
            reset = int(self.buckets["api"].reset().timestamp())
            answer.headers["x-ratelimit-reset"] = str(reset)
            return answer
        return refusal(fault)
