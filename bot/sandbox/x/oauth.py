"""Signing in to X: an authorization code with PKCE, and pairs of tokens whose refresh works once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.sandbox.service import Json, Refusal, fields
from bot.sandbox.x.core import ACCESS_LIFE, CLIENT_ID, CLIENT_SECRET, Core

CODE_LIFE = timedelta(seconds=30)


class OAuth:
    """The token endpoints, and a consent page on which the sandbox's one person agrees at once."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def authorize(self, request: Request) -> Response:
        """GET /i/oauth2/authorize."""
        asked = request.query_params
        right = asked.get("client_id") == CLIENT_ID and asked.get("response_type") == "code"
        if not right or asked.get("code_challenge_method") != "S256" or not asked.get("redirect_uri"):
            return HTMLResponse(
                "<!doctype html><p>Something went wrong: you weren’t able to give access.", 400
            )
        code = secrets.token_urlsafe(32)
        kept = {key: asked.get(key, "") for key in ("redirect_uri", "scope", "code_challenge")}
        self._core.codes.put(code, {**kept, "at": self._core.now().isoformat()})
        answer = urlencode({"state": asked.get("state", ""), "code": code})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", 302)

    async def token(self, request: Request) -> Response:
        """POST /2/oauth2/token."""
        form = await fields(request)
        self._client(request, form)
        if form.get("grant_type") == "authorization_code":
            return self._exchange(form)
        if form.get("grant_type") != "refresh_token":
            return Json(
                {"error": "unsupported_grant_type", "error_description": "Unsupported grant type."}, 400
            )
        core, used = self._core, str(form.get("refresh_token", ""))
        doc = core.refresh_tokens.get(used)
        if doc is None or doc["used"]:
            return core.bad_token()
        core.refresh_tokens.put(used, {**doc, "used": True})
        core.tokens.drop(doc["access"])
        return self._pair(doc["scopes"])

    def _client(self, request: Request, form: FormData) -> None:
        """Confidential clients sign with Basic; X answers 401 to others."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        given = ""
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(rest, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                given = ""
        if given != f"{CLIENT_ID}:{CLIENT_SECRET}":
            told = (
                "Missing valid authorization header"
                if not given
                else "Value passed for the client was invalid."
            )
            raise Refusal(Json({"error": "unauthorized_client", "error_description": told}, 401))
        if form.get("client_id") not in {None, CLIENT_ID}:
            raise Refusal(self._core.bad_token())

    def _exchange(self, form: FormData) -> Response:
        core, code = self._core, str(form.get("code", ""))
        doc = core.codes.get(code)
        core.codes.drop(code)
        digest = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        fresh = doc is not None and datetime.fromisoformat(doc["at"]) + CODE_LIFE > core.now()
        if (
            doc is None
            or not fresh
            or doc["code_challenge"] != challenge
            or doc["redirect_uri"] != form.get("redirect_uri")
        ):
            told = "Value passed for the authorization code was invalid."
            return Json({"error": "invalid_request", "error_description": told}, 400)
        return self._pair(doc["scope"])

    def _pair(self, scopes: str) -> Response:
        access, refresh = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        self._core.keep_pair(access, refresh, scopes)
        pair = {"access_token": access, "refresh_token": refresh}
        if "offline.access" not in scopes.split():
            del pair["refresh_token"]
        life = int(ACCESS_LIFE.total_seconds())
        return Json({"token_type": "bearer", "expires_in": life, "scope": scopes, **pair})

    async def revoke(self, request: Request) -> Response:
        """POST /2/oauth2/revoke."""
        form = await fields(request)
        self._client(request, form)
        token = str(form.get("token", ""))
        self._core.tokens.drop(token)
        if (doc := self._core.refresh_tokens.get(token)) is not None:
            self._core.refresh_tokens.put(token, {**doc, "used": True})
            self._core.tokens.drop(doc["access"])
        return Json({"revoked": True})
