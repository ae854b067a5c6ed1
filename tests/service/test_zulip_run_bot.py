"""`zulip-run-bot social --registry --config-file zuliprc` runs the same service, reactions and edits included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Stand = Any
Start = Any


@pytest.fixture
def zulip_run_bot(away: Stand, start: Start) -> Callable[[], Any]:
    """Starts it as its own module: the same as the command of that name."""
    words = ("social", "--registry", "--config-file", away.config)
    return lambda: start(*words, module="zulip_bots.run")


def test_it_follows_drafts_edits_and_reactions_and_stops_when_told(
    stand: Stand, zulip_run_bot: Callable[[], Any]
) -> None:
    stand.write(gather="0")
    bot = zulip_run_bot().listens()
    carol, alice = stand.person("carol"), stand.person("alice")
    draft = carol.says("@social draft\nto: mastodon\nHello from zulip-run-bot")
    alice.hears(r"\*\*#1\*\* by")
    carol.edits(draft, "@social draft\nto: mastodon\nHello again from zulip-run-bot")
    alice.reacts(alice.hears("Hello again"))
    carol.hears("is out")
    assert stand.published("mastodon") == ["Hello again from zulip-run-bot"]
    assert bot.stops() == 0
    assert "Traceback" not in bot.said
    assert "Running social Bot" in bot.output


def test_a_bad_configuration_ends_it_with_the_lines(stand: Stand, zulip_run_bot: Callable[[], Any]) -> None:
    stand.write(approvals="none")
    bot = zulip_run_bot()
    assert bot.ends() == 3
    assert "needs correcting" in bot.said
    assert "approvals" in bot.said
