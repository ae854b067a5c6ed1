"""A stop behind other words and a plain mention is heard: obeyed, or asked about while the post waits."""

from __future__ import annotations

from town import Town

DRAFT = "@social draft\nto: mastodon\nat: 2026-11-23 10:30\nHello world, this is number {}."


def test_a_stop_behind_a_plain_mention_is_never_met_by_silence(town: Town) -> None:
    for number in (1, 2):
        town.carol.says(DRAFT.format(number))
        town.alice.reacts(town.card_id(number))
    town.bob.says("Sorry.\n@social hold 1")
    assert town.post(1).state == "held"
    town.bob.says("I am not sure, @social cancel 2")
    assert "**#2** waits until" in town.messages()[-1]["content"]
    town.later(hours=1, minutes=31)
    assert [one["text"] for one in town.published()] == ["Hello world, this is number 2."]
