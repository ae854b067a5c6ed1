"""A video goes to YouTube with title, description and privacy, and to the others beside it."""

from __future__ import annotations

import struct

from town import Town


def box(kind: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return struct.pack(">I4s", len(data) + 8, kind) + data


def film(seconds: int = 12, width: int = 640, height: int = 360) -> bytes:
    """A small MP4 as its header tells it; what is inside does not matter to anybody here."""
    mvhd = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + b"\x00\x01\x00\x00" + bytes(76)
    tkhd = struct.pack(">IIIII", 7, 0, 0, 1, 0) + struct.pack(">I", seconds * 1000) + bytes(52)
    tkhd += struct.pack(">II", width << 16, height << 16)
    mdhd = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + bytes(4)
    hdlr = bytes(8) + b"vide" + bytes(13)
    trak = box(b"trak", box(b"tkhd", tkhd), box(b"mdia", box(b"mdhd", mdhd), box(b"hdlr", hdlr)))
    return (
        box(b"ftyp", b"mp42", bytes(4), b"mp42isom")
        + box(b"moov", box(b"mvhd", mvhd), trak)
        + box(b"mdat", bytes(range(256)) * 1500)
    )


def test_a_video_is_on_youtube_with_its_title_description_and_privacy(town: Town) -> None:
    path = town.carol.uploads(film(), "talk.mp4")
    town.carol.says(
        "@social draft\nto: youtube, mastodon, zulip\ntitle: Testing for researchers\nvisibility: unlisted\n"
        f"Why tests pay off, in twelve seconds.\n[A talk]({path})"
    )
    card = town.card(1)
    assert "Title: **Testing for researchers**" in card
    assert "1 video" in card
    town.alice.reacts(town.card_id(1))
    town.later(minutes=2)
    out = {one["service"]: one for one in town.published()}
    assert set(out) == {"youtube", "mastodon", "zulip"}, {
        k: (v.state, v.error) for k, v in town.deliveries(1).items()
    }
    video = out["youtube"]
    assert "Testing for researchers" in video["text"]
    assert "Why tests pay off" in video["text"]
    assert video["extra"]["privacy"] == "unlisted"
    assert len({one["media"][0]["sha256"] for one in out.values()}) == 1
    assert any(video["url"] in one for one in town.said())


def test_an_upload_that_breaks_in_the_middle_goes_on_and_appears_once(town: Town) -> None:
    path = town.carol.uploads(film(), "talk.mp4")
    town.fault("youtube", "reset-after", times=1, method="PUT")
    town.carol.says(f"@social draft\nto: youtube\ntitle: Testing\nA talk\n[A talk]({path})")
    town.alice.reacts(town.card_id(1))
    for _ in range(4):
        town.later(minutes=1)
    assert len(town.published("youtube")) == 1
    assert town.deliveries(1)["youtube"].state == "published"
