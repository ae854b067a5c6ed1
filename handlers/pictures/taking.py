"""A file from a person becomes `Media`: recognized by its bytes, upright, without metadata, in the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from PIL import JpegImagePlugin

from handlers import papers
from handlers.bad import BadMedia, Damaged, quoted, readable_size
from handlers.films.blanking import blank
from handlers.films.probing import probed
from handlers.films.reading import film
from handlers.known import Known
from handlers.media import CHUNK, Media, Part, Store
from handlers.pictures.cleaning import Clean, clean
from handlers.pictures.decoding import decode, encode, judge_pixels, upright
from handlers.pictures.phones import converted
from handlers.pictures.sniffing import JPEG, LOOK, MOV, MP4, PDF, PHONES, PNG, REFUSED, TAKEN, sniff

MAX_BYTES = 25 * 1024 * 1024
"""Of a picture, which stands in memory while it is cleaned. Zulip's own usual limit for an upload
(`max_file_upload_size_mib`; a server may allow more).
"""
MAX_DOCUMENT_BYTES = 100 * 1024 * 1024
"""LinkedIn takes no larger document, and nobody else takes any."""
MAX_FILM_BYTES = 1024 * 1024 * 1024
"""Of a film; what people can upload at all is Zulip's decision."""
_QUALITY = 95
"""For a JPEG that had to be turned; all others keep their very bytes."""
_FILMS = frozenset({MP4, MOV})
_VERSION = 1
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
    memory whole. A film that came from the same `source` before is not read further than its beginning, which shows
    that it is still given out.
    """
    arriving = iter(pieces)
    head = _beginning(arriving)
    mime = sniff(head)
    if mime not in TAKEN:
        raise BadMedia(f"{quoted(name)} {REFUSED[mime]}")
    known, key = Known(store), ("taken", _VERSION, source, name)
    before = known.find(*key) if source and mime in _FILMS else None
    if before is not None:
        return replace(before, alt=alt)
    with store.part() as part:
        _write(chain([head], arriving), name, _most(mime), part)
        try:
            media = _kept(part, mime, name, store)
        except Damaged as trouble:
            raise BadMedia(
                f"{quoted(name)} is damaged or incomplete ({trouble}): upload it again, or save it anew first.",
            ) from trouble
    if source and mime in _FILMS:
        known.keep(media, *key)
    return replace(media, alt=alt)


def _kept(part: Part, mime: str, name: str, store: Store) -> Media:
    size = part.file.tell()
    if mime in _FILMS:
        known = probed(film(part.file), part.path)
        blank(part.file, known)
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
        )
    if mime == PDF:
        paper = papers.blank(part.file)
        return Media(store.adopt(part), name, mime, size, frames=paper.pages, note=paper.left)
    part.file.seek(0)
    return _picture(part.file.read(), mime, name, store)


def _beginning(pieces: Iterator[bytes]) -> bytes:
    """So much of a file that it can be recognized; all of it if it is shorter."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= LOOK:
            break
    return head


def _write(pieces: Iterable[bytes], name: str, most: int, part: Part) -> None:
    """Write it all down; stop as soon as it is too large for what it is."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise BadMedia(
                f"{quoted(name)} is larger than the {most / _MIB:.0f} MiB that can be taken of "
                f"{'a film' if most == MAX_FILM_BYTES else 'such a file'}. Make it smaller and upload it again.",
            )
        part.file.write(piece)
    part.file.flush()


def _most(mime: str) -> int:
    return MAX_FILM_BYTES if mime in _FILMS else MAX_DOCUMENT_BYTES if mime == PDF else MAX_BYTES


def _picture(data: bytes, mime: str, name: str, store: Store) -> Media:
    note = ""
    if mime in PHONES:
        data, mime = converted(data, mime, name)
        note = f"made a {'PNG' if mime == PNG else 'JPEG'}, {readable_size(len(data))}"
        name = (name.rpartition(".")[0] or name) + (".png" if mime == PNG else ".jpg")
    known = clean(data, mime)
    judge_pixels(name, known.width, known.height)
    if not known.width or not known.height:
        raise Damaged("no size")
    if known.orientation == 1 or known.animated:
        decode(known.data, mime, (known.width // 8, known.height // 8))
        data, size = known.data, (known.width, known.height)
    else:
        data, size = _turned(known, mime)
    return Media(
        sha256=store.put(data),
        name=name,
        mime=mime,
        size=len(data),
        width=size[0],
        height=size[1],
        seconds=known.seconds,
        frames=known.frames if known.animated else 0,
        note=note,
    )


def _turned(known: Clean, mime: str) -> tuple[bytes, tuple[int, int]]:
    image = decode(known.data, mime)
    profile = image.info.get("icc_profile")
    turned = upright(image, known.orientation)
    if mime == JPEG:
        fine = JpegImagePlugin.get_sampling(image) in (0, 1)
        data = encode(turned, mime, profile, quality=_QUALITY, subsampling=0 if fine else 2, optimize=True)
    elif mime == PNG:
        data = encode(turned, mime, profile, compress_level=6)
    else:
        lossless = b"VP8L" in known.data[:64]
        data = encode(turned, mime, profile, lossless=lossless, quality=_QUALITY, exact=True)
    return data, turned.size
