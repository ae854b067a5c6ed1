"""A picture made to fit one platform: changed no more than its limits demand, and always in the same way.

The work is done in a child process (`making`); here is decided whether there is any, and remembered what came of it.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from importlib.metadata import version

from handlers import workers
from handlers.bad import BadMedia, Damaged, quoted
from handlers.known import Known
from handlers.media import Media, Store
from handlers.pictures.bounds import Bounds, too_large
from handlers.pictures.sniffing import KINDS, SUFFIXES
from handlers.workers import Limits, facts

_VERSION = f"1, Pillow {version('pillow')}"
"""Changes whenever the same file and limits may give other bytes."""


def fit(
    media: Media,
    store: Store,
    *,
    max_bytes: int,
    max_pixels: int | None = None,
    max_side: int | None = None,
    mimes: Collection[str],
) -> Media:
    """The same file within a platform's limits: bytes, width × height, the longer side, formats.

    What fits comes back as it is. Otherwise it is scaled or compressed as far as needed, which `note` tells; the
    same file and limits always give the same bytes. Raises `BadMedia` when that cannot be done, `MissingMedia`.
    """
    bounds = Bounds(max_bytes, max_pixels, max_side, frozenset(mimes))
    if media.mime not in SUFFIXES:
        return _as_it_is(media, bounds)
    try:
        media = _measured(media, store)
        fits = media.mime in bounds.mimes and media.size <= max_bytes
        if fits and bounds.scale(media.width, media.height) == 1.0:
            return media
        known, key = Known(store), ("fit", _VERSION, media.sha256, *bounds.key)
        made = known.find(*key) or known.keep(_made(media, store, bounds), *key)
    except Damaged as trouble:
        raise BadMedia(f"{quoted(media.name)} cannot be scaled ({trouble}): upload it again.") from trouble
    return replace(made, name=_named(media, made.mime), alt=media.alt)


def _measured(media: Media, store: Store) -> Media:
    """The same with its width and height, where they were not known."""
    if media.width and media.height:
        return media
    with closing(store.open(media.sha256)):
        told = workers.work(
            "measure", {"mime": media.mime}, name=media.name, source=store.path(media.sha256), limits=Limits()
        )
    return replace(media, **facts(told, "width", "height"))


def _named(media: Media, mime: str) -> str:
    if mime == media.mime:
        return media.name
    return (media.name.rpartition(".")[0] or media.name) + SUFFIXES[mime]


def _as_it_is(media: Media, bounds: Bounds) -> Media:
    """Films and documents are never changed."""
    if media.mime not in bounds.mimes:
        raise BadMedia(
            f"{quoted(media.name)} is {KINDS.get(media.mime, media.mime)}, which is not taken here."
        )
    if media.size > bounds.bytes:
        raise too_large(media.name, media.size, bounds)
    return media


def _made(media: Media, store: Store, bounds: Bounds) -> Media:
    with closing(store.open(media.sha256)):  # its bytes are compared with its name
        source = store.path(media.sha256)

    def run() -> Media:
        asked = {
            "name": media.name,
            "mime": media.mime,
            "size": (media.width, media.height),
            "bounds": bounds.told,
        }
        with store.part() as part:
            told = workers.work("fit", asked, name=media.name, source=source, out=part.path, limits=Limits())
            known = facts(told, "mime", "width", "height", "note")
            if known["mime"] not in SUFFIXES:
                raise Damaged("no picture")
            size = part.size
            return replace(
                media,
                sha256=store.adopt(part),
                size=size,
                frames=0 if told.get("still") else facts(told, "frames")["frames"] or media.frames,
                seconds=0.0 if told.get("still") else media.seconds,
                **known,
            )

    return workers.attempt(store, "fit", media.sha256, media.name, run)
