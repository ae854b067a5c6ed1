"""Stopping what has been released already: whatever is not out by then stays in, whenever it would have come."""

from __future__ import annotations

import pytest
from town import Town


@pytest.fixture
def level() -> int:
    """What is sent when has nothing to do with the kind of server."""
    return 512


@pytest.mark.parametrize("settings", ["grace = 10 min\n[linkedin] approvals = 2"])
def test_an_account_that_is_approved_later_has_its_own_grace(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=11)
    assert [one["service"] for one in town.published()] == ["mastodon"]
    town.bob.reacts(town.card_id(1))
    town.later(minutes=9)
    assert len(town.published()) == 1
    town.later(minutes=2)
    assert [one["service"] for one in town.published()] == ["mastodon", "linkedin"]


@pytest.mark.parametrize("settings", ["grace = 10 min\n[linkedin] approvals = 2"])
def test_within_the_grace_it_can_still_be_called_back(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=11)
    town.bob.reacts(town.card_id(1))
    town.bob.says("@social cancel 1")
    town.later(minutes=30)
    assert [one["service"] for one in town.published()] == ["mastodon"]
    assert town.deliveries(1)["linkedin"].state == "cancelled"
