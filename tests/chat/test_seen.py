"""Only what could be seen can be approved: what a card has no room for stands in messages before it, or in a file."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from fuse import Crash, Fuse, wire
from reading import readable, squeezed
from sqlalchemy import text
from test_attacks_messages import moves
from town import Town, picture

LONG = " ".join(f"word{number}" for number in range(1200))
"""Nine thousand characters."""


def before(town: Town, number: int = 1) -> list[dict[str, Any]]:
    """The messages that show what the card of a post has no room for, oldest first."""
    start = f"📄 **#{number}**"
    return [one for one in town.messages() if one["content"].startswith(start)]


def seen(town: Town, wanted: str) -> bool:
    """Whether all of this text stands in the channel, as its members read it."""
    return squeezed(wanted) in readable(town)


def test_a_long_draft_by_direct_message_is_shown_to_who_approves_it(town: Town) -> None:
    town.carol.whispers(f"draft\nto: mastodon, zulip\n{LONG}")
    assert town.post(1).state == "draft"
    shown = before(town)
    assert len(shown) == 3
    assert all(len(one["content"]) <= 10_000 for one in shown)
    assert [one["subject"] for one in shown] == ["drafts"] * 3
    assert max(one["id"] for one in shown) < town.card_id(1)
    card = town.card(1)
    assert "All that goes out stands in the 3 messages above: [1](" in card
    assert all(f"/near/{one['id']}" in card for one in shown)
    assert seen(town, LONG)
    assert [len(one["reactions"]) for one in shown] == [0] * 3
    town.alice.reacts(town.card_id(1))
    assert len(town.published("zulip")) == 1
    assert seen(town, town.published("zulip")[0]["text"])


def test_a_card_that_shows_everything_costs_no_message_more(town: Town) -> None:
    words = " ".join(["word"] * 1400)
    town.carol.says(f"@social draft\nto: zulip\n{words}")
    assert before(town) == []
    assert len([one for one in town.said() if one.startswith("**#1** by")]) == 1
    assert seen(town, words)


def test_a_long_alt_text_is_shown_to_its_end(town: Town) -> None:
    path = town.carol.uploads(picture(), "a" * 90 + ".png")
    alt = "what is shown " * 100 + "to the end"
    town.carol.says(f"@social draft\nto: mastodon, linkedin\nalt: {alt}\nHello\n[a.png]({path})")
    assert seen(town, alt)
    assert "…" not in town.card(1)


def test_what_is_longer_still_stands_in_a_file_that_the_channel_may_read(town: Town) -> None:
    words = "<>" * 4900  # each sign of them takes five in a message
    town.carol.whispers(f"draft\nto: mastodon, zulip\n{words}")
    shown = before(town)
    assert len(shown) == 1
    assert "stands in [post-1-1.txt](/user_uploads/" in shown[0]["content"]
    assert shown[0]["id"] < town.card_id(1)
    town.alice.reacts(town.card_id(1))
    assert [one["service"] for one in town.published()].count("zulip") == 1
    assert all(seen(town, one["text"]) for one in town.published())


def test_an_edit_strikes_what_stood_before_the_old_card(town: Town) -> None:
    draft = town.carol.says(f"@social draft\nto: zulip\nat: tomorrow 10:00\n{LONG}")
    old = before(town)
    town.carol.edits(draft, f"@social draft\nto: zulip\nat: tomorrow 10:00\nNew {LONG}")
    town.later(seconds=10)
    assert {town.message(one["id"])["content"] for one in old} == {
        "~~**#1**~~ This belonged to an earlier card, which counts no more."
    }
    assert len(before(town)) == len(old)
    assert seen(town, "New word0")
    town.carol.edits(draft, "@social draft\nto: zulip\nat: tomorrow 10:00\nShort")
    town.later(seconds=10)
    assert before(town) == []
    assert "messages above" not in town.card(1)


@pytest.mark.parametrize("way", ["deleted", "moved"])
def test_where_what_stood_before_the_card_is_gone_all_is_said_anew(town: Town, way: str) -> None:
    """Who approved had seen it: any member may move it, and voids nothing by that."""
    town.carol.says(f"@social draft\nto: zulip\nat: tomorrow 10:00 UTC\n{LONG}")
    card, (first, *_) = town.card_id(1), before(town)
    town.alice.reacts(card)
    assert town.post(1).state == "approved"
    if way == "deleted":
        town.owner.deletes(first["id"])
    else:
        moves(town, first["id"], channel="announcements")
        assert "word1" not in "".join(one["content"] for one in town.channel("announcements"))
    assert town.post(1).state == "approved"
    assert town.card_id(1) > card
    assert "does not show all that goes out" in town.message(card)["content"]
    assert max(one["id"] for one in before(town)) < town.card_id(1)
    assert seen(town, LONG)
    town.alice.unreacts(card)
    assert town.post(1).state == "draft"
    town.later(days=1, minutes=5)
    assert town.deliveries(1) == {}


def test_who_reacts_when_it_is_gone_unheard_of_did_not_see_it_all(town: Town) -> None:
    town.carol.says(f"@social draft\nto: zulip\nat: tomorrow 10:00 UTC\n{LONG}")
    town.stop()
    town.owner.client.delete_message(before(town)[0]["id"])
    town.alice.client.add_reaction({"message_id": town.card_of(1), "emoji_name": "+1"})
    town.world.clock.advance(timedelta(days=1, minutes=1))
    town.start()
    town.settle()
    assert town.published() == []
    assert town.post(1).state in {"draft", "expired"}


def test_a_reaction_on_what_stands_before_the_card_is_pointed_to_it(town: Town) -> None:
    town.carol.says(f"@social draft\nto: zulip\nat: tomorrow 10:00\n{LONG}")
    town.alice.reacts(before(town)[0]["id"])
    assert town.post(1).state == "draft"
    assert any("please react on [its card]" in one for one in town.whispered(town.alice))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_death_at_any_call_says_nothing_twice_and_offers_no_approval_early(town: Town, after: bool) -> None:
    """Every message of the bot in the making of a card that goes on in others; what is approved was seen."""
    for point, calls in enumerate(range(2 - after, 60, 4), 1):
        words = f"{point} {after} " + "ab## " * 1800
        fuse = Fuse(calls, after=after)
        wire(town, fuse)
        town.carol.writes(f"@social draft\nto: zulip\nat: tomorrow 10:00\n{words}")
        with suppress(Crash):
            town.settle()
        cards = [one for one in town.messages() if one["content"].startswith(f"**#{point}** by")]
        assert not cards or len(before(town, point)) == 3, point
        done = bool(cards and cards[0]["reactions"])
        fuse.disarm()
        town.restart()
        town.later(seconds=10)
        stood = before(town, point)
        assert len(stood) == len({one["content"] for one in stood}) == 3, point
        assert max(one["id"] for one in stood) < town.card_id(point)
        assert len([one for one in town.messages() if one["content"].startswith(f"**#{point}** by")]) == 1
        if done:
            return
    pytest.fail("the fuse was never long enough")


def test_a_command_written_before_they_stand_is_too_early(town: Town) -> None:
    town.carol.writes(f"@social draft\nto: zulip\n{LONG}")
    town.alice.writes("@social approve 1")
    town.settle()
    assert town.published() == []
    assert town.post(1).state == "draft"
    assert any(one.startswith("There are no posts yet") for one in town.said())


@pytest.mark.parametrize("settings", ["approvals = 2"])
def test_a_card_of_an_older_version_that_does_not_show_all_is_said_anew(town: Town) -> None:
    town.carol.says(f"@social draft\nto: zulip\nat: tomorrow 10:00\n{LONG}")
    card = town.card_id(1)
    with town.database.transaction() as session:
        session.execute(text("UPDATE revision SET continues = 0"))
        session.execute(text("DELETE FROM continuation"))
    town.alice.reacts(card)
    assert town.post(1).state == "draft"
    assert town.card_id(1) > card
    assert seen(town, LONG)
    assert re.search(r"Needs \*\*2 approvals\*\*", town.card(1))
