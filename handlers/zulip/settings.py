"""What `[zulip]` in the configuration may say."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator

from handlers.base import Settings

TOPIC_LIMIT = 60
"""Characters; a longer topic is cut by the server without a word (`max_topic_length`)."""


class ZulipSettings(Settings):
    """One announcement channel; `site`, `email` and `key` are those of `[api]` where they are not given."""

    site: str
    email: str
    key: SecretStr
    channel: str
    """The channel's name, or better its number, which outlives a rename."""
    topic: str = Field(default="announcements", max_length=TOPIC_LIMIT)
    """Empty: the channel's "general chat", where the server has one (Zulip 10)."""

    @field_validator("site")
    @classmethod
    def _address(cls, value: str) -> str:
        site = value.strip().rstrip("/").removesuffix("/api").rstrip("/")
        return site if site.startswith(("http://", "https://")) else f"https://{site}"

    @field_validator("channel", mode="before")
    @classmethod
    def _name(cls, value: object) -> object:
        text = str(value).strip().removeprefix("#").strip()
        if not text:
            raise ValueError("the name or the number of a channel")
        return text

    @field_validator("topic")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("one line of text")
        return value.strip()
