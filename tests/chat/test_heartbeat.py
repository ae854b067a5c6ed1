"""A plan tells that the bot is alive, also when there is nothing on it."""

from __future__ import annotations

from datetime import timedelta

from town import Town


def beat(town: Town, question: str = "what is scheduled this week?") -> str:
    town.carol.says(f"@social {question}")
    return town.said()[-1].splitlines()[-1]


def test_a_week_without_posts_shows_that_silence_is_not_death(town: Town) -> None:
    line = beat(town)
    assert line.startswith("*💓 I have listened since <time:2026-11-23T08:00:0")
    assert "nothing went out yet" in line
    assert "nothing is approved to go out next" in line
    town.later(days=8)
    assert "since <time:2026-11-23T08:00:0" in beat(town, "next week")


def test_it_names_what_went_out_last_and_what_goes_out_next(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    for number, day in ((2, "2026-12-11"), (3, "2026-12-10")):
        town.carol.says(f"@social draft\nto: mastodon\nat: {day} 10:00 UTC\nLater {number}")
    assert "nothing is approved" in beat(town)
    for number in (2, 3):
        town.alice.reacts(town.card_id(number))
    line = beat(town, "queue")
    assert "last out: #1 <time:2026-11-23T08:0" in line
    assert "next: #3 <time:2026-12-10T10:00:00Z>" in line


def test_after_a_gap_it_says_since_when_it_hears_again(town: Town) -> None:
    town.stop()
    town.world.clock.advance(timedelta(days=2))
    town.start()
    assert "I have listened since <time:2026-11-25T08:00:0" in beat(town)


def test_a_plan_that_is_too_long_keeps_it(town: Town) -> None:
    for number in range(45):
        town.carol.writes(
            f"@social draft\nto: mastodon\nat: 2026-11-26 10:{number:02} UTC\n{'words and ' * 9}{number}"
        )
    town.settle(60)
    town.desk.chat.directory.max_length = 3000
    town.carol.says("@social this week")
    said = town.said()[-1]
    assert "more lines" in said
    assert said.splitlines()[-1].startswith("*💓 I have listened since")
    assert len(said) <= 3000
