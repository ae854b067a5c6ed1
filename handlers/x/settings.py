"""One X account's section of `zuliprc`, and how its requests are signed.

Either the four OAuth 1.0a secrets, or OAuth 2.0 with a `client_id`: then the first tokens come from
`social login x` or from the settings, and each later pair from the one before.
"""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Final, Self

import tweepy
from pydantic import ConfigDict, Field, SecretStr, field_validator, model_validator

from handlers import base
from handlers.base import Barred, Tools
from handlers.oauth import Client, Grant, Tokens, scopes

RIGHTS: Final = scopes("x")
"""OAuth 2.0 scopes that posting needs (X OpenAPI 2.167, createPosts and media)."""

# these log headers and signatures when somebody turns debugging on
for _name in ("tweepy", "oauthlib", "requests_oauthlib"):
    logging.getLogger(_name).setLevel(logging.INFO)


class XSettings(base.Settings):
    """An account on X."""

    model_config = ConfigDict(hide_input_in_errors=True)

    base_url: str = "https://api.x.com"
    """Of the API."""
    web_url: str = "https://x.com"
    """Where people read; posts' addresses begin with it."""
    api_key: SecretStr | None = None
    api_secret: SecretStr | None = None
    access_token: SecretStr | None = None
    access_token_secret: SecretStr | None = None
    client_id: str = ""
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    monthly_budget_usd: Decimal | None = Field(default=None, ge=0, max_digits=9, decimal_places=3)
    """What the account may spend in a calendar month (UTC), in US dollars; None: as much as it has credits."""
    premium: bool = False
    """Whether the account pays for Premium, and so may post longer videos."""

    @field_validator("base_url", "web_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("must begin with https://")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        first = [self.api_key, self.api_secret, self.access_token_secret]
        if any(first) and (not all([*first, self.access_token]) or self.client_id or self.refresh_token):
            raise ValueError(
                "needs either api_key, api_secret, access_token and access_token_secret, "
                "or client_id (with client_secret and refresh_token), not a mixture"
            )
        if not any(first) and not self.client_id and not self.access_token:
            raise ValueError("needs api_key, api_secret, access_token and access_token_secret, or client_id")
        return self

    @property
    def oauth1(self) -> bool:
        """Whether requests are signed with OAuth 1.0a."""
        return bool(self.api_key)


def secret(value: SecretStr | None) -> str:
    """The secret itself, for the moment of its use."""
    return value.get_secret_value().strip() if value else ""


class Pair(Tokens):
    """X's token pair: the refresh token works once, and its use kills the pair that it belongs to."""

    def __init__(self, account: str, settings: XSettings, tools: Tools, who: str) -> None:
        configured = Grant(access=secret(settings.access_token), refresh=secret(settings.refresh_token))
        client = Client(
            f"{settings.base_url}/2/oauth2/token",
            settings.client_id,
            secret(settings.client_secret),
            basic=True,
        )
        over = f"{who} does not accept the bot's sign-in any more (expired, used up or withdrawn). "
        super().__init__(
            account,
            configured,
            client,
            tools,
            lambda _code, _grant: Barred(over + signs_in(account, settings)),
        )


def signs_in(account: str, settings: XSettings) -> str:
    """The sentence that says how this account is signed in anew."""
    if settings.oauth1:
        return "The owner of the account makes a new access token at console.x.com and puts it into zuliprc."
    return f"The owner of the account runs `social login {account}`."


def client(settings: XSettings) -> tweepy.Client:
    """A client without a line yet; with OAuth 2.0 its bearer token is still to be put in."""
    if not settings.oauth1:
        return tweepy.Client(bearer_token="", return_type=dict)
    return tweepy.Client(
        consumer_key=secret(settings.api_key),
        consumer_secret=secret(settings.api_secret),
        access_token=secret(settings.access_token),
        access_token_secret=secret(settings.access_token_secret),
        return_type=dict,
    )
