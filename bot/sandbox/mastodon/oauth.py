"""Apps and tokens: just enough that `social login mastodon` can be tried against the stand-in."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.sandbox import consent
from bot.sandbox.mastodon.core import Core
from bot.sandbox.mastodon.params import params, texts, word
from bot.sandbox.service import Doc

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
CODE_LIFE = timedelta(minutes=10)
KNOWN: Final = [
    *("read", "write", "follow", "push", "profile"),
    *("read:accounts", "read:statuses", "write:statuses", "write:media"),
]
"""Some of the scopes that a server knows."""


class OAuth:
    """Register an app, ask the one account, exchange the code, revoke."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def register(self, request: Request) -> Response:
        """POST /api/v1/apps."""
        core, asked = self._core, await params(request)
        redirects = texts(asked.get("redirect_uris")) or (word(asked.get("redirect_uris")) or "").split()
        name = word(asked.get("client_name"))
        if name is None or not redirects:
            blank = "Name" if name is None else "Redirect URI"
            raise core.refuse(422, f"Validation failed: {blank} can't be blank", bucket="apps")
        core.spend("apps")
        doc: Doc = {
            "id": str(len(core.apps) + 1),
            "name": name,
            "website": word(asked.get("website")),
            "scopes": (word(asked.get("scopes")) or "read").split(),
            "redirect_uris": redirects,
            "redirect_uri": "\n".join(redirects),
            "client_id": secrets.token_urlsafe(32),
            "client_secret": secrets.token_urlsafe(32),
            "client_secret_expires_at": 0,
            "vapid_key": "",
        }
        core.apps.put(doc["client_id"], doc)
        return core.json(doc, bucket="apps")

    async def metadata(self, _request: Request) -> Response:
        """GET /.well-known/oauth-authorization-server (since Mastodon 4.3)."""
        if not self._core.dialect.known:
            raise self._core.refuse(404, "Not Found")
        base = self._core.base
        return self._core.json(
            {
                "issuer": f"{base}/",
                "authorization_endpoint": f"{base}/oauth/authorize",
                "token_endpoint": f"{base}/oauth/token",
                "app_registration_endpoint": f"{base}/api/v1/apps",
                "revocation_endpoint": f"{base}/oauth/revoke",
                "scopes_supported": KNOWN,
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "fragment", "form_post"],
                "code_challenge_methods_supported": ["S256"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            }
        )

    async def authorize(self, request: Request) -> Response:
        """GET /oauth/authorize."""
        core, asked = self._core, request.query_params
        app = core.apps.get(asked.get("client_id", ""))
        redirect = asked.get("redirect_uri", OUT_OF_BAND)
        if app is None or redirect not in app["redirect_uris"]:
            return consent.refused(
                "Error", "The redirect uri included is not valid, or the client is unknown."
            )
        scopes = asked.get("scope", "read").replace("+", " ").split()
        if not set(scopes) <= set(app["scopes"]):
            return consent.refused("Error", "The requested scope is invalid, unknown, or malformed.")
        choice = consent.choose(request, "Mastodon", core.account, scopes)
        if isinstance(choice, Response):
            return choice
        state = {"state": asked["state"]} if "state" in asked else {}
        if not choice.allowed:
            told = "The resource owner or authorization server denied the request."
            if redirect == OUT_OF_BAND:
                return consent.refused("Error", told)
            return consent.back(redirect, {"error": "access_denied", "error_description": told, **state})
        code = secrets.token_urlsafe(32)
        kept = {"app": app["client_id"], "scopes": " ".join(scopes), "redirect": redirect}
        challenge = asked.get("code_challenge", "")
        core.codes.put(code, {**kept, "challenge": challenge, "at": core.now().isoformat()})
        if redirect == OUT_OF_BAND:
            return HTMLResponse(f"<!doctype html><p>Copy this code: <code>{code}</code></p>")
        return consent.back(redirect, {"code": code, **state})

    async def token(self, request: Request) -> Response:
        """POST /oauth/token: a code, or the app's own credentials, for a token."""
        core, asked = self._core, await params(request)
        app = core.apps.get(word(asked.get("client_id")) or "")
        if app is None or not secrets.compare_digest(
            app["client_secret"], word(asked.get("client_secret")) or ""
        ):
            told = "Client authentication failed due to unknown client, no client authentication included"
            return core.json({"error": "invalid_client", "error_description": told}, 401)
        grant = word(asked.get("grant_type"))
        if grant == "client_credentials":
            return core.json(core.fresh_token(word(asked.get("scope")) or "read", app["name"]))
        if grant != "authorization_code":
            told = "The authorization grant type is not supported by the authorization server."
            return core.json({"error": "unsupported_grant_type", "error_description": told}, 400)
        code = core.codes.get(word(asked.get("code")) or "")
        if code is None and (refusal := core.says("code")):
            raise refusal
        fresh = code is not None and datetime.fromisoformat(code["at"]) + CODE_LIFE > core.now()
        if (
            code is None
            or not fresh
            or code.get("used")
            or code["app"] != app["client_id"]
            or code["redirect"] != asked.get("redirect_uri")
            or (
                code.get("challenge")
                and not consent.proves(code["challenge"], word(asked.get("code_verifier")) or "")
            )
        ):
            if refusal := core.says("old-code"):
                raise refusal
            told = "The provided authorization grant is invalid, expired, revoked, or was issued to another client."
            return core.json({"error": "invalid_grant", "error_description": told}, 400)
        core.codes.put(str(asked["code"]), {**code, "used": True})
        return core.json(core.fresh_token(code["scopes"], app["name"]))

    async def revoke(self, request: Request) -> Response:
        """POST /oauth/revoke."""
        asked = await params(request)
        if self._core.apps.get(word(asked.get("client_id")) or "") is None:
            told = "You are not authorized to revoke this token"
            return self._core.json({"error": "unauthorized_client", "error_description": told}, 403)
        self._core.tokens.drop(word(asked.get("token")) or "")
        return self._core.json({})
