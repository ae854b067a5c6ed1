"""What a reader can see on one of the services: the words of `GET /sandbox/posts`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PRIVATE = "private"
"""The privacy of what lies prepared: nobody sees it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file of a published post as its service received it. `publish` measures what is left 0."""

    sha256: str
    mime: str
    alt: str = ""
    name: str = ""
    size: int = 0
    """Bytes."""
    width: int = 0
    height: int = 0
    """Pixels."""
    seconds: float = 0.0
    """How long a film runs."""
    pages: int = 0
    """Of a PDF."""
    poster: str = ""
    """The SHA-256 of the still picture that is shown before a film plays (YouTube's thumbnail)."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A question to the readers, open for so many minutes from the publication on."""

    choices: tuple[str, ...]
    minutes: int = 0
    """0 where the platform told no end."""
    multiple: bool = False
    question: str = ""
    """LinkedIn asks it in words of its own; elsewhere it is the post's text."""


@dataclass(frozen=True, slots=True)
class Article:
    """A link as a card."""

    source: str
    title: str = ""
    description: str = ""
    thumbnail: str = ""
    """The SHA-256 of its picture."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One thing a reader can see on one of the services; its fields are those of `GET /sandbox/posts`."""

    service: str
    account: str
    id: str
    text: str
    """As a reader sees it."""
    raw: Any
    """As received: the decoded request."""
    url: str
    published_at: str
    """ISO 8601, UTC."""
    media: tuple[Picture, ...] = ()
    reply_to: str | None = None
    """The id of the post before it in a thread."""
    idempotency_key: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    """What the page shows beside it: content warning, title, tags …"""
    poll: Poll | None = None
    article: Article | None = None
    privacy: str = "public"
    """`public`, `unlisted` or `private`. What is private nobody sees: `posts` leaves it out, `staged` tells of it."""
    price: int = 0
    """What the platform asked for it, in thousandths of a USD."""

    @classmethod
    def read(cls, body: dict[str, Any]) -> Publication:
        """What `asdict` wrote, also by an older sandbox."""
        media = tuple(Picture(**one) for one in body["media"])
        poll = body.get("poll")
        poll = Poll(**{**poll, "choices": tuple(poll["choices"])}) if poll else None
        article = Article(**body["article"]) if body.get("article") else None
        return cls(**{**body, "media": media, "poll": poll, "article": article})
