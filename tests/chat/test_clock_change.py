"""Summer time begins or ends between the draft and its time, or a clock that was ahead is put right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from town import Town

OSLO = "timezone = Europe/Oslo\nslots = Mon 10:00"


@pytest.mark.parametrize("settings", [OSLO])
@pytest.mark.parametrize("at", ["monday 10:00", "next"])
@pytest.mark.parametrize(
    "friday, due",
    [
        (datetime(2027, 3, 26, 9, 0, tzinfo=UTC), datetime(2027, 3, 29, 8, 0, tzinfo=UTC)),
        (datetime(2027, 10, 29, 9, 0, tzinfo=UTC), datetime(2027, 11, 1, 9, 0, tzinfo=UTC)),
    ],
    ids=["summer-begins", "summer-ends"],
)
def test_the_hour_that_was_written_is_kept_over_the_change(
    town: Town, at: str, friday: datetime, due: datetime
) -> None:
    town.world.clock.to(friday)
    town.settle()
    town.carol.says(f"@social draft\nto: mastodon\nat: {at}\nHello")
    assert town.post(1).due_at == due
    town.alice.reacts(town.card_id(1))
    town.later(seconds=(due - town.now).total_seconds() - 60)
    assert town.published() == []
    town.later(seconds=61)
    assert len(town.published()) == 1


@pytest.mark.parametrize("settings", ["grace = 10 min"])
def test_what_was_approved_by_a_clock_that_was_ahead_goes_out_when_it_was_put_right(town: Town) -> None:
    town.world.clock.advance(timedelta(hours=5))
    town.settle()
    town.carol.says("@social draft\nto: mastodon\nNow, by a clock that is five hours ahead")
    town.alice.reacts(town.card_id(1))
    town.carol.says("@social draft\nto: mastodon\nat: 2026-11-23 14:00 UTC\nAt two, whatever the clock said")
    town.alice.reacts(town.card_id(2))
    town.world.clock.advance(-timedelta(hours=5))
    town.settle()
    assert town.published() == [], "there is still time to hold it"
    town.later(minutes=11)
    assert [one["text"][:3] for one in town.published()] == ["Now"]
    town.later(hours=5, minutes=50)
    assert len(town.published()) == 2


@pytest.mark.parametrize("settings", [""])
def test_a_wait_that_was_reckoned_by_a_clock_that_was_ahead_is_no_longer_than_it_was(town: Town) -> None:
    town.world.clock.advance(timedelta(hours=5))
    town.settle()
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    town.world.clock.advance(-timedelta(hours=5))
    town.settle()
    town.later(minutes=20)
    town.later(minutes=20)
    assert len(town.published()) == 1
