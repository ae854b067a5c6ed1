"""A draft as it would go out on one Mastodon-like server: pure, by the limits last known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from handlers import languages
from handlers.base import Draft, Outgoing, Part, Poll, Problem
from handlers.counting import graphemes
from handlers.films.limits import FilmLimits, as_it_is, judge
from handlers.mastodon import polls
from handlers.mastodon.limits import Limits
from handlers.mastodon.settings import VISIBILITIES
from handlers.media import Media, Store
from handlers.messages import Allowed, messages

MIMES: Final = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/webm", "video/quicktime"}
)
"""What Mastodon takes, for servers that do not tell."""
ROOM: Final = 40
"""Characters that a content warning must leave for the text of each part."""


def prepare(
    draft: Draft,
    *,
    account: str,
    who: str,
    limits: Limits,
    visibility: str,
    language: str | None,
    store: Store,
    sensitive: bool = False,
) -> Outgoing:
    """What exactly would go out; what a person wrote wrong becomes a problem, never an exception.

    `who` is the account in sentences; `sensitive`: its own setting hides the files of every post.
    """
    problems: list[Problem] = []
    cw = " ".join((draft.options.cw or "").split()) or None
    allowed = _allowed(who, limits, _room(cw, who, limits, problems))
    parts, more = messages(draft, allowed, store)
    media = [one for part in parts for one in part.media]
    if sensitive and media and not cw:
        problems.append(
            Problem(f"{who} hides the pictures or videos behind a click: so the account is set there.")
        )
    poll = _poll(draft.options.poll, who, limits, parts, problems)
    return Outgoing(
        account,
        parts,
        limit=allowed.limit,
        cw=cw,
        lang=_language(draft.options.lang, language, problems),
        visibility=_visibility(draft.options.visibility, visibility, problems),
        poll=poll,
        problems=(*problems, *more, *_of_media(media, who, limits)),
    )


def _room(cw: str | None, who: str, limits: Limits, problems: list[Problem]) -> int:
    """Characters that are left for the text."""
    room = limits.characters - limits.warning(cw or "")
    if room >= min(ROOM, limits.characters):
        return room
    told = (
        f"{who} counts the content warning with the text, and it leaves no room ({limits.characters} "
        "characters in all). Shorten it."
    )
    problems.append(Problem(told, error=True))
    return limits.characters


def _allowed(who: str, limits: Limits, room: int) -> Allowed:
    return Allowed(
        title=who,
        limit=room,
        measure=limits.length,
        pictures=limits.files,
        picture_bytes=limits.image_bytes,
        gif_bytes=limits.image_bytes,
        video_bytes=limits.video_bytes,
        alt=limits.alt,
        mimes=limits.mimes or MIMES,
        picture_pixels=limits.image_pixels,
    )


def _of_media(media: list[Media], who: str, limits: Limits) -> Iterator[Problem]:
    """What `messages` does not look at: a film's size in pixels and its speed, and how servers count alt texts."""
    film = FilmLimits(who, max_pixels=limits.video_pixels, max_fps=limits.video_fps)
    for one in media:
        yield from judge(one, film)
        if limits.version and not limits.remembers_keys:
            # Mastodon itself makes H.264 of 4:2:0 of whatever else it gets (lib/paperclip/transcoder.rb)
            yield from as_it_is(one, who)
        if graphemes(one.alt) <= limits.alt < len(one.alt):
            told = f"the alt text of “{one.name}” has {len(one.alt)} of {limits.alt} characters, as servers count."
            yield Problem(f"{who}: {told} Shorten it.", error=True)


def _poll(
    wanted: Poll | None, who: str, limits: Limits, parts: tuple[Part, ...], problems: list[Problem]
) -> Poll | None:
    if wanted is None:
        return None
    poll = polls.readable(wanted)
    files = sum(len(part.media) for part in parts)
    problems += polls.judge(poll, limits, who, parts=len(parts), files=files)
    return poll


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
    written = (wanted or "").strip()
    found = languages.code_of(written) if written else default
    if found is None and written:
        problems.append(Problem(languages.unknown(written), error=True))
    return found or default
