"""A file from a person becomes `Media`: recognized by its bytes, upright, without metadata, in the store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from handlers import workers
from handlers.bad import BadMedia, Damaged, quoted
from handlers.films.probing import probed
from handlers.films.reading import Film
from handlers.known import Known
from handlers.media import CHUNK, Media, Part, Store
from handlers.pictures.sniffing import LOOK, MOV, MP4, PDF, REFUSED, SUFFIXES, TAKEN, sniff
from handlers.workers import Limits, facts

MAX_BYTES = 25 * 1024 * 1024
"""Of a picture, which stands in memory while it is cleaned. Zulip's own usual limit for an upload
(`max_file_upload_size_mib`; a server may allow more).
"""
MAX_DOCUMENT_BYTES = 100 * 1024 * 1024
"""LinkedIn takes no larger document, and nobody else takes any."""
MAX_FILM_BYTES = 1024 * 1024 * 1024
"""Of a film; what people can upload at all is Zulip's decision."""
_FILMS = frozenset({MP4, MOV})
_VERSION = 3
"""Changes whenever more is blanked in films, or more is told of them."""
_MIB = 1024 * 1024


def take(data: bytes, name: str, alt: str, store: Store) -> Media:
    """Keep a file that is in memory already; see `take_pieces`."""
    return take_pieces((data[at : at + CHUNK] for at in range(0, len(data), CHUNK)), name, alt, store)


def take_pieces(pieces: Iterable[bytes], name: str, alt: str, store: Store, *, source: str = "") -> Media:
    """Keep a file, clean, in the store, as it arrives. Raises `BadMedia` with a sentence for who uploaded it.

    JPEG, PNG, GIF and WebP lose their metadata (position, camera, names, previews) and are turned upright; colour
    profile and pixels stay, without new compression unless a picture had to be turned; HEIC and AVIF become JPEG.
    Metadata of films and documents is blanked in place; what is known of a film is told, and what had to stay in a
    document (`note`). The declared size is judged before anything is decoded. A film or a document never stands in
    memory whole. A file that came from the same `source` before is not read further than its beginning, which shows
    that it is still given out: an edit of a draft fetches what is new in it alone.
    """
    arriving = iter(pieces)
    head = _beginning(arriving)
    mime = sniff(head)
    if mime not in TAKEN:
        raise BadMedia(f"{quoted(name)} {REFUSED[mime]}")
    known, key = Known(store), ("taken", _VERSION, source, name)
    before = known.find(*key) if source else None
    if before is not None:
        return replace(before, alt=alt)
    with store.part() as part:
        sha256 = _write(chain([head], arriving), name, _most(mime), part)
        try:
            media = _kept(part, sha256, mime, name, store)
        except Damaged as trouble:
            raise BadMedia(
                f"{quoted(name)} is damaged or incomplete ({trouble}): upload it again, or save it anew first.",
            ) from trouble
    if source:
        known.keep(media, *key)
    return replace(media, alt=alt)


def _kept(part: Part, sha256: str, mime: str, name: str, store: Store) -> Media:
    """What a child makes of the file that was written."""
    run = _film if mime in _FILMS else _document if mime == PDF else _picture
    return workers.attempt(store, "take", sha256, name, lambda: run(part, mime, name, store))


def _film(part: Part, mime: str, name: str, store: Store) -> Media:
    size = part.size
    limits = Limits(output=size, cpu_s=60)
    told = workers.work("film", {}, name=name, source=part.path, change=True, limits=limits)
    known = probed(Film(**facts(told, "width", "height", "seconds", "fps", "codecs", "unusual")), part.path)
    return Media(
        sha256=store.adopt(part),
        name=name,
        mime=mime,
        size=size,
        width=known.width,
        height=known.height,
        seconds=known.seconds,
        codecs=known.codecs,
        fps=known.fps,
        unusual=known.unusual,
    )


def _document(part: Part, mime: str, name: str, store: Store) -> Media:
    size = part.size
    limits = Limits(output=size, mapped=size)
    told = workers.work("document", {}, name=name, source=part.path, change=True, limits=limits)
    if told.get("locked"):
        raise BadMedia(
            f"{quoted(name)} needs a password to be opened, which readers do not have: save it without one and upload it again."
        )
    return Media(store.adopt(part), name, mime, size, **facts(told, "frames", "note"))


def _picture(part: Part, mime: str, name: str, store: Store) -> Media:
    with store.part() as made:
        asked = {"mime": mime, "name": name}
        told = workers.work("picture", asked, name=name, source=part.path, out=made.path, limits=Limits())
        known = facts(told, "mime", "width", "height", "seconds", "frames", "note")
        if known["mime"] not in SUFFIXES:
            raise Damaged("no picture")
        if known["mime"] != mime:
            name = (name.rpartition(".")[0] or name) + SUFFIXES[known["mime"]]
        size = made.size
        return Media(sha256=store.adopt(made), name=name, size=size, **known)


def _beginning(pieces: Iterator[bytes]) -> bytes:
    """So much of a file that it can be recognized; all of it if it is shorter."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= LOOK:
            break
    return head


def _write(pieces: Iterable[bytes], name: str, most: int, part: Part) -> str:
    """Write it all down, and return its SHA-256; stop as soon as it is too large for what it is."""
    size, digest = 0, hashlib.sha256()
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise BadMedia(
                f"{quoted(name)} is larger than the {most / _MIB:.0f} MiB that can be taken of "
                f"{'a film' if most == MAX_FILM_BYTES else 'such a file'}. Make it smaller and upload it again.",
            )
        part.file.write(piece)
        digest.update(piece)
    part.file.flush()
    return digest.hexdigest()


def _most(mime: str) -> int:
    return MAX_FILM_BYTES if mime in _FILMS else MAX_DOCUMENT_BYTES if mime == PDF else MAX_BYTES
