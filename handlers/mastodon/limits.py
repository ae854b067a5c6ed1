"""What one Mastodon-like server allows, as it tells itself (`/api/v2/instance`, else v1, else Mastodon's defaults)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_FORKS_THAT_FORGET: Final = re.compile(
    r"compatible|takahe|hollo|pleroma|akkoma|misskey|gotosocial", re.IGNORECASE
)
"""Servers that say that they are Mastodon, but do not keep `Idempotency-Key`, or not reliably."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The defaults are those of Mastodon 4.6 (docs.joinmastodon.org/entities/Instance)."""

    characters: int = 500
    """Graphemes of content warning and text together; a link counts `per_url`."""
    per_url: int = 23
    files: int = 4
    alt: int = 1500
    """Characters of an alt text."""
    image_bytes: int = 16_777_216
    image_pixels: int = 33_177_600
    video_bytes: int = 103_809_024
    mimes: frozenset[str] = frozenset()
    """What may be uploaded; empty where the server does not tell."""
    version: str = ""

    @property
    def remembers_keys(self) -> bool:
        """Whether this is Mastodon itself: it answers a repeated `Idempotency-Key` with the first status."""
        found = re.match(r"(\d+)\.\d+", self.version)
        return bool(found and int(found[1]) >= 3) and not _FORKS_THAT_FORGET.search(self.version)  # noqa: PLR2004 - Mastodon 3

    @classmethod
    def read(cls, instance: Any) -> Limits:
        """From the answer of either version of the instance call; what is missing or nonsense is the default."""
        allowed = cls()
        return cls(
            characters=_number(instance, allowed.characters, "configuration", "statuses", "max_characters")
            if _has(instance, "configuration", "statuses", "max_characters")
            else _number(instance, allowed.characters, "max_toot_chars"),
            per_url=_number(
                instance, allowed.per_url, "configuration", "statuses", "characters_reserved_per_url"
            ),
            files=_number(instance, allowed.files, "configuration", "statuses", "max_media_attachments"),
            alt=_number(instance, allowed.alt, *_MEDIA, "description_limit"),
            image_bytes=_number(instance, allowed.image_bytes, *_MEDIA, "image_size_limit"),
            image_pixels=_number(instance, allowed.image_pixels, *_MEDIA, "image_matrix_limit"),
            video_bytes=_number(instance, allowed.video_bytes, *_MEDIA, "video_size_limit", least=0),
            mimes=_mimes(_at(instance, *_MEDIA, "supported_mime_types")),
            version=version if isinstance(version := _at(instance, "version"), str) else "",
        )


_MEDIA: Final = ("configuration", "media_attachments")


def _at(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _has(value: Any, *names: str) -> bool:
    return isinstance(_at(value, *names), int)


def _number(value: Any, default: int, *names: str, least: int = 1) -> int:
    found = _at(value, *names)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= least else default


def _mimes(value: Any) -> frozenset[str]:
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()
