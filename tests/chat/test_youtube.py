"""A video goes to YouTube unseen ahead of its time, and is seen at its time, or never."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from town import Town, picture

DRAFT = "@social draft\nto: youtube\nat: 2026-11-23 11:00 UTC\ntitle: Testing\n"
"""In three hours: the town's Monday begins at 8:00 UTC."""


def box(kind: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return struct.pack(">I4s", len(data) + 8, kind) + data


def film(seconds: int = 12, width: int = 640, height: int = 360) -> bytes:
    """A small MP4 as its header tells it."""
    mvhd = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + b"\x00\x01\x00\x00" + bytes(76)
    tkhd = struct.pack(">IIIII", 7, 0, 0, 1, 0) + struct.pack(">I", seconds * 1000) + bytes(52)
    tkhd += struct.pack(">II", width << 16, height << 16)
    mdhd = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + bytes(4)
    hdlr = bytes(8) + b"vide" + bytes(13)
    trak = box(b"trak", box(b"tkhd", tkhd), box(b"mdia", box(b"mdhd", mdhd), box(b"hdlr", hdlr)))
    head = box(b"ftyp", b"mp42", bytes(4), b"mp42isom") + box(b"moov", box(b"mvhd", mvhd), trak)
    return head + box(b"mdat", bytes(range(256)) * 1500)


def drafted(town: Town, text: str = "Why tests pay off", options: str = "", **facts: Any) -> int:
    path = town.carol.uploads(film(**facts), "talk.mp4")
    return town.carol.says(f"{DRAFT}{options}{text}\n[A talk]({path})")


def approved(town: Town, text: str = "Why tests pay off", options: str = "", **facts: Any) -> int:
    """Approved, and brought there an hour ahead of its time."""
    draft = drafted(town, text, options, **facts)
    town.alice.reacts(town.card_id(1))
    town.settle()
    assert videos(town) == []
    ahead(town)
    return draft


def ahead(town: Town) -> None:
    """An hour and less before the time, with the waiting for YouTube."""
    town.later(hours=2, minutes=1)
    town.later(seconds=10)


def videos(town: Town) -> list[dict[str, Any]]:
    """What the channel has, seen or not."""
    return list(town.sandbox.platforms["youtube"].videos.values())  # type: ignore[attr-defined]  # YouTube's own


def log(town: Town) -> str:
    town.carol.says("@social log 1")
    return town.said()[-1]


def test_a_video_is_private_until_its_time_and_public_then(town: Town) -> None:
    approved(town)
    (kept,) = videos(town)
    assert kept["status"]["privacyStatus"] == "private"
    assert town.published() == []
    assert town.deliveries(1) == {}
    town.later(minutes=30)
    assert town.published() == []
    town.later(minutes=30)
    (post,) = town.published("youtube")
    assert (post["id"], post["extra"]["privacy"], post["extra"]["title"]) == (kept["id"], "public", "Testing")
    assert town.deliveries(1)["youtube"].state == "published"
    assert any(post["url"] in one for one in town.said())
    assert len(videos(town)) == 1


@pytest.mark.parametrize("how", ["cancel", "delete", "edit"])
def test_what_is_withdrawn_or_edited_is_deleted_and_never_seen(town: Town, how: str) -> None:
    draft = approved(town)
    (kept,) = videos(town)
    if how == "cancel":
        town.carol.says("@social cancel 1")
    elif how == "delete":
        town.owner.deletes(draft)  # perhaps it is only hidden: that holds the post
        assert town.post(1).state == "held"
        town.alice.says("@social cancel 1")
    else:
        town.carol.says("@social edit 1\nOther words")
    town.later(seconds=30)
    assert kept["id"] not in {one["id"] for one in videos(town)}
    town.later(hours=3)
    assert town.published() == []


def test_an_edit_that_is_approved_in_time_goes_out_alone(town: Town) -> None:
    approved(town)
    (old,) = videos(town)
    path = town.carol.uploads(film(seconds=14), "talk.mp4")
    town.carol.says(f"@social edit 1\nto: youtube\ntitle: Better\nBetter words\n[A talk]({path})")
    town.later(seconds=30)
    town.alice.reacts(town.card_id(1))
    for _ in range(8):
        town.later(minutes=10)
    (post,) = town.published("youtube")
    assert (post["extra"]["title"], post["id"] != old["id"]) == ("Better", True)
    assert len(videos(town)) == 1


def test_a_restart_between_upload_and_time_changes_nothing(town: Town) -> None:
    approved(town)
    (kept,) = videos(town)
    town.restart()
    town.later(hours=1)
    (post,) = town.published("youtube")
    assert (post["id"], len(videos(town))) == (kept["id"], 1)


def test_a_held_post_keeps_its_video_unseen(town: Town) -> None:
    approved(town)
    town.carol.says("@social hold 1")
    town.later(minutes=50)
    town.later(minutes=20)
    assert town.published() == []
    assert len(videos(town)) == 1
    town.carol.says("@social resume 1")
    town.later(minutes=1)
    assert len(town.published("youtube")) == 1


def test_a_video_that_youtube_rejects_is_told_in_time_and_not_out(town: Town) -> None:
    town.fault("youtube", "rejected-duplicate")
    approved(town)
    assert any("has this very video already" in one for one in town.said())
    assert town.deliveries(1) == {}
    town.later(hours=1)
    assert town.deliveries(1)["youtube"].state == "failed"
    assert town.published() == []


def test_what_somebody_deleted_there_is_told_and_comes_back_only_by_order(town: Town) -> None:
    approved(town)
    (kept,) = videos(town)
    town.sandbox.platforms["youtube"]._videos.delete(kept)  # type: ignore[attr-defined]  # as in YouTube Studio
    town.later(hours=1)
    assert town.deliveries(1)["youtube"].state == "failed"
    assert "deleted the prepared video" in "\n".join(town.said())
    town.carol.says("@social retry 1")
    for _ in range(3):
        town.later(minutes=1)
    (post,) = town.published("youtube")
    assert post["id"] != kept["id"]


def test_a_lost_answer_to_the_showing_is_found_out(town: Town) -> None:
    approved(town)
    town.fault("youtube", "reset-after", method="PUT", path="/youtube/v3/videos?part=")
    for _ in range(3):
        town.later(minutes=30)
    assert len(town.published("youtube")) == 1
    assert town.deliveries(1)["youtube"].state == "published"
    assert len(videos(town)) == 1


def test_the_card_tells_all_that_youtube_will_be_told(town: Town) -> None:
    path = town.carol.uploads(picture(1280, 720), "cover.png")
    options = (
        "tags: hpc, two words\ncategory: science\nlicence: creative commons\nfor kids: no\nplaylist: Talks\n"
    )
    drafted(town, f"Why tests pay off\n[Cover]({path})", options, seconds=40, width=360, height=640)
    card = town.card(1)
    for told in (
        "Science &amp; Technology",
        "hpc, two words",
        "creative commons",
        "Talks",
        "a Short",
        "cover.png",
    ):
        assert told in card, card
    town.alice.reacts(town.card_id(1))
    town.settle()
    ahead(town)
    town.later(hours=1)
    (post,) = town.published("youtube")
    assert (post["extra"]["category"], post["extra"]["tags"]) == ("28", ["hpc", "two words"])
    assert post["extra"]["thumbnail"]
    (kept,) = videos(town)
    assert kept["status"]["license"] == "creativeCommon"
    held = town.sandbox.platforms["youtube"].playlists.get("PLsandbox-talks")  # type: ignore[attr-defined]  # as above
    assert [one["video"] for one in held["items"]] == [post["id"]]


def test_a_draft_without_a_video_leaves_youtube_out_and_says_so(town: Town) -> None:
    town.carol.says("@social draft\nto: youtube, zulip\nOnly words")
    assert "no video in the draft" in town.card(1)
    town.alice.reacts(town.card_id(1))
    town.later(minutes=2)
    assert [one["service"] for one in town.published()] == ["zulip"]
