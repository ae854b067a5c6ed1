"""What the service says of itself: each cause once, once that it is over, and a restart repeats nothing."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from town import Town, picture

from bot import health
from bot.actions.alarming import ALARM, Watch
from storage import cursors

ROOMY = 1 << 40


def look(town: Town) -> health.Health:
    with town.database.reading() as session:
        return health.look(session, town.now)


def watch(town: Town, by: Watch, minutes: int = 3) -> None:
    """The watch looks around for some minutes."""
    for _ in range(2 * minutes):
        town.world.clock.advance(timedelta(seconds=30))
        by.round(town.now)
        town.settle()


def told(town: Town) -> list[str]:
    return town.said("social")


def test_a_disk_that_runs_full_is_told_once_and_so_is_that_there_is_room(town: Town) -> None:
    free = 100 << 20
    watch(town, Watch(town.desk, lambda _folder: free))
    (said,) = told(town)
    assert "nearly full (100 MiB are left)" in said
    assert not look(town).well
    assert "FAIL The bot's disk is nearly full" in health.as_text(look(town))
    town.restart()
    by = Watch(town.desk, lambda _folder: free)
    watch(town, by)
    assert len(told(town)) == 1
    free = ROOMY
    watch(town, by)
    assert told(town)[1:] == ["✔ There is room on the bot's disk again."]
    assert look(town).well
    free = 0
    watch(town, by)
    assert len(told(town)) == 3, "the next time is a cause of its own"


def test_what_is_due_and_not_out_is_told_once_and_so_is_that_it_is(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: 2026-11-23 09:00 UTC\nHello")
    town.alice.reacts(town.card_id(1))
    town.world.clock.advance(timedelta(hours=1, minutes=20))
    by = Watch(town.desk, lambda _folder: ROOMY)
    for _ in range(4):
        town.world.clock.advance(timedelta(seconds=30))
        by.round(town.now)  # the publisher hangs
    found = look(town)
    assert found.stuck
    assert set(found.alarms) == {"due"}
    watch(town, by)
    said = [one for one in told(town) if "I was away" not in one]
    assert "has been due since <time:2026-11-23T09:00:00Z>" in said[0]
    assert said[1:] == ["✔ Nothing is overdue any more."]
    assert len(town.published()) == 1
    assert look(town).well


def test_a_short_wait_alarms_nobody(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: 2026-11-23 09:00 UTC\nHello")
    town.alice.reacts(town.card_id(1))
    by = Watch(town.desk, lambda _folder: ROOMY)
    town.world.clock.advance(timedelta(hours=1, minutes=20))
    by.round(town.now)
    town.settle()
    watch(town, by)
    assert not any("due" in one for one in told(town))


def test_who_was_away_for_long_says_so_once(town: Town) -> None:
    town.later(minutes=1)
    town.stop()
    town.world.clock.advance(timedelta(hours=2))
    town.start()
    by = Watch(town.desk, lambda _folder: ROOMY)
    town.settle()
    watch(town, by)
    (said,) = told(town)
    assert said.startswith("I was away from <time:2026-11-23T08:01:")
    assert "to <time:2026-11-23T10:01:" in said
    town.restart()
    watch(town, Watch(town.desk, lambda _folder: ROOMY))
    assert len(told(town)) == 1


def test_a_copy_that_takes_over_was_not_away(town: Town) -> None:
    by = Watch(town.desk, lambda _folder: ROOMY)
    for _ in range(5):
        town.later(hours=1)  # another one listens
        by.stand_by()
    watch(town, by)
    assert told(town) == []


@contextmanager
def locked(town: Town) -> Iterator[None]:
    """Another program holds the database."""
    with closing(sqlite3.connect(str(town.database.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full_disk(town: Town) -> Iterator[None]:
    """No file of this process may grow."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("trouble", [locked, full_disk])
def test_a_database_that_cannot_be_written_is_told_in_the_chat_once_and_when_it_is_over(
    town: Town, trouble: object
) -> None:
    by = Watch(town.desk, lambda _folder: ROOMY)
    by.round(town.now)
    with trouble(town):  # type: ignore[operator]  # one of the two above
        by.round(town.now)
        assert told(town) == [], "it may pass"
        town.world.clock.advance(timedelta(seconds=61))
        by.round(town.now)
        (said,) = told(town)
        assert "cannot write anything down at present" in said
        if trouble is full_disk:
            after_a_restart = Watch(town.desk, lambda _folder: ROOMY)
            for _ in range(3):
                after_a_restart.round(town.now)
                town.world.clock.advance(timedelta(seconds=61))
            assert len(told(town)) == 1
    by.round(town.now)
    town.settle()
    assert told(town)[1:] == [
        "✔ The bot can write things down again. What was written here meanwhile is read now."
    ]


MISSPELT = "approvers = group: social-aprovers\nveto_emoji = thumbs_dwon"


@pytest.mark.parametrize("settings", [MISSPELT])
def test_a_misspelt_group_and_emoji_are_told_and_logged_and_that_they_are_found(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    by = Watch(town.desk)
    watch(town, by)
    who, emoji = told(town)
    assert "⚠ The bot's configuration names people or groups that are not here:" in who
    assert "social-aprovers" in who
    assert "no emoji called `thumbs_dwon`" in emoji
    logged = [one.getMessage() for one in caplog.records if getattr(one, "action", "").startswith("alarm_")]
    assert [f"⚠ {one}" for one in logged] == [who, emoji]
    assert not look(town).well
    assert "FAIL The bot's configuration names" in health.as_text(look(town))
    town.restart()
    watch(town, Watch(town.desk))
    assert len(told(town)) == 2
    town.sandbox.zulip.add_group("social-aprovers", [town.row(town.alice)])
    town.sandbox.zulip.add_emoji("thumbs_dwon", picture())
    town.restart()
    watch(town, Watch(town.desk))
    assert all(one.startswith("✔") for one in told(town)[2:])
    assert len(told(town)) == 4
    assert look(town).well


@pytest.mark.parametrize("settings", ["approvers = people: Alice, Bobb"])
def test_one_misspelt_name_among_the_approvers_is_told_and_another_is_another_cause(town: Town) -> None:
    watch(town, Watch(town.desk))
    (said,) = told(town)
    assert "nobody here is Bobb (see `approvers` in zuliprc)" in said
    with town.database.transaction() as session:  # as after a start with another slip
        cursors.write(session, ALARM + "who", "2026-11-23T08:00:00+00:00|other words")
    watch(town, Watch(town.desk))
    assert len(told(town)) == 2
