"""A character that nobody can see is never published unasked: it is taken out and told, or the draft is refused."""

from __future__ import annotations

import pytest
from town import Town, picture

from handlers.text.unseen import is_unseen

HIDDEN = "\u200b\U000e0041\u3164\u2066\u2069\u00ad\ufe01"
"""What may hide anywhere; none of it is needed in words of Latin letters."""


def hid(words: str) -> str:
    return f"{words[:2]}{HIDDEN}{words[2:]}"


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    return [text for one in value for text in strings(one)] if isinstance(value, (list, tuple)) else []


def test_none_is_published_wherever_it_hides(town: Town) -> None:
    path = town.carol.uploads(picture(), "photo.png")
    town.carol.says(
        f"@social draft\nto: mastodon, zulip, x, linkedin\ncw: {hid('Careful')}\ntitle: {hid('Title')}\n"
        f"tags: one, {hid('tags')}\nalt: {hid('A photo')}\n{hid('Hello')} @{hid('somebody')}@fosstodon.org\n"
        f"[photo.png]({path})\n--- x\n{hid('Short')}"
    )
    town.carol.says(f"@social draft\nto: mastodon\npoll: {hid('Yes')} | {hid('No')}\nWhich?")
    card = town.card(1)
    for where in (
        "the text",
        "the text for x",
        "the title",
        "the content warning",
        "the tags",
        "the alt text of file 1",
    ):
        assert f"taken out of {where}: U+200B ZERO WIDTH SPACE, U+E0041" in card, where
    assert "taken out of the poll" in town.card(2)
    for number in (1, 2):
        assert not any(is_unseen(one) for one in town.card(number) if one != "\ufe0f")
        town.alice.reacts(town.card_id(number))
    town.later(minutes=2)
    out = town.published()
    assert [one["service"] for one in out].count("mastodon") == 2
    for post in out:
        for said in strings(
            [post["text"], post["raw"], post["extra"], post["poll"], [one["alt"] for one in post["media"]]]
        ):
            assert not any(is_unseen(one) for one in said), (post["service"], said)
    assert any("@somebody@fosstodon.org" in one["text"].replace(" ", "") for one in out)


def test_what_turns_letters_around_cannot_be_approved(town: Town) -> None:
    draft = town.carol.says("@social draft\nto: mastodon\nPay \u202e0001\u202c crowns")
    assert town.post(1).state == "broken"
    assert "⛔ Nobody can see that U+202E RIGHT-TO-LEFT OVERRIDE, U+202C" in town.card(1)
    town.alice.says("@social approve 1")
    town.carol.edits(draft, "@social draft\nto: mastodon\nPay 1000 crowns")
    town.later(seconds=10)
    town.alice.reacts(town.card_id(1))
    assert [one["text"] for one in town.published()] == ["Pay 1000 crowns"]


@pytest.mark.parametrize("way", ["alt", "edit", "proposal"])
def test_nor_what_an_order_brings(town: Town, way: str) -> None:
    path = town.carol.uploads(picture(), "photo.png")
    town.carol.says(f"@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello\n[photo.png]({path})")
    if way == "edit":
        town.carol.says(f"@social edit 1 {hid('Other')}\n[{hid('It')}]({path})")
    else:
        (town.carol if way == "alt" else town.owner).says(f"@social alt 1 1 {hid('A photo')}")
    if way == "proposal":
        town.alice.says("@social take 1 1")
    assert "taken out of the alt text of file 1" in town.card(1)
    town.alice.reacts(town.card_id(1))
    town.later(days=1, hours=2, minutes=1)
    (post,) = town.published()
    assert not any(is_unseen(one) for said in strings([post["text"], post["media"]]) for one in said)


def test_what_languages_and_emoji_need_goes_out(town: Town) -> None:
    words = "می‌خواهم 👩‍💻 ❤️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿 葛󠄀 שלום (abc)\u200f!"
    town.carol.says(f"@social draft\nto: mastodon\n{words}")
    assert "nobody can see" not in town.card(1)
    town.alice.reacts(town.card_id(1))
    assert [one["text"] for one in town.published()] == [words]
