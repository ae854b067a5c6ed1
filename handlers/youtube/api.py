"""Signed requests to YouTube, with a token that is renewed when it runs out."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx

from handlers.oauth import Grant, Tokens
from handlers.web import Web
from handlers.youtube import errors


class Api:
    """One piece of work's calls, as one channel. Not for several threads at once."""

    def __init__(self, account: str, base: str, tokens: Tokens, web: Web) -> None:
        self.base = base
        self.web = web
        self._account = account
        self._tokens = tokens
        self._grant: Grant | None = None
        self.answered: Mapping[str, str] = {}
        """The headers of the last answer."""

    def v3(
        self, method: str, path: str, query: Mapping[str, str], *, acts: bool = False, json: Any = None
    ) -> httpx.Response:
        """A request to the Data API: `v3("GET", "videos", {"part": "status", "id": "…"})`."""
        body = {} if json is None else {"json": json}
        return self.call(method, f"{self.base}/youtube/v3/{path}", acts=acts, params=query, **body)

    def call(
        self,
        method: str,
        url: str,
        *,
        acts: bool = False,
        headers: dict[str, str] | None = None,
        **request: Any,
    ) -> httpx.Response:
        """The answer, whatever its status but 401.

        `acts`: it makes something visible, so that a lost answer is `Uncertain`. Raises `Unavailable` when there
        is no answer to anything else, `Rejected` when the sign-in is not taken for good.
        """
        renewed = False
        while True:
            grant = self._grant or self._tokens.usable(self.web)
            self._grant = grant
            if not grant.access:
                raise errors.not_signed_in(self._account)
            signed = {**(headers or {}), "Authorization": f"Bearer {grant.access}"}
            response = self.web.call(method, url, acts=acts, headers=signed, **request)
            self.answered = response.headers
            if response.status_code != HTTPStatus.UNAUTHORIZED or "youtubeSignupRequired" in errors.reasons(
                response
            ):
                return response
            if renewed or not self._tokens.renewable(grant):
                raise errors.not_signed_in(self._account)
            renewed = True
            self._grant = self._tokens.renew(self.web, grant.access)

    def scopes(self) -> tuple[str, ...]:
        """What the people who signed in allowed, where Google told it."""
        grant = self._grant or self._tokens.usable(self.web)
        self._grant = grant
        return tuple(grant.scope.split())
