"""Files from people: recognized by their bytes, upright, without metadata, and refused in plain words."""

import io
import struct
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from handlers.media import Store
from handlers.pictures import MAX_BYTES, BadMedia, take

SECRETS = (b"PhoneMaker", b"60.16", b"secret", b"Exif", b"xmpmeta", b"8BIM", b"GPS")
PNG = b"\x89PNG\r\n\x1a\n"


def opened(store: Store, sha256: str) -> Image.Image:
    image = Image.open(io.BytesIO(store.read(sha256)))
    image.load()
    return image


def corners(image: Image.Image) -> list[str]:
    """The colours of the corners, clockwise from the upper left, by name."""
    rgb, names = image.convert("RGB"), {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue"}
    right, bottom = image.width - 3, image.height - 3
    found = []
    for place in ((2, 2), (right, 2), (right, bottom), (2, bottom)):
        pixel: Any = rgb.getpixel(place)
        found.append(names.get(tuple(round(value / 256) for value in pixel), "white"))
    return found


def stuffed_jpeg(made: Any, orientation: int = 1) -> bytes:
    """A JPEG with all that phones and programs put into one."""
    data = made.encoded(
        made.photo(), "JPEG", exif=made.exif(orientation), comment=b"secret", quality=90, progressive=True
    )
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta GPS>"
    iptc = b"Photoshop 3.0\x008BIM secret"
    pieces = b"".join(
        struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body for mark, body in ((0xE1, xmp), (0xED, iptc))
    )
    return bytes(data[:2] + pieces + data[2:] + b"a short film with its GPS secret")


@pytest.mark.parametrize(
    "form, mime", [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("GIF", "image/gif"), ("WEBP", "image/webp")]
)
def test_a_picture_is_recognized_by_its_bytes(form: str, mime: str, made: Any, store: Store) -> None:
    media = take(made.encoded(made.photo(), form), "whatever.txt", "four fields", store)
    assert (media.mime, media.width, media.height, media.alt) == (mime, 64, 48, "four fields")
    assert (media.name, media.note) == ("whatever.txt", "")
    assert media.size == len(store.read(media.sha256))


def test_all_metadata_of_a_jpeg_goes_and_no_pixel_changes(made: Any, store: Store) -> None:
    data = stuffed_jpeg(made)
    media = take(data, "photo.jpg", "", store)
    kept = store.read(media.sha256)
    assert [secret for secret in SECRETS if secret in kept] == []
    assert dict(opened(store, media.sha256).getexif()) == {}
    assert opened(store, media.sha256).tobytes() == Image.open(io.BytesIO(data)).tobytes()


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_jpeg_is_turned_upright(orientation: int, made: Any, store: Store) -> None:
    upright = made.photo()
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]  # fmt: skip
    for form in ("JPEG", "PNG", "WEBP"):
        data = made.encoded(upright.transpose(undo), form, exif=made.exif(orientation))
        media = take(data, "photo", "", store)
        assert (media.width, media.height) == (64, 48)
        assert corners(opened(store, media.sha256)) == ["red", "green", "white", "blue"]
        assert b"PhoneMaker" not in store.read(media.sha256)


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_colour_profile_stays(form: str, orientation: int, made: Any, store: Store) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = made.encoded(made.photo(), form, icc_profile=profile, exif=made.exif(orientation))
    media = take(data, "photo", "", store)
    assert opened(store, media.sha256).info["icc_profile"] == profile


def without_adobe(data: bytes) -> bytes:
    at = data.index(b"\xff\xee")
    return data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]


def as_ycck(data: bytes) -> bytes:
    at = data.index(b"Adobe") + 11
    return data[:at] + b"\x02" + data[at + 1 :]


@pytest.mark.parametrize(
    "change, profile",
    [(bytes, None), (without_adobe, None), (as_ycck, None), (bytes, b"no profile at all")],
    ids=["Adobe", "no Adobe", "YCCK", "a broken profile"],
)
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_printers_colours_become_those_of_screens_and_it_is_told(
    change: Any, profile: bytes | None, orientation: int, made: Any, store: Store
) -> None:
    paper = made.photo().convert("CMYK")
    data = change(made.encoded(paper, "JPEG", quality=95, icc_profile=profile, exif=made.exif(orientation)))
    assert Image.open(io.BytesIO(data)).mode == "CMYK"
    media = take(data, "poster.jpg", "", store)
    image = opened(store, media.sha256)
    assert (image.mode, media.mime, "icc_profile" in image.info) == ("RGB", "image/jpeg", False)
    assert media.note == "made RGB of a printer's colours (CMYK)"
    assert (media.width, media.height) == image.size == ((64, 48) if orientation == 1 else (48, 64))
    if change is not as_ycck:
        assert set(corners(image)) == {"red", "green", "blue", "white"}


@pytest.mark.parametrize("mode", ["I;16", "LA", "L", "1", "P", "RGBA"])
def test_a_picture_in_the_colours_of_screens_keeps_its_very_bytes(mode: str, made: Any, store: Store) -> None:
    data = made.encoded(Image.new(mode, (20, 10)), "PNG")
    media = take(data, "a.png", "", store)
    assert (store.read(media.sha256), media.note) == (data, "")


def test_of_an_avif_that_moves_the_first_picture_is_taken_and_told(made: Any, store: Store) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    data = made.encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:], duration=100)
    media = take(data, "dance.avif", "", store)
    assert (media.mime, media.name) == ("image/jpeg", "dance.jpg")
    assert media.note.startswith("made a JPEG, only its first picture, ")


def test_texts_of_a_png_go_and_its_transparency_stays(made: Any, store: Store) -> None:
    image = Image.new("RGBA", (20, 10), (255, 0, 0, 128))
    data = made.encoded(image, "PNG")
    pieces = (
        made.chunk(b"tEXt", b"Comment\0secret"),
        made.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta>"),
        made.chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"secret")),
        made.chunk(b"prVt", b"secret"),
    )
    head = len(PNG) + 25
    media = take(data[:head] + b"".join(pieces) + data[head:] + b"secret behind the end", "a.png", "", store)
    assert store.read(media.sha256) == data
    assert opened(store, media.sha256).getpixel((0, 0)) == (255, 0, 0, 128)


def test_an_animated_gif_keeps_its_pictures_but_no_comment(made: Any, store: Store) -> None:
    frames = [Image.new("P", (10, 10), number) for number in range(3)]
    for number, frame in enumerate(frames):
        frame.putpalette([number * 80] * 768)
    data = made.encoded(
        frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0, duration=70, comment=b"secret"
    )
    media = take(data, "a.gif", "", store)
    image = Image.open(io.BytesIO(store.read(media.sha256)))
    assert (getattr(image, "n_frames", 0), image.info["loop"], image.info["duration"]) == (3, 0, 70)
    assert b"secret" in data
    assert b"secret" not in store.read(media.sha256)


def test_metadata_of_a_webp_goes(made: Any, store: Store) -> None:
    data = made.encoded(made.photo(), "WEBP", exif=made.exif(), xmp=b"<x:xmpmeta>", lossless=True)
    media = take(data, "a.webp", "", store)
    kept = store.read(media.sha256)
    assert [secret for secret in SECRETS if secret in kept] == []
    assert opened(store, media.sha256).tobytes() == Image.open(io.BytesIO(data)).tobytes()


def test_a_pdf_is_kept_as_it_is(store: Store) -> None:
    media = take(b"%PDF-1.7 ...", "paper.pdf", "", store)
    assert (media.mime, store.read(media.sha256)) == ("application/pdf", b"%PDF-1.7 ...")


def bomb(made: Any) -> bytes:
    size = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return bytes(PNG + made.chunk(b"IHDR", size) + made.chunk(b"IDAT", b"") + made.chunk(b"IEND", b""))


@pytest.mark.parametrize(
    "data, sentence",
    [
        (b"just words\n" * 50, "“x.png” is a text file, not a picture: upload the picture itself"),
        ("Grüße, 日本".encode() * 900, "is a text file"),
        ("Grüße".encode("utf-16"), "is a text file"),
        (b"", "“x.png” is empty"),
        (b"<?xml version='1.0'?><svg/>", "is an SVG drawing"),
        (b"\0\0\0\x18ftypM4A ", "is a sound file"),
        (b"\x1a\x45\xdf\xa3webm", "is a WebM"),
        (b"PK\x03\x04docx", "is a ZIP archive"),
        (b"II*\0tiff", "is a TIFF picture"),
        (b"BM\0\0\xff\xff", "is a BMP picture"),
        (bytes(range(256)), "is of a kind that is not known here"),
        (PNG + b"rubbish", "is damaged or incomplete"),
        (b"\xff\xd8\xff\xe0", "is damaged or incomplete"),
        (b"GIF89a", "is damaged or incomplete"),
        (b"RIFF\xff\xff\0\0WEBPVP8 ", "is damaged or incomplete"),
        (b"\xff\xd8\xff" + bytes(MAX_BYTES), "is larger than the 25 MiB that can be taken of such a file"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_in_a_sentence(data: bytes, sentence: str, store: Store) -> None:
    with pytest.raises(BadMedia) as refused:
        take(data, "x.png", "", store)
    assert sentence in str(refused.value)


def test_a_picture_that_would_burst_the_memory_is_refused_before_it_is_decoded(
    made: Any, store: Store
) -> None:
    with pytest.raises(BadMedia, match="20 000 × 20 000 pixels, more than can be handled"):
        take(bomb(made), "huge.png", "", store)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_was_cut_off_is_refused(form: str, made: Any, store: Store) -> None:
    data = made.encoded(made.noise(64, 64), form)
    with pytest.raises(BadMedia, match="damaged or incomplete"):
        take(data[: len(data) // 2], "x", "", store)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_broken_bytes_never_do_worse_than_a_sentence(
    data: st.DataObject, made: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = Store(tmp_path_factory.getbasetemp() / "broken")
    form = data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "MP4"]))
    film = made.movie(made.track(b"vide", size=(640, 360)), made.track(b"meta", more=made.positions(20, 4)))
    whole = made.box(b"ftyp", b"isom") + film if form == "MP4" else made.encoded(made.photo(), form)
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(broken)))
    with suppress(BadMedia):
        assert store.read(take(bytes(broken[: cut or None]), "x", "", store).sha256)


def declared(made: Any, form: str, width: int, height: int) -> bytes:
    """A picture that says it is so large, and a colour that is all of it: a few bytes."""
    if form == "WEBP":  # lossless: size in 14 bits each, then four colours of one value
        bits = (width - 1) | (height - 1) << 14
        body = (
            b"\x2f" + struct.pack("<I", bits) + bytes.fromhex("10 01 00 00 00 00 00 00 00".replace(" ", ""))
        )
        chunk = b"VP8L" + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
        return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return bytes(PNG + made.chunk(b"IHDR", size) + made.chunk(b"IDAT", b"") + made.chunk(b"IEND", b""))


@pytest.mark.parametrize(
    "form, width, height, sentence",
    [
        ("WEBP", 8900, 8900, "8 900 × 8 900 pixels, more than can be handled of a WebP picture (12.6 million)"),
        ("WEBP", 4200, 3100, "or save it as JPEG"),
        ("PNG", 6100, 6000, "more than can be handled of a PNG picture (36.2 million): make it smaller"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_in_a_childs_memory_is_refused_by_its_header(
    form: str, width: int, height: int, sentence: str, made: Any, store: Store
) -> None:
    data = declared(made, form, width, height)
    assert len(data) < 100
    with pytest.raises(BadMedia) as refused:
        take(data, "x", "", store)
    assert sentence in str(refused.value)


def test_a_photo_of_fifty_million_pixels_is_turned_reduced_and_told(made: Any, store: Store) -> None:
    data = made.encoded(Image.new("RGB", (8200, 6100), "red"), "JPEG", exif=made.exif(6))
    media = take(data, "photo.jpg", "", store)
    assert (media.width, media.height) == (3050, 4100)
    assert media.note == "scaled to 3050 × 4100"


def test_a_large_photo_is_made_to_fit_from_a_half(made: Any, store: Store) -> None:
    data = made.encoded(Image.new("RGB", (10_000, 7_900), "red"), "JPEG")
    media = take(data, "photo.jpg", "", store)
    assert (media.width, media.height, store.read(media.sha256)) == (10_000, 7_900, data)
    from handlers.pictures import fit

    small = fit(media, store, max_bytes=100_000_000, max_pixels=36_152_319, mimes=["image/jpeg"])
    assert (small.width, small.height) == (5000, 3950)
    assert "scaled to 5000 × 3950" in small.note
