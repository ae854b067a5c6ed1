"""Apps and tokens: just enough that `social login mastodon` can be tried against the stand-in."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.sandbox.mastodon.core import Core
from bot.sandbox.mastodon.params import params, texts, word
from bot.sandbox.service import Doc

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
CODE_LIFE = timedelta(minutes=10)


class OAuth:
    """Register an app, let the one account agree, exchange the code, revoke."""

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

    async def authorize(self, request: Request) -> Response:
        """GET /oauth/authorize: the sandbox's one person agrees at once."""
        core, asked = self._core, request.query_params
        app = core.apps.get(asked.get("client_id", ""))
        redirect = asked.get("redirect_uri", OUT_OF_BAND)
        if app is None or redirect not in app["redirect_uris"]:
            return HTMLResponse("<!doctype html><p>The requested redirect uri or client is unknown.</p>", 400)
        scopes = asked.get("scope", "read").replace("+", " ")
        code = secrets.token_urlsafe(32)
        core.codes.put(
            code,
            {"app": app["client_id"], "scopes": scopes, "redirect": redirect, "at": core.now().isoformat()},
        )
        if redirect == OUT_OF_BAND:
            return HTMLResponse(f"<!doctype html><p>Copy this code: <code>{code}</code></p>")
        state = {"state": asked["state"]} if "state" in asked else {}
        return RedirectResponse(f"{redirect}?{urlencode({'code': code, **state})}", 302)

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
        fresh = code is not None and datetime.fromisoformat(code["at"]) + CODE_LIFE > core.now()
        if (
            code is None
            or not fresh
            or code["app"] != app["client_id"]
            or code["redirect"] != asked.get("redirect_uri")
        ):
            told = "The provided authorization grant is invalid, expired, revoked, or was issued to another client."
            return core.json({"error": "invalid_grant", "error_description": told}, 400)
        core.codes.drop(str(asked["code"]))
        return core.json(core.fresh_token(code["scopes"], app["name"]))

    async def revoke(self, request: Request) -> Response:
        """POST /oauth/revoke."""
        asked = await params(request)
        if self._core.apps.get(word(asked.get("client_id")) or "") is None:
            told = "You are not authorized to revoke this token"
            return self._core.json({"error": "unauthorized_client", "error_description": told}, 403)
        self._core.tokens.drop(word(asked.get("token")) or "")
        return self._core.json({})
