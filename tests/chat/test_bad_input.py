"""Bad input: a clear answer, and nothing of the person's work is lost."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from town import Town, picture


def test_an_empty_draft_says_how_to_write_one(town: Town) -> None:
    town.carol.says("@social draft")
    assert "text" in town.said()[-1]
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00")
    assert "text" in town.said()[-1]
    assert "thread" not in town.said()[-1]
    assert "nothing to post" in town.said()[-1]
    assert town.published() == []


def test_an_unknown_platform_is_named_with_the_line_and_the_edit_mends_it(town: Town) -> None:
    draft = town.carol.says("@social draft\nto: mastodone\nHello")
    assert "line 2" in town.card(1)
    assert "mastodon" in town.card(1)
    town.carol.edits(draft, "@social draft\nto: mastodon\nHello")
    town.later(seconds=10)
    town.alice.reacts(town.card_id(1))
    assert len(town.published("mastodon")) == 1


def test_a_time_in_the_past_is_asked_about(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: 2026-11-01 10:00\nHello")
    assert "past" in town.card(1)
    assert town.post(1).state == "broken"
    town.carol.says("@social move 1 to tomorrow 10:00")
    assert town.post(1).state == "draft"


def test_ten_thousand_characters_fit_on_a_card_that_says_what_it_leaves_out(town: Town) -> None:
    text = " ".join(f"word{number}" for number in range(1150))[:9900]
    town.carol.says(f"@social draft\n{text}")
    card = town.card(1)
    assert len(card) <= 10_000
    assert "preview shortened" in card
    assert "[message truncated]" not in card


def test_stars_and_mentions_in_a_draft_ping_nobody_from_the_card(town: Town) -> None:
    town.carol.says(
        "@social draft\nto: mastodon\n@**all** @**Alice** @*social-approvers* **bold** `code`\n"
        "```spoiler Hidden\nsecret\n```\n~~~\nfence"
    )
    card = town.card(1)
    for sign in ("@**all**", "@**Alice**", "@*social"):
        assert sign not in card
    assert card.count("```") % 2 == 0
    flags = [one["flags"] for one in town.messages() if one["id"] == town.card_id(1)]
    assert not {"mentioned", "wildcard_mentioned", "stream_wildcard_mentioned"} & set(flags[0])


def test_a_text_file_called_png_is_refused_with_a_sentence(town: Town) -> None:
    path = town.carol.uploads(b"hello, I am text", "photo.png")
    town.carol.says(f"@social draft\nto: mastodon\nHello\n[photo.png]({path})")
    assert town.post(1).state == "broken"
    assert "photo.png" in town.card(1)


def test_where_a_picture_was_taken_is_gone_afterwards(town: Town) -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (60.0, 10.0, 0.0), 3: "E", 4: (24.0, 56.0, 0.0)}
    file = io.BytesIO()
    Image.new("RGB", (80, 60), (10, 120, 30)).save(file, "JPEG", exif=exif)
    assert Image.open(io.BytesIO(file.getvalue())).getexif().get_ifd(0x8825)
    path = town.carol.uploads(file.getvalue(), "fika.jpg")
    town.carol.says(f"@social draft\nto: mastodon\nHello\n[Coffee]({path})")
    town.alice.reacts(town.card_id(1))
    sha = town.published("mastodon")[0]["media"][0]["sha256"]
    got = Image.open(io.BytesIO(town.world.blobs.get(sha)))
    assert not got.getexif().get_ifd(0x8825)


def test_a_picture_that_would_fill_the_memory_is_refused(town: Town) -> None:
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    path = town.carol.uploads(file.getvalue(), "huge.png")
    town.carol.says(f"@social draft\nto: mastodon\nHello\n[Huge]({path})")
    assert town.post(1).state == "broken"
    assert "huge.png" in town.card(1)


def test_right_to_left_and_invisible_characters_survive_and_are_reported(town: Town) -> None:
    text = "שלום @core\u202crefinery@fosstodon.org مرحبا"
    town.carol.says(f"@social draft\nto: mastodon\n{text}")
    assert "U+202C" in town.card(1)
    town.alice.reacts(town.card_id(1))
    assert "שלום" in town.published("mastodon")[0]["text"]


def test_five_pictures_are_too_many_for_some(town: Town) -> None:
    links = "\n".join(f"[Picture {n}]({town.carol.uploads(picture(40 + n), f'{n}.png')})" for n in range(5))
    town.carol.says(f"@social draft\nto: mastodon\nHello\n{links}")
    assert "4" in town.card(1)


def test_an_edit_while_it_is_being_published_changes_nothing_and_says_so(town: Town) -> None:
    draft = town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    town.carol.edits(draft, "@social draft\nto: mastodon\nBuy my coins")
    town.later(minutes=1)
    assert [one["text"] for one in town.published()] == ["Hello"]
    assert any("this edit changes nothing" in one for one in town.said())


@pytest.mark.parametrize(
    "text", ["@social", "@social ?", "@social asdf qwer", "@social approve", "@social move"]
)
def test_what_is_not_understood_gets_a_short_answer(town: Town, text: str) -> None:
    sent = town.carol.says(text)
    answers = [one["content"] for one in town.messages() if one["id"] > sent]
    assert len(answers) == 1
    assert len(answers[0]) < 1500


def test_chatter_gets_no_answer(town: Town) -> None:
    town.carol.says("Hello everybody, the social dinner is at eight")
    town.carol.says("@_**social** is nice")
    assert town.said() == []
