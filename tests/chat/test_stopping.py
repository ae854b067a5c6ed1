"""Stopping what has been released already: whatever is not out by then stays in, whenever it would have come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from town import Town

from handlers.base import Outgoing, Published, Ticket


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


def test_what_is_not_held_cannot_be_resumed_and_its_state_is_said_in_words(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: yesterday\nHello")
    town.alice.says("@social resume 1")
    assert (
        "There is nothing to resume: #1 is not held, it is not yet ready (see its card)." in town.said()[-1]
    )


# -- cancelled while it is sent ------------------------------------------------------------------------------


class Meanwhile:
    """A platform during whose first sending something else happens."""

    def __init__(self, real: Any, happens: Callable[[], object]) -> None:
        self._real, self._happens = real, happens
        self._sent = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        """As the platform does it."""
        if not self._sent:
            self._sent = True
            self._happens()
        published: Published = self._real.send(outgoing, ticket)
        return published


def cancels_while_it_is_sent(town: Town) -> None:
    def cancel() -> None:
        town.carol.writes("@social cancel 1")
        town.listener.tick(town.now)

    real = town.desk.platforms["mastodon"]
    town.desk.platforms = {**town.desk.platforms, "mastodon": Meanwhile(real, cancel)}  # type: ignore[dict-item]  # the same methods
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))


def test_what_was_cancelled_while_it_was_sent_is_not_tried_again(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    cancels_while_it_is_sent(town)
    town.later(hours=1)
    assert town.published() == []
    assert town.deliveries(1)["mastodon"].state == "cancelled"
    assert [one for one in town.said() if "is not tried again there" in one]
    assert len([one for one in town.said() if "was cancelled while it was sent to Mastodon" in one]) == 1
    assert not any("waits" in one for one in town.said())


def test_what_was_cancelled_in_doubt_is_not_sent_when_it_is_not_there(town: Town) -> None:
    town.fault("mastodon", "reset-before", method="POST", path="/api/v1/statuses")
    cancels_while_it_is_sent(town)
    assert town.deliveries(1)["mastodon"].state in {"unknown", "pending", "cancelled"}
    for _ in range(6):
        town.later(minutes=2)
    assert town.published() == []
    assert town.deliveries(1)["mastodon"].state == "cancelled"


def test_what_came_out_although_it_was_cancelled_is_told_to_be_out(town: Town) -> None:
    cancels_while_it_is_sent(town)
    assert len(town.published()) == 1
    assert any("**#1** is out" in one for one in town.said())


def test_who_orders_it_again_after_cancelling_means_it(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    cancels_while_it_is_sent(town)
    town.later(hours=1)
    town.carol.says("@social retry 1")
    town.later(minutes=1)
    assert len(town.published()) == 1
