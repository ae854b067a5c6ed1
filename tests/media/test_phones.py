"""Pictures as phones write them become JPEGs: upright, without metadata, in their own colours."""

import io
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, features

from handlers.media import Store
from handlers.pictures import BadMedia, take

pillow_heif = pytest.importorskip("pillow_heif", reason="the extra `heic` is not installed")
ROOT = Path(__file__).parents[2]
AVIF = pytest.param(
    "AVIF", marks=pytest.mark.skipif(not features.check("avif"), reason="Pillow without AVIF")
)


def phone(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    if form == "HEIF":
        pillow_heif.from_pillow(image).save(out, quality=95, **options)
    else:
        image.save(out, form, quality=95, **options)
    return out.getvalue()


def corners(image: Image.Image) -> list[str]:
    """Clockwise from the upper left, by name."""
    names = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white"}
    right, bottom = image.width - 6, image.height - 6
    pixels: list[Any] = [image.getpixel(at) for at in ((5, 5), (right, 5), (right, bottom), (5, bottom))]
    return [names[(one[0] > 127, one[1] > 127, one[2] > 127)] for one in pixels]


@pytest.mark.parametrize("form", ["HEIF", AVIF])
def test_a_picture_of_a_phone_becomes_a_clean_jpeg(form: str, made: Any, store: Store) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = made.photo(128, 96)
    data = phone(image, form, exif=made.exif().tobytes(), icc_profile=profile)
    assert b"PhoneMaker" in data
    media = take(data, "IMG_0001.HEIC", "four fields", store)
    kept = Image.open(io.BytesIO(store.read(media.sha256)))
    assert (media.mime, media.name, media.alt) == ("image/jpeg", "IMG_0001.jpg", "four fields")
    assert (media.width, media.height) == kept.size == (128, 96)
    assert media.note.startswith("made a JPEG, ")
    assert corners(kept) == ["red", "green", "white", "blue"]
    assert kept.info["icc_profile"] == profile
    assert dict(kept.getexif()) == {}
    assert b"PhoneMaker" not in store.read(media.sha256)


@pytest.mark.parametrize("form", ["HEIF", AVIF])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_it_is_turned_upright(form: str, orientation: int, made: Any, store: Store) -> None:
    image = made.photo(128, 96)
    undo = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    stored = image.transpose(undo[orientation]) if orientation in undo else image
    media = take(phone(stored, form, exif=made.exif(orientation).tobytes()), "a.heic", "", store)
    assert (media.width, media.height) == (128, 96)
    assert corners(Image.open(io.BytesIO(store.read(media.sha256)))) == ["red", "green", "white", "blue"]


@pytest.mark.parametrize("form", ["HEIF", AVIF])
def test_what_is_transparent_stays_so(form: str, store: Store) -> None:
    media = take(phone(Image.new("RGBA", (64, 64), (255, 0, 0, 0)), form), "logo.heif", "", store)
    assert (media.mime, media.name) == ("image/png", "logo.png")
    kept: Any = Image.open(io.BytesIO(store.read(media.sha256))).getpixel((5, 5))
    assert kept[3] == 0


@pytest.mark.parametrize("form", ["HEIF", AVIF])
def test_a_bomb_is_refused_by_the_size_it_declares(form: str, made: Any, store: Store) -> None:
    data = bytearray(phone(made.photo(128, 96), form))
    at = data.index(b"ispe") + 8
    assert int.from_bytes(data[at : at + 4], "big") == 128
    data[at : at + 8] = (20_000).to_bytes(4, "big") * 2
    with pytest.raises(BadMedia, match=r"20 000 × 20 000 pixels|damaged"):
        take(bytes(data), "bomb.heic", "", store)


def test_junk_that_claims_to_be_huge_inside_is_damaged_and_needs_no_memory(store: Store) -> None:
    """Libheif says “Memory allocation error: Security limit exceeded” of a count that no picture has."""
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), (9, 9, 9))).save(out)
    data = bytearray(out.getvalue())
    at = data.index(b"iinf")
    data[at + 8 : at + 10] = b"\xff\xff"
    with pytest.raises(BadMedia, match=r"“a\.heic” is damaged or incomplete \(cannot be decoded\)"):
        take(bytes(data), "a.heic", "", store)


def test_a_heic_that_is_none_is_refused_in_a_sentence(store: Store) -> None:
    with pytest.raises(BadMedia, match=r"“a\.heic” is damaged or incomplete"):
        take(b"\0\0\0\x18ftypheic" + bytes(500), "a.heic", "", store)


@settings(max_examples=60, deadline=5000)
@given(data=st.data())
def test_broken_ones_never_do_worse_than_a_sentence(
    data: st.DataObject, made: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    broken = bytearray(phone(made.photo(), "HEIF"))
    for _ in range(data.draw(st.integers(1, 5))):
        broken[data.draw(st.integers(12, len(broken) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(broken)))
    with suppress(BadMedia):
        take(bytes(broken[: cut or None]), "a.heic", "", Store(tmp_path_factory.getbasetemp() / "broken"))


def test_without_the_reader_a_sentence_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "pillow_heif.py").write_text("raise ImportError")
    words = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from handlers.media import Store; from handlers.pictures import take, BadMedia\n"
        "try: take(b'\\0\\0\\0\\x18ftypheic' + bytes(500), 'a.heic', '', Store(Path(sys.argv[1])))\n"
        "except BadMedia as told: print(told)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", words, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "“a.heic” is a HEIC picture, and nothing is installed here that reads it: save it as JPEG" in told
    assert "extra `heic`" in told
