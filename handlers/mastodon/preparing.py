"""A draft as it would go out on one Mastodon-like server: pure, by the limits last known."""

from __future__ import annotations

import re
from typing import Final

from handlers.base import Draft, Outgoing, Problem
from handlers.counting import graphemes, mastodon_length
from handlers.mastodon.limits import Limits
from handlers.media import Store
from handlers.messages import Allowed, messages

VISIBILITIES: Final = ("public", "unlisted", "private", "direct")
"""Mastodon's own words (docs.joinmastodon.org/methods/statuses)."""
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
MIMES: Final = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm", "video/quicktime"}
)
"""What Mastodon takes, for servers that do not tell."""
ROOM: Final = 40
"""Characters that a content warning must leave for the text of each part."""


def prepare(
    draft: Draft, *, account: str, limits: Limits, visibility: str, language: str | None, store: Store
) -> Outgoing:
    """What exactly would go out; what a person wrote wrong becomes a problem, never an exception."""
    problems: list[Problem] = []
    cw = " ".join((draft.options.cw or "").split()) or None
    room = limits.characters - graphemes(cw or "")
    if room < min(ROOM, limits.characters):
        problems.append(
            Problem(
                f"Mastodon counts the content warning with the text, and it leaves no room ({limits.characters} "
                "characters in all). Shorten it.",
                error=True,
            )
        )
        room = limits.characters
    allowed = Allowed(
        title="Mastodon",
        limit=room,
        measure=lambda text: mastodon_length(text, limits.per_url),
        pictures=limits.files,
        picture_bytes=limits.image_bytes,
        gif_bytes=limits.image_bytes,
        video_bytes=limits.video_bytes,
        alt=limits.alt,
        mimes=limits.mimes or MIMES,
        picture_pixels=limits.image_pixels,
    )
    parts, more = messages(draft, allowed, store)
    return Outgoing(
        account,
        parts,
        limit=room,
        cw=cw,
        lang=_language(draft.options.lang, language, problems),
        visibility=_visibility(draft.options.visibility, visibility, problems),
        problems=(*problems, *more),
    )


def _visibility(wanted: str | None, default: str, problems: list[Problem]) -> str:
    found = (wanted or default).strip().lower()
    if found not in VISIBILITIES:
        known = ", ".join(VISIBILITIES)
        problems.append(Problem(f"Mastodon knows no visibility “{found}”, only {known}.", error=True))
        return default
    if found == "direct":
        problems.append(
            Problem("With `visibility: direct` only people mentioned in the text will see the post.")
        )
    return found


def _language(wanted: str | None, default: str | None, problems: list[Problem]) -> str | None:
    found = (wanted or "").strip() or default
    if found is not None and not LANGUAGE.fullmatch(found):
        problems.append(
            Problem(f"“{found}” is no language code. Write it as in `lang: en` or `lang: fi`.", error=True)
        )
        return default
    return found
