"""Signing in to LinkedIn: an authorization code, tokens of 60 days, a refresh token of a fixed year."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox import consent
from bot.sandbox.linkedin.core import ACCESS_LIFE, CLIENT_ID, CLIENT_SECRET, REFRESH_LIFE, Core
from bot.sandbox.service import Json, fields

CODE_LIFE: Final = timedelta(minutes=30)
KNOWN: Final = frozenset(
    {
        *("w_organization_social", "r_organization_social", "r_organization_admin", "rw_organization_admin"),
        *("w_organization_social_feed", "r_organization_social_feed", "w_member_social"),
    }
)
"""The rights of the app's product (Community Management API); it may ask for no other."""


class OAuth:
    """The consent page and the token endpoint."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def authorize(self, request: Request) -> Response:
        """GET /oauth/v2/authorization."""
        asked, core = request.query_params, self._core
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != CLIENT_ID or asked.get("response_type") != "code":
            return consent.refused("Bummer, something went wrong.", "The passed in client_id is invalid")
        if redirect not in consent.REDIRECTS:
            told = "The redirect_uri does not match the registered value"
            return consent.refused("Bummer, something went wrong.", told)
        state, scopes = asked.get("state", ""), asked.get("scope", "").replace(",", " ").split()
        if not set(scopes) <= KNOWN:
            told = f'Scope "{min(set(scopes) - KNOWN)}" is not authorized for your application'
            no = {"error": "unauthorized_scope_error", "error_description": told, "state": state}
            return consent.back(redirect, no)
        choice = consent.choose(request, "LinkedIn", core.account, scopes)
        if isinstance(choice, Response):
            return choice
        if not choice.allowed:
            told = "The user cancelled the authorization"
            no = {"error": "user_cancelled_authorize", "error_description": told, "state": state}
            return consent.back(redirect, no)
        code = secrets.token_urlsafe(32)
        kept = {"redirect_uri": redirect, "scope": " ".join(scopes), "at": core.now().isoformat()}
        core.codes.put(code, kept)
        return consent.back(redirect, {"code": code, "state": state})

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
