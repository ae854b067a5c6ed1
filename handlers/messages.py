"""From a draft to the messages of a thread, for platforms of short texts with a few pictures or one video."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handlers.base import Draft, Part, Problem
from handlers.counting import graphemes
from handlers.media import Media
from handlers.splitting import split
from handlers.text import plain

Measure = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one message may hold on one platform."""

    title: str
    """The platform's name in sentences."""
    limit: int
    """The most one message may have, by `measure`."""
    measure: Measure
    pictures: int
    """At most so many in one message."""
    alt: int
    """Characters of an alt text."""
    video_bytes: int
    gif_alone: bool = False
    """A GIF takes the place of all pictures, as a video does."""
    mimes: frozenset[str] = frozenset()
    """What may be uploaded; empty: any picture or video."""


def words(draft: Draft) -> str:
    """The text without markup, with the link of the options at its end if it is not in it."""
    text = plain(draft.text)
    link = (draft.options.link or "").strip()
    return f"{text}\n\n{link}".strip() if link and link not in text else text


def messages(
    draft: Draft, media: Sequence[Media], allowed: Allowed
) -> tuple[tuple[Part, ...], list[Problem]]:
    """The parts of the post, with the files on the first, and what stands in its way."""
    text, measure = words(draft), allowed.measure
    problems = _of_files(media, allowed)
    if not text and not media:
        return (), [
            *problems,
            Problem(f"{allowed.title}: there is no text and no picture to post.", error=True),
        ]
    length = measure(text)
    if length <= allowed.limit:
        texts = [text]
    elif not draft.options.thread:
        problems.append(
            Problem(
                f"{allowed.title}: the text has {length} of {allowed.limit} characters. "
                "Shorten it, or leave out `thread: no`.",
                error=True,
            )
        )
        texts = [text]
    else:
        texts = split(text, allowed.limit, measure)
    parts = tuple(
        Part(one, measure(one), tuple(media) if number == 0 else ()) for number, one in enumerate(texts)
    )
    return parts, problems


def _of_files(media: Sequence[Media], allowed: Allowed) -> list[Problem]:
    """Why these files cannot go out together, or one of them at all."""
    found = [problem for one in media for problem in _of_file(one, allowed)]
    alone = [one for one in media if _is_alone(one, allowed)]
    if alone and len(media) > 1:
        found.append(
            Problem(
                f"{allowed.title} shows “{alone[0].name}” only alone. Leave out the other files there.",
                error=True,
            )
        )
    elif len(media) > allowed.pictures:
        found.append(
            Problem(
                f"{allowed.title} takes {allowed.pictures} pictures, not {len(media)}. Leave some out there.",
                error=True,
            )
        )
    return found


def _is_alone(one: Media, allowed: Allowed) -> bool:
    return one.mime.startswith(("video/", "audio/")) or (allowed.gif_alone and one.mime == "image/gif")


def _of_file(one: Media, allowed: Allowed) -> list[Problem]:
    found = []
    known = one.mime in allowed.mimes if allowed.mimes else one.mime.startswith(("image/", "video/"))
    if not known:
        found.append(
            Problem(
                f"{allowed.title} takes no file like “{one.name}” ({one.mime}). Leave it out there.",
                error=True,
            )
        )
    elif one.mime.startswith("video/") and one.size > allowed.video_bytes:
        found.append(
            Problem(
                f"{allowed.title} takes videos of at most {allowed.video_bytes // 1_000_000} MB; "
                f"“{one.name}” has {-(-one.size // 1_000_000)} MB.",
                error=True,
            )
        )
    if (length := graphemes(one.alt)) > allowed.alt:
        found.append(
            Problem(
                f"{allowed.title}: the alt text of “{one.name}” has {length} of {allowed.alt} characters. Shorten it.",
                error=True,
            )
        )
    return found
