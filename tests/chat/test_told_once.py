"""What the bot has to say is said once, however much was said since, and however the connection to Zulip breaks."""

from __future__ import annotations

from contextlib import suppress

from fuse import Crash, Cut, Fuse
from town import Town

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\n"
MANY = 55


def drafts(town: Town) -> None:
    """So many drafts that their cards fill more than a page."""
    for number in range(MANY):
        town.carol.writes(f"{LATER}Story {number}")


def test_an_answer_from_long_ago_is_not_said_again_at_the_next_start(town: Town) -> None:
    town.bob.says("@social help")
    drafts(town)
    town.settle()
    before = town.said()
    town.restart()
    assert town.said() == before


def test_a_card_that_was_said_just_before_the_end_is_known_though_many_follow(town: Town) -> None:
    draft = town.carol.says(f"{LATER}Hello")
    town.carol.edits(draft, f"{LATER}Hello all of you")
    fuse = Fuse(1, after=True)
    town.desk.chat = Cut(town.desk.chat, fuse, frozenset({"say"}))  # type: ignore[assignment]  # the same methods
    with suppress(Crash):
        town.later(minutes=1)  # the new card stands there, and nobody wrote down that it does
    assert fuse.burnt
    drafts(town)
    town.restart()
    town.later(minutes=1)
    assert len([one for one in town.said() if one.startswith("**#1** by")]) == 1
