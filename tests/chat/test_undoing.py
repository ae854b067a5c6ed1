"""What approvers decided, only approvers undo: every way to bring out what was stopped, or at another time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import func, select
from town import Town

from bot.actions import rows
from bot.replies.words import when
from bot.sandbox.zulip.rows import MEMBER
from storage.models import Post

LATER = "@social draft\nto: mastodon\nat: 2026-12-20 12:00 UTC\nHello"
SOON = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"
FEW = "[linkedin] approvals = 2"


def approved(town: Town, text: str = LATER) -> int:
    """A post of Carol's that Alice approved; returns its number."""
    town.carol.says(text)
    with town.database.reading() as session:
        number = session.exec(select(func.max(Post.id))).one() or 0
    town.alice.reacts(town.card_id(number))
    return number


def test_who_holds_and_who_resumes(town: Town) -> None:
    """Everybody's `hold`, and everybody's `resume` of it."""
    town.sandbox.zulip.set_role(town.row(town.dave), MEMBER)
    town.settle()
    may = {
        "carol": {"carol", "alice", "bob"},
        "alice": {"alice", "bob"},
        "owner": {"owner", "alice", "bob"},
    }
    for holder, allowed in may.items():
        number = approved(town)
        for name in ("dave", "owner", "carol", "bob", "alice"):
            town.people[holder].says(f"@social hold {number}")
            assert town.post(number).state == "held"
            town.people[name].says(f"@social resume {number}")
            assert (town.post(number).state == "approved") == (name in allowed), (holder, name)
            if name not in allowed:
                assert f"`resume {number}`" in town.said()[-1] or "`hold " in town.said()[-1]
                assert ("Only the author" in town.said()[-1]) == (
                    holder == "carol" and name in {"dave", "owner"}
                )


def test_an_authors_resume_and_now_do_not_undo_an_approvers_hold(town: Town) -> None:
    number = approved(town)
    town.alice.says(f"@social hold {number}")
    assert "by Alice, an approver" in town.card(number)
    town.carol.says(f"@social resume {number}")
    assert (
        "is held by Alice, an approver, and stays so until an approver (one of *social-approvers*) says "
        f"`resume {number}`" in town.said()[-1]
    )
    town.carol.says(f"@social now {number}")
    town.later(minutes=5)
    assert town.published() == []
    assert town.post(number).state == "held"
    town.restart()  # who stopped it is no matter of this process
    town.carol.says(f"@social resume {number}")
    assert town.post(number).state == "held"
    town.bob.says(f"@social resume {number}")
    assert town.post(number).state == "approved"


def test_an_approver_who_holds_what_is_held_makes_it_an_approvers_hold(town: Town) -> None:
    number = approved(town)
    town.carol.says(f"@social hold {number}")
    town.alice.says(f"@social hold {number}")
    town.carol.says(f"@social resume {number}")
    assert town.post(number).state == "held"
    town.carol.says(f"@social hold {number}")
    assert "is held already, by Alice" in town.said()[-1]
    town.alice.says(f"@social resume {number}")
    assert town.post(number).state == "approved"


def test_a_held_post_that_expires_is_not_moved_by_its_author(town: Town) -> None:
    number = approved(town, SOON)
    town.alice.says(f"@social hold {number}")
    town.later(days=1, hours=4)
    assert town.post(number).state == "expired"
    town.carol.says(f"@social move {number} to today 18:00 UTC")
    assert "was stopped before its time passed by Alice, an approver" in town.said()[-1]
    assert town.post(number).state == "expired"
    town.bob.says(f"@social move {number} to today 18:00 UTC")
    assert town.post(number).state == "approved"


@pytest.mark.parametrize("settings", [FEW])
def test_what_an_approver_cancelled_on_its_way_is_not_repeated_by_the_author(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello")
    town.alice.reacts(town.card_id(1))
    town.bob.says("@social cancel 1")
    town.bob.reacts(town.card_id(1))
    town.carol.says("@social retry 1")
    assert "was cancelled on its way by Bob, an approver" in town.said()[-1]
    assert "`retry 1`" in town.said()[-1]
    town.later(minutes=5)
    assert [one["service"] for one in town.published()] == ["mastodon"]
    town.alice.says("@social retry 1")
    assert [one["service"] for one in town.published()] == ["mastodon", "linkedin"]


@pytest.mark.parametrize("settings", [FEW])
def test_what_its_author_cancelled_on_its_way_its_author_repeats(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello")
    town.alice.reacts(town.card_id(1))
    town.carol.says("@social cancel 1")
    town.bob.reacts(town.card_id(1))
    town.carol.says("@social retry 1")
    assert [one["service"] for one in town.published()] == ["mastodon", "linkedin"]


@pytest.mark.parametrize("settings", ["[linkedin] approvals = 2\n[x] approvals = 2"])
def test_an_approver_who_repeats_one_of_two_leaves_the_other_stopped(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin, x\nHello")
    town.alice.reacts(town.card_id(1))
    town.bob.says("@social cancel 1")
    town.bob.reacts(town.card_id(1))
    town.alice.says("@social retry 1 linkedin")
    town.carol.says("@social retry 1 x")
    assert {one["service"] for one in town.published()} == {"mastodon", "linkedin"}


@pytest.mark.parametrize("way", ["edit", "draft"])
@pytest.mark.parametrize("order", ["cancel", "veto"])
def test_an_edit_after_a_stop_needs_an_approver_who_is_told(town: Town, order: str, way: str) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.alice.says(f"@social {order} 1")
    text = LATER.replace("Hello", "Hello again")
    if way == "draft" or order == "cancel":
        town.carol.edits(draft, text)
        town.later(seconds=10)
    else:
        town.carol.says("@social edit 1 Hello again")
    assert town.post(1).state == "draft"
    assert "it was stopped by Alice, an approver: an approval lets it go on" in town.card(1)
    town.carol.says("@social now 1")
    town.later(minutes=5)
    assert town.published() == []
    town.bob.reacts(town.card_id(1))
    assert len(town.published()) == 1
    assert "it was stopped by" not in town.card(1)


def test_a_veto_is_lifted_by_nobody_elses_order(town: Town) -> None:
    number = approved(town)
    town.bob.says(f"@social veto {number}")
    for order in ("resume", "now", "withdraw", "retry", "move {} to 2026-12-20 13:00 UTC"):
        town.carol.says("@social " + (order.format(number) if "{" in order else f"{order} {number}"))
    town.later(minutes=5)
    town.later(days=27)
    assert town.published() == []


def test_the_authors_now_does_not_bring_out_what_was_approved_for_december(town: Town) -> None:
    number = approved(town)
    town.carol.says(f"@social now {number}")
    said = town.said()[-1]
    assert "was approved for <time:2026-12-20T12:00:00Z>, and only an approver moves it to now" in said
    assert f"one of *social-approvers* says `now {number}`" in said
    assert "change the `at:` of its draft" in said
    town.carol.says(f"@social move {number} to tomorrow 9:00 UTC")
    assert "only an approver moves it" in town.said()[-1]
    town.later(days=2)
    assert town.published() == []
    town.bob.says(f"@social now {number}")
    assert len(town.published()) == 1


def test_within_a_day_of_what_was_approved_the_author_moves_it_but_not_step_by_step(town: Town) -> None:
    number = approved(town)
    town.carol.says(f"@social move {number} to 2026-12-21 11:00 UTC")
    assert town.post(number).state == "approved"
    town.carol.says(f"@social hold {number}")
    town.carol.says(f"@social resume {number}")
    town.carol.says(f"@social move {number} to 2026-12-22 10:00 UTC")
    assert "was approved for <time:2026-12-20T12:00:00Z>" in town.said()[-1]
    town.alice.says(f"@social move {number} to 2026-12-22 10:00 UTC")
    assert town.post(number).state == "approved"
    town.carol.says(f"@social move {number} to 2026-12-23 9:00 UTC")
    assert f"{town.post(number).due_at:%d %H}" == "23 09"


def test_an_edit_of_the_time_in_the_draft_asks_for_approvals_anew(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.carol.edits(draft, LATER.replace("2026-12-20 12:00 UTC", "now"))
    town.later(seconds=10)
    assert town.published() == []
    assert town.post(1).state == "draft"
    town.alice.reacts(town.card_id(1))
    assert len(town.published()) == 1


@pytest.mark.parametrize("settings", ["move_freely = 3 d"])
def test_how_far_it_may_be_moved_is_configured(town: Town) -> None:
    number = approved(town)
    town.carol.says(f"@social move {number} to 2026-12-23 11:00 UTC")
    assert town.post(number).state == "approved"
    town.carol.says(f"@social move {number} to 2026-12-24 11:00 UTC")
    assert "by more than 3 days" in town.said()[-1]


REFUSED = "400-too-long"


def failed(town: Town, at: str = "") -> None:
    """A post of Carol's that Alice approved, and that X refused."""
    town.fault("x", REFUSED, times=9, method="POST", path="/2/tweets")
    town.carol.says(f"@social draft\nto: x\n{at}Hello")
    town.alice.reacts(town.card_id(1))
    if at:
        town.later(days=1, hours=2)
    assert town.deliveries(1)["x"].state == "failed"
    town.sandbox.faults.clear()


def test_what_failed_its_author_repeats_within_a_day_and_later_an_approver(town: Town) -> None:
    failed(town)
    assert "with `copy 1`." in town.card(1)
    with town.database.reading() as session:
        wanted = rows.approved_for(session, rows.post(session, 1))
    assert wanted is not None
    assert (
        f"From {when(wanted + timedelta(days=1))} on, only an approver (one of *social-approvers*)"
        in town.card(1)
    )
    town.later(hours=25)
    town.carol.says("@social retry 1")
    said = town.said()[-1]
    assert f"was approved for {when(wanted)}, more than 1 day ago" in said
    assert "only an approver brings it out now: one of *social-approvers* says `retry 1 x`" in said
    assert "`copy 1`" in said
    town.later(minutes=5)
    assert town.published() == []
    town.fault("x", REFUSED, method="POST", path="/2/tweets")
    town.bob.says("@social retry 1")
    assert town.deliveries(1)["x"].state == "failed"
    town.later(hours=20)
    town.carol.says("@social retry 1 x")  # near enough to when an approver wanted it out
    assert len(town.published()) == 1


def test_the_day_counts_from_the_time_that_was_approved(town: Town) -> None:
    failed(town, "at: tomorrow 10:00 UTC\n")
    town.later(hours=23)
    town.carol.says("@social retry 1 x")
    assert len(town.published()) == 1


@pytest.mark.parametrize("settings", ["move_freely = 3 d"])
def test_how_late_an_author_may_repeat_is_configured(town: Town) -> None:
    failed(town)
    town.later(days=2, hours=23)
    town.carol.says("@social retry 1")
    assert len(town.published()) == 1


def test_what_is_in_doubt_is_not_brought_out_by_its_author_days_later(town: Town) -> None:
    town.fault("x", "reset-before", method="POST", path="/2/tweets")
    town.fault("x", "500", method="GET", times=9999, seconds=99 * 3600)
    town.carol.says("@social draft\nto: x\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(hours=30)
    assert town.deliveries(1)["x"].state == "unknown"
    before = town.deliveries(1)["x"].key
    town.carol.says("@social retry 1")
    assert "only an approver brings it out now" in town.said()[-1]
    assert town.deliveries(1)["x"].key == before


@pytest.mark.parametrize("settings", ["grace = 5 min"])
def test_a_post_without_a_time_that_its_author_held_for_days_needs_an_approver(town: Town) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    town.carol.says("@social hold 1")
    town.later(hours=23)
    town.carol.says("@social resume 1")
    assert town.post(1).state == "approved"
    town.carol.says("@social hold 1")
    town.later(hours=2)
    town.carol.says("@social resume 1")
    assert "only an approver moves it to now" in town.said()[-1]
    assert town.post(1).state == "held"
    town.bob.says("@social resume 1")
    town.later(minutes=6)
    assert len(town.published()) == 1


def test_a_draft_that_nobody_approved_is_its_authors_to_move(town: Town) -> None:
    town.carol.says(LATER)
    town.carol.says("@social now 1")
    town.carol.says("@social move 1 to 2027-02-01 10:00 UTC")
    assert f"{town.post(1).due_at:%Y-%m-%d}" == "2027-02-01"


def test_a_copy_of_what_was_stopped_tells_of_it(town: Town) -> None:
    number = approved(town)
    town.alice.says(f"@social cancel {number}")
    town.carol.says(f"@social copy {number}")
    assert f"A copy of &#35;{number}, which was stopped by Alice, an approver." in town.card(number + 1)


@pytest.mark.parametrize("way", ["edit", "draft", "reaction"])
def test_a_veto_is_told_until_somebody_approves_what_was_changed(town: Town, way: str) -> None:
    draft = town.carol.says(LATER)
    if way == "reaction":
        town.alice.reacts(town.card_id(1), "-1")
    else:
        town.alice.says("@social veto 1 because the speaker asked us not to announce")
    for word in ("again", "and again"):  # a change of a change tells of it too
        if way == "edit":
            town.carol.says(f"@social edit 1 Hello {word}")
        else:
            town.carol.edits(draft, LATER.replace("Hello", f"Hello {word}"))
            town.later(seconds=10)
        why = "" if way == "reaction" else " (“the speaker asked us not to announce”)"
        assert f"it was stopped by Alice{why}, an approver: an approval lets it go on" in town.card(1)
    town.bob.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    assert "it was stopped by" not in town.card(1)
    town.carol.says("@social copy 1")
    assert "which was stopped" not in town.card(2)


def test_a_veto_that_was_taken_back_is_not_told(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.says("@social veto 1")
    town.alice.says("@social withdraw 1")
    town.carol.says("@social edit 1 Hello again")
    assert "stopped by" not in town.card(1)


@pytest.mark.parametrize("after", ["", "cancel", "edit"])
def test_a_copy_of_what_was_vetoed_tells_of_it(town: Town, after: str) -> None:
    number = approved(town)
    town.alice.says(f"@social veto {number} because the date is wrong")
    if after:
        town.carol.says(f"@social {after} {number}" + (" Hello again" if after == "edit" else ""))
    town.carol.says(f"@social copy {number}")
    assert (
        f"A copy of &#35;{number}, which was stopped by Alice (“the date is wrong”), an approver."
        in town.card(number + 1)
    )
