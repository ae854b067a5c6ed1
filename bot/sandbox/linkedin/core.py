"""What every answer of the LinkedIn stand-in needs: its documents, versions, who asks, errors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from bot.sandbox.linkedin.refusals import MARKED, REFUSALS, UPLOADS
from bot.sandbox.service import Aim, Doc, Ids, Json, Refusal, Service, bad_gateway, bearer
from bot.sandbox.world import World

ORGANIZATION, PERSON = "urn:li:organization:123456", "urn:li:person:sandbox"
PAGE_NAME = "Community"
SCOPES = "w_organization_social r_organization_social rw_organization_admin"
ACCESS_LIFE, REFRESH_LIFE = timedelta(days=60), timedelta(days=365)
CLIENT_ID, CLIENT_SECRET = "sandbox-linkedin-client", "sandbox-linkedin-client-secret"
OLDEST, MISSING = 202601, {202512}
"""The oldest version that answers (as of November 2026), and months that never had one."""
_VERSION = re.compile(r"20\d\d(0[1-9]|1[0-2])")
DUPLICATE = "Content is a duplicate of"


class Core(Service):
    """The documents of LinkedIn and the answers all its rooms share."""

    name: ClassVar[str] = "linkedin"
    api: ClassVar[tuple[str, ...]] = ("/rest/", UPLOADS)
    sign_in: ClassVar[str] = "/oauth/"
    own_faults: ClassVar[Mapping[str, Aim]] = {
        **{name: one.aim for name, one in REFUSALS.items()},
        **MARKED,
        "422-duplicate": Aim("POST", "/rest/posts"),
        "invalid-grant": Aim("POST", "/oauth/v2/accessToken"),
    }

    def __init__(self, world: World, base: str, *, scopes: str = SCOPES, role: str = "ADMINISTRATOR") -> None:
        super().__init__(world, base)
        self.role = role
        self.sharers: set[str] = set()
        """Roles of LinkedIn's future that may post, too."""
        self.posts = self.book("post")
        self.fingerprints = self.book("fingerprint")
        self.assets = self.book("asset")
        self.tokens = self.book("token")
        self.refresh_tokens = self.book("refresh")
        self.codes = self.book("code")
        self.ids = Ids(world, "linkedin", shift=22)
        self.account = PAGE_NAME
        first = {
            "access_token": "sandbox-linkedin-access-token",
            "refresh_token": "sandbox-linkedin-refresh-token",
        }
        if self.refresh_tokens.get(first["refresh_token"]) is None:
            until = (self.now() + REFRESH_LIFE).isoformat()
            self.refresh_tokens.put(first["refresh_token"], {"scopes": scopes, "until": until})
            self.keep(first["access_token"], scopes)
        self.token = {
            **first,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "organization": ORGANIZATION,
        }

    def keep(self, access: str, scopes: str) -> None:
        """Let this token be good for 60 days."""
        self.tokens.put(access, {"scopes": scopes, "until": (self.now() + ACCESS_LIFE).isoformat()})

    def error(
        self, status: int, message: str, code: str | None = None, number: int | None = None
    ) -> Response:
        """An error without details."""
        body: Doc = {"status": status, "message": message}
        body |= {"code": code} if code else {}
        body |= {"serviceErrorCode": number} if number is not None else {}
        return Json(body, status, _TRACE)

    def refuse(
        self, status: int, message: str, code: str | None = None, number: int | None = None
    ) -> Refusal:
        """The same, to be raised."""
        return Refusal(self.error(status, message, code, number))

    def bad_field(self, path: str, code: str, description: str, status: int = 400) -> Refusal:
        """An error about one field of the body, to be raised."""
        given = {"inputPath": {"fieldPath": path}} if path else {}
        errors = [{"description": description, "input": given, "code": code}]
        body = {
            "errorDetailType": "com.linkedin.common.error.BadRequest",
            "message": f"{path} :: {description}" if path else description,
            "errorDetails": {"inputErrors": errors},
            "status": status,
        }
        return Refusal(Json(body, status, _TRACE))

    def duplicate(self, urn: str) -> Refusal:
        """422 for a text that the page had lately; it names the earlier post."""
        details = {
            "inputErrors": [
                {"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}
            ]
        }
        body = {
            "errorDetailType": "com.linkedin.common.error.BadRequest",
            "message": f"{DUPLICATE} {urn}",
            "errorDetails": details,
            "status": 422,
        }
        return Refusal(Json(body, 422, _TRACE))

    def signed_in(
        self, request: Request, *scopes: str, owner: str | None = None, either: tuple[str, ...] = ()
    ) -> str:
        """The scopes of the caller; refused with 401, or as LinkedIn does when one of these scopes is missing.

        Of `either` one is enough.

        `owner` is what the organization is called in that refusal: author, owner.
        """
        token = bearer(request)
        if token is None:
            raise self.refuse(401, "Empty oauth2 access token", "EMPTY_ACCESS_TOKEN", 65604)
        doc = self.tokens.get(token)
        if doc is None:
            raise self.refuse(401, "Invalid access token", "INVALID_ACCESS_TOKEN", 65600)
        if datetime.fromisoformat(doc["until"]) <= self.now():
            raise Refusal(self.expired())
        have = str(doc["scopes"])
        if not set(scopes) <= set(have.split()) or (either and not set(either) & set(have.split())):
            if owner is not None:
                raise self.refuse(
                    400, f"Organization permissions must be used when using organization as {owner}"
                )
            raise Refusal(self.denied())
        return have

    def versioned(self, request: Request) -> None:
        """Refuse calls of `/rest/` without a living `LinkedIn-Version` and version 2 of the protocol."""
        version = request.headers.get("linkedin-version")
        if version is None:
            told = (
                "A version must be present. Please specify a version by adding the LinkedIn-Version header."
            )
            raise self.refuse(400, told, "VERSION_MISSING")
        now = self.now()
        alive = _VERSION.fullmatch(version) and OLDEST <= int(version) <= now.year * 100 + now.month
        if not alive or int(version) in MISSING:
            raise Refusal(self.dead_version(version))
        if request.headers.get("x-restli-protocol-version") != "2.0.0":
            raise self.refuse(400, "X-RestLi-Protocol-Version must be 2.0.0", "BAD_REQUEST")

    def dead_version(self, version: str) -> Response:
        """426 for a version whose year is over, or that never was."""
        told = f"Requested version {version}01 is not active" if len(version) == len("202601") else version
        return self.error(426, told, "NONEXISTENT_VERSION")

    def expired(self) -> Response:
        """401 for a token whose 60 days are over."""
        return self.error(401, "The token used in the request has expired", "EXPIRED_ACCESS_TOKEN", 65602)

    def denied(self, resource: str = "partnerApiPostsExternal.CREATE") -> Response:
        """403 for what the app or the member may not do."""
        return self.error(403, f"Not enough permissions to access: {resource}", "ACCESS_DENIED", 100)

    @override
    def fault_answer(self, fault: str) -> Response | None:
        if fault == "422-duplicate":
            last = max(self.posts.values(), key=lambda one: int(one["created"]), default=None)
            return self.duplicate(last["id"] if last else "urn:li:share:7141138937766391808").response
        if (one := REFUSALS.get(fault)) is not None:
            if one.field is not None:
                return self.bad_field(one.field, one.code or "", one.message, one.status).response
            return self.error(one.status, one.message, one.code, one.number)
        answers: dict[str, Response] = {
            "500": self.error(500, "Internal Server Error"),
            "502-html": bad_gateway(),
            "503": self.error(503, "Service Unavailable"),
            "429": self.error(
                429,
                "Resource level throttle limit for calls to this resource is reached.",
                "TOO_MANY_REQUESTS",
                101,
            ),
            "expired-token": self.expired(),
            "invalid-grant": self.bad_grant(),
        }
        return answers.get(fault)

    def bad_grant(self) -> Response:
        """400 of the token endpoint."""
        told = "The provided authorization grant or refresh token is invalid, expired or revoked."
        return Json({"error": "invalid_grant", "error_description": told}, 400)


_TRACE = {"x-li-fabric": "sandbox", "x-li-proto": "http/1.1"}


async def body(core: Core, request: Request) -> Doc:
    """The JSON object of a request; anything else is refused."""
    try:
        asked = json.loads(await request.body() or b"{}")
    except ValueError:
        raise core.refuse(400, "Invalid JSON in the request body", "BAD_REQUEST") from None
    if not isinstance(asked, dict):
        raise core.refuse(400, "The request body must be a JSON object", "BAD_REQUEST")
    return asked


def urn_in_path(core: Core, request: Request) -> str:
    """The URN that ends the path; it must have been percent-encoded."""
    raw = request.scope.get("raw_path", b"").decode("latin-1").rsplit("/", 1)[-1]
    if ":" in raw:
        raise core.refuse(400, "Syntax exception in path variables", "ILLEGAL_ARGUMENT")
    return unquote(raw)


def text_of(value: Any) -> str | None:
    """A text that is not empty, or None."""
    return value if isinstance(value, str) and value else None
