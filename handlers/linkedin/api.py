"""LinkedIn's REST interface: the headers of every call, and the dance with tokens that run out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx

from handlers.base import Barred, Rejected
from handlers.linkedin import errors, versions
from handlers.linkedin.settings import LinkedInSettings
from handlers.oauth import Grant, Tokens
from handlers.web import Pause, Web

FRESH_TOKEN_S: Final = 3
"""How long to wait when LinkedIn says of a token that may just have been made that it was withdrawn."""


def urn_path(urn: str) -> str:
    """A URN as it stands in an address."""
    return quote(urn, safe="")


class Api:
    """One piece of work's calls, as one account. Not for several threads at once."""

    def __init__(
        self, account: str, settings: LinkedInSettings, tokens: Tokens, web: Web, pause: Pause, today: date
    ) -> None:
        self.account = account
        self.settings = settings
        self.pause = pause
        self.web = web
        self.calls = 0
        """How many were made: LinkedIn counts them."""
        self.throttled = False
        """LinkedIn said that they are too many."""
        self.told: Mapping[str, str] = {}
        """The headers with which it said so."""
        self.answered: Mapping[str, str] = {}
        """The headers of the last answer."""
        self._tokens = tokens
        self._today = today
        self._grant: Grant | None = None
        self._patient = True
        self._renewed = False

    def call(
        self, method: str, path: str, *, doing: str, acts: bool = False, finder: str = "", json: object = None
    ) -> httpx.Response:
        """A call of `/rest/…`; its answer if it succeeded. `doing` completes "LinkedIn refused to …".

        Raises the error that the answer means; `acts` as in `Web.call`.
        """
        headers = {"LinkedIn-Version": self.settings.version, "X-Restli-Protocol-Version": "2.0.0"}
        if finder:
            headers["X-RestLi-Method"] = finder
        body = {} if json is None else {"json": json}
        response = self.signed(method, f"{self.settings.base_url}{path}", acts=acts, headers=headers, **body)
        if response.status_code in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT}:
            return response
        raise self.refusal(response, doing=doing, acts=acts)

    def signed(
        self, method: str, url: str, *, acts: bool, headers: dict[str, str], **request: Any
    ) -> httpx.Response:
        """A request with our token, renewed or tried once more where a 401 allows it; any other answer as it is.

        Raises `Rejected` when the token is not taken for good.
        """
        while True:
            grant = self._grant or self._tokens.usable(self.web)
            self._grant = grant
            if not grant.access:
                raise Barred(
                    "LinkedIn cannot be used: there is no token. The owner of the LinkedIn app runs "
                    f"`social login {self.account}`."
                )
            signed = {**headers, "Authorization": f"Bearer {grant.access}"}
            self.calls += 1
            response = self.web.call(method, url, acts=acts, headers=signed, **request)
            self.answered = response.headers
            if response.status_code != HTTPStatus.UNAUTHORIZED or not errors.is_about_token(response):
                return response
            self._after_401(response, grant)

    def _after_401(self, response: httpx.Response, grant: Grant) -> None:
        """Make another attempt worth while, or raise: a 401 was not acted upon."""
        if errors.is_just_made(response) and self._patient:
            self._patient = False
            self.pause(FRESH_TOKEN_S)
        elif self._tokens.renewable(grant) and not self._renewed:
            self._renewed = True
            self._grant = self._tokens.renew(self.web, grant.access)
        else:
            raise errors.sign_in_refused(self.account, grant, expired=errors.is_expired(response))

    def scopes(self) -> tuple[str, ...]:
        """What the present token allows, where that is known."""
        return tuple(self._tokens.grant().scope.replace(",", " ").split())

    def refusal(self, response: httpx.Response, *, doing: str, acts: bool) -> Exception:
        """The error that an answer means."""
        if response.status_code == HTTPStatus.UPGRADE_REQUIRED:
            return Rejected(versions.refused(self.settings.version, self._today, self.account))
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self.throttled, self.told = True, response.headers
        return errors.refusal(response, acts=acts, doing=doing, account=self.account)
