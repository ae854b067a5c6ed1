"""Summer time begins or ends between the draft and its time: it goes out at the hour that people wrote."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from town import Town

OSLO = "timezone = Europe/Oslo\nslots = Mon 10:00"
pytestmark = [
    pytest.mark.parametrize("settings", [OSLO]),
    pytest.mark.parametrize("level", [512], ids=["zulip-13"]),
]


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
