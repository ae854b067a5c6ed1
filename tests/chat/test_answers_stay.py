"""An answer that was kept for the next start is said where it was asked for, or not at all."""

from __future__ import annotations

from contextlib import suppress

import pytest
from fuse import Crash, Cut, Fuse
from town import BOTH_KINDS, Town

from bot.sandbox.zulip.rows import Channel

pytestmark = BOTH_KINDS

SECRET = "Nobody may know yet"
DRAFT = f"@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\n{SECRET}"


@pytest.fixture
def lounge(town: Town) -> Channel:
    """Another channel, which many people read."""
    organisation = town.sandbox.zulip.core.organisation
    bot = organisation.by_email(town.bot_email)
    assert bot is not None
    town.sandbox.zulip.add_channel("lounge", [*map(town.row, town.people.values()), bot])
    town.settle()
    channel = organisation.channel_named("lounge")
    assert channel is not None
    return channel


def asks_and_the_bot_ends(town: Town) -> int:
    """The answer is written down; the process ends before it is said."""
    town.carol.says(DRAFT)
    asked = town.bob.writes("@social show 1")
    fuse = Fuse(1, after=False)
    town.desk.chat = Cut(town.desk.chat, fuse, frozenset({"say"}))  # type: ignore[assignment]  # the same methods
    with suppress(Crash):
        town.settle()
    assert fuse.burnt
    return asked


def test_an_answer_is_not_said_in_the_channel_to_which_the_question_was_moved(
    town: Town, lounge: Channel
) -> None:
    asked = asks_and_the_bot_ends(town)
    request = {"message_id": asked, "stream_id": lounge.stream_id, "propagate_mode": "change_one"}
    town.owner.ok(town.owner.client.update_message(request))
    town.restart()
    assert not [
        one
        for one in town.channel("lounge")
        if one["sender_email"] == town.bot_email and SECRET in one["content"]
    ]


def test_an_answer_that_was_not_said_is_said_at_the_next_start(town: Town) -> None:
    asks_and_the_bot_ends(town)
    before = len([one for one in town.said() if "Reactions count on" in one])
    town.restart()
    after = len([one for one in town.said() if "Reactions count on" in one])
    assert (before, after) == (0, 1)
