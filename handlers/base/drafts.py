"""What goes into a platform, and what it makes of it: a draft, and exactly what will be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.media import Media


@dataclass(frozen=True, slots=True)
class Problem:
    """Something on a draft that people should know; with `error` it cannot be published as it is."""

    text: str
    error: bool = False
    line: int | None = None
    """1-based line of the message it is about, where it is about one."""
    files: bool = False
    """A file is what this platform cannot take: without it the rest could go there."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A question's answers to choose from; the text of the post is the question."""

    choices: tuple[str, ...]
    minutes: int
    """How long it is open."""
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """What may be said of a post beside its text; each platform uses what it has."""

    title: str | None = None
    cw: str | None = None
    """Content warning (Mastodon)."""
    lang: str | None = None
    """ISO 639-1 code."""
    visibility: str | None = None
    """The platform's own word: public, unlisted, private …"""
    link: str | None = None
    thread: bool = True
    """False: a text that is too long is an error instead of a thread."""
    poll: Poll | None = None
    tags: tuple[str, ...] = ()
    """YouTube's tags, beside the hashtags of the text."""
    playlist: str | None = None
    """Name or id of a playlist (YouTube)."""
    category: str | None = None
    """Number or name of a category (YouTube)."""
    licence: str | None = None
    """`youtube` or `creative commons`."""
    made_for_kids: bool | None = None
    """What the author says; None: what the account's section says."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One revision as one platform sees it: its own text or the common one, in Zulip's Markdown.

    `:emoji:` names are already Unicode, links to uploaded files already taken out and listed in `media`.
    """

    text: str
    media: tuple[Media, ...] = ()
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a thread, or the only one: exactly the text that the platform gets."""

    text: str
    length: int
    """In the unit of the platform (see `Outgoing.unit`)."""
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Exactly what one account will publish: shown on the card, stored, and sent unchanged.

    `skipped` says why this platform is left out (YouTube without a video); then there are no parts.
    """

    account: str
    parts: tuple[Part, ...] = ()
    limit: int = 0
    """The most one part may have, in `unit`."""
    unit: str = "characters"
    title: str | None = None
    cw: str | None = None
    lang: str | None = None
    visibility: str | None = None
    link: str | None = None
    poll: Poll | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    """Whatever else this platform sends, by name, to be shown as it is (e.g. `privacy`)."""
    price: int = 0
    """What the platform charges for all of it, in thousandths of a US dollar."""
    problems: tuple[Problem, ...] = ()
    skipped: str | None = None

    @property
    def files(self) -> list[Media]:
        """All its files, part by part."""
        return [one for part in self.parts for one in part.media]
