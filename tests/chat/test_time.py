"""Clocks that jump, times that pass, and Zulip away at just that moment: nothing late in silence, nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from town import Town

NOW = "@social draft\nto: mastodon\nHello"
LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"
SLOTS = "timezone = UTC\ndefault_time = next\nslots = Tue 10:00, Thu 14:00"


def due(town: Town, number: int = 1) -> str:
    """When a post is to go out."""
    at = town.post(number).due_at
    return f"{at:%a %d %H:%M}" if at else "never"


def to_the_due_time(town: Town) -> None:
    """The clock stands at the post's time; the bot has not noticed yet."""
    at = town.post(1).due_at
    assert at is not None
    town.world.clock.to(at)


def down(town: Town, seconds: float) -> None:
    """Zulip answers the bot nothing for that long; people are served as ever."""
    town.sandbox.faults.add({"service": "zulip", "fault": "down", "seconds": seconds})


# -- Zulip away -------------------------------------------------------------------------------------------


def test_zulip_down_at_the_due_time_lets_nothing_out_unlooked(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    to_the_due_time(town)
    down(town, 1200)
    for _ in range(3):
        town.publisher.tick(town.now, settle=True)
        town.world.clock.advance(timedelta(minutes=5))
    assert town.published() == []
    town.later(minutes=10)
    assert [one["text"] for one in town.published()] == ["Hello"]
    assert any("is out" in one for one in town.said())


def test_zulip_down_for_longer_than_late_lets_the_post_expire_and_asks(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    to_the_due_time(town)
    down(town, 7200)
    town.publisher.tick(town.now, settle=True)
    town.world.clock.advance(timedelta(hours=2, minutes=1))
    town.settle()
    town.later(minutes=1)
    assert town.published() == []
    assert town.post(1).state == "expired"
    assert len([one for one in town.said() if "has passed" in one and "move 1 to" in one]) == 1


def test_a_deletion_while_zulip_was_down_wins(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    to_the_due_time(town)
    down(town, 600)
    town.owner.client.delete_message(draft)
    town.publisher.tick(town.now, settle=True)
    town.world.clock.advance(timedelta(minutes=11))
    town.publisher.tick(town.now, settle=True)
    town.settle()
    assert town.published() == []
    assert town.post(1).state == "held"


def test_what_is_out_while_zulip_is_down_is_told_when_it_is_back(town: Town) -> None:
    town.fault("mastodon", "delay", delay_s=0.3)
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    to_the_due_time(town)
    town.publisher.tick(town.now)
    down(town, 600)
    town.publisher.settle()
    town.publisher.tick(town.now, settle=True)
    assert len(town.published()) == 1
    town.later(minutes=11)
    assert len([one for one in town.said() if "is out" in one]) == 1


# -- clocks that jump -------------------------------------------------------------------------------------


def test_a_clock_that_jumps_a_day_ahead_during_a_delivery_doubles_nothing(town: Town) -> None:
    town.fault("mastodon", "delay", delay_s=0.5)
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    to_the_due_time(town)
    town.publisher.tick(town.now)
    town.world.clock.advance(timedelta(days=1))
    town.publisher.tick(town.now)
    town.publisher.settle()
    town.settle()
    town.later(minutes=5)
    assert len(town.published()) == 1
    assert town.deliveries(1)["mastodon"].state == "published"


def test_a_clock_that_jumps_back_a_day_doubles_nothing_and_loses_nothing(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, x\nHello")
    town.fault("x", "429", method="POST")
    town.alice.reacts(town.card_id(1))
    town.world.clock.to(town.now - timedelta(days=1))
    town.settle()
    town.later(minutes=30)
    town.later(days=1)
    assert sorted(one["service"] for one in town.published()) == ["mastodon", "x"]


def test_an_edit_is_read_though_the_clock_went_back(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.carol.edits(draft, LATER.replace("Hello", "Hello again"))
    town.world.clock.to(town.now - timedelta(hours=2))
    town.settle()
    assert "Hello again" in town.card(1)


# -- times that were written ------------------------------------------------------------------------------


def test_a_relative_time_does_not_move_with_an_edit_of_the_next_day(town: Town) -> None:
    town.sandbox.zulip.settings.edit_limit = None
    draft = town.carol.says(
        LATER.replace("tomorrow 10:00 UTC", "tomorrow 18:00 UTC\nnot after: tomorrow 20:00 UTC")
    )
    last = town.post(1).not_after
    town.later(hours=20)
    town.carol.edits(draft, town.message(draft)["content"].replace("Hello", "Hello again"))
    town.later(seconds=10)
    assert due(town) == "Tue 24 18:00"
    assert town.post(1).not_after == last
    assert town.post(1).state == "draft"


def test_a_moved_post_keeps_its_time_through_an_edit_without_another(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.carol.says("@social move 1 to friday 9:00 UTC")
    town.carol.edits(draft, LATER.replace("Hello", "Hello again"))
    town.later(seconds=10)
    assert due(town) == "Fri 27 09:00"
    town.carol.edits(draft, LATER.replace("tomorrow", "wednesday"))
    town.later(seconds=10)
    assert due(town) == "Wed 25 10:00"


def test_a_broken_post_that_is_moved_is_mended_if_only_its_time_was_wrong(town: Town) -> None:
    town.carol.says(LATER.replace("tomorrow 10:00 UTC", "2026-11-01 10:00 UTC"))
    town.carol.says("@social move 1 to friday 9:00 UTC")
    assert town.post(1).state == "draft"
    town.carol.says("@social draft\nto: mastodon\nthread: no\n" + "word " * 300)
    town.carol.says("@social move 2 to friday 9:00 UTC")
    assert town.post(2).state == "broken"
    town.alice.reacts(town.card_id(2))
    town.later(days=5)
    assert [one["text"] for one in town.published()] == []


def test_an_approved_now_that_is_edited_does_not_expire(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.carol.says("@social now 1")
    town.alice.says("@social approve 1")
    town.world.clock.advance(timedelta(0))
    assert len(town.published()) == 1
    second = town.carol.says(LATER.replace("Hello", "Second"))
    town.carol.says("@social now 2")
    town.alice.writes("@social approve 2")
    town.listener.tick(town.now)  # approved, and not yet released
    town.carol.edits(second, LATER.replace("Hello", "Second, better"))
    town.later(seconds=10)
    town.later(hours=5)
    assert town.post(2).state == "draft"
    assert draft


def test_now_after_the_last_moment_is_refused(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nnot after: today 12:00 UTC\nHello")
    town.later(hours=6)
    assert town.post(1).state == "expired"
    town.carol.says("@social now 1")
    assert any("not go out after" in one for one in town.said())
    assert town.post(1).state == "expired"


@pytest.mark.parametrize("settings", ["[linkedin] approvals = 2"])
def test_an_account_that_waits_for_its_approvals_does_not_go_out_after_the_last_moment(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin\nnot after: today 18:00 UTC\nWe start soon")
    town.alice.reacts(town.card_id(1))
    assert [one["service"] for one in town.published()] == ["mastodon"]
    town.later(hours=11)
    town.bob.reacts(town.card_id(1))
    town.later(hours=1)
    assert [one["service"] for one in town.published()] == ["mastodon"]
    assert any("LinkedIn" in one and "last" in one for one in town.said())


def test_a_delivery_that_waited_past_the_last_moment_is_not_sent(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    town.carol.says("@social draft\nto: mastodon\nnot after: today 18:00 UTC\nWe start soon")
    town.alice.reacts(town.card_id(1))
    town.stop()
    town.world.clock.advance(timedelta(hours=12))
    town.start()
    town.settle()
    town.later(hours=1)
    assert town.published() == []
    assert town.deliveries(1)["mastodon"].state == "failed"


def test_a_released_post_is_not_sent_days_later_in_silence(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.later(days=1, hours=2.1)
    assert town.deliveries(1)["mastodon"].state == "pending"
    town.stop()
    town.world.clock.advance(timedelta(days=3))
    town.start()
    town.settle()
    assert town.published() == []
    assert town.deliveries(1)["mastodon"].state == "failed"
    assert any("retry 1 mastodon" in one for one in town.said())
    town.carol.says("@social retry 1")
    assert town.published() == []  # so late, nor by its author alone
    town.alice.says("@social retry 1")
    assert len(town.published()) == 1


@pytest.mark.parametrize("settings", ["grace = 10 min"])
def test_the_grace_begins_again_with_each_approval(town: Town) -> None:
    town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    town.later(minutes=8)
    town.alice.unreacts(town.card_id(1))
    town.alice.reacts(town.card_id(1))
    town.later(minutes=8)
    assert town.published() == []
    town.later(minutes=3)
    assert len(town.published()) == 1


# -- slots ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [SLOTS])
def test_drafts_take_different_slots_and_a_cancelled_one_frees_its_own(town: Town) -> None:
    for text in ("One", "Two"):
        town.carol.says(f"@social draft\nto: mastodon\n{text}")
    assert (due(town, 1), due(town, 2)) == ("Tue 24 10:00", "Thu 26 14:00")
    town.carol.says("@social cancel 1")
    town.carol.says("@social draft\nto: mastodon\nThree")
    assert due(town, 3) == "Tue 24 10:00"


@pytest.mark.parametrize("settings", [SLOTS])
def test_a_slot_that_passes_unapproved_rolls_on_and_an_approved_one_is_used(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nOne")
    town.later(days=1, hours=4)
    assert town.post(1).state == "draft"
    assert due(town, 1) == "Thu 26 14:00"
    town.alice.reacts(town.card_id(1))
    town.later(days=2, hours=1)
    assert town.published() == []
    town.later(hours=1.5)
    assert len(town.published()) == 1


@pytest.mark.parametrize("settings", [SLOTS])
def test_an_edit_keeps_the_slot(town: Town) -> None:
    first = town.carol.says("@social draft\nto: mastodon\nOne")
    town.carol.says("@social draft\nto: mastodon\nTwo")
    town.carol.edits(first, "@social draft\nto: mastodon\nOne, better")
    town.later(seconds=10)
    assert (due(town, 1), due(town, 2)) == ("Tue 24 10:00", "Thu 26 14:00")


# -- zones ------------------------------------------------------------------------------------------------


def test_a_time_is_the_authors_and_an_answer_the_askers(town: Town) -> None:
    town.sandbox.zulip.set_timezone(town.row(town.carol), "Europe/Helsinki")
    town.sandbox.zulip.set_timezone(town.row(town.bob), "America/New_York")
    town.settle()
    town.carol.says(LATER.replace(" UTC", ""))
    assert due(town) == "Tue 24 08:00"
    town.bob.says("@social move 1 to tomorrow 21:00")
    assert due(town) == "Wed 25 02:00"
    town.carol.says("@social what is scheduled this week?")
    assert "**Wed 25 November**" in town.said()[-1]
    town.bob.says("@social what is scheduled this week?")
    assert "**Tue 24 November**" in town.said()[-1]
