"""Times, options and the week question as people write them in their own language, on Monday 23 November 2026."""

from __future__ import annotations

import pytest
from town import Town


def due(town: Town, number: int) -> str:
    """When a post is to go out, as the clocks of its author in Brussels or Oslo show it."""
    at = town.post(number).due_at
    return f"{at:%a %d %H:%M} UTC" if at else "never"


def test_a_draft_in_german_is_read_or_asked_about_and_never_public_text(town: Town) -> None:
    for options in (
        "an: mastodon\nam: Dienstag 14:00 Uhr",
        "an mastodon\nam Dienstag um 10 Uhr",
        "to: x\nat: 3. Dezember 9:30",
    ):
        town.carol.says(f"@social draft\n{options}\nGuten Tag")
    assert [due(town, number) for number in (1, 2, 3)] == [
        "Tue 24 13:00 UTC",
        "Tue 24 09:00 UTC",
        "Thu 03 08:30 UTC",
    ]
    town.alice.reacts(town.card_id(1))
    town.later(days=1, hours=5, minutes=1)
    assert [one["text"] for one in town.published()] == ["Guten Tag"]
    for options in (
        "an: mastodon\nam: Dienstag",
        "auf: mastodon\num: halb drei",
        "to: mastodon\nat: ma 9:00",
    ):
        town.carol.says(f"@social draft\n{options}\nGuten Abend, {len(options)}")
    assert [town.post(number).state for number in (4, 5, 6)] == ["broken"] * 3
    asked = [one.splitlines()[-1] for one in town.said()[-3:]]
    assert "At what time on Tuesday" in asked[0]
    assert "Is `um: halb drei` an option, or text?" in asked[1]
    assert "`ma` is Monday in Finnish, Norwegian, Danish and Dutch; Tuesday in French" in asked[2]


def test_a_post_is_moved_and_the_plan_asked_for_in_the_languages_of_the_people(town: Town) -> None:
    town.carol.says(
        "@social draft\nto: mastodon\nat: huomenna klo 14\nnot after: la 28.11. klo 12\nHyvää huomenta"
    )
    assert due(town, 1) == "Tue 24 13:00 UTC"
    assert f"{town.post(1).not_after:%a %d %H:%M}" == "Sat 28 11:00"
    town.carol.says("@social move 1 to torsdag 10:00")
    assert "goes out <time:2026-11-26T09:00:00Z>" in town.said()[-1]
    town.carol.says("@social move 1 to to 10:00")
    assert (
        "`to` is Thursday in Finnish, Swedish, Norwegian, Nynorsk and Danish; another word in English"
        in town.said()[-1]
    )
    for question in ("diese Woche", "mitä tällä viikolla?", "KW 48", "vad är planerat vecka 48?"):
        town.carol.says(f"@social {question}")
        assert "23–29 November" in town.said()[-1], question
        assert "Hyvää huomenta" in town.said()[-1], question
    town.carol.says("@social Was ist nächste Woche geplant?")
    assert "Nothing is planned" in town.said()[-1]
    assert due(town, 1) == "Thu 26 09:00 UTC"


@pytest.mark.parametrize("settings", ["languages = de"])
def test_a_community_of_one_language_is_asked_less(town: Town) -> None:
    town.carol.says("@social draft\nan: mastodon\nam: morgen 10:00\nGuten Tag")
    assert due(town, 1) == "Tue 24 09:00 UTC"
    town.carol.says("@social move 1 to torsdag 10:00")
    assert "I do not understand `torsdag`" in town.said()[-1]
    town.carol.says("@social vecka 48")
    assert "I did not understand which time you mean" in town.said()[-1]
