"""Pictures made to fit one platform: no more than needed, always the same, and told."""

import io
from typing import Any

import pytest
from PIL import Image, ImageCms

from handlers.media import Media, MissingMedia, Store
from handlers.pictures import BadMedia, fit, take

JPEG, PNG, GIF, WEBP = "image/jpeg", "image/png", "image/gif", "image/webp"
ALL = (JPEG, PNG, GIF, WEBP)
PLENTY = 10_000_000


def opened(store: Store, media: Media) -> Image.Image:
    data = store.read(media.sha256)
    assert len(data) == media.size
    image = Image.open(io.BytesIO(data))
    assert image.size == (media.width, media.height)
    assert Image.MIME[image.format or ""] == media.mime
    return image


def test_what_fits_is_not_touched(made: Any, store: Store) -> None:
    media = take(made.encoded(made.photo(), "JPEG"), "a.jpg", "alt", store)
    assert fit(media, store, max_bytes=PLENTY, max_pixels=64 * 48, max_side=64, mimes=ALL) is media


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_too_many_pixels_are_scaled_to_the_limit_and_told(form: str, made: Any, store: Store) -> None:
    media = take(made.encoded(made.photo(640, 480), form), "a", "alt", store)
    small = fit(media, store, max_bytes=PLENTY, max_side=300, mimes=ALL)
    assert (small.width, small.height, small.mime, small.alt) == (300, 225, media.mime, "alt")
    assert small.note.startswith("scaled to 300 × 225, ")
    opened(store, small).load()
    few = fit(media, store, max_bytes=PLENTY, max_pixels=10_000, mimes=ALL)
    assert 9_000 <= few.width * few.height <= 10_000


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_too_many_bytes_are_compressed_then_scaled(form: str, made: Any, store: Store) -> None:
    media = take(made.encoded(made.noise(400, 300), form, quality=97), "a", "", store)
    for limit in (media.size - 1, 30_000, 5_000):
        small = fit(media, store, max_bytes=limit, mimes=ALL)
        assert small.size <= limit
        assert small.note
        opened(store, small).load()


def test_the_same_picture_and_limits_give_the_same_bytes(made: Any, store: Store) -> None:
    media = take(made.encoded(made.noise(300, 200), "PNG"), "a.png", "", store)
    limits: dict[str, Any] = {"max_bytes": 20_000, "max_side": 250, "mimes": [PNG, JPEG]}
    assert fit(media, store, **limits) == fit(media, store, **limits)


def test_a_format_that_is_not_taken_becomes_one_that_is(made: Any, store: Store) -> None:
    media = take(made.encoded(made.photo(), "WEBP"), "photo.webp", "", store)
    made_new = fit(media, store, max_bytes=PLENTY, mimes=[JPEG, PNG])
    assert (made_new.mime, made_new.name) == (JPEG, "photo.jpg")
    assert "made a JPEG" in made_new.note
    png = take(made.encoded(made.photo(), "PNG"), "photo.png", "", store)
    assert fit(png, store, max_bytes=PLENTY, mimes=[WEBP]).mime == WEBP
    assert fit(png, store, max_bytes=PLENTY, mimes=[GIF]).mime == GIF
    assert fit(media, store, max_bytes=PLENTY, mimes=[PNG]).mime == PNG


def test_transparency_stays_where_it_can_and_turns_white_where_not(made: Any, store: Store) -> None:
    image = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    media = take(made.encoded(image, "PNG"), "logo.png", "", store)
    small = fit(media, store, max_bytes=PLENTY, max_side=100, mimes=[PNG, JPEG])
    assert opened(store, small).convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)
    flat = fit(media, store, max_bytes=PLENTY, mimes=[JPEG])
    assert opened(store, flat).getpixel((0, 0)) == (255, 255, 255)
    assert "transparent parts white" in flat.note


def test_a_palette_with_a_transparent_colour_does_not_turn_black(made: Any, store: Store) -> None:
    image = Image.new("P", (100, 100), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    media = take(made.encoded(image, "PNG", transparency=0), "logo.png", "", store)
    small = fit(media, store, max_bytes=PLENTY, max_side=90, mimes=[PNG])
    pixel: Any = opened(store, small).convert("RGBA").getpixel((0, 0))
    assert pixel[3] == 0


def test_colours_for_printing_become_colours_for_screens(made: Any, store: Store) -> None:
    image = Image.new("CMYK", (200, 100), (0, 255, 255, 0))
    media = take(made.encoded(image, "JPEG"), "print.jpg", "", store)
    small = opened(store, fit(media, store, max_bytes=PLENTY, max_side=100, mimes=[JPEG]))
    pixel: Any = small.getpixel((50, 25))
    assert small.mode == "RGB"
    assert pixel[0] > 200
    assert max(pixel[1:]) < 60


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGB", "RGBA"])
def test_every_kind_of_pixel_can_be_scaled(mode: str, made: Any, store: Store) -> None:
    data = made.encoded(Image.new(mode, (90, 80)), "PNG")
    media = take(data, "a.png", "", store)
    for mime in (PNG, JPEG, WEBP):
        opened(store, fit(media, store, max_bytes=PLENTY, max_side=70, mimes=[mime])).load()


def test_the_colour_profile_stays(made: Any, store: Store) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    media = take(made.encoded(made.photo(), "JPEG", icc_profile=profile), "a.jpg", "", store)
    for mime in (JPEG, PNG, WEBP):
        small = fit(media, store, max_bytes=PLENTY, max_side=40, mimes=[mime])
        assert opened(store, small).info["icc_profile"] == profile


def animation(made: Any) -> bytes:
    frames = [made.noise(120, 100 + number).crop((0, number, 120, 100 + number)) for number in range(4)]
    return bytes(
        made.encoded(
            frames[0], "GIF", save_all=True, append_images=frames[1:], duration=[50, 60, 70, 80], loop=2
        )
    )


def test_an_animation_stays_one_where_it_is_taken(made: Any, store: Store) -> None:
    media = take(animation(made), "a.gif", "", store)
    assert fit(media, store, max_bytes=PLENTY, mimes=ALL) is media
    for small in (
        fit(media, store, max_bytes=PLENTY, max_side=90, mimes=ALL),
        fit(media, store, max_bytes=media.size // 2, mimes=ALL),
    ):
        image: Any = opened(store, small)
        assert (small.mime, image.n_frames, image.info["loop"]) == (GIF, 4, 2)
        durations = []
        for number in range(4):
            image.seek(number)
            durations.append(image.info["duration"])
        assert durations == [50, 60, 70, 80]


def test_of_an_animation_the_first_picture_remains_where_none_is_taken(made: Any, store: Store) -> None:
    media = take(animation(made), "a.gif", "", store)
    still = fit(media, store, max_bytes=PLENTY, mimes=[PNG, JPEG])
    assert still.mime == PNG
    assert "only its first picture" in still.note


def test_films_and_documents_are_never_changed(made: Any, store: Store) -> None:
    film = take(
        made.box(b"ftyp", b"isom") + made.movie(made.track(b"vide", size=(64, 36))), "a.mp4", "", store
    )
    assert fit(film, store, max_bytes=PLENTY, max_side=10, mimes=["video/mp4"]) is film
    with pytest.raises(BadMedia, match=r"“a\.mp4” is an MP4 video, which is not taken here"):
        fit(film, store, max_bytes=PLENTY, mimes=ALL)
    with pytest.raises(BadMedia, match=r"“a\.mp4” has \d+ bytes, and only 10 bytes are allowed"):
        fit(film, store, max_bytes=10, mimes=["video/mp4"])


def test_what_can_never_fit_is_told(made: Any, store: Store) -> None:
    media = take(made.encoded(made.noise(200, 200), "PNG"), "a.png", "", store)
    with pytest.raises(BadMedia, match="only 100 bytes are allowed"):
        fit(media, store, max_bytes=100, mimes=ALL)
    with pytest.raises(BadMedia, match="no picture is taken here"):
        fit(media, store, max_bytes=PLENTY, mimes=["video/mp4"])
    store.path(media.sha256).unlink()
    with pytest.raises(MissingMedia):
        fit(media, store, max_bytes=1000, mimes=ALL)


def moving_webp(made: Any) -> bytes:
    frames = [made.noise(120, 100 + number).crop((0, number, 120, 100 + number)) for number in range(4)]
    return bytes(
        made.encoded(
            frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=[50, 60, 70, 80], loop=2
        )
    )


def test_an_animated_webp_stays_one_where_it_is_taken(made: Any, store: Store) -> None:
    media = take(moving_webp(made), "a.webp", "", store)
    assert (media.frames, media.seconds) == (4, 0.26)
    assert fit(media, store, max_bytes=PLENTY, mimes=[WEBP]) is media
    for small in (
        fit(media, store, max_bytes=PLENTY, max_side=70, mimes=[WEBP]),
        fit(media, store, max_bytes=media.size // 3, mimes=[WEBP]),
    ):
        image = opened(store, small)
        assert (getattr(image, "n_frames", 0), image.info["loop"], small.frames) == (4, 2, 4)
        assert small.seconds == 0.26


@pytest.mark.parametrize("form", ["WEBP", "GIF"])
def test_where_no_animation_is_taken_its_first_picture_goes_and_that_is_told(
    form: str, made: Any, store: Store
) -> None:
    data = moving_webp(made) if form == "WEBP" else animation(made)
    media = take(data, "a", "", store)
    small = fit(media, store, max_bytes=PLENTY, mimes=[JPEG, PNG])
    assert "only its first picture" in small.note
    assert (small.frames, small.seconds) == (0, 0.0)


def test_how_long_an_animation_is_is_known(made: Any, store: Store) -> None:
    media = take(animation(made), "a.gif", "", store)
    assert (media.frames, media.seconds) == (4, 0.26)
    still = take(made.encoded(made.photo(), "GIF"), "a.gif", "", store)
    assert (still.frames, still.seconds) == (0, 0.0)


def test_what_was_made_once_is_not_made_again_after_a_restart(made: Any, store: Store) -> None:
    media = take(made.encoded(made.noise(300, 200), "PNG"), "a.png", "alt", store)
    small = fit(media, store, max_bytes=20_000, mimes=[JPEG])
    store.path(media.sha256).unlink()  # so it cannot be made again
    again = Store(store.root)
    renamed = Media(
        **{**{key: getattr(media, key) for key in media.__slots__}, "name": "b.png", "alt": "new"}
    )
    assert fit(media, again, max_bytes=20_000, mimes=[JPEG]) == small
    known = fit(renamed, again, max_bytes=20_000, mimes=[JPEG])
    assert (known.name, known.alt, known.sha256) == ("b.jpg", "new", small.sha256)
    with pytest.raises(MissingMedia):
        fit(media, again, max_bytes=19_999, mimes=[JPEG])


def test_what_was_made_and_is_gone_is_made_again(made: Any, store: Store) -> None:
    media = take(made.encoded(made.noise(300, 200), "PNG"), "a.png", "alt", store)
    small = fit(media, store, max_bytes=20_000, mimes=[JPEG])
    store.path(small.sha256).write_bytes(b"cut")
    assert fit(media, store, max_bytes=20_000, mimes=[JPEG]) == small
    store.path(small.sha256).unlink()
    assert fit(media, store, max_bytes=20_000, mimes=[JPEG]) == small
    opened(store, small).load()


def test_a_size_that_was_not_known_is_measured(made: Any, store: Store) -> None:
    data = made.encoded(made.photo(200, 100), "PNG")
    media = Media(store.put(data), "a.png", PNG, len(data))
    small = fit(media, store, max_bytes=PLENTY, max_side=100, max_pixels=10_000, mimes=[PNG])
    assert (small.width, small.height) == (100, 50)
    nothing = Media(store.put(b"no picture"), "a.png", PNG, 10)
    with pytest.raises(BadMedia, match="cannot be scaled"):
        fit(nothing, store, max_bytes=PLENTY, max_side=100, mimes=[PNG])


def test_a_profile_for_grey_does_not_go_with_colours(made: Any, store: Store) -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[16:20] = b"GRAY"
    image = Image.new("LA", (200, 100), (100, 50))
    media = take(made.encoded(image, "PNG", icc_profile=bytes(profile)), "a.png", "", store)
    small = opened(store, fit(media, store, max_bytes=PLENTY, max_side=100, mimes=[PNG]))
    assert small.mode == "RGBA"
    assert "icc_profile" not in small.info


def test_a_very_wide_picture_is_scaled_though_a_jpeg_of_it_needs_much_memory(store: Store) -> None:
    out = io.BytesIO()
    Image.new("P", (60_000, 500), 7).save(out, "GIF")
    media = take(out.getvalue(), "wide.gif", "", store)
    made = fit(media, store, max_bytes=2000, max_side=None, mimes=["image/gif", "image/png", "image/jpeg"])
    assert made.width > made.height
    assert made.size <= 2000


def test_an_animation_with_too_many_pixels_is_told_so_and_not_that_its_bytes_are_too_many(
    store: Store,
) -> None:
    out = io.BytesIO()
    frames = [Image.new("P", (3000, 3000), one) for one in range(8)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    media = take(out.getvalue(), "wide.gif", "", store)
    with pytest.raises(BadMedia) as refused:
        fit(media, store, max_bytes=5 << 20, max_side=2900, mimes=["image/gif"])
    assert str(refused.value) == (
        "“wide.gif” has 8 pictures of 2900 × 2900 pixels, more than can be scaled of an animation (60 million pixels "
        "together): make it smaller or shorter and upload it again."
    )
