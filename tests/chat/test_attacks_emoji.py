"""Votes by emoji whose names change hands. The table is in tests/attacks/README.md."""

from __future__ import annotations

import io
from typing import Any

import pytest
from town import BOTH_KINDS, Town, picture

pytestmark = BOTH_KINDS

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"


def makes_emoji(town: Town, name: str) -> None:
    """An administrator gives the organization an emoji of its own."""
    file = io.BytesIO(picture())
    file.name = "own.png"
    answer: dict[str, Any] = town.owner.client.call_endpoint(f"realm/emoji/{name}", "POST", files=[file])
    town.owner.ok(answer)
    town.settle()


def takes_emoji_away(town: Town, name: str) -> None:
    town.sandbox.zulip.core.organisation.emoji[name]["deactivated"] = True


@pytest.mark.parametrize("restarted", [False, True])
def test_an_own_emoji_that_takes_the_name_of_the_veto_lifts_no_veto(town: Town, restarted: bool) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.bob.reacts(town.card_id(1), "-1")
    makes_emoji(town, "-1")
    if restarted:
        town.restart()
    assert town.post(1).state == "draft"
    town.later(days=1, hours=2)
    assert town.published() == []


@pytest.mark.parametrize("settings", ["approve_emoji = check"])
def test_who_approves_with_the_emoji_that_took_the_name_is_counted_at_once(town: Town) -> None:
    town.carol.says(LATER)
    makes_emoji(town, "check")
    town.alice.reacts(town.card_id(1), "check")
    assert {one["reaction_type"] for one in town.message(town.card_id(1))["reactions"]} >= {"realm_emoji"}
    assert town.post(1).state == "approved"
    town.restart()
    assert town.post(1).state == "approved"


@pytest.mark.parametrize("settings", ["veto_emoji = stop_it"])
def test_a_veto_stands_though_its_emoji_is_taken_away(town: Town) -> None:
    makes_emoji(town, "stop_it")
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.bob.reacts(town.card_id(1), "stop_it")
    assert town.post(1).state == "draft"
    takes_emoji_away(town, "stop_it")
    town.restart()
    assert town.post(1).state == "draft"
    mine = next(one for one in town.message(town.card_id(1))["reactions"] if one["user_id"] == town.bob.id)
    taken = {name: mine[name] for name in ("emoji_name", "emoji_code", "reaction_type")}
    town.bob.ok(town.bob.client.remove_reaction({"message_id": town.card_id(1), **taken}))
    town.settle()
    assert town.post(1).state == "approved"


def test_an_emoji_that_only_looks_like_the_approval_counts_nothing(town: Town) -> None:
    makes_emoji(town, "thumbs_up_2")
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1), "thumbs_up_2")
    assert town.post(1).state == "draft"


def test_an_alias_of_the_approval_is_the_approval(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1), "thumbs_up")
    assert town.post(1).state == "approved"
