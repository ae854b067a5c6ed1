"""What every answer of the YouTube stand-in needs: its documents, quota, who asks, errors by reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from bot.sandbox.service import Aim, Doc, Json, Refusal, Service, bad_gateway, bearer
from bot.sandbox.world import World
from bot.sandbox.youtube.refusals import AIMS, REFUSALS

CHANNEL_ID, CHANNEL = "UCsandboxsandboxsandbox0", "Community"
UPLOADS_PLAYLIST = "UU" + CHANNEL_ID[2:]
UPLOAD_SCOPE = "https://www.googleapis.com/auth/youtube.upload"
MANAGE_SCOPE = "https://www.googleapis.com/auth/youtube"
READ_SCOPE = "https://www.googleapis.com/auth/youtube.readonly"
FORCE_SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
SCOPES = f"{UPLOAD_SCOPE} {MANAGE_SCOPE}"
ACCESS_LIFE = timedelta(hours=1)
CLIENT_ID, CLIENT_SECRET = "sandbox-youtube-client", "sandbox-youtube-client-secret"
UPLOADS_A_DAY, UNITS_A_DAY = 100, 10_000
"""Two separate quotas of a project (since June 2026); both begin anew at midnight in California."""
_CALIFORNIA = ZoneInfo("America/Los_Angeles")
_QUOTA_TEXT = (
    'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">'
    "quota</a>."
)


class Core(Service):
    """The documents of YouTube and the answers all its rooms share."""

    name: ClassVar[str] = "youtube"
    api: ClassVar[tuple[str, ...]] = ("/youtube/", "/upload/", "/resumable/")
    own_faults: ClassVar[Mapping[str, Aim]] = {
        "quota": Aim("POST", "upload/youtube/v3/videos"),
        "upload-limit": Aim("POST", "upload/youtube/v3/videos"),
        "session-gone": Aim("PUT", "upload_id="),
        "invalid-grant": Aim("POST", "/token"),
        "testing-mode": Aim("POST", "/token"),
        **AIMS,
    }

    def __init__(self, world: World, base: str, *, scopes: str = SCOPES) -> None:
        super().__init__(world, base)
        self.videos = self.book("video")
        self.sessions = self.book("session")
        self.playlists = self.book("playlist")
        self.tokens = self.book("token")
        self.refresh_tokens = self.book("refresh")
        self.codes = self.book("code")
        self.account = CHANNEL
        first = {
            "access_token": "sandbox-youtube-access-token",
            "refresh_token": "sandbox-youtube-refresh-token",
        }
        if self.refresh_tokens.get(first["refresh_token"]) is None:
            self.refresh_tokens.put(first["refresh_token"], {"scopes": scopes})
            self.keep(first["access_token"], scopes)
        self.token = {**first, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    def keep(self, access: str, scopes: str) -> None:
        """Let this token be good for an hour."""
        self.tokens.put(access, {"scopes": scopes, "until": (self.now() + ACCESS_LIFE).isoformat()})

    def error(self, code: int, reason: str, message: str, domain: str = "youtube", **more: str) -> Response:
        """An error as Google's APIs tell it; clients decide on `reason`."""
        one = {"message": message, "domain": domain, "reason": reason, **more}
        body: Doc = {"code": code, "message": message, "errors": [one]}
        status = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 400: "INVALID_ARGUMENT"}.get(code)
        return Json({"error": {**body, "status": status} if status else body}, code)

    def refuse(self, code: int, reason: str, message: str, domain: str = "youtube", **more: str) -> Refusal:
        """The same, to be raised."""
        return Refusal(self.error(code, reason, message, domain, **more))

    def unauthorized(self) -> Response:
        """401 for a token that is over or invented."""
        place = {"location": "Authorization", "locationType": "header"}
        return self.error(401, "authError", "Invalid Credentials", "global", **place)

    def signed_in(self, request: Request, *scopes: str) -> None:
        """Refuse with 401 without a live token, with 403 when it has none of these scopes."""
        token = self.tokens.get(bearer(request) or "")
        if token is None or datetime.fromisoformat(token["until"]) <= self.now():
            raise Refusal(self.unauthorized())
        if not set(scopes) & set(token["scopes"].split()):
            told = "Request had insufficient authentication scopes."
            raise self.refuse(403, "insufficientPermissions", told, "global")

    def spend(self, units: int, *, upload: bool = False) -> None:
        """Take units from the project's quota of today, or one upload; refused when it is used up."""
        name, most = ("uploads", UPLOADS_A_DAY) if upload else ("units", UNITS_A_DAY)
        day = self.now().astimezone(_CALIFORNIA).date().isoformat()
        doc = self.world.shelf.get("youtube-quota", name) or {}
        used = doc.get("used", 0) if doc.get("day") == day else 0
        if used + units > most:
            raise Refusal(self.over_quota())
        self.world.shelf.put("youtube-quota", name, {"day": day, "used": used + units})

    def over_quota(self) -> Response:
        """403 until midnight in California."""
        return self.error(403, "quotaExceeded", _QUOTA_TEXT, "youtube.quota")

    def bad_grant(self) -> Response:
        """400 of the token endpoint."""
        return Json(
            {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}, 400
        )

    @override
    def fault_answer(self, fault: str) -> Response | None:
        answers: dict[str, Response] = {
            "500": self.error(500, "backendError", "Internal error encountered.", "global"),
            "502-html": bad_gateway(),
            "503": self.error(503, "backendError", "The service is currently unavailable.", "global"),
            "429": self.error(429, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"),
            "expired-token": self.unauthorized(),
            "quota": self.over_quota(),
            "upload-limit": self.error(
                400,
                "uploadLimitExceeded",
                "The user has exceeded the number of videos they may upload.",
                "youtube.video",
            ),
            "invalid-grant": self.bad_grant(),
        }
        if fault in REFUSALS:
            one = REFUSALS[fault]
            return self.error(one.status, one.reason, one.message, one.domain)
        return answers.get(fault)


def parsed(core: Core, raw: bytes) -> Doc:
    """A JSON object, or a refusal."""
    try:
        asked = json.loads(raw or b"{}")
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise core.refuse(400, "parseError", "Parse Error", "global")
    return asked


def listing(kind: str, items: list[Doc], total: int | None = None, token: str | None = None) -> Response:
    """A list as YouTube answers it; `token` leads to its next page."""
    page = {"totalResults": len(items) if total is None else total, "resultsPerPage": max(len(items), 1)}
    body: Doc = {"kind": f"youtube#{kind}ListResponse", "etag": "sandbox", "pageInfo": page, "items": items}
    return Json({**body, "nextPageToken": token} if token else body)
