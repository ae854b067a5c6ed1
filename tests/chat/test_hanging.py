"""A platform whose answer never comes: the post is in doubt after its lease, and everything else goes on."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from sqlmodel import select
from test_youtube import film
from town import Town
from typing_extensions import override

from bot.hands import Hands
from bot.publisher import Publisher
from handlers.base import Outgoing, Published, Rejected, Standing, Ticket, must_hold
from handlers.mastodon import Mastodon
from handlers.registry import PLATFORMS
from handlers.youtube import YouTube
from storage.models import Staged
from storage.states import DeliveryState, StagedState

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


class Stuck(YouTube):
    """The first piece of work that brings a video there hangs."""

    gate = threading.Event()
    hang = True
    woken: ClassVar[list[str]] = []

    @override
    def stage(self, outgoing: Outgoing, ticket: Ticket) -> None:
        if Stuck.hang:
            Stuck.hang = False
            Stuck.gate.wait(60)
            try:
                must_hold()
            except Exception as error:
                Stuck.woken.append(type(error).__name__)
                raise
        super().stage(outgoing, ticket)


class Speechless(Mastodon):
    """The first check of the account hangs, and says at last that nobody knows the token."""

    gate = threading.Event()
    checks = 0

    @override
    def check(self) -> Standing:
        Speechless.checks += 1
        if Speechless.checks == 1:
            Speechless.gate.wait(60)
            raise Rejected("Nobody knows this token.")
        return super().check()


def begun_anew(town: Town, registry: dict[str, Any]) -> list[float]:
    """The bot with these platforms; returns the clock that nobody sets."""
    at = [0.0]
    town.stop()
    town.start({**PLATFORMS, **registry})
    town.publisher = Publisher(town.desk, ticks=lambda: at[0])
    return at


def test_a_preparation_that_hangs_is_given_up_and_another_one_goes_on(town: Town) -> None:
    Stuck.gate.clear()
    Stuck.hang, Stuck.woken = True, []
    ticks = begun_anew(town, {"youtube": Stuck})
    path = town.carol.uploads(film(), "talk.mp4")
    town.carol.writes(
        f"@social draft\nto: youtube\nat: tomorrow 10:00 UTC\ntitle: T\nTests\n[A talk]({path})"
    )
    step(town)
    town.alice.ok(town.alice.client.add_reaction({"message_id": town.card_id(1), "emoji_name": "+1"}))
    try:
        for _ in range(26):  # until it is near enough to be brought there
            if not Stuck.hang:
                break
            town.world.clock.advance(timedelta(hours=1))
            step(town)
        assert not Stuck.hang
        town.world.clock.advance(timedelta(seconds=LEASE_S + 1))
        step(town)
        assert staged(town) == [StagedState.STAGING], "the clock was only moved"
        ticks[0] += LEASE_S + 1
        step(town)

        def prepared() -> bool:
            step(town)
            return staged(town) == [StagedState.STAGED]

        wait_for(prepared)
    finally:
        Stuck.gate.set()
    wait_for(lambda: bool(Stuck.woken))
    assert Stuck.woken == ["Moved"], "it wakes, and may not do anything"
    assert staged(town) == [StagedState.STAGED]


def staged(town: Town) -> list[str]:
    with town.database.reading() as session:
        return list(session.exec(select(Staged.state)))


def test_a_check_that_hangs_is_given_up_and_counts_no_more_when_it_wakes(town: Town) -> None:
    Speechless.gate.clear()
    Speechless.checks = 0
    ticks = begun_anew(town, {"mastodon": Speechless})
    try:
        town.publisher.acquaint()
        wait_for(lambda: Speechless.checks == 1)
        step(town)
        town.publisher.acquaint()
        assert Speechless.checks == 1, "one at a time"
        ticks[0] += LEASE_S + 1
        step(town)
        town.publisher.acquaint()
        wait_for(lambda: "mastodon" in town.desk.known.fresh(town.now, trusted=False))
        town.publisher.settle()
    finally:
        Speechless.gate.set()
    threads = [one for one in threading.enumerate() if one.name == "deliver"]
    for one in threads:
        one.join(10)
    assert Speechless.checks == 2
    assert town.desk.troubles == {}


def wait_for(what: Any) -> None:
    rest = threading.Event()
    for _ in range(500):
        if what():
            return
        rest.wait(0.01)
    raise AssertionError("it did not happen")
