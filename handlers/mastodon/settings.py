"""What `zuliprc` says of one account on a Mastodon-like server."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from pydantic import ConfigDict, SecretStr, field_validator

from handlers import base, languages

VISIBILITIES: Final = ("public", "unlisted", "private", "direct")
"""Mastodon's own words (docs.joinmastodon.org/methods/statuses)."""


APP: Final = "Social"
"""How `social login` names the app that it makes on the server."""


class MastodonSettings(base.Settings):
    """An account on a Mastodon-like server."""

    model_config = ConfigDict(hide_input_in_errors=True)

    base_url: str
    """Of the server, as in `https://fosstodon.org`."""
    access_token: SecretStr | None = None
    """From Preferences → Development on the server, or by `social login mastodon`; does not expire."""
    visibility: str = "public"
    """Of a post that does not say otherwise."""
    language: str | None = None
    """ISO 639-1 code of a post that does not say otherwise; None: the account's own."""

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("must be the address of a server, as in https://fosstodon.org")
        return value.rstrip("/")

    @field_validator("language")
    @classmethod
    def _language(cls, value: str | None) -> str | None:
        found = languages.code_of(value) if value else None
        if value and found is None:
            raise ValueError(languages.unknown(value, "`language = en`"))
        return found

    @field_validator("visibility")
    @classmethod
    def _known(cls, value: str) -> str:
        if value.lower() not in VISIBILITIES:
            raise ValueError(f"must be one of {', '.join(VISIBILITIES)}")
        return value.lower()
