"""What `[linkedin]` in the configuration may say."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime, SecretStr, field_validator

from handlers.base import Settings
from handlers.linkedin import versions


class LinkedInSettings(Settings):
    """One organization page. The tokens come from `social login linkedin` or from LinkedIn's token generator."""

    base_url: str = "https://api.linkedin.com"
    auth_url: str = "https://www.linkedin.com"
    """Where tokens are renewed (`/oauth/v2/accessToken`)."""
    organization: str
    """The page's number, or its URN `urn:li:organization:123`."""
    access_token: SecretStr = SecretStr("")
    expires_at: AwareDatetime | None = None
    """When the configured access token ends (LinkedIn: 60 days after it was made)."""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    """Only apps with LinkedIn's programmatic refresh have one."""
    version: str = versions.LATEST
    """`LinkedIn-Version`, YYYYMM; each lives at least a year and then answers 426."""
    tier: Literal["development", "standard"] = "development"
    """Of the app's access to the Community Management API: tells how many calls a day it has."""

    @field_validator("organization", mode="before")
    @classmethod
    def _as_urn(cls, value: object) -> object:
        text = str(value).strip()
        number = text.removeprefix("urn:li:organization:")
        if not re.fullmatch(r"\d{1,20}", number):
            raise ValueError("the page's number, or its URN urn:li:organization:123")
        return f"urn:li:organization:{number}"

    @field_validator("version")
    @classmethod
    def _that_can_be(cls, value: str) -> str:
        return versions.checked(value.strip())

    @field_validator("base_url", "auth_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("expires_at", mode="before")
    @classmethod
    def _as_utc(cls, value: object) -> object:
        if isinstance(value, str):
            try:
                found = datetime.fromisoformat(value.strip())
            except ValueError:
                return value
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        return value
