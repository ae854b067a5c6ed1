"""A retry long after: the files of a post are kept for some time only, and people are told what to do then."""

from __future__ import annotations

from datetime import timedelta

from town import Town, picture

from bot.actions.tidying import tidy


def refused(town: Town) -> str:
    """A post with a picture that Mastodon refused; the picture's address."""
    path = town.carol.uploads(picture(), "hall.png")
    town.carol.says(f"@social draft\nto: mastodon, x\nSee [the hall]({path})")
    town.fault("mastodon", "422", method="POST", path="/api/v1/statuses")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=2)
    assert town.deliveries(1)["mastodon"].state == "failed"
    assert town.deliveries(1)["x"].state == "published"
    return path


def test_a_retry_without_its_files_says_which_is_missing_and_how_to_start_anew(town: Town) -> None:
    refused(town)
    town.world.clock.advance(timedelta(days=20))
    for file in [
        one for one in town.desk.store.root.iterdir() if one.is_file()
    ]:  # as it is tidied, by the system's own clock
        file.unlink()
    town.settle()
    town.carol.says("@social retry 1")
    answer = town.said()[-1]
    assert "hall.png" in answer
    assert "`copy 1`" in answer
    assert town.deliveries(1)["mastodon"].state == "failed"
    assert "by an error" not in answer
    town.carol.says("@social copy 1")
    assert "hall.png" in town.card(2)
    town.alice.reacts(town.card_id(2))
    town.later(minutes=2)
    assert "See" in str(town.published("mastodon")[0]["text"])


def test_a_retry_soon_after_has_its_files(town: Town) -> None:
    refused(town)
    town.world.clock.advance(timedelta(days=10))
    tidy(town.desk, town.now)
    town.settle()
    town.alice.says("@social retry 1")  # so late, an approver
    town.later(minutes=2)
    assert town.deliveries(1)["mastodon"].state == "published"
