"""Signing in to X: an authorization code with PKCE, and pairs of tokens whose refresh works once.

A refresh token that is used a second time is taken for stolen: all that came from the same sign-in dies.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import datetime, timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox import consent
from bot.sandbox.service import Doc, Json, Refusal, fields
from bot.sandbox.x.core import ACCESS_LIFE, CLIENT_ID, CLIENT_SECRET, Core

CODE_LIFE = timedelta(seconds=30)


class OAuth:
    """The consent page and the token endpoints."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._families = core.book("family")

    async def authorize(self, request: Request) -> Response:
        """GET /i/oauth2/authorize."""
        asked, core = request.query_params, self._core
        right = asked.get("client_id") == CLIENT_ID and asked.get("response_type") == "code"
        challenged = asked.get("code_challenge_method") == "S256" and asked.get("code_challenge")
        redirect = asked.get("redirect_uri", "")
        if not right or not challenged or not asked.get("state") or redirect not in consent.REDIRECTS:
            told = "Something went wrong. You weren’t able to give access to the App. Go back and try logging in again."
            return consent.refused("X", told)
        choice = consent.choose(request, "X", core.account, asked.get("scope", "").split())
        if isinstance(choice, Response):
            return choice
        if not choice.allowed:
            return consent.back(redirect, {"error": "access_denied", "state": asked["state"]})
        code = secrets.token_urlsafe(32)
        kept = {key: asked.get(key, "") for key in ("redirect_uri", "scope", "code_challenge")}
        core.codes.put(code, {**kept, "at": core.now().isoformat()})
        return consent.back(redirect, {"state": asked["state"], "code": code})

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
        if doc is None or self._dead(doc, used):
            return core.bad_token()
        core.refresh_tokens.put(used, {**doc, "used": True})
        core.tokens.drop(doc["access"])
        return self._pair(doc["scopes"], doc.get("family") or used)

    def _dead(self, doc: Doc, used: str) -> bool:
        """Used before, or of a family that was killed; who uses one twice kills its family."""
        name = doc.get("family") or used
        family = self._families.get(name) or {}
        if doc["used"]:
            self._core.tokens.drop(family.get("access", ""))
            self._families.put(name, {"dead": True})
        return bool(doc["used"] or family.get("dead"))

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
        fresh = doc is not None and datetime.fromisoformat(doc["at"]) + CODE_LIFE > core.now()
        if (
            doc is None
            or not fresh
            or not consent.proves(doc["code_challenge"], str(form.get("code_verifier", "")))
            or doc["redirect_uri"] != form.get("redirect_uri")
        ):
            told = "Value passed for the authorization code was invalid."
            return Json({"error": "invalid_request", "error_description": told}, 400)
        return self._pair(doc["scope"], secrets.token_urlsafe(16))

    def _pair(self, scopes: str, family: str) -> Response:
        core, access, refresh = self._core, secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        core.keep_pair(access, refresh, scopes)
        core.refresh_tokens.put(refresh, {**(core.refresh_tokens.get(refresh) or {}), "family": family})
        self._families.put(family, {"access": access})
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
