"""A secret that somebody pasted into a draft by mistake: the card says so without it, and nothing of it can go out."""

from __future__ import annotations

import pytest
from town import Town, picture

TOKEN = "sandbox-mastodon-access-token"
"""Of the configuration: known from the start."""
OTHERWISE = "c2FuZGJveC1tYXN0b2Rvbi1hY2Nlc3MtdG9rZW4"
"""The same as base64 has it."""
DRAFTS = {
    "the text": f"to: mastodon\nUse {TOKEN} to sign in",
    "base64": f"to: mastodon\nAuthorization: Basic {OTHERWISE}",
    "a link": f"to: mastodon\nhttps://example.org/?token={TOKEN}&x=1",
    "a content warning": f"to: mastodon\ncw: {TOKEN}\nHello",
    "a poll": f"to: mastodon\npoll: yes | {TOKEN}\nWhich?",
    "a section": f"to: mastodon zulip\nHello\n--- mastodon\nHello {TOKEN}",
    "the note": f"to: mastodon\nnote: the token is {TOKEN}\nHello",
}


def is_refused(town: Town, number: int = 1) -> None:
    card = town.card(number)
    assert "⛔" in card, card
    assert "a secret that the bot knows" in card
    assert "Cannot go out as it stands" in card
    assert town.post(number).state == "broken"
    town.alice.reacts(town.card_id(number))
    town.alice.says(f"@social approve {number}")
    town.later(minutes=2)
    assert town.published() == []
    assert not [one for one in town.said() if TOKEN in one or OTHERWISE in one]


@pytest.mark.parametrize("where", DRAFTS)
def test_a_draft_with_a_secret_cannot_be_approved(town: Town, where: str) -> None:
    message = town.carol.says(f"@social draft\n{DRAFTS[where]}")
    is_refused(town)
    town.carol.edits(message, "@social draft\nto: mastodon\nHello")
    town.later(seconds=10)
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    assert [one["text"] for one in town.published()] == ["Hello"]


def test_a_secret_in_an_alt_text_is_refused_however_it_comes(town: Town) -> None:
    path = town.carol.uploads(picture(), "hall.png")
    town.carol.says(f"@social draft\nto: mastodon\nHello\n[A hall]({path})")
    town.carol.says(f"@social alt 1 1 The screen shows {TOKEN}")
    is_refused(town)


def test_a_secret_by_edit_of_an_approved_post_takes_the_approval(town: Town) -> None:
    message = town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(seconds=10)
    town.carol.edits(message, f"@social draft\nto: mastodon\nat: tomorrow 10:00\nHello {TOKEN}")
    town.later(seconds=10)
    is_refused(town)


def test_ordinary_words_about_a_secret_are_no_secret(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nA good pasty has (a secret) in it")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    assert [one["text"] for one in town.published()] == ["A good pasty has (a secret) in it"]
