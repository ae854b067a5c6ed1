"""LinkedIn in conversations: what the card says, what goes out, and what people hear when LinkedIn refuses."""

from __future__ import annotations

import struct

import pytest
from town import Town, picture


def box(kind: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return struct.pack(">I4s", len(data) + 8, kind) + data


def film(seconds: int = 12, size: int = 5_000_000) -> bytes:
    """An MP4 as its header tells it, of more than one of LinkedIn's parts."""
    mvhd = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + b"\x00\x01\x00\x00" + bytes(76)
    tkhd = struct.pack(">IIIII", 7, 0, 0, 1, 0) + struct.pack(">I", seconds * 1000) + bytes(52)
    tkhd += struct.pack(">II", 640 << 16, 360 << 16)
    mdhd = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + bytes(4)
    hdlr = bytes(8) + b"vide" + bytes(13)
    trak = box(b"trak", box(b"tkhd", tkhd), box(b"mdia", box(b"mdhd", mdhd), box(b"hdlr", hdlr)))
    head = box(b"ftyp", b"mp42", bytes(4), b"mp42isom") + box(b"moov", box(b"mvhd", mvhd), trak)
    return head + box(b"mdat", bytes(range(250)) * (size // 250))


def state(town: Town, number: int = 1) -> tuple[str, str]:
    delivery = town.deliveries(number)["linkedin"]
    return delivery.state, delivery.error


def send(town: Town, draft: str, number: int = 1) -> None:
    town.carol.says(f"@social draft\nto: linkedin\n{draft}")
    town.alice.reacts(town.card_id(number))


def test_a_section_for_linkedin_mentions_a_page_and_the_others_get_its_name(town: Town) -> None:
    town.carol.says(
        "@social draft\nto: linkedin, mastodon\nWith CodeRefinery (free)!\n\n--- linkedin\n"
        "With @[CodeRefinery](urn:li:organization:123) (free)! C# and #HPC"
    )
    assert "mentions: CodeRefinery" in town.card()
    town.alice.reacts(town.card_id())
    (linkedin,) = town.published("linkedin")
    assert linkedin["text"] == "With CodeRefinery (free)! C# and #HPC"
    assert (linkedin["extra"]["mentions"], linkedin["extra"]["hashtags"]) == (
        ["urn:li:organization:123"],
        ["HPC"],
    )
    assert not linkedin["extra"]["cut"]
    assert town.published("mastodon")[0]["text"] == "With CodeRefinery (free)!"


def test_a_poll_has_its_question_and_the_nearest_span(town: Town) -> None:
    send(
        town,
        "poll: Python | Julia | R\npoll for: 2 days\npoll multiple: yes\nWe plan the autumn.\nWhich language do you teach?\n",
    )
    card = town.card()
    assert "question: Which language do you teach?" in card
    assert "Poll, open for 1 day" in card
    assert "1, 3, 7 or 14 days" in card
    assert "only one answer" in card
    (out,) = town.published("linkedin")
    poll = out["extra"]["poll"]
    assert out["text"] == "We plan the autumn."
    assert poll["question"] == "Which language do you teach?"
    assert [one["text"] for one in poll["options"]] == ["Python", "Julia", "R"]
    assert poll["settings"]["duration"] == "ONE_DAY"


def test_a_link_has_a_card_with_the_picture_and_the_title(town: Town) -> None:
    path = town.carol.uploads(picture(), "hall.png")
    send(
        town,
        f"title: Our workshops\nlink: https://coderefinery.org/workshops\nRegistration is open.\n[A full hall]({path})",
    )
    card = town.card()
    assert "link: https://coderefinery.org/workshops" in card
    assert "no alt text for the picture on the card of a link" in card
    (out,) = town.published("linkedin")
    article = out["extra"]["article"]
    assert (article["source"], article["title"]) == ("https://coderefinery.org/workshops", "Our workshops")
    assert article["thumbnail"].startswith("urn:li:image:")


def test_a_video_is_waited_for_without_an_attempt_and_the_card_knows_its_limits(town: Town) -> None:
    path = town.carol.uploads(film(), "talk.mp4")
    town.carol.says(f"@social draft\nto: linkedin\nA talk\n[A talk]({path})")
    assert town.card().count("LinkedIn has no alt text for videos") == 1
    town.alice.reacts(town.card_id())
    assert state(town) == ("pending", "LinkedIn is still working on “talk.mp4”; the post follows by itself.")
    assert town.deliveries()["linkedin"].attempts == 0
    for _ in range(4):
        town.later(minutes=1)
    (out,) = town.published("linkedin")
    assert out["id"].startswith("urn:li:ugcPost:")
    assert out["url"] in town.said()[-1]
    short = town.carol.uploads(film(seconds=2), "blink.mp4")
    town.carol.says(f"@social draft\nto: linkedin\nA blink\n[A blink]({short})")
    assert "lasts 2 s, and at least 3 s are needed" in town.card(2)
    assert "Cannot go out" in town.card(2)


def test_a_video_survives_a_restart_in_the_middle_of_its_upload(town: Town) -> None:
    path = town.carol.uploads(film(), "talk.mp4")
    town.fault("linkedin", "reset-before", times=3, method="PUT")
    send(town, f"A talk\n[A talk]({path})")
    assert state(town)[0] == "pending"
    town.restart()
    for _ in range(4):
        town.later(minutes=1)
    assert len(town.published("linkedin")) == 1
    assert state(town)[0] == "published"


@pytest.mark.parametrize(
    "fault, words",
    [
        ("426", "sets `version` in `[linkedin]`"),
        ("400-organization", "the sign-in does not cover posting for a page"),
        ("403", "needs LinkedIn's product Community Management API"),
    ],
)
def test_a_refusal_is_told_once_in_plain_words_and_can_be_ordered_again(
    town: Town, fault: str, words: str
) -> None:
    town.fault("linkedin", fault, method="POST")
    send(town, "Registration is open")
    assert state(town)[0] == "failed"
    told = [one for one in town.said() if words in one and not one.startswith("**#1** by")]
    assert len(told) == 1
    assert "retry 1 linkedin" in told[0]
    assert town.published("linkedin") == []
    town.alice.says("@social retry 1 linkedin")
    town.later(minutes=1)
    assert len(town.published("linkedin")) == 1
    assert town.published("linkedin")[0]["url"] in town.said()[-1]


def test_the_same_text_twice_is_refused_with_the_link_to_the_first(town: Town) -> None:
    send(town, "Registration is open")
    (first,) = town.published("linkedin")
    send(town, "Registration is open", number=2)
    assert state(town, 2)[0] == "failed"
    assert first["url"] in state(town, 2)[1]
    assert len(town.published("linkedin")) == 1


@pytest.mark.parametrize("fault", ["reset-after", "500-after"])
def test_a_lost_answer_is_found_by_looking_and_never_sent_twice(town: Town, fault: str) -> None:
    town.fault("linkedin", fault, method="POST", path="/rest/posts")
    send(town, "Registration is open")
    for _ in range(6):
        town.later(minutes=1)
    assert state(town)[0] == "published"
    (out,) = town.published("linkedin")
    assert out["url"] in town.said()[-1]


def test_what_never_arrived_is_sent_after_a_second_look(town: Town) -> None:
    town.fault("linkedin", "reset-before", method="POST", path="/rest/posts")
    send(town, "Registration is open")
    for _ in range(8):
        town.later(minutes=1)
    assert len(town.published("linkedin")) == 1
    assert state(town)[0] == "published"


def test_a_silent_cut_is_told_with_the_link(town: Town) -> None:
    town.fault("linkedin", "silent-cut")
    send(town, "Registration is open for everybody who wants to learn")
    told = town.said()[-1]
    assert "kept only the beginning of the text" in told
    assert town.published("linkedin")[0]["url"] in told


def test_too_many_requests_wait_and_the_card_says_until_when(town: Town) -> None:
    town.fault("linkedin", "429", times=2, method="POST", path="/rest/posts")
    send(town, "Registration is open")
    assert state(town)[0] == "pending"
    town.restart()
    assert "is tried again <time:2026-11-23T08:01:" in town.card()
    assert "takes no more from this app or page for now" in town.card()
    town.later(minutes=1, seconds=5)
    assert state(town)[0] == "pending"  # the second wait is two minutes, after the restart as well
    town.later(minutes=1)
    assert town.published("linkedin") == []
    town.later(minutes=1, seconds=5)
    assert len(town.published("linkedin")) == 1


def test_a_content_admin_is_told_why_pictures_do_not_go(town: Town) -> None:
    town.sandbox.platforms["linkedin"].role = "CONTENT_ADMINISTRATOR"  # type: ignore[attr-defined]  # LinkedIn's own
    path = town.carol.uploads(picture(), "hall.png")
    send(town, f"Registration is open\n[A full hall]({path})")
    assert state(town)[0] == "failed"
    assert "A content admin may post text there, but no pictures" in town.said()[-1]
    town.carol.says("@social status")
    assert "it may post text, but LinkedIn may refuse pictures" in town.said()[-1]


def test_status_tells_the_version_that_ends_and_the_days_use(town: Town) -> None:
    send(town, "Registration is open")
    town.later(days=260)
    town.carol.says("@social status")
    assert "version 202609 ends about 15 September 2027" in town.said()[-1]
    assert "sets `version` in" in town.said()[-1]
