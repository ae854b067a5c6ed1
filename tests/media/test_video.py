"""Films: size and duration read, metadata blanked where it stands, pictures and sound untouched."""

from typing import Any

import pytest

from handlers.media import Store
from handlers.pictures import BadMedia, take

FTYP = b"isom\0\0\2\0"


def test_size_and_duration_are_read(made: Any, store: Store) -> None:
    data = made.box(b"ftyp", FTYP) + made.movie(
        made.track(b"soun"), made.track(b"vide", size=(1920, 1080)), seconds=12
    )
    media = take(data, "talk.mp4", "a talk", store)
    assert (media.mime, media.width, media.height, media.alt) == ("video/mp4", 1920, 1080, "a talk")
    assert media.seconds == 12.0
    assert store.read(media.sha256) == data


def test_a_film_taken_upright_is_told_upright(made: Any, store: Store) -> None:
    data = made.box(b"ftyp", b"qt  ") + made.movie(made.track(b"vide", size=(1920, 1080), turned=True))
    media = take(data, "phone.mov", "", store)
    assert (media.mime, media.width, media.height) == ("video/quicktime", 1080, 1920)


def test_an_old_film_without_a_type_is_known(made: Any, store: Store) -> None:
    assert (
        take(made.movie(made.track(b"vide", size=(320, 240))), "old.mov", "", store).mime == "video/quicktime"
    )


def test_where_it_was_taken_is_blanked_and_nothing_moves(made: Any, store: Store) -> None:
    place = b"\xa9xyz +60.1700+024.9400/"
    film = made.movie(
        made.track(b"vide", size=(640, 360), more=made.box(b"udta", place)),
        more=made.box(b"udta", made.box(b"\xa9xyz", place))
        + made.box(b"meta", b"com.apple.location " + place),
    )
    pictures = made.box(b"mdat", b"pictures and sound")
    data = made.box(b"ftyp", FTYP) + film + made.box(b"uuid", b"XMP" + place) + pictures
    kept = store.read(take(data, "film.mp4", "", store).sha256)
    assert b"+60.17" in data
    assert b"+60.17" not in kept
    assert b"apple" not in kept
    assert len(kept) == len(data)
    assert kept.endswith(pictures)
    assert take(kept, "again.mp4", "", store).sha256 == take(data, "film.mp4", "", store).sha256


def test_a_track_of_positions_is_blanked_with_its_samples(made: Any, store: Store) -> None:
    ftyp = made.box(b"ftyp", FTYP)
    samples = b"GPS1GPS2"
    mdat = made.box(b"mdat", b"pictures", samples, b"sound")
    at = len(ftyp) + 8 + len(b"pictures")
    film = made.movie(made.track(b"vide", size=(640, 360)), made.track(b"meta", more=made.positions(at, 4)))
    kept = store.read(take(ftyp + mdat + film, "drone.mp4", "", store).sha256)
    assert b"GPS" not in kept
    assert b"pictures" + bytes(8) + b"sound" in kept
    assert len(kept) == len(ftyp + mdat + film)


@pytest.mark.parametrize("cut", [20, 60, 200])
def test_a_film_that_was_cut_off_is_refused(cut: int, made: Any, store: Store) -> None:
    data = (
        made.box(b"ftyp", FTYP)
        + made.box(b"mdat", bytes(50))
        + made.movie(made.track(b"vide", size=(640, 360)))
    )
    with pytest.raises(BadMedia, match=r"“film\.mp4” is damaged or incomplete"):
        take(data[:cut], "film.mp4", "", store)


@pytest.mark.parametrize(
    "junk", [b"GPS", b"\0\0\0\1GPS secret", b"\0\0\1\0uuidGPS secret", b"\xff" * 40 + b"GPS"]
)
def test_what_stands_behind_a_film_is_blanked_and_no_damage(junk: bytes, made: Any, store: Store) -> None:
    head = made.box(b"ftyp", FTYP) + made.movie(made.track(b"vide", size=(640, 360)))
    whole = head + made.box(b"mdat", bytes(50))
    media = take(whole + junk, "film.mp4", "", store)
    assert store.read(media.sha256) == whole + bytes(len(junk))
    for cut in (head + junk.ljust(8, b"\xff"), whole[:-9], whole + made.box(b"moof", bytes(99))[:-9]):
        with pytest.raises(BadMedia, match="damaged or incomplete"):
            take(cut, "film.mp4", "", store)


def test_a_film_without_pictures_is_refused(made: Any, store: Store) -> None:
    with pytest.raises(BadMedia, match="no pictures in it"):
        take(made.box(b"ftyp", FTYP) + made.movie(made.track(b"soun")), "sound.mp4", "", store)


def test_only_films_have_a_duration(made: Any, store: Store) -> None:
    assert take(made.encoded(made.photo(), "PNG"), "a.png", "", store).seconds == 0.0
