"""What one Mastodon-like server allows, as it tells itself (`/api/v2/instance`, else v1, else Mastodon's defaults).

Measured in November 2026: Mastodon 4.6.4, Takahē 0.11.0, Hollo 0.10.0, GoToSocial 0.20. Forks leave out what they like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from handlers.counting import graphemes, mastodon_length

_MASTODON: Final = re.compile(
    r"(?P<major>\d+)\.\d+\.\d+(-?(alpha|beta|rc|nightly)[\w.-]*)?(\+(glitch|hometown|pr-)[\w.+-]*)?", re.ASCII
)
"""How Mastodon and the forks of its code write their version. Others put a name behind theirs, or behind a made-up one
(`4.0.0 (not true; really snac/2.73)`), and do not keep `Idempotency-Key`, or not reliably.
"""
_SOURCES: Final = re.compile(r".*/(mastodon|hometown)/?", re.IGNORECASE)
"""Where the code of these is; who changes it most often keeps the name."""
_OTHERS: Final = ("takahe", "hollo", "gotosocial")
"""What is in the version of the first, and in the address of the code of all three."""


@dataclass(frozen=True, slots=True)
class PollLimits:
    """`configuration.polls`; the defaults are those of Mastodon 4.6."""

    choices: int = 4
    characters: int = 50
    """Graphemes of one choice."""
    shortest: int = 300
    longest: int = 2_629_746
    """Seconds that a poll may be open."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The defaults are those of Mastodon 4.6 (docs.joinmastodon.org/entities/Instance)."""

    characters: int = 500
    """The most that text and content warning may have, by `length` and `warning`."""
    per_url: int = 23
    files: int = 4
    alt: int = 1500
    """Characters of an alt text: 1500 where the server does not tell; 4.6.4 tells 10000."""
    image_bytes: int = 16_777_216
    image_pixels: int = 33_177_600
    video_bytes: int = 103_809_024
    video_pixels: int = 8_294_400
    video_fps: int = 120
    mimes: frozenset[str] = frozenset()
    """What may be uploaded; empty where the server does not tell."""
    polls: PollLimits = field(default_factory=PollLimits)
    version: str = ""
    source: str = ""
    """Where the server says that its code is; empty where it does not tell."""

    @property
    def remembers_keys(self) -> bool:
        """Whether this is Mastodon itself or a fork of its code: it answers a repeated `Idempotency-Key` with the first
        status. Of no other server that is believed.
        """
        found = _MASTODON.fullmatch(self.version)
        known = not self.source or _SOURCES.fullmatch(self.source) is not None
        return found is not None and known and int(found["major"]) >= 3  # noqa: PLR2004 - Mastodon 3

    @property
    def software(self) -> str:
        """Which kind of server this is: `mastodon` (with forks of its code), `takahe`, `hollo`, `gotosocial`, or nothing
        that is known.
        """
        if self.remembers_keys:
            return "mastodon"
        told = f"{self.version} {self.source}".lower()
        return next((one for one in _OTHERS if one in told), "")

    @property
    def rewrites(self) -> bool:
        """Whether what is read back may differ from what was sent: GoToSocial decodes, and Hollo makes markup of what is not
        escaped. Mastodon and Takahē do not (measured); of others nobody knows.
        """
        return self.software not in {"mastodon", "takahe"}

    @property
    def markdown(self) -> bool:
        """Whether every text is read as Markdown (measured)."""
        return self.software == "hollo"

    @property
    def marks_sensitive(self) -> bool:
        """Whether the account's setting marks a post that says nothing of it: not on Takahē, Hollo and GoToSocial, where a
        request that says nothing says no (read in their source).
        """
        return self.software not in _OTHERS

    def length(self, text: str) -> int:
        """A text as that server counts it. Takahē and GoToSocial count every code point, links and handles whole
        (measured); of a server that is not known the larger number is safe.
        """
        if self.software in {"takahe", "gotosocial"}:
            return len(text)
        counted = mastodon_length(text, self.per_url)
        return max(counted, len(text)) if self._strange else counted

    def plain(self, text: str) -> int:
        """What a content warning or a poll's answer counts, in which there are no links."""
        return len(text) if self._strange or self.software == "gotosocial" else graphemes(text)

    def warning(self, text: str) -> int:
        """What a content warning takes of the room for the text; nothing on Takahē (measured)."""
        return 0 if self.software == "takahe" else self.plain(text)

    @property
    def _strange(self) -> bool:
        """A server told what it is, and it is none of those that were measured."""
        return bool(self.version) and not self.software

    @classmethod
    def read(cls, instance: Any) -> Limits:
        """From the answer of either version of the instance call; what is missing or nonsense is the default."""
        allowed = cls()
        characters = _number(instance, 0, *_STATUSES, "max_characters")
        return cls(
            characters=characters or _number(instance, allowed.characters, "max_toot_chars"),
            per_url=_number(instance, allowed.per_url, *_STATUSES, "characters_reserved_per_url"),
            files=_number(instance, allowed.files, *_STATUSES, "max_media_attachments"),
            alt=_number(instance, allowed.alt, *_MEDIA, "description_limit"),
            image_bytes=_number(instance, allowed.image_bytes, *_MEDIA, "image_size_limit"),
            image_pixels=_number(instance, allowed.image_pixels, *_MEDIA, "image_matrix_limit"),
            video_bytes=_number(instance, allowed.video_bytes, *_MEDIA, "video_size_limit", least=0),
            video_pixels=_number(instance, allowed.video_pixels, *_MEDIA, "video_matrix_limit"),
            video_fps=_number(instance, allowed.video_fps, *_MEDIA, "video_frame_rate_limit"),
            mimes=_mimes(_at(instance, *_MEDIA, "supported_mime_types")),
            polls=PollLimits(
                choices=_number(instance, allowed.polls.choices, *_POLLS, "max_options", least=2),
                characters=_number(instance, allowed.polls.characters, *_POLLS, "max_characters_per_option"),
                shortest=_number(instance, allowed.polls.shortest, *_POLLS, "min_expiration"),
                longest=_number(instance, allowed.polls.longest, *_POLLS, "max_expiration"),
            ),
            version=_text(instance, "version"),
            source=_text(instance, "source_url"),
        )


_STATUSES: Final = ("configuration", "statuses")
_MEDIA: Final = ("configuration", "media_attachments")
_POLLS: Final = ("configuration", "polls")


def _at(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _number(value: Any, default: int, *names: str, least: int = 1) -> int:
    found = _at(value, *names)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= least else default


def _text(value: Any, name: str) -> str:
    found = _at(value, name)
    return found if isinstance(found, str) else ""


def _mimes(value: Any) -> frozenset[str]:
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()
