"""What people who are no approvers may ask of the bot, so that nobody can keep it from all others."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from bot.config import values


class Strict(BaseModel):
    """A section that knows its keys, and is not changed once it is read."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, str_strip_whitespace=True
    )


class Bounds(Strict):
    """Approvers are never bounded. What is above a bound is told to its author, once in its time."""

    drafters: values.Drafters = None
    """Who may begin drafts; None: everybody who may write to the bot."""
    open_drafts: int = Field(default=20, ge=1)
    """Drafts of one person that are neither approved nor withdrawn."""
    drafts_an_hour: int = Field(default=20, ge=1)
    """Of one person; each edit of a draft is one, and is read when there is room."""
    questions_an_hour: int = Field(default=60, ge=1)
    """Of one person; also what is not understood."""
    orders_an_hour: int = Field(default=60, ge=1)
    """Commands about posts, of one person."""
    holds_an_hour: int = Field(default=3, ge=0)
    """Of one person, of posts that are not their own; 0: only authors and approvers hold posts."""
    proposals_an_hour: int = Field(default=10, ge=0)
    """Alt texts that one person proposes for posts of others."""
    reactions_a_minute: int = Field(default=30, ge=1)
    """Of one person; further ones are not looked at."""
    file_mib_an_hour: int = Field(default=500, ge=1)
    """MiB of files in drafts of one person."""
    file_mib_waiting: int = Field(default=4000, ge=1)
    """MiB of files in all drafts together that nobody approved yet; when it is full, the oldest of whoever has most make room
    for people who are below a fair share.
    """
    keep_files: values.Span = timedelta(days=14)
    """How long the files of a draft are kept that nobody approved and nobody touched. Its text stays."""
    drafts_a_minute: int = Field(default=30, ge=1)
    """Of all people together who are no approvers: strangers together are to leave the bot time for approvers, too."""
    questions_a_minute: int = Field(default=60, ge=1)
    """The same for questions and other commands."""
