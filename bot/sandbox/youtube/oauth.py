"""Signing in with Google: a page where every right can be left out, tokens of an hour, a refresh token that stays.

While an app is in “Testing”, its refresh tokens die after seven days (fault `testing-mode`, at the exchange).
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox import consent
from bot.sandbox.service import Doc, Json, faulted, fields
from bot.sandbox.youtube.core import ACCESS_LIFE, CLIENT_ID, CLIENT_SECRET, Core

CODE_LIFE: Final = timedelta(minutes=10)
TESTING_LIFE: Final = timedelta(days=7)


class OAuth:
    """The consent page and the token endpoint."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def authorize(self, request: Request) -> Response:
        """GET /o/oauth2/v2/auth."""
        asked, core = request.query_params, self._core
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != CLIENT_ID or asked.get("response_type") != "code":
            return consent.refused("Access blocked: authorization error", "Error 401: invalid_client")
        if redirect not in consent.REDIRECTS and not consent.loopback(redirect):
            return consent.refused(
                "Access blocked: this app’s request is invalid", "Error 400: redirect_uri_mismatch"
            )
        choice = consent.choose(request, "Google", core.account, asked.get("scope", "").split(), each=True)
        if isinstance(choice, Response):
            return choice
        state = {"state": asked["state"]} if "state" in asked else {}
        if not choice.allowed or not choice.scopes:
            return consent.back(redirect, {"error": "access_denied", **state})
        code = secrets.token_urlsafe(32)
        core.codes.put(
            code,
            {
                "redirect_uri": redirect,
                "scope": " ".join(choice.scopes),
                "challenge": asked.get("code_challenge", ""),
                "offline": asked.get("access_type") == "offline",
                "at": core.now().isoformat(),
            },
        )
        return consent.back(redirect, {**state, "code": code, "scope": " ".join(choice.scopes)})

    async def token(self, request: Request) -> Response:
        """POST /token: a code or a refresh token (which stays good) for an hour's access."""
        core, form = self._core, await fields(request)
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return Json(
                {"error": "invalid_client", "error_description": "The OAuth client was not found."}, 401
            )
        if form.get("grant_type") == "refresh_token":
            doc = core.refresh_tokens.get(str(form.get("refresh_token", "")))
            if doc is None or ("until" in doc and datetime.fromisoformat(doc["until"]) <= core.now()):
                return core.bad_grant()
            return self._issue(doc["scopes"], {})
        if form.get("grant_type") != "authorization_code":
            return Json({"error": "unsupported_grant_type", "error_description": "Invalid grant_type"}, 400)
        code = self._code(form)
        if code is None:
            return core.bad_grant()
        more: Doc = {}
        if code["offline"]:
            more["refresh_token"] = secrets.token_urlsafe(64)
            kept: Doc = {"scopes": code["scope"]}
            if faulted(request, "testing-mode"):
                kept["until"] = (core.now() + TESTING_LIFE).isoformat()
                more["refresh_token_expires_in"] = int(TESTING_LIFE.total_seconds()) - 1
            core.refresh_tokens.put(more["refresh_token"], kept)
        return self._issue(code["scope"], more)

    def _code(self, form: FormData) -> Doc | None:
        """What the code stands for, if it is good; it is used up either way."""
        core, code = self._core, str(form.get("code", ""))
        doc = core.codes.get(code)
        core.codes.drop(code)
        if doc is None or datetime.fromisoformat(doc["at"]) + CODE_LIFE <= core.now():
            return None
        if doc["redirect_uri"] != form.get("redirect_uri"):
            return None
        challenge = doc.get("challenge")
        if challenge and not consent.proves(challenge, str(form.get("code_verifier", ""))):
            return None
        return doc

    def _issue(self, scopes: str, more: Doc) -> Response:
        access = secrets.token_urlsafe(64)
        self._core.keep(access, scopes)
        life = int(ACCESS_LIFE.total_seconds()) - 1
        return Json(
            {"access_token": access, "expires_in": life, "scope": scopes, "token_type": "Bearer", **more}
        )
