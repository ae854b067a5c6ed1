"""The bot is taken out of its channel, or the channel from it: nothing is concluded, nothing lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from town import BOTH_KINDS, EVERY_KIND, Town

from bot.chat import ChatError
from bot.sandbox.zulip.rows import Channel, Person

pytestmark = BOTH_KINDS

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"


AWHILE = timedelta(seconds=6)


def channel(town: Town) -> Channel:
    """The bot's channel as the stand-in knows it."""
    return town.sandbox.zulip.core.organisation.channels[town.desk.chat.home]


def bot(town: Town) -> Person:
    """The bot as the stand-in knows it."""
    return next(
        one for one in town.sandbox.zulip.core.organisation.people.values() if one.email == town.bot_email
    )


@pytest.fixture(params=["public", "private"])
def kind(request: pytest.FixtureRequest, town: Town) -> str:
    """The bot's channel is public, or private."""
    if request.param == "private":
        zulip = town.sandbox.zulip
        place = channel(town)
        place.private, place.history_public = True, True
        zulip.save(place)
    return str(request.param)


@pytest.mark.usefixtures("kind")
def test_a_bot_that_was_taken_out_of_its_channel_concludes_nothing(town: Town) -> None:
    zulip, place = town.sandbox.zulip, channel(town)
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.world.clock.to(town.post(1).due_at)  # type: ignore[arg-type]  # it has a time
    zulip.unsubscribe(place, bot(town))
    for step in (town.publisher.tick, town.listener.tick, town.publisher.tick):  # before it heard, and after
        with suppress(ChatError):
            step(town.now)
    assert town.published() == []
    assert town.post(1).state == "approved"
    town.bob.writes("@social draft\nto: mastodon\nat: friday 10:00\nSecond")
    town.world.clock.advance(timedelta(minutes=5))
    town.settle()
    assert town.published() == []
    zulip.subscribe(place, bot(town))
    town.world.clock.advance(AWHILE)
    town.settle()
    assert [one["text"] for one in town.published()] == ["Hello"]
    assert "Second" in town.card(2)
    assert any("back" in one for one in town.said())


@pytest.mark.usefixtures("kind")
def test_a_bot_that_starts_outside_of_its_channel_concludes_nothing(town: Town) -> None:
    zulip, place = town.sandbox.zulip, channel(town)
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.stop()
    zulip.unsubscribe(place, bot(town))
    town.start()
    town.settle()
    assert town.post(1).state == "approved"
    town.later(days=1, hours=1.9)
    assert town.published() == []
    zulip.subscribe(place, bot(town))
    town.settle()
    assert town.post(1).state == "approved"
    town.later(minutes=10)
    assert [one["text"] for one in town.published()] == ["Hello"]
    assert draft


@pytest.mark.usefixtures("kind")
def test_orders_while_the_bot_is_out_of_its_channel_get_an_honest_answer(town: Town) -> None:
    zulip, place = town.sandbox.zulip, channel(town)
    town.carol.says(LATER)
    zulip.unsubscribe(place, bot(town))
    town.settle()
    town.carol.whispers("queue")
    assert "not in" in town.whispered(town.carol)[-1]
    assert town.post(1).state == "draft"


def test_a_channel_that_is_renamed_is_followed_even_over_a_restart(town: Town) -> None:
    town.carol.says(LATER)
    town.sandbox.zulip.rename(channel(town), "public-relations")
    town.stop()
    town.start()
    town.settle()
    town.alice.reacts(
        max(one["id"] for one in town.channel("public-relations") if one["content"].startswith("**#1** by"))
    )
    assert town.post(1).state == "approved"
    town.carol.says("@social help", channel="public-relations")
    assert any("draft" in one["content"] for one in town.channel("public-relations")[-2:])


@EVERY_KIND
def test_an_archived_channel_withdraws_nothing_and_lets_nothing_out(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.world.clock.to(town.post(1).due_at)  # type: ignore[arg-type]  # it has a time
    town.sandbox.zulip.archive(channel(town))
    for step in (town.publisher.tick, town.listener.tick, town.publisher.tick):
        with suppress(ChatError):
            step(town.now)
    assert town.published() == []
    assert town.post(1).state == "approved"
