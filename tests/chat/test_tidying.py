"""Files go some days after their post ended, and never before."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest
from town import Town, picture

from bot.actions.tidying import KEPT, tidy
from storage.models import Staged
from storage.states import StagedState

A_WHILE = KEPT + timedelta(hours=1)


def draft(town: Town, *, at: str = "") -> None:
    path = town.carol.uploads(picture(), "hall.png")
    when = f"at: {at}\n" if at else ""
    town.carol.says(f"@social draft\nto: mastodon\n{when}alt: a hall\nSee our hall [hall]({path})")


def unused(town: Town) -> None:
    """Nobody touched any file for two days."""
    then = time.time() - 2 * 86400
    for one in town.desk.store.root.iterdir():
        os.utime(one, (then, then))


def files(town: Town) -> int:
    return len([one for one in town.desk.store.root.iterdir() if one.is_file()])


def test_a_file_goes_some_days_after_its_post_went_out(town: Town) -> None:
    draft(town)
    town.alice.reacts(town.card_id(1))
    town.later(minutes=2)
    assert len(town.published("mastodon")) == 1
    unused(town)
    assert tidy(town.desk, town.now).files == 0
    town.world.clock.advance(A_WHILE)
    assert tidy(town.desk, town.now).files == 1
    assert files(town) == 0


def test_an_expired_post_that_is_given_a_new_time_still_has_its_file(town: Town) -> None:
    draft(town, at="tomorrow 10:00 UTC")
    town.later(days=1, hours=4)
    assert town.post(1).state == "expired"
    unused(town)
    tidy(town.desk, town.now)
    town.carol.says("@social now 1")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=2)
    assert [len(one["media"]) for one in town.published("mastodon")] == [1]


def test_an_approved_post_keeps_its_file_however_long_it_waits(town: Town) -> None:
    draft(town, at="2027-01-20 10:00")
    town.alice.reacts(town.card_id(1))
    town.world.clock.advance(A_WHILE)
    unused(town)
    assert tidy(town.desk, town.now).files == 0
    assert files(town) == 1


def test_the_files_of_what_nobody_approved_go_and_a_copy_fetches_them_again(town: Town) -> None:
    """Strangers' pictures do not stay for ever; the text does, and who approves late is told what to do."""
    draft(town, at="2027-01-20 10:00")
    unused(town)
    assert tidy(town.desk, town.now).files == 0
    town.world.clock.advance(A_WHILE)
    assert tidy(town.desk, town.now).files == 1
    town.alice.reacts(town.card_id(1))
    town.settle()
    assert town.post(1).state == "draft"
    told = [one for one in town.said() if "cannot be approved as it is" in one]
    assert len(told) == 1
    assert "“hall.png”" in told[0]
    assert "`copy 1`" in told[0]
    town.bob.reacts(town.card_id(1))
    town.settle()
    assert len([one for one in town.said() if "cannot be approved as it is" in one]) == 1
    town.carol.says("@social copy 1")
    assert files(town) == 1
    town.alice.reacts(town.card_id(2))
    town.later(minutes=2)
    assert [len(one["media"]) for one in town.published("mastodon")] == [1]


@pytest.mark.parametrize("settings", ["keep_files = 2d"])
def test_how_long_they_stay_is_configured(town: Town) -> None:
    draft(town)
    unused(town)
    town.world.clock.advance(timedelta(days=1, hours=23))
    assert tidy(town.desk, town.now).files == 0
    town.world.clock.advance(timedelta(hours=2))
    assert tidy(town.desk, town.now).files == 1


def test_a_withdrawn_post_keeps_its_file_only_for_a_while(town: Town) -> None:
    draft(town)
    town.carol.says("@social cancel 1")
    unused(town)
    assert tidy(town.desk, town.now).files == 0
    town.world.clock.advance(A_WHILE)
    assert tidy(town.desk, town.now).files == 1


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_a_delivery_in_doubt_keeps_its_file_and_a_failed_one_for_a_while(town: Town, state: str) -> None:
    draft(town)
    town.alice.reacts(town.card_id(1))
    town.later(minutes=2)
    with town.database.transaction() as session:
        delivery = session.merge(town.deliveries(1)["mastodon"])
        delivery.state = state
        delivery.lease_until = None
    unused(town)
    assert tidy(town.desk, town.now).files == 0
    assert tidy(town.desk, town.now + A_WHILE).files == (1 if state == "failed" else 0)


def test_what_is_prepared_ahead_keeps_its_file(town: Town) -> None:
    draft(town)
    town.carol.says("@social cancel 1")
    with town.database.transaction() as session:
        session.add(
            Staged(
                post_id=1,
                revision=1,
                account="mastodon",
                state=StagedState.DISCARDING,
                not_before=town.now,
                key="k",
            )
        )
    unused(town)
    assert tidy(town.desk, town.now + A_WHILE).files == 0


def test_a_file_that_was_used_just_now_is_not_taken_from_under_a_draft(town: Town) -> None:
    draft(town)
    town.carol.says("@social cancel 1")
    town.world.clock.advance(A_WHILE)
    assert tidy(town.desk, town.now).files == 0
    assert files(town) == 1


def test_a_database_in_trouble_removes_nothing(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    draft(town)
    town.carol.says("@social cancel 1")
    unused(town)
    with town.database.transaction() as session:
        session.connection().exec_driver_sql("ALTER TABLE staged RENAME TO elsewhere")
    assert tidy(town.desk, town.now + A_WHILE).files == 0
    assert files(town) == 1
    assert "nothing was tidied" in caplog.text
