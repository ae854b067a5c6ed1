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
from handlers.pictures import BadMedia, take

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
        + b" >>\nstartxref\n9\n%%EOF\n"
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
    data = b"%PDF-1.5\n" + objects + stream(8, b"/Type /XRef /Info 5 0 R", b"\0") + b"startxref 9"
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


IDENTITY = b"a054a50fbcffdd5e361ca5dda07c93b9"
LOCKS = {  # as qpdf writes them, with an owner's password, and without and with one to open it
    2: (
        b"/V 1 /Length 40 /P -16",
        ("c92422687facee686e373f10b5c7d04738053152f7e2ee30e11c69ec442576ab", "ec792d9dd82e10e23a676ccbe5864cd984bacad2bfc15f513f9947261125c123"),
        ("92fe0f4454ad4c9644693f33c07cb54f587dce1e2682fe9ecea6107a1ef630dd", "89dfdf4ee81340ea1faf0723bb5d15271fc233279c8f03005823007939e11921"),
    ),
    3: (
        b"/V 2 /Length 128 /P -3080",
        ("566fa873ee33c797cd3b904fdadf814afa34df9a38f6ed41b984e2c6da2aa6f5", "2f0c937c95658e682907bf21f2adb0ab0021446990b9e4114071a4d9104984c1"),
        ("0db5855fc5326569e765906caf64e4429a4c20d6e996fdef963e9b5080f9e083", "c0ea234881d1a16161849ce779a756350021446990b9e4114071a4d9104984c1"),
    ),
    5: (
        b"/V 5 /Length 256 /P -3080",
        ("00", "b2212139414b96a6a3dedceb64dcc6d7919b84af8e0a741f53c332dfc86297bd161208b951e35977e8f8fa9d3cef2ab0"),
        ("00", "4bd446231493de9c0ffb9f363a1a9e0af762302014472d3c944400e689e0d5ced9531d3201210a5bb740937db5054848"),
    ),
    6: (
        b"/V 5 /Length 256 /P -3080",
        ("00", "4b1d0d76ebcae4eea8478b733c2cef5d6d03f99815509958b4d9283907458940afbd8cd675e261f72583280d79f34e03"),
        ("00", "2262acac5fbbd8ba54b6cf852d1ef5b9a90314dc24422a1cf745dcf04a842713f80986bfad36e88c6a899c097e925ecf"),
    ),
}  # fmt: skip
LOCKS[4] = (b"/V 4 /CF << /StdCF << /CFM /AESV2 /Length 16 >> >> /P 4294964216", *LOCKS[3][1:])


def literal(digits: str) -> bytes:
    """A string in brackets, with all that must be escaped in one."""
    return b"(" + re.sub(rb"([()\\\\\r])", lambda one: b"\\%03o" % one[1][0], bytes.fromhex(digits)) + b")"


def locked(revision: int, *, reader: bool, written: Callable[[str], bytes]) -> bytes:
    said, *strings = LOCKS[revision]
    owner, user = strings[reader]
    lock = b"/Filter /Standard /R %d %b /O %b /U %b" % (revision, said, written(owner), written(user))
    trailer = b"/Info 5 0 R /ID [<%b><%b>] /Encrypt 8 0 R" % (IDENTITY, IDENTITY)
    return paper(b"8 0 obj\n<< " + lock + b" >>\nendobj\n", trailer=trailer)


@pytest.mark.parametrize("written", [lambda one: b"<" + one.encode() + b">", literal], ids=["hex", "literal"])
@pytest.mark.parametrize("revision", sorted(LOCKS))
def test_a_document_that_only_forbids_printing_is_taken_and_one_that_needs_a_password_is_not(
    revision: int, written: Callable[[str], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "paper.pdf"
    for reader in (False, True):
        data = locked(revision, reader=reader, written=written)
        path.write_bytes(data)
        with path.open("r+b") as file:
            assert papers.blank(file) == papers.Paper(pages=2, left=papers.LEFT, locked=reader)
        assert path.read_bytes() == data


def test_the_lock_may_stand_in_the_trailer_and_be_somebodys_own(store: Store) -> None:
    with pytest.raises(BadMedia, match="needs a password"):
        kept(paper(trailer=b"/Info 5 0 R /Encrypt << /Filter /Adobe.PubSec /V 4 >>"), store)


def test_a_shared_document_that_needs_a_password_is_refused(store: Store) -> None:
    path = Path(__file__).parents[3] / "shared" / "data" / "media" / "locked.pdf"
    if not path.is_file():
        pytest.skip("the shared files are not beside this checkout (../shared)")
    with pytest.raises(
        BadMedia, match=r"“paper\.pdf” needs a password to be opened, which readers do not have"
    ):
        kept(path.read_bytes(), store)


@pytest.mark.parametrize("end", [b"", b"%%EOF", b"startxref\n0\n%%EOF\n5 0 obj", b"startxref"])
def test_a_document_without_an_end_is_told(end: bytes, tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(paper().partition(b"startxref")[0] + end)
    with path.open("r+b") as file:
        assert papers.blank(file).note == papers.CUT


def test_a_number_that_was_given_to_something_else_is_left_alone(store: Store) -> None:
    font = b"5 0 obj\n<< /Type /Font /Name (kept) >>\nendobj\n"
    assert b"(kept)" in kept(paper(font), store)[1]


def test_a_document_without_metadata_stays_as_it_is(store: Store) -> None:
    data = paper(info=b"", trailer=b"")
    media, out = kept(data, store)
    assert (out, media.note) == (data, "")


@pytest.mark.parametrize(
    "filling",
    [
        b"5 0 obj ",
        b"/Info 5 0 R ",
        b"<x:xmpmeta>",
        b"/Type /Pages ",
        b"(" * 8,
        b"<<",
        b"/Encrypt 5 0 R ",
        b"/Encrypt << /ID [(\\",
        b"/Encrypt << /O (",
    ],
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
