"""What a film's header tells: duration, rate, codecs; and what must not go out with it."""

import io
import json
import stat
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.bad import Damaged
from handlers.films.blanking import blank
from handlers.films.probing import probed
from handlers.films.reading import Film, film

FTYP = b"isom\0\0\2\0"
ONE = 0x10000


def box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, *bodies: bytes, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", flags), *bodies)


def numbers(*those: int) -> bytes:
    return struct.pack(f">{len(those)}I", *those)


def entry(letters: bytes, *more: bytes, sound: bool = False) -> bytes:
    """A track's description: 78 bytes for pictures, 28 for sound, then boxes."""
    return box(letters, bytes(28 if sound else 78), *more)


def esds(kind: int) -> bytes:
    decoder = bytes([4, 15, kind, 0x15]) + bytes(11)
    return full(b"esds", bytes([3, 0x80, 0x80, 3 + len(decoder)]), bytes(3), decoder)


def track(
    kind: bytes,
    described: bytes,
    *,
    number: int = 1,
    size: tuple[int, int] = (640, 360),
    scale: int = 600,
    lasts: int = 0,
    stts: tuple[int, ...] = (),
    at: tuple[int, ...] = (),
    sizes: tuple[int, ...] = (),
    compact: bool = False,
) -> bytes:
    """A track with one sample per chunk at the places `at`."""
    matrix = struct.pack(">9i", ONE, 0, 0, 0, ONE, 0, 0, 0, 0x40000000)
    tkhd = full(b"tkhd", numbers(0, 0, number), bytes(24), matrix, numbers(size[0] << 16, size[1] << 16))
    lengths = full(b"stsz", numbers(0, len(sizes), *sizes))
    if compact:
        lengths = full(b"stz2", numbers(8, len(sizes)), bytes(sizes))
    tables = box(
        b"stbl",
        full(b"stsd", numbers(1), described),
        full(b"stts", numbers(len(stts) // 2, *stts)),
        full(b"stsc", numbers(1, 1, 1, 1)),
        lengths,
        full(b"stco", numbers(len(at), *at)),
    )
    mdia = (full(b"mdhd", numbers(0, 0, scale, lasts, 0)), full(b"hdlr", bytes(4), kind, bytes(13)))
    return box(b"trak", tkhd, box(b"mdia", *mdia, box(b"minf", tables)))


def movie(*inside: bytes, scale: int = 600, ticks: int = 0) -> bytes:
    return box(b"moov", full(b"mvhd", numbers(0, 0, scale, ticks), bytes(80)), *inside)


def look(data: bytes) -> Film:
    return film(io.BytesIO(data))


def blanked(data: bytes) -> bytes:
    file = io.BytesIO(data)
    blank(file, film(file))
    return file.getvalue()


SEEN = track(b"vide", entry(b"avc1"), stts=(90, 20), lasts=1800)


@pytest.mark.parametrize(
    "letters, more, told",
    [
        (b"avc1", b"", "h264"),
        (b"hvc1", b"", "hevc"),
        (b"av01", b"", "av1"),
        (b"vp09", b"", "vp9"),
        (b"apcn", b"", "prores"),
        (b"mp4v", esds(0x20), "mpeg4"),
        (b"encv", box(b"sinf", box(b"frma", b"avc1")), "h264"),
        (b"XyZ9", b"", "xyz9"),
    ],
)
def test_the_codec_of_the_pictures_has_ffprobes_name(letters: bytes, more: bytes, told: str) -> None:
    found = look(box(b"ftyp", FTYP) + movie(track(b"vide", entry(letters, more))))
    assert found.codecs == (told,)


@pytest.mark.parametrize(
    "letters, more, told",
    [
        (b"mp4a", esds(0x40), "aac"),
        (b"mp4a", esds(0x6B), "mp3"),
        (b"mp4a", box(b"wave", esds(0x40)), "aac"),
        (b"mp4a", b"", "aac"),
        (b"Opus", b"", "opus"),
        (b"ac-3", b"", "ac3"),
        (b"sowt", b"", "pcm_s16le"),
        (b".mp3", b"", "mp3"),
    ],
)
def test_the_codec_of_the_sound_stands_behind_it(letters: bytes, more: bytes, told: str) -> None:
    heard = track(b"soun", entry(letters, more, sound=True), size=(0, 0))
    assert look(movie(heard, SEEN)).codecs == ("h264", told)


H420 = "0164000cffe1001a6764000cacd941419f9f011000000300100000030320f1429960"


@pytest.mark.parametrize(
    "kind, record, told",
    [  # as x264 and x265 wrote them
        (b"avcC", H420, ()),
        (b"avcC", "0142c00cffe100196742c00cd901419f9f011000000300100000030320f142a480", ()),
        (b"avcC", "01f4000cffe1001967f4000c919b282833f1b808800000030080000019078a14cb", ("yuv444p",)),
        (b"avcC", "017a000cffe1001a677a000cbcd941419f8dc044000003000400000300c83c50a658", ("yuv422p",)),
        (b"avcC", "016e000cffe1001a676e000ca6cd941419f9f011000003000100000300320f142996", ("yuv420p10",)),
        (b"avcC", "017a000cffe1001a677a000cb6cd941419f8dc0440000003004000000c83c50a6580", ("yuv422p10",)),
        (b"avcC", "0164000cffe100196764000cf36505067e37016c800000030080000019078a14cb", ("gray",)),
        (b"avcC", "01640015ffe1001967640015acd941433f260220000003002000000643e28532c0", ("interlaced",)),
        (
            b"avcC",
            "01f4000cffe1001867f4000caeb202833f3e0220000003002000000641e28549",
            ("a profile above High",),
        ),
        (b"hvcC", "0101600000009000000000003cf000fcfdf8f800000f04", ()),
        (b"hvcC", "0102200000009000000000003cf000fcfdfafa00000f04", ("yuv420p10",)),
        (b"hvcC", "0104080000009e08000000003cf000fcfff8f800000f04", ("yuv444p",)),
        (b"hvcC", "0101600000005000000000003cf000fcfdf8f800000f04", ("interlaced",)),
        (b"hvcC", "010160000000d000000000003cf000fcfdf8f800000f04", ()),
        (b"fiel", "0209", ("interlaced",)),
        (b"fiel", "0100", ()),
        (b"pasp", "0000001000000010", ()),
        (b"pasp", "0000001000000009", ("oblong pixels",)),
        (b"avcC", H420[:20], ()),
        (b"avcC", "", ()),
        (b"hvcC", "01", ()),
    ],
)
def test_how_unusually_its_pictures_are_written_is_told(
    kind: bytes, record: str, told: tuple[str, ...]
) -> None:
    described = entry(b"avc1" if kind == b"avcC" else b"hvc1", box(kind, bytes.fromhex(record)))
    assert look(movie(track(b"vide", described, stts=(90, 20)))).unusual == told


@pytest.mark.parametrize("table", ["1" * 16, "000010001"], ids=["whole", "ended early"])
@pytest.mark.parametrize("order", ["11", "01001101111", "011"], ids=["0", "1", "2"])
@pytest.mark.parametrize("whole_pictures", ["0", "1"])
def test_what_stands_behind_tables_is_found(table: str, order: str, whole_pictures: str) -> None:
    """10 bit, with tables of its own for how coarse it is, and each way of telling the order of pictures."""
    bits = f"1 010 011 011 0 1 1 {table} 0000000 1 {order} 1 0 1 1 {whole_pictures} 1".replace(" ", "")
    said = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    parameters = b"\x67\x6e\0\x0c" + said
    record = b"\1\x6e\0\x0c\xff\xe1" + struct.pack(">H", len(parameters)) + parameters
    found = look(movie(track(b"vide", entry(b"avc1", box(b"avcC", record)), stts=(90, 20))))
    assert found.unusual == ("yuv420p10", "interlaced")[: 2 - int(whole_pictures)]


@pytest.mark.parametrize(
    "configured, told",
    [("1208", ()), ("1210", ()), ("1230", ("more than two channels of sound",)), ("2b92", ("HE-AAC",)), ("eb8a", ("HE-AAC",))],
)  # fmt: skip
@pytest.mark.parametrize("long", [b"", b"\x80\x80\x80"])
def test_how_unusually_its_sound_is_written_is_told(
    configured: str, told: tuple[str, ...], long: bytes
) -> None:
    own = b"\x05" + long + b"\x02" + bytes.fromhex(configured)
    decoder = b"\x04" + long + bytes([13 + len(own), 0x40, 0x15]) + bytes(11) + own
    esds = full(b"esds", b"\x03" + long + bytes([3 + len(decoder)]), bytes(3), decoder)
    heard = track(b"soun", entry(b"mp4a", esds, sound=True), size=(0, 0))
    assert look(movie(SEEN, heard)).unusual == told


@settings(max_examples=200, deadline=2000)
@given(data=st.binary(max_size=400), kind=st.sampled_from([b"avcC", b"hvcC", b"esds", b"fiel", b"pasp"]))
def test_what_nobody_can_read_is_not_unusual_but_unknown(data: bytes, kind: bytes) -> None:
    for word in look(movie(track(b"vide", entry(b"avc1", box(kind, data))))).unusual:
        assert 0 < len(word) < 32


def test_the_rate_is_that_of_all_pictures_together() -> None:
    assert look(movie(track(b"vide", entry(b"avc1"), stts=(30, 20, 30, 40)))).fps == 20.0


def test_the_header_tells_how_long_it_is() -> None:
    assert look(movie(SEEN, ticks=600 * 7)).seconds == 7.0


def test_else_the_longest_track_tells() -> None:
    heard = track(b"soun", entry(b"mp4a", sound=True), scale=48_000, lasts=48_000 * 4)
    assert look(movie(SEEN, heard)).seconds == 4.0
    assert look(movie(SEEN, heard, ticks=0xFFFFFFFF)).seconds == 4.0


def fragment(number: int, *traf: bytes) -> bytes:
    return box(b"moof", full(b"mfhd", numbers(number)), *traf)


def test_a_film_in_fragments_is_as_long_as_they_are_together() -> None:
    empty = track(b"vide", entry(b"avc1"), scale=1000)
    defaults = box(b"mvex", full(b"trex", numbers(1, 1, 40, 100, 0)))
    same = box(b"traf", full(b"tfhd", numbers(1), flags=0x20000), full(b"trun", numbers(25, 0), flags=1))
    each = box(
        b"traf",
        full(b"tfhd", numbers(1), flags=0x20000),
        full(b"trun", numbers(2, 0, 100, 900), flags=0x101),
    )
    found = look(movie(empty, defaults) + fragment(1, same) + fragment(2, each))
    assert found.seconds == 2.0
    assert found.fps == 13.5


def test_a_film_in_fragments_may_say_it_itself() -> None:
    empty = track(b"vide", entry(b"avc1"), scale=1000)
    assert look(movie(empty, box(b"mvex", full(b"mehd", numbers(600 * 9))))).seconds == 9.0


DRONE = b"\0\x20F/2.8, SS 60, ISO 100, EV 0, GPS (24.9384, 60.1699, 15), D 1.2m"


@pytest.mark.parametrize(
    "words",
    [
        DRONE,
        b"HOME(149.0251,-20.2532) 2017.08.05\nBAROMETER:1.9",
        b"[latitude: 60.16993] [longitude: 24.93842] [rel_alt: 1.2]",
        b"[longtitude : 24.93842]",
        b"$GPRMC,081836,A,3751.65,S,14507.36,E",
        "60.169857, 24.938379".encode("utf-16-be"),
        b"+60.1699+024.9384/",
    ],
)
@pytest.mark.parametrize("kind", [b"text", b"sbtl"])
@pytest.mark.parametrize("compact", [False, True])
def test_subtitles_that_are_a_drones_positions_are_blanked(kind: bytes, words: bytes, compact: bool) -> None:
    start = box(b"ftyp", FTYP) + box(b"mdat", b"picture", words, b"sound")
    at = start.index(words)
    told = track(kind, entry(b"tx3g"), number=2, at=(at,), sizes=(len(words),), compact=compact)
    data = start + movie(SEEN, told)
    kept = blanked(data)
    assert words in data
    assert words not in kept
    assert b"tx3g" not in kept
    assert b"picture" + bytes(len(words)) + b"sound" in kept
    assert (len(kept), look(kept).codecs) == (len(data), ("h264",))


def test_what_people_say_stays() -> None:
    words = b"\0\x30Where does GPS come from? We asked 1000.5, 20 people."
    start = box(b"ftyp", FTYP) + box(b"mdat", words)
    said = track(b"sbtl", entry(b"tx3g"), number=2, at=(start.index(words),), sizes=(len(words),))
    data = start + movie(SEEN, said)
    assert blanked(data) == data


def test_positions_in_fragments_are_blanked() -> None:
    empty, told = track(b"vide", entry(b"avc1")), track(b"meta", entry(b"gpmd"), number=2)
    text = track(b"text", entry(b"tx3g"), number=3)

    def traf(number: int, at: int, size: int) -> bytes:
        head = full(b"tfhd", numbers(number, size), flags=0x20010)
        return box(b"traf", head, full(b"trun", numbers(1, at), flags=1))

    size = len(fragment(1, traf(1, 0, 0), traf(2, 0, 0), traf(3, 0, 0))) + 8
    moof = fragment(1, traf(1, size, 7), traf(2, size + 7, 5), traf(3, size + 12, len(DRONE)))
    data = movie(empty, told, text) + moof + box(b"mdat", b"picture", b"GPSxy", DRONE, b"sound")
    kept = blanked(data)
    assert b"picture" + bytes(5 + len(DRONE)) + b"sound" in kept
    assert len(kept) == len(data)


def test_places_that_dashcams_write_into_free_space_are_blanked() -> None:
    secret = b"freeGPS 60.1699 N"
    data = (
        box(b"ftyp", FTYP)
        + box(b"free", secret)
        + movie(SEEN, box(b"gps ", secret), box(b"skip", secret))
        + box(b"thma", secret)
    )
    assert secret not in blanked(data)
    assert len(blanked(data)) == len(data)


def test_places_that_dashcams_write_between_the_pictures_are_blanked() -> None:
    secret = b"freeGPS " + b"N60.1699E24.9384"
    block = struct.pack(">I", 4 + len(secret)) + secret
    mdat = box(b"mdat", bytes((1 << 20) - 20), b"picture", block, b"sound", secret[:12], bytes(1000), b"more")
    data = box(b"ftyp", FTYP) + mdat + movie(SEEN)
    kept = blanked(data)
    assert b"GPS" not in kept
    assert b"60.1699" not in kept
    assert b"picture" + block[:4] + bytes(len(secret)) + b"sound" + bytes(1012) + b"more" in kept
    assert len(kept) == len(data)


def test_many_tracks_that_name_the_same_bytes_cost_no_more_than_one(linear: Callable[..., None]) -> None:
    size = 1 << 20
    start = box(b"ftyp", FTYP) + box(b"mdat", bytes(size))

    def made(times: int) -> bytes:
        return start + movie(SEEN, track(b"meta", entry(b"gpmd"), at=(16,) * times, sizes=(size,) * times))

    linear(blanked, made(200_000), made(25_000))


WHOLE = (
    box(b"ftyp", FTYP)
    + box(b"mdat", b"picture", DRONE)
    + movie(
        track(b"vide", entry(b"avc1"), stts=(90, 20), at=(24,), sizes=(7,)),
        track(b"soun", entry(b"mp4a", esds(0x40), sound=True), number=2, at=(24,), sizes=(7,)),
        track(b"text", entry(b"tx3g"), number=3, at=(31,), sizes=(len(DRONE),)),
        track(b"meta", entry(b"gpmd"), number=4, at=(31,), sizes=(9,), compact=True),
        box(b"mvex", full(b"trex", numbers(1, 1, 40, 100, 0)), full(b"mehd", numbers(9))),
        box(b"udta", b"here"),
    )
    + fragment(
        1,
        box(
            b"traf",
            full(b"tfhd", numbers(4, 5), flags=0x20010),
            full(b"trun", numbers(2, 8, 1, 2, 3, 4), flags=0x301),
        ),
    )
)


@settings(max_examples=300, deadline=2000)
@given(data=st.data())
def test_a_broken_film_is_told_to_be_damaged_and_nothing_worse(data: st.DataObject) -> None:
    broken = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(broken) - 1))
        new = data.draw(
            st.one_of(
                st.binary(min_size=1, max_size=1), st.sampled_from([b"\xff" * 4, bytes(4), b"\0\0\0\1"])
            )
        )
        broken[at : at + len(new)] = new
    cut = data.draw(st.integers(0, len(broken)))
    file = io.BytesIO(bytes(broken[: cut or None]))
    before = len(file.getvalue())
    with suppress(Damaged):
        blank(file, film(file))
    assert len(file.getvalue()) == before


@settings(max_examples=100, deadline=2000)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_told_to_be_no_film(data: bytes) -> None:
    with pytest.raises(Damaged):
        look(data)


def test_blanking_twice_changes_nothing_more() -> None:
    assert blanked(blanked(WHOLE)) == blanked(WHOLE)


# -- ffprobe -----------------------------------------------------------------------------------------------


def program(folder: Path, body: str) -> str:
    """A program that stands for ffprobe."""
    path = folder / "ffprobe"
    path.write_text(f"#!{sys.executable}\nimport sys, time, json, os\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


ANSWER = {
    "streams": [
        {"codec_name": "mjpeg", "codec_type": "video", "avg_frame_rate": "0/0", "disposition": {"attached_pic": 1}},
        {"codec_name": "hevc", "codec_type": "video", "avg_frame_rate": "30000/1001"},
        {"codec_name": "opus", "codec_type": "audio", "avg_frame_rate": "0/0"},
    ],
    "format": {"duration": "12.480000"},
}  # fmt: skip


def test_ffprobe_is_believed_where_it_is_installed(tmp_path: Path) -> None:
    words = f"open({str(tmp_path / 'asked')!r}, 'w').write(json.dumps([sys.argv, dict(os.environ)]))"
    found = probed(
        Film(640, 360, seconds=9),
        tmp_path / "a b.mp4",
        program=program(tmp_path, f"{words}\nprint({json.dumps(ANSWER)!r})"),
    )
    assert (found.seconds, found.codecs, found.width) == (12.48, ("hevc", "opus"), 640)
    assert round(found.fps, 2) == 29.97
    asked, environment = json.loads((tmp_path / "asked").read_text())
    assert asked[asked.index("-protocol_whitelist") + 1] == "file"
    assert asked[-1] == f"file:{tmp_path / 'a b.mp4'}"
    assert set(environment) <= {"PATH", "LANG", "LC_CTYPE"}


@pytest.mark.parametrize(
    "body",
    [
        "sys.exit(1)",
        "print('no json')",
        "print('[]')",
        "print('{}')",
        "time.sleep(60)",
        "print('{\"streams\": 5}')",
    ],
)
def test_an_ffprobe_that_fails_is_not_missed(body: str, tmp_path: Path) -> None:
    known = Film(640, 360, seconds=9, fps=25.0, codecs=("h264",))
    assert probed(known, tmp_path / "a.mp4", program=program(tmp_path, body), patience_s=0.5) == known


def test_without_ffprobe_the_header_is_enough(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    known = Film(640, 360)
    assert probed(known, tmp_path / "a.mp4") is known
