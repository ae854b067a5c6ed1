"""What `[youtube]` in the configuration may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from handlers.base import Settings


class YouTubeSettings(Settings):
    """One channel. The refresh token comes from `social login youtube`; an access token alone lives an hour."""

    base_url: str = "https://www.googleapis.com"
    auth_url: str = "https://oauth2.googleapis.com"
    """Where tokens are renewed (`/token`)."""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    access_token: SecretStr = SecretStr("")
    privacy: Literal["public", "unlisted", "private"] = "public"
    """Where a draft says no `visibility:`. Always sent: left out, YouTube takes `public` since November 2026."""
    category: str = Field(default="27", pattern=r"^\d{1,3}$")
    """YouTube's number: 27 education, 28 science and technology."""
    made_for_kids: bool = False
    notify_subscribers: bool = True

    @field_validator("category", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, int) else value

    @field_validator("base_url", "auth_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")
