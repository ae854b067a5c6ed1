"""What LinkedIn takes of pictures, films and documents; judged when a draft is made.

(Images, Videos, Documents and MultiImage API, as of August 2026.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from handlers.bad import quoted, readable_size
from handlers.base import Problem
from handlers.films.limits import CERTAIN, DocumentLimits, FilmLimits, judge, judge_document, uncertain
from handlers.linkedin.errors import TITLE
from handlers.linkedin.uploads import kind_of
from handlers.media import Media, MissingMedia, Store
from handlers.pictures import ONLY_GIF, BadMedia, fit, stills

ALT_LIMIT: Final = 4086
"""Of a picture. LinkedIn names none; other programs cut here (uncertain)."""
PICTURES: Final = 20
PIXELS: Final = 36_152_319
"""Width times height of a picture."""
PICTURE_SIZE: Final = 100 * 1024 * 1024
"""Bytes. LinkedIn names no limit; no picture of so many pixels needs more."""
PICTURE_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/gif"})
GIF_PICTURES: Final = 250
DOCUMENT_TYPES: Final = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    }
)
DOCUMENTS: Final = DocumentLimits(TITLE, max_bytes=100_000_000, max_pages=300, containers=DOCUMENT_TYPES)
FILM: Final = 5 * 1024**3
FILMS: Final = FilmLimits(
    TITLE,
    min_bytes=75 * 1024,
    max_bytes=FILM,
    min_seconds=3,
    max_seconds=30 * 60,
    containers=frozenset({"video/mp4"}),
)
"""3 s to 30 minutes, 75 KB to 500 MB; elsewhere on the same page up to 5 GB."""
SURE_FILM: Final = 500_000_000
"""Bytes up to which both numbers of that page agree."""


def fitted(media: Media, store: Store, problems: list[Problem]) -> Media:
    """A picture within LinkedIn's limits; anything else, and what cannot be made to fit, as it is."""
    if kind_of(media) != "images":
        return media
    try:
        made = fit(media, store, max_bytes=PICTURE_SIZE, max_pixels=PIXELS, mimes=PICTURE_TYPES)
    except (BadMedia, MissingMedia) as error:
        problems.append(Problem(f"{TITLE}: {error}", error=True, files=isinstance(error, BadMedia)))
        return media
    problems += stills(media, made, TITLE, ONLY_GIF)
    return made


def judged(media: tuple[Media, ...]) -> Iterator[Problem]:
    """Everything about a post's files that LinkedIn would refuse, or does not show."""
    kinds = [kind_of(one) for one in media]
    if len(set(kinds)) > 1 or (len(media) > 1 and kinds[0] != "images"):
        told = "LinkedIn takes pictures, or one video, or one document, never together."
        yield Problem(told, error=True, files=True)
    elif len(media) > PICTURES:
        told = f"LinkedIn takes {PICTURES} pictures; the draft has {len(media)}."
        yield Problem(told, error=True, files=True)
    for number, one in enumerate(media, 1):
        yield from _each(number, one)
    mute = [kind for kind in dict.fromkeys(kinds) if kind != "images"]
    if mute:
        yield Problem(
            f"LinkedIn has no alt text for {' and '.join(mute)}: say in the text what is to be seen."
        )


def _each(number: int, media: Media) -> Iterator[Problem]:
    kind = kind_of(media)
    if kind == "documents":
        yield from judge_document(media, DOCUMENTS)
    elif kind == "videos":
        yield from judge(media, FILMS)
        yield from _unsure(media)
    else:
        if media.mime == "image/gif" and media.frames > GIF_PICTURES:
            yield Problem(
                f"LinkedIn: {quoted(media.name)} has {media.frames} pictures, and an animation may have "
                f"{GIF_PICTURES}. Shorten it, or upload it as a video.",
                error=True,
                files=True,
            )
        if len(media.alt) > ALT_LIMIT:
            yield Problem(
                f"LinkedIn: the alt text of picture {number} has {len(media.alt)} of {ALT_LIMIT} characters: shorten it.",
                error=True,
            )


def _unsure(media: Media) -> Iterator[Problem]:
    """What LinkedIn may refuse: its own pages do not agree, or do not say."""
    if SURE_FILM < media.size <= FILM:
        yield Problem(
            f"LinkedIn: {quoted(media.name)} has {readable_size(media.size)}. One place of LinkedIn's own page allows "
            f"{readable_size(SURE_FILM)}, another one 5 GB: it may be refused."
        )
    if strange := uncertain(media):
        yield Problem(
            f"LinkedIn does not say whether it takes {quoted(media.name)} ({strange}). {CERTAIN} is certain."
        )
