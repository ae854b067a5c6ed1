"""One message makes one post, and what stands behind a second `@social draft` in it is never published."""

from __future__ import annotations

import pytest
from town import Town

SECOND = (
    "@**Social** draft\nSecret",
    "@_**Social** draft Secret",
    "@social draft Secret",
    "> @social draft Secret",
    "- @**Social** draft Secret",
    "**@social draft** Secret",
    "and @**Social** please draft Secret",
    "@**Social**\ndraft Secret",
)


@pytest.mark.parametrize("settings", ["open_drafts = 50\ndrafts_an_hour = 50\ndrafts_a_minute = 50"])
def test_a_second_draft_in_one_message_is_a_mistake_that_nobody_can_approve(town: Town) -> None:
    for number, second in enumerate(SECOND, 1):
        town.carol.says(f"@social draft\nHello\n{second}")
        card = town.card(number)
        assert "⛔" in card, second
        assert "One message makes one post" in card, second
        town.alice.reacts(town.card_id(number))
        town.alice.says(f"@social approve {number}")
        assert town.post(number).state == "broken", second
    assert town.published() == []
