"""PDF documents: pages counted, metadata blanked where it stands, nothing moved."""

import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from handlers import papers
from handlers.media import Store
from handlers.pictures import take

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>Anna Secret</dc:creator></x:xmpmeta>'
INFO = (
    b"<< /Title (Plans \\(secret\\) (of Anna)) /Author <FEFF0041006E006E0061> /Producer 9 0 R\n"
    b"/CreationDate (D:20261122) /Custom (secret) >>"
)


def paper(
    *objects: bytes, info: bytes = INFO, trailer: bytes = b"/Info 5 0 R", version: bytes = b"1.4"
) -> bytes:
    """A small document with two pages."""
    bodies = (
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>\nendobj\n",
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n4 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n",
        b"5 0 obj\n" + info + b"\nendobj\n" if info else b"",
        b"9 0 obj\n(secret program)\nendobj\n" if info else b"",
        *objects,
    )
    return (
        b"%PDF-"
        + version
        + b"\n"
        + b"".join(bodies)
        + b"trailer\n<< /Root 1 0 R "
        + trailer
        + b" >>\n%%EOF\n"
    )


def stream(number: int, said: bytes, data: bytes) -> bytes:
    return b"%d 0 obj\n<< %b /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (number, said, len(data), data)


def kept(data: bytes, store: Store) -> tuple[Any, bytes]:
    media = take(data, "paper.pdf", "", store)
    return media, store.read(media.sha256)


def test_who_wrote_it_is_blanked_and_nothing_moves(store: Store) -> None:
    data = paper(stream(6, b"/Type /Metadata /Subtype /XML", XMP))
    media, out = kept(data, store)
    assert len(out) == len(data)
    assert b"secret" not in out
    assert b"Anna" not in out
    assert b"FEFF" not in out
    assert b"/CreationDate (D:20261122)" in out
    assert [one.start() for one in re.finditer(b"obj", out)] == [
        one.start() for one in re.finditer(b"obj", data)
    ]
    assert (media.frames, media.note) == (2, "")


def test_a_real_document_of_pillow_loses_its_author(tmp_path: Path, store: Store) -> None:
    pages = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "green")]
    path = tmp_path / "slides.pdf"
    pages[0].save(path, save_all=True, append_images=pages[1:], author="Anna Secret", title="Plans")
    media, out = kept(path.read_bytes(), store)
    assert media.frames == 3
    assert b"Anna" not in out
    assert "Anna".encode("utf-16-be") not in out
    assert len(out) == path.stat().st_size


def test_a_string_elsewhere_is_blanked_too(store: Store) -> None:
    assert b"secret program" not in kept(paper(), store)[1]


def test_compressed_xmp_becomes_an_empty_one(store: Store) -> None:
    packed = zlib.compress(XMP * 3)
    data = paper(stream(6, b"/Type /Metadata /Subtype /XML /Filter /FlateDecode", packed))
    media, out = kept(data, store)
    at = out.index(b"stream\n") + 7
    assert zlib.decompressobj().decompress(out[at : at + len(packed)]) == b" "
    assert (len(out), media.note) == (len(data), "")


def test_where_a_photo_was_taken_is_blanked(made: Any, store: Store) -> None:
    photo = made.encoded(made.photo(), "JPEG", exif=made.exif())
    assert b"PhoneMaker" in photo
    data = paper(stream(6, b"/Type /XObject /Subtype /Image /Filter /DCTDecode", photo))
    _, out = kept(data, store)
    assert b"PhoneMaker" not in out
    assert len(out) == len(data)


def test_what_is_inside_compressed_objects_stays_and_is_told(store: Store) -> None:
    inside = b"5 0 2 99 " + INFO + b"<< /Type /Pages /Count 2 >>"
    objects = stream(7, b"/Type /ObjStm /N 2 /First 9 /Filter /FlateDecode", zlib.compress(inside))
    data = b"%PDF-1.5\n" + objects + stream(8, b"/Type /XRef /Info 5 0 R", b"\0") + b"%%EOF"
    media, out = kept(data, store)
    assert out == data
    assert (media.frames, media.note) == (2, papers.LEFT)


def test_a_signed_or_locked_document_is_not_touched(store: Store) -> None:
    signed = paper(b"6 0 obj\n<< /Type /Sig /ByteRange [0 10 20 30] >>\nendobj\n")
    media, out = kept(signed, store)
    assert (out, media.note) == (signed, papers.SIGNED)
    locked = paper(trailer=b"/Info 5 0 R /Encrypt 8 0 R")
    media, out = kept(locked, store)
    assert (out, media.note) == (locked, papers.LEFT)


def test_a_number_that_was_given_to_something_else_is_left_alone(store: Store) -> None:
    font = b"5 0 obj\n<< /Type /Font /Name (kept) >>\nendobj\n"
    assert b"(kept)" in kept(paper(font), store)[1]


def test_a_document_without_metadata_stays_as_it_is(store: Store) -> None:
    data = paper(info=b"", trailer=b"")
    media, out = kept(data, store)
    assert (out, media.note) == (data, "")


@pytest.mark.parametrize(
    "filling", [b"5 0 obj ", b"/Info 5 0 R ", b"<x:xmpmeta>", b"/Type /Pages ", b"(" * 8, b"<<"]
)
def test_a_document_made_to_last_does_not(filling: bytes, store: Store, linear: Callable[..., None]) -> None:
    def made(size: int) -> bytes:
        return paper() + filling * (size // len(filling))

    linear(lambda data: kept(data, store), made(400_000), made(50_000))


@settings(max_examples=150, deadline=2000)
@given(data=st.data())
def test_any_document_keeps_its_length(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    whole = bytearray(
        paper(
            stream(6, b"/Type /Metadata /Filter /FlateDecode", zlib.compress(XMP)),
            stream(7, b"/Type /ObjStm /Filter /FlateDecode", zlib.compress(b"/Type /Pages /Count 9")),
            stream(8, b"/Type /Metadata", XMP),
        )
    )
    for _ in range(data.draw(st.integers(0, 8))):
        at = data.draw(st.integers(5, len(whole) - 1))
        whole[at] = data.draw(st.one_of(st.integers(0, 255), st.sampled_from(list(b"()<>/ 0R"))))
    cut = data.draw(st.integers(5, len(whole)))
    store = Store(tmp_path_factory.getbasetemp() / "papers")
    media = take(bytes(whole[:cut]), "a.pdf", "", store)
    assert media.size == cut == len(store.read(media.sha256))
