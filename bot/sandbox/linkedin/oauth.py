"""Signing in to LinkedIn: an authorization code, tokens of 60 days, a refresh token of a fixed year."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.sandbox.linkedin.core import ACCESS_LIFE, CLIENT_ID, CLIENT_SECRET, REFRESH_LIFE, Core
from bot.sandbox.service import Json, fields

CODE_LIFE = timedelta(minutes=30)


class OAuth:
    """The token endpoint, and a consent page on which the sandbox's one person agrees at once."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def authorize(self, request: Request) -> Response:
        """GET /oauth/v2/authorization."""
        asked = request.query_params
        if (
            asked.get("client_id") != CLIENT_ID
            or asked.get("response_type") != "code"
            or not asked.get("redirect_uri")
        ):
            return HTMLResponse("<!doctype html><p>Bummer, something went wrong.", 400)
        code = secrets.token_urlsafe(32)
        kept = {"redirect_uri": asked["redirect_uri"], "scope": asked.get("scope", "")}
        self._core.codes.put(code, {**kept, "at": self._core.now().isoformat()})
        answer = urlencode({"code": code, "state": asked.get("state", "")})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", 302)

    async def token(self, request: Request) -> Response:
        """POST /oauth/v2/accessToken; the secret stands in the form."""
        form = await fields(request)
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return Json({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        if form.get("grant_type") == "authorization_code":
            return self._exchange(form)
        if form.get("grant_type") != "refresh_token":
            told = "The grant type is not supported"
            return Json({"error": "unsupported_grant_type", "error_description": told}, 400)
        refresh = str(form.get("refresh_token", ""))
        doc = self._core.refresh_tokens.get(refresh)
        if doc is None or datetime.fromisoformat(doc["until"]) <= self._core.now():
            return self._core.bad_grant()
        return self._issue(doc["scopes"], refresh, datetime.fromisoformat(doc["until"]))

    def _exchange(self, form: FormData) -> Response:
        core, code = self._core, str(form.get("code", ""))
        doc = core.codes.get(code)
        core.codes.drop(code)
        fresh = doc is not None and datetime.fromisoformat(doc["at"]) + CODE_LIFE > core.now()
        if doc is None or not fresh or doc["redirect_uri"] != form.get("redirect_uri"):
            return core.bad_grant()
        scopes = doc["scope"].replace(",", " ")
        refresh, until = secrets.token_urlsafe(48), core.now() + REFRESH_LIFE
        core.refresh_tokens.put(refresh, {"scopes": scopes, "until": until.isoformat()})
        return self._issue(scopes, refresh, until)

    def _issue(self, scopes: str, refresh: str, until: datetime) -> Response:
        access = secrets.token_urlsafe(64)
        self._core.keep(access, scopes)
        left = int((until - self._core.now()).total_seconds())
        return Json(
            {
                "access_token": access,
                "expires_in": int(ACCESS_LIFE.total_seconds()),
                "refresh_token": refresh,
                "refresh_token_expires_in": left,
                "scope": scopes.replace(" ", ","),
                "token_type": "Bearer",
            }
        )
