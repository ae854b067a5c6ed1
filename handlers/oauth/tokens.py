"""Tokens that run out: where the present one is, and how the next is had.

Of the configured tokens and those in the vault, the vault's are taken: `social login` wrote them, or they were
renewed from the configured ones. The latter carry `origin`, a fingerprint of what they were renewed from, so that
tokens which the owner puts into the configuration later win.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from handlers.base import PlatformError, Rejected, Tools, Unavailable
from handlers.oauth.grants import Client, Grant, granted, opened, sealed
from handlers.web import Web, json_object

log = logging.getLogger("social.oauth")

PAUSE: Final = timedelta(minutes=10)
"""How long an early renewal is left alone after the platform could not be asked."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What the token endpoint answered instead of tokens."""

    status: int
    code: str

    @property
    def passing(self) -> bool:
        return self.status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS} or not (
            HTTPStatus.BAD_REQUEST <= self.status < HTTPStatus.INTERNAL_SERVER_ERROR
        )


class Tokens:
    """The tokens of one account. Thread-safe; one renewal at a time, among all copies of the bot."""

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
        self._origin = _fingerprint(f"{configured.access}\n{configured.refresh}")
        self._afloat: tuple[Grant, Grant] | None = None
        """A grant and what it was renewed from, while the vault could not be written."""
        self._rest_until: datetime | None = None

    def grant(self) -> Grant:
        """The present grant, from the vault or the configuration."""
        kept = self._tools.vault.read(self._account)
        found = opened(kept)
        configured = self._configured
        outdated = kept.get("origin", self._origin) != self._origin and (
            configured.access or configured.refresh
        )
        if outdated or not (found.access or found.refresh):
            found = configured
        elif not found.refresh and "origin" in kept:
            found = replace(found, refresh=configured.refresh)
        if found.refresh and _fingerprint(found.refresh) == kept.get("dead"):
            return replace(found, refresh="")
        return found

    def usable(self, web: Web) -> Grant:
        """The present grant, renewed first when it runs out and can be. Raises `Unavailable`, `Rejected`."""
        grant = self.grant()
        if not self.renewable(grant):
            return grant
        now = self._tools.clock()
        if not grant.access or grant.over(now):
            return self.renew(web, grant.access)
        if grant.ending(now) and (self._rest_until is None or now >= self._rest_until):
            return self._renew_early(web, grant)
        return grant

    def renewable(self, grant: Grant) -> bool:
        """Whether there is all that a renewal needs."""
        return bool(grant.refresh and self._client.complete)

    def renew(self, web: Web, used: str) -> Grant:
        """A newer grant than the one whose access token was `used`; kept in the vault before it is returned.

        Raises `Unavailable` when the token endpoint cannot be asked, and what `refused` makes of a refusal.
        """
        with self._tools.vault.alone(self._account):
            self._bring_ashore()
            grant = self.grant()
            if grant.access and grant.access != used:
                return grant  # somebody else renewed it meanwhile, or signed in anew
            answer = self._ask(web, grant)
            if isinstance(answer, Grant):
                return self._keep(answer, grant)
            newer = self.grant()  # once more: an older copy of the bot does not wait for its turn
            if newer.access and newer.refresh != grant.refresh:
                return newer
            raise self._failure(web, answer, grant)

    def _renew_early(self, web: Web, used: Grant) -> Grant:
        """A newer grant if it can be had; the present one is good for some time, so nothing fails without."""
        with self._tools.vault.alone(self._account):
            self._bring_ashore()
            grant = self.grant()
            if grant.access != used.access:
                return grant
            try:
                answer = self._ask(web, grant)
            except PlatformError as error:
                log.warning("%s", error, extra={"action": "renewal_waits", "account": self._account})
                answer = _Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "")
            if isinstance(answer, Grant):
                return self._keep(answer, grant)
            self._rest_until = self._tools.clock() + PAUSE
            if answer.code == "invalid_grant":
                return self._bury(grant)
            return grant

    def _ask(self, web: Web, grant: Grant) -> Grant | _Refusal:
        fields = {"grant_type": "refresh_token", "refresh_token": grant.refresh}
        response = web.call("POST", self._client.token_url, gives=True, **self._client.signed(fields))
        body = json_object(response)
        found = granted(body, self._tools.clock()) if response.status_code == HTTPStatus.OK else None
        if found is None:
            code = body.get("error")
            return _Refusal(response.status_code, code if isinstance(code, str) else "")
        return replace(
            found,
            refresh=found.refresh or grant.refresh,
            refresh_expires_at=found.refresh_expires_at or grant.refresh_expires_at,
            scope=found.scope or grant.scope,
            by=grant.by,
            who=grant.who,
            signed_in_at=grant.signed_in_at,
        )

    def _failure(self, web: Web, refusal: _Refusal, grant: Grant) -> PlatformError:
        if refusal.passing:
            return Unavailable(f"{web.title} does not renew the sign-in at the moment; nothing is out.")
        if refusal.code in {"invalid_client", "unauthorized_client"}:
            return Rejected(
                f"{web.title} does not know the bot's app any more. The owner of the bot compares `client_id` "
                f"and `client_secret` of `[{self._account}]` with the app's page at {web.title}."
            )
        return self._refused(refusal.code, grant)

    def _keep(self, grant: Grant, old: Grant) -> Grant:
        """Into the vault before anybody uses it. If that fails it is kept in mind: the old one may be dead already."""
        self._afloat = grant, old
        self._write(grant)
        self._afloat = None
        return grant

    def _write(self, grant: Grant) -> None:
        # what a person signed in for stays theirs, whatever the configuration says
        origin = {} if grant.signed_in_at is not None else {"origin": self._origin}
        self._tools.vault.write(self._account, sealed(grant) | origin)

    def _bring_ashore(self) -> None:
        """Write down what could not be written when it was got, unless somebody signed in meanwhile."""
        if self._afloat is None:
            return
        grant, old = self._afloat
        if self.grant().refresh == old.refresh:
            self._write(grant)
        self._afloat = None

    def _bury(self, grant: Grant) -> Grant:
        """The refresh token is dead though the access token lives: remember it, so that people are told in time."""
        kept = self._tools.vault.read(self._account)
        base = kept if kept.get("access_token") or kept.get("refresh_token") else {"origin": self._origin}
        self._tools.vault.write(self._account, {**base, "dead": _fingerprint(grant.refresh)})
        log.warning(
            "%s: the sign-in can no longer be renewed",
            self._account,
            extra={"action": "renewal_refused", "account": self._account},
        )
        return replace(grant, refresh="")


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:16]
