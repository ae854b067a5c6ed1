"""From a draft to the messages of a thread, for platforms of short texts with a few pictures or one video."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handlers.base import Draft, Part, Problem
from handlers.counting import graphemes
from handlers.media import Media, MissingMedia, Store
from handlers.pictures import ONLY_GIF, BadMedia, fit, stills
from handlers.splitting import THREAD_BREAK, split
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
    picture_bytes: int
    gif_bytes: int
    video_bytes: int
    alt: int
    """Characters of an alt text."""
    mimes: frozenset[str]
    """What may be uploaded."""
    picture_pixels: int | None = None
    """Width times height."""
    picture_side: int | None = None
    """Pixels of the longer side."""
    no_twins: bool = False
    """The platform refuses a text that it has already, so that equal parts of a thread must be numbered."""
    gif_alone: bool = False
    """A GIF takes the place of all pictures, as a video does."""

    def bytes_for(self, mime: str) -> int:
        """The most a file of this kind may have."""
        if mime.startswith(("video/", "audio/")):
            return self.video_bytes
        return self.gif_bytes if mime == "image/gif" else self.picture_bytes


def words(draft: Draft) -> str:
    """The text without markup, with the link of the options at its end if it is not in it."""
    text = plain(draft.text)
    link = (draft.options.link or "").strip()
    return f"{text}\n\n{link}".strip() if link and link not in text else text


def messages(draft: Draft, allowed: Allowed, store: Store) -> tuple[tuple[Part, ...], list[Problem]]:
    """The parts of the post, with the files on the first, and what stands in its way.

    Pictures that are too large are scaled; the same draft always gives the same parts.
    """
    media, problems = _fitted(draft.media, allowed, store)
    text, measure = words(draft), allowed.measure
    problems += _of_files(media, allowed)
    if not text and not media:
        return (), [
            *problems,
            Problem(f"{allowed.title}: there is no text and no picture to post.", error=True),
        ]
    length, is_thread = measure(text), draft.options.thread
    if length <= allowed.limit and not (is_thread and THREAD_BREAK.search(text)):
        texts = [
            THREAD_BREAK.sub("\n\n", text)
        ]  # the break is no text, and Mastodon shows it as one empty line
    elif not is_thread:
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
        if allowed.no_twins and len(set(texts)) < len(texts):
            texts = split(text, allowed.limit, measure, numbered=True)
    parts = tuple(
        Part(one, measure(one), tuple(media) if number == 0 else ()) for number, one in enumerate(texts)
    )
    return parts, problems


def _fitted(
    files: Sequence[Media], allowed: Allowed, store: Store
) -> tuple[tuple[Media, ...], list[Problem]]:
    """The files within the platform's limits, and why some cannot be."""
    found, problems = [], []
    for one in files:
        try:
            if one.mime.startswith("image/") and not one.width * one.height:
                raise BadMedia(f"the size of “{one.name}” is not known: upload it again.")
            made = fit(
                one,
                store,
                max_bytes=allowed.bytes_for(one.mime),
                max_pixels=allowed.picture_pixels,
                max_side=allowed.picture_side,
                mimes=allowed.mimes,
            )
        except (BadMedia, MissingMedia) as error:
            no_way = isinstance(error, BadMedia)
            problems.append(Problem(f"{allowed.title}: {error}", error=True, files=no_way))
            made = one
        found.append(made)
        problems += stills(one, made, allowed.title, ONLY_GIF)
    return tuple(found), problems


def _of_files(media: Sequence[Media], allowed: Allowed) -> list[Problem]:
    """Why these files cannot go out together, or one of them at all."""
    found = [problem for one in media for problem in _of_alt(one, allowed)]
    alone = [one for one in media if _is_alone(one, allowed)]
    if alone and len(media) > 1:
        found.append(
            Problem(
                f"{allowed.title} shows “{alone[0].name}” only alone. Leave out the other files there.",
                error=True,
                files=True,
            )
        )
    elif len(media) > allowed.pictures:
        found.append(
            Problem(
                f"{allowed.title} takes {allowed.pictures} pictures, not {len(media)}. Leave some out there.",
                error=True,
                files=True,
            )
        )
    return found


def _is_alone(one: Media, allowed: Allowed) -> bool:
    return one.mime.startswith(("video/", "audio/")) or (allowed.gif_alone and one.mime == "image/gif")


def _of_alt(one: Media, allowed: Allowed) -> list[Problem]:
    length = graphemes(one.alt)
    if length <= allowed.alt:
        return []
    told = (
        f"{allowed.title}: the alt text of “{one.name}” has {length} of {allowed.alt} characters. Shorten it."
    )
    return [Problem(told, error=True)]
