"""Servers that speak Mastodon's API and are not Mastodon: what they do otherwise, as measured in November 2026.

Measured with the bot's own requests on Takahē 0.11.0, Hollo 0.10.0 and GoToSocial 0.20; their answers in words are as
in their source (api/views of Takahē, src/api of Hollo, internal/processing/status/common.go of GoToSocial).

Takahē 0.11: forgets keys, leaves followers-only posts out of an account's own timeline, tells no app. It counts every
    character of the text and not the content warning, gives attachments in another order, keeps no language, posts at
    top level what answers an unknown post, takes no films, breaks at a code that it does not know, and wants the scope
    `read` to tell as whom.
Hollo 0.10: reads a text as Markdown (`2*3*4`, `1986. A year`, a single line break), holds nobody to its length, refuses
    a `status` that is empty, breaks at an unknown parent; requests with one key that come together make a post each.
GoToSocial 0.20: forgets keys, counts code points of text and content warning, decodes what people wrote as `&amp;`, takes
    HTML's tags out of alt texts, shows a poll's answers as HTML, and does not tell which app a token is of.
snac 2.73: never reads a key (read in its source), and says first of all that it is Mastodon 4.0.0.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

_TAG: Final = re.compile(r"<[^<>]*>")
_PAGE: Final = "<!DOCTYPE html><html><head><title>Internal Error</title></head></html>"
_STILLS: Final = tuple(f"image/{one}" for one in ("jpeg", "png", "gif", "heic", "heif", "webp", "avif"))
_FILMS: Final = tuple(f"video/{one}" for one in ("webm", "mp4", "quicktime", "ogg"))

Said = tuple[int, Any]
"""A status and what is said with it: a text is sent as a page, all else as JSON."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a server allows, as its instance tells it; the defaults are Mastodon's."""

    characters: int = 500
    per_url: int = 23
    files: int = 4
    alt: int | None = 10_000
    """None: it does not tell."""
    image_bytes: int = 16_777_216
    image_pixels: int = 33_177_600
    video_bytes: int = 103_809_024
    video_pixels: int = 8_294_400
    mimes: tuple[str, ...] = (*_STILLS, *_FILMS)
    """It looks into the bytes, and leaves out audio."""
    options: int = 4
    option_characters: int = 50
    poll_s: tuple[int, int] = (300, 2_629_746)


REFUSALS: Final[Mapping[str, Said | None]] = {
    "long": (422, {"error": "Validation failed: Text character limit of {most} exceeded"}),
    "empty": (422, {"error": "Validation failed: Text can't be blank"}),
    "media": (422, {"error": "Media {ids} not found or already attached to another post"}),
    "parent": (404, {"error": "The post you are trying to reply to does not appear to exist."}),
    "scope": (403, {"error": "This action is outside the authorized scopes"}),
    "limit": (429, {"error": "Too many requests"}),
    "film": None,
    "token": None,
    "code": None,
    "old-code": None,
}
"""What Mastodon says when it refuses; None: what all of them say, or nothing is refused."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of server."""

    name: str
    version: str
    """As its instance tells it."""
    source: str = "https://github.com/mastodon/mastodon"
    """Where its code is, as its instance tells it; empty: it does not."""
    room: Room = field(default_factory=Room)
    says: Mapping[str, Said | None] = field(default_factory=dict)
    """What it answers otherwise than Mastodon, by the names of `REFUSALS`; None: it refuses nothing."""
    keys: bool = True
    """Whether it answers a repeated `Idempotency-Key` with the first status."""
    keys_after: timedelta = timedelta()
    """So long after the first request a key is known: of those that come together each makes a status."""
    hides: frozenset[str] = frozenset()
    """Visibilities that an account's own timeline leaves out."""
    tells_apps: bool = True
    """Whether it tells the author which app made a status."""
    tells_own_app: bool = True
    """Whether it tells which app a token is of."""
    tells_languages: bool = True
    marks_sensitive: bool = True
    """Whether the account's default marks a status that says nothing of it."""
    known: bool = True
    """Whether it tells how one signs in (RFC 8414)."""
    who: tuple[str, ...] = ("profile", "read:accounts")
    """Scopes of which one is needed to be told as whom."""
    limits: str = "all"
    """Which rate limits it tells: `all`, `one`, or `none`."""
    empty_text: bool = True
    """Whether a `status` that is there may be empty, where there are files."""
    markdown: bool = False
    """Whether it reads a text as Markdown."""
    counts: str = "graphemes"
    """What is counted: `graphemes` as Mastodon does, `text` (its characters alone), or `all` (of text and warning)."""
    stores: Callable[[str], str] = str
    """What it makes of a text before it is kept."""
    titles: Callable[[str], str] = str
    """What it makes of a poll's answer."""
    alts: Callable[[str], str] = str
    """What it makes of an alt text."""
    orders: Callable[[list[str]], list[str]] = list
    """In which order it gives the attachments of a status."""

    @property
    def knows_apps(self) -> bool:
        """Whether what another app made can be told from one's own."""
        return self.tells_apps and self.tells_own_app

    def refusal(self, what: str, **words: object) -> Said | None:
        """What it answers; see `REFUSALS`."""
        said = self.says.get(what, REFUSALS[what])
        if said is None or isinstance(said[1], str):
            return said
        return said[0], {key: value.format(**words) for key, value in said[1].items()}


def _untagged(text: str) -> str:
    return _TAG.sub("", text)


def _swapped(ids: list[str]) -> list[str]:
    """48, 49, 50 came as 49, 48, 50."""
    return [*ids[1::-1], *ids[2:]]


MASTODON: Final = Dialect("mastodon", "4.6.4")
TAKAHE: Final = Dialect(
    "takahe",
    "takahe/0.11.0",
    "https://github.com/jointakahe/takahe",
    Room(
        alt=None,
        image_bytes=10_485_760,
        image_pixels=4_000_000,
        video_bytes=0,
        video_pixels=4_000_000,
        mimes=tuple(f"image/{one}" for one in ("apng", "avif", "gif", "jpeg", "png", "webp")),
    ),
    {
        "long": (400, {"error": "Status is too long"}),
        "empty": (400, {"error": "Status is empty"}),
        "media": (404, _PAGE),
        "parent": None,
        "scope": (403, {"error": "out_of_scope_for_token"}),
        "film": (500, _PAGE),
        "token": (400, "Invalid Bearer token"),
        "code": (500, _PAGE),
        "old-code": (401, {"error": "access_denied"}),
    },
    keys=False,
    hides=frozenset({"private", "direct"}),
    tells_apps=False,
    tells_languages=False,
    marks_sensitive=False,
    known=False,
    who=("read",),
    limits="none",
    counts="text",
    orders=_swapped,
)
HOLLO: Final = Dialect(
    "hollo",
    "0.10.0",
    "https://github.com/fedify-dev/hollo",
    Room(
        characters=10_000,
        per_url=256,
        files=8,
        alt=None,
        image_bytes=33_554_432,
        image_pixels=16_777_216,
        video_bytes=134_217_728,
        video_pixels=16_777_216,
        mimes=("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm"),
        options=10,
        option_characters=100,
        poll_s=(300, 1_209_600),
    ),
    {
        "long": None,
        "empty": (422, {"error": "invalid_request"}),
        "media": (422, {"error": "Media not found"}),
        "parent": (500, "Internal Server Error"),
        "scope": (403, {"error": "insufficient_scope"}),
        "token": (401, {"error": "invalid_token"}),
    },
    keys_after=timedelta(seconds=1),
    marks_sensitive=False,
    limits="none",
    empty_text=False,
    markdown=True,
)
GOTOSOCIAL: Final = Dialect(
    "gotosocial",
    "0.20.0+git-0000000",
    "https://codeberg.org/superseriousbusiness/gotosocial",
    Room(
        characters=5_000,
        per_url=25,
        files=6,
        alt=1_500,
        image_bytes=41_943_040,
        image_pixels=16_777_216,
        video_bytes=41_943_040,
        video_pixels=16_777_216,
        options=6,
    ),
    {
        "long": (400, {"error": "Bad Request: text with spoiler exceed max chars ({most})"}),
        "empty": (400, {"error": "Bad Request: status contains no text, media or poll"}),
        "media": (400, {"error": "Bad Request: media not found: {ids}"}),
        "parent": (404, {"error": "Not Found: target status not found"}),
        "scope": (403, {"error": "Forbidden: token has insufficient scope permission"}),
        "token": (401, {"error": "Unauthorized: the access token is invalid"}),
        "limit": (429, {"error": "rate limit reached"}),
    },
    keys=False,
    tells_own_app=False,
    marks_sensitive=False,
    known=False,
    limits="one",
    counts="all",
    stores=html.unescape,
    titles=html.escape,
    alts=_untagged,
)
STRANGER: Final = replace(HOLLO, name="stranger", version="0.9.0", source="")
"""A server that nobody knows, which reads Markdown: as a fork of Hollo might tell itself."""
SNAC: Final = Dialect("snac", "4.0.0 (not true; really snac/2.73)", "", keys=False, tells_apps=False)

VOICES: Final = {one.name: one for one in (MASTODON, TAKAHE, HOLLO, GOTOSOCIAL)}
"""The servers that people are told the bot works with, by name."""
