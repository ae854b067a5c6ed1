"""Tokens that run out: where the present one is, and how the next is had.

The vault keeps `access_token`, `refresh_token`, `expires_at` and `refresh_expires_at` (ISO 8601, UTC; where the
platform tells them), `scope`, and `origin`: a fingerprint of the configured tokens that these were renewed from, so that a token which the owner puts
into the configuration later wins. What `social login` writes has no `origin` and wins always.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from typing_extensions import override

from handlers.base import PlatformError, Rejected, Tools, Unavailable
from handlers.web import Web, json_object

EARLY: Final = timedelta(minutes=2)
"""So long before its end a token is renewed already."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody once allowed us, as configured or as renewed since."""

    access: str = ""
    refresh: str = ""
    expires_at: datetime | None = None
    """When the access token ends (UTC); None where nobody told."""
    refresh_expires_at: datetime | None = None
    """When it can no longer be renewed (UTC); None where nobody told, or never."""
    scope: str = ""

    @override
    def __repr__(self) -> str:
        return f"Grant(expires_at={self.expires_at})"


@dataclass(frozen=True, slots=True)
class Client:
    """The app that people signed in to, as the platform's token endpoint knows it."""

    token_url: str
    client_id: str
    client_secret: str

    @override
    def __repr__(self) -> str:
        return f"Client(token_url={self.token_url!r})"


class Tokens:
    """The tokens of one account. Thread-safe; one renewal at a time."""

    def __init__(
        self,
        account: str,
        configured: Grant,
        client: Client,
        tools: Tools,
        refused: Callable[[str, Grant], PlatformError],
    ) -> None:
        self._account = account
        self._configured = configured
        self._client = client
        self._tools = tools
        self._refused = refused
        """Makes the error for a refused renewal, given OAuth's error code and the grant."""
        self._lock = threading.Lock()
        secret = f"{configured.access}\n{configured.refresh}"
        self._origin = hashlib.sha256(secret.encode()).hexdigest()[:16]

    def grant(self) -> Grant:
        """The present grant, from the vault or the configuration."""
        kept = self._tools.vault.read(self._account)
        if not kept.get("access_token") and not kept.get("refresh_token"):
            return self._configured
        if kept.get("origin", self._origin) != self._origin:
            return self._configured
        return Grant(
            access=kept.get("access_token", ""),
            refresh=kept.get("refresh_token", "") or self._configured.refresh,
            expires_at=_instant(kept.get("expires_at", "")),
            refresh_expires_at=_instant(kept.get("refresh_expires_at", "")),
            scope=kept.get("scope", ""),
        )

    def usable(self, web: Web) -> Grant:
        """The present grant, renewed first when it has run out and can be. Raises `Unavailable`, `Rejected`."""
        grant = self.grant()
        over = grant.expires_at is not None and grant.expires_at - EARLY <= self._tools.clock()
        if (over or not grant.access) and self.renewable(grant):
            return self.renew(web, grant.access)
        return grant

    def renewable(self, grant: Grant) -> bool:
        """Whether there is all that a renewal needs."""
        return bool(grant.refresh and self._client.client_id and self._client.client_secret)

    def renew(self, web: Web, used: str) -> Grant:
        """A newer grant than the one whose access token was `used`; kept in the vault before it is returned.

        Raises `Unavailable` when the token endpoint cannot be asked, and what `refused` makes of a refusal.
        """
        with self._lock:
            grant = self.grant()
            if grant.access and grant.access != used:
                return grant  # somebody else renewed it meanwhile
            response = web.call(
                "POST",
                self._client.token_url,
                data={
                    "grant_type": "refresh_token",
                    "refresh_token": grant.refresh,
                    "client_id": self._client.client_id,
                    "client_secret": self._client.client_secret,
                },
            )
            body = json_object(response)
            if response.status_code != HTTPStatus.OK or not isinstance(body.get("access_token"), str):
                raise self._failure(web, response.status_code, body.get("error"), grant)
            renewed = self._renewed(grant, body)
            self._keep(renewed)
            return renewed

    def _failure(self, web: Web, status: int, error: object, grant: Grant) -> PlatformError:
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in {
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.TOO_MANY_REQUESTS,
        }:
            code = error if isinstance(error, str) else ""
            if code in {"invalid_client", "unauthorized_client"}:
                return Rejected(
                    f"{web.title} does not know the bot's app any more. The owner of the bot compares `client_id` "
                    f"and `client_secret` of `[{self._account}]` with the app's page at {web.title}."
                )
            return self._refused(code, grant)
        return Unavailable(
            f"{web.title} does not renew the sign-in at the moment; nothing is out. The bot tries again by itself."
        )

    def _renewed(self, old: Grant, body: dict[str, object]) -> Grant:
        refresh, scope = body.get("refresh_token"), body.get("scope")
        return Grant(
            access=str(body["access_token"]),
            refresh=refresh if isinstance(refresh, str) and refresh else old.refresh,
            expires_at=self._after(body.get("expires_in")),
            refresh_expires_at=self._after(body.get("refresh_token_expires_in")) or old.refresh_expires_at,
            scope=scope if isinstance(scope, str) and scope else old.scope,
        )

    def _after(self, seconds: object) -> datetime | None:
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            return None
        return self._tools.clock() + timedelta(seconds=seconds)

    def _keep(self, grant: Grant) -> None:
        kept = {
            "access_token": grant.access,
            "refresh_token": grant.refresh,
            "scope": grant.scope,
            "origin": self._origin,
        }
        ends = {"expires_at": grant.expires_at, "refresh_expires_at": grant.refresh_expires_at}
        kept |= {name: at.astimezone(UTC).isoformat() for name, at in ends.items() if at is not None}
        self._tools.vault.write(self._account, {name: value for name, value in kept.items() if value})


def spoken(day: datetime) -> str:
    """A day in a sentence: `3 March 2026`."""
    return f"{day.day} {day:%B %Y}"


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
