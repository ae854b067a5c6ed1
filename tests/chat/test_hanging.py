"""A platform whose answer never comes: the post is in doubt after its lease, and everything else goes on."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from town import Town
from typing_extensions import override

from bot.hands import Hands
from bot.publisher import Publisher
from handlers.base import Outgoing, Published, Ticket, must_hold
from handlers.mastodon import Mastodon
from handlers.registry import PLATFORMS
from storage.states import DeliveryState

LEASE_S = 300


class Hanging(Mastodon):
    """As if the name service never answered: there is no connection yet that could be shut."""

    gate = threading.Event()
    hang = True
    woken: ClassVar[list[str]] = []

    @override
    def send(self, outgoing: Outgoing, ticket: Ticket) -> Published:
        if Hanging.hang:
            Hanging.hang = False
            Hanging.gate.wait(60)
            try:
                must_hold()
                ticket.save({"late": True})
            except Exception as error:
                Hanging.woken.append(type(error).__name__)
                raise
        return super().send(outgoing, ticket)


@pytest.fixture
def ticks(town: Town) -> Any:
    """The clock that nobody sets, set by the test; and the bot anew, with an account that hangs."""
    Hanging.gate.clear()
    Hanging.hang, Hanging.woken = True, []
    at = [0.0]
    town.stop()
    town.start({**PLATFORMS, "mastodon": Hanging})
    town.publisher = Publisher(town.desk, ticks=lambda: at[0])
    yield at
    Hanging.gate.set()


def step(town: Town) -> None:
    """As the loop steps: nothing under way is waited for."""
    for _ in range(3):
        town.listener.tick(town.now)
        town.publisher.tick(town.now)


def test_what_hangs_is_in_doubt_after_its_lease_and_nobody_waits_for_it(
    town: Town, ticks: list[float]
) -> None:
    for text in ("The first workshop.", "Another course."):
        town.carol.writes(f"@social draft\nto: mastodon\n{text}")
    step(town)
    for number in (1, 2):
        town.alice.ok(
            town.alice.client.add_reaction({"message_id": town.card_id(number), "emoji_name": "+1"})
        )
    step(town)
    assert town.deliveries(1)["mastodon"].state == DeliveryState.SENDING
    town.world.clock.advance(timedelta(seconds=LEASE_S + 1))
    step(town)
    assert town.deliveries(1)["mastodon"].state == DeliveryState.SENDING, "the clock was only moved"
    ticks[0] += LEASE_S + 1
    step(town)
    assert town.deliveries(1)["mastodon"].state == DeliveryState.UNKNOWN
    for _ in range(3):
        town.world.clock.advance(timedelta(seconds=30))
        town.settle()
    assert len(town.published("mastodon")) == 2, (
        "the first was looked for and sent anew, the second did not wait"
    )
    Hanging.gate.set()
    wait_for(lambda: bool(Hanging.woken))
    assert Hanging.woken == ["Moved"], "it wakes, and may not do anything"
    town.settle()
    assert len(town.published("mastodon")) == 2


def test_a_place_that_is_given_up_is_free_again() -> None:
    at, gate, done = [0.0], threading.Event(), threading.Event()
    hands = Hands(1, 10, lambda: at[0])
    hung = hands.submit(gate.wait, 60)
    waiting = hands.submit(done.set)
    assert not hands.lost(hung, "sign")
    at[0] = 11
    assert hands.lost(hung, "sign")
    assert done.wait(5)
    gate.set()
    hung.result(5)
    assert [hands.submit(int).result(5) for _ in range(3)] == [0, 0, 0]
    assert waiting.done()


def test_what_shows_signs_of_life_is_not_given_up() -> None:
    at, gate = [0.0], threading.Event()
    hands = Hands(1, 10, lambda: at[0])
    hung = hands.submit(gate.wait, 60)
    for turn in range(5):
        at[0] += 8
        assert not hands.lost(hung, turn)
    at[0] += 11
    assert hands.lost(hung, 4)
    gate.set()


def wait_for(what: Any) -> None:
    rest = threading.Event()
    for _ in range(500):
        if what():
            return
        rest.wait(0.01)
    raise AssertionError("it did not happen")
