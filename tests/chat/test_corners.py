"""Corners of the chat: strange names, long texts, topics without a name, accounts that are gone."""

from __future__ import annotations

import pytest
from town import BOTH_KINDS, Town, picture

from bot import wiring

pytestmark = BOTH_KINDS

NOW = "@social draft\nto: mastodon\nHello"
LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"


def test_a_name_with_markdown_in_it_pings_nobody(town: Town) -> None:
    town.sandbox.zulip.rename(town.row(town.alice), "Al **@all** ```")
    town.sandbox.zulip.rename(town.row(town.carol), "C @**all** `x")
    town.settle()
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.later(days=2)
    everything = "".join(town.said())
    assert "@**all**" not in everything
    assert "**@all**" not in everything
    flags = {
        flag for one in town.messages() if one["sender_email"] == town.bot_email for flag in one["flags"]
    }
    assert not {"wildcard_mentioned", "stream_wildcard_mentioned"} & flags


def test_ten_thousand_stars_fit_on_the_card_and_nothing_is_cut_in_two(town: Town) -> None:
    town.carol.says("@social draft\nto: all\n" + "*a" * 4900)
    card = town.card(1)
    assert len(card) <= 10_000
    assert "shortened" in card
    assert card.count("```") % 2 == 0
    assert "[message truncated]" not in card


def test_twenty_pictures_with_long_alt_texts_fit_on_the_card(town: Town) -> None:
    links = "\n".join(
        f"[{'*' * 280} {n}]({town.carol.uploads(picture(40 + n), f'{n}.png')})" for n in range(20)
    )
    town.carol.says(f"@social draft\nto: all\nHello\n{links}")
    card = town.card(1)
    assert len(card) <= 10_000
    assert card.count("```") % 2 == 0
    assert "&#4…" not in card
    assert "▸ Mastodon: left out." in card


def test_a_topic_of_sixty_characters(town: Town) -> None:
    topic = "t" * 60
    town.carol.says(NOW, topic=topic)
    town.alice.reacts(town.card_id(1))
    assert any("is out" in one for one in town.said(topic))


def test_the_topic_without_a_name(town: Town, level: int) -> None:
    if level < 334:  # from this feature level on Zulip has it
        pytest.skip("this Zulip has no empty topic")
    town.carol.says(NOW, topic="")
    town.alice.reacts(town.card_id(1))
    where = {one["subject"] for one in town.messages() if one["sender_email"] == town.bot_email}
    assert len(where) == 1
    assert where <= {"", "general chat"}
    assert len(town.published()) == 1


def test_the_same_draft_twice_is_two_posts_and_each_goes_out_once(town: Town) -> None:
    town.carol.says(NOW)
    town.carol.says(NOW)
    assert "same text" in town.card(2)
    town.alice.reacts(town.card_id(1))
    town.alice.reacts(town.card_id(2))
    assert len(town.published()) == 2
    assert {town.post(1).state, town.post(2).state} == {"released"}


def test_a_draft_in_a_direct_message_follows_its_edits_and_its_deletion(town: Town) -> None:
    first = town.carol.whispers("draft\nto: mastodon\nat: tomorrow 10:00\nHello")
    town.carol.edits(first, "draft\nto: mastodon\nat: tomorrow 10:00\nHello again")
    town.later(seconds=10)
    assert "Hello again" in town.card(1)
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    town.carol.edits(first, "never mind")
    town.later(seconds=10)
    assert town.post(1).state == "withdrawn"
    town.later(days=2)
    assert town.published() == []


def test_an_old_post_for_an_account_that_is_gone_can_be_copied(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, x\nHello")
    town.alice.reacts(town.card_id(1))
    town.stop()
    text = town.path.read_text()
    head, _, rest = text.partition("[x]")
    town.path.write_text(head + rest[rest.index("\n[") + 1 :] if "\n[" in rest else head)
    town.config = wiring.read_config(town.path, {})
    town.start()
    town.settle()
    town.bob.says("@social copy 1")
    town.alice.reacts(town.card_id(2))
    assert [one["service"] for one in town.published()].count("mastodon") == 2
    assert [one["service"] for one in town.published()].count("x") == 1
