"""What `[youtube]` in the configuration may say."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, SecretStr, field_validator

from handlers.base import Settings
from handlers.youtube import categories

MANAGING: Final = frozenset(
    f"https://www.googleapis.com/auth/{name}" for name in ("youtube", "youtube.force-ssl", "youtubepartner")
)
"""Any of these is enough for all that this platform does (Google's discovery document, revision 20261104)."""


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
    category: str = "27"
    """YouTube's number, or the category's name: 27 education, 28 science and technology."""
    made_for_kids: bool = False
    notify_subscribers: bool = True
    licence: Literal["youtube", "creative commons"] = "youtube"
    embeddable: bool = True
    """Whether other pages may show the video."""
    playlist: str = ""
    """Name or id of the playlist that every video is put into, unless its draft names another one."""
    audio_language: str = Field(default="", pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")
    """Language spoken in the videos, such as `en`; without it YouTube finds it out itself."""
    uploads_a_day: int = Field(default=100, ge=1)
    """What Google allows the project (since June 2026: 100, in a quota of its own); more if you were granted more."""

    @field_validator("category", mode="before")
    @classmethod
    def _as_number(cls, value: object) -> object:
        found = categories.number(str(value))
        if found is None:
            near = categories.nearest(str(value))
            raise ValueError("YouTube has no category of this name" + (f"; near is “{near}”" if near else ""))
        return found

    @field_validator("licence", mode="before")
    @classmethod
    def _one_of_two(cls, value: object) -> object:
        spelt = str(value).casefold().replace(" ", "").removesuffix("s")
        return "creative commons" if spelt == "creativecommon" else value

    @field_validator("base_url", "auth_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")
