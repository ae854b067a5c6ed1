"""What people wrote while the bot was away is read before anything goes out that was due meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Stand = Any
Process = Any


@pytest.mark.parametrize("order", ["cancel 1", "hold 1"])
def test_an_order_from_meanwhile_counts_before_what_is_due(
    stand: Stand, run: Callable[[], Process], order: str
) -> None:
    carol, alice = stand.person("carol"), stand.person("alice")
    process = run().listens()
    carol.says("@social draft\nto: mastodon\nat: in 30 minutes\nNot to be said")
    alice.reacts(alice.hears(r"\*\*#1\*\* by"))
    alice.hears("is approved by Alice")
    process.dies()
    carol.says(f"@social {order}")
    stand.later(35 * 60)
    stand.fault("zulip", "delay", path="private", delay_s=3)  # Zulip takes its time to tell what was written
    process = run().listens()
    carol.says("@social show 1")
    alice.hears("withdrawn|held")
    assert stand.published("mastodon") == []
    assert process.stops() == 0
