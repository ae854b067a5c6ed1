"""What is heard is dated when it is heard, however long the bot waited for it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from town import BOTH_KINDS, Town

pytestmark = BOTH_KINDS


@pytest.mark.parametrize("settings", ["grace = 30 s"])
def test_an_approval_after_a_long_silence_leaves_its_whole_grace(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    card = town.card_id(1)
    waiting = threading.Thread(target=lambda: town.listener.tick(town.now, block=True))
    waiting.start()
    town.world.clock.advance(timedelta(seconds=50))
    town.alice.ok(town.alice.client.add_reaction({"message_id": card, "emoji_name": "+1"}))
    waiting.join(30)
    assert not waiting.is_alive()
    approved = town.post(1).approved_at
    assert approved is not None
    assert town.now - approved < timedelta(seconds=5)
    town.settle()
    assert town.published() == [], "there is still time to hold it"
    town.later(seconds=31)
    assert len(town.published()) == 1
