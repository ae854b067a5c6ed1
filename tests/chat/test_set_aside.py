"""A reaction counts from a moment at which its person might approve: what was refused, lost or withdrawn stays so until
it is given anew, and an approval that counts again lets nothing go that its time would not.
"""

from __future__ import annotations

import pytest
from sqlmodel import select
from town import Town, Townsman

from bot.sandbox.zulip.rows import MEMBER
from storage.models import SetAside

LATER = "@social draft\nto: mastodon\nat: 2026-12-20 10:00 UTC\nSeason's greetings"
AT_NOON = "@social draft\nto: mastodon\nat: today 12:00 UTC\nThe talk begins"
AT_ONCE = "@social draft\nto: mastodon\nThe talk begins"


def joins(town: Town, person: Townsman) -> None:
    town.sandbox.zulip.add_members(town.approvers, town.row(person))
    town.settle()


def leaves(town: Town, person: Townsman) -> None:
    town.sandbox.zulip.remove_members(town.approvers, town.row(person))
    town.settle()


def aside(town: Town) -> list[tuple[int, str]]:
    with town.database.reading() as session:
        return [(one.user_id, one.why) for one in session.exec(select(SetAside))]


def test_an_approver_who_was_away_lets_nothing_go_at_another_time(town: Town) -> None:
    """Approved for 20 December; while no approval stands the author moves it to now; the approver is back."""
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    leaves(town, town.alice)
    assert town.post(1).state == "draft"
    town.carol.says("@social now 1")
    joins(town, town.alice)
    town.later(minutes=5)
    assert town.post(1).state == "draft"
    assert town.published() == []
    told = town.whispered(town.alice)
    assert "you are not one of the approvers" in told[0]
    assert "Your approval of **#1** does not count any more" in told[1]
    assert "`approve 1`" in told[1]
    town.restart()
    town.later(minutes=5)
    assert town.published() == []
    assert len(town.whispered(town.alice)) == 2
    town.alice.unreacts(town.card_id(1))
    town.alice.reacts(town.card_id(1))
    assert len(town.published()) == 1


@pytest.mark.parametrize("way", ["reaction", "command"])
def test_an_approver_who_was_away_for_a_moment_need_not_approve_again(town: Town, way: str) -> None:
    town.carol.says(LATER)
    if way == "reaction":
        town.alice.reacts(town.card_id(1))
    else:
        town.alice.says("@social approve 1")
    leaves(town, town.alice)
    assert town.post(1).state == "draft"
    town.restart()
    joins(town, town.alice)
    assert town.post(1).state == "approved"
    assert town.whispered(town.alice)[1:] == []
    assert aside(town) == []
    town.carol.says("@social now 1")  # it keeps the time that was approved
    assert "was approved for <time:2026-12-20T10:00:00Z>" in town.said()[-1]


@pytest.mark.parametrize("settings", ["[linkedin] approvals = 2"])
@pytest.mark.parametrize("way", ["reaction", "command"])
def test_what_was_approved_to_go_at_once_does_not_go_a_day_later(town: Town, way: str) -> None:
    """Two are needed, so the first one's approval waits; she is away for longer than her word holds."""
    town.carol.says(AT_ONCE.replace("mastodon", "linkedin"))
    if way == "reaction":
        town.alice.reacts(town.card_id(1))
    else:
        town.alice.says("@social approve 1")
    leaves(town, town.alice)
    town.later(hours=30)
    joins(town, town.alice)
    town.bob.reacts(town.card_id(1))
    town.later(minutes=1)
    assert town.published() == []
    town.alice.says("@social approve 1")
    assert len(town.published()) == 1


def test_a_deactivated_approver_who_is_back_lets_nothing_go_at_another_time(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.sandbox.zulip.deactivate(town.row(town.alice))
    town.settle()
    assert town.post(1).state == "draft"
    town.carol.says("@social now 1")
    town.sandbox.zulip.reactivate(town.row(town.alice))
    town.settle()
    town.later(minutes=5)
    assert town.published() == []


def test_a_tap_of_somebody_who_was_no_approver_never_counts(town: Town) -> None:
    town.carol.says(AT_ONCE)
    town.owner.reacts(town.card_id(1))
    assert "you are not one of the approvers" in town.whispered(town.owner)[-1]
    town.later(hours=30)
    town.restart()
    joins(town, town.owner)
    town.later(minutes=1)
    assert town.post(1).state == "draft"
    assert town.published() == []
    told = town.whispered(town.owner)
    assert len(told) == 2
    assert "Your reaction on the card of **#1** was given when it did not count" in told[-1]
    town.owner.unreacts(town.card_id(1))
    assert aside(town) == []
    town.owner.reacts(town.card_id(1))
    assert len(town.published()) == 1


@pytest.mark.parametrize("settings", ["approve_emoji = +1, check"])
def test_a_new_approvers_other_emoji_counts(town: Town) -> None:
    town.carol.says(LATER)
    town.owner.reacts(town.card_id(1))
    joins(town, town.owner)
    town.owner.reacts(town.card_id(1), "check")
    assert town.post(1).state == "approved"


def test_a_guest_who_becomes_a_member_approves_nothing_by_an_old_tap(town: Town) -> None:
    town.carol.says(AT_ONCE)
    joins(town, town.dave)
    town.dave.reacts(town.card_id(1))
    town.sandbox.zulip.set_role(town.row(town.dave), MEMBER)
    town.settle()
    assert town.published() == []


def test_a_veto_counts_as_soon_as_its_person_may_stop(town: Town) -> None:
    """Only what lets a post go must be given anew."""
    town.carol.says(LATER)
    town.owner.reacts(town.card_id(1), "-1")
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    joins(town, town.owner)
    assert town.post(1).state == "draft"


@pytest.mark.parametrize("order", ["withdraw 1", "unapprove 1", "withdraw my approval 1"])
def test_an_approval_by_a_tap_is_withdrawn_by_command(town: Town, order: str) -> None:
    town.carol.says(AT_NOON)
    town.bob.reacts(town.card_id(1))
    town.bob.says(f"@social {order}")
    answer = next(one for one in town.said() if one.startswith("Your vote on #1 is taken back."))
    assert "still stands on its card, and does not count" in answer
    assert town.post(1).state == "draft"
    town.restart()
    town.later(hours=4, minutes=1)
    assert town.published() == []
    assert town.whispered(town.bob) == []


def test_what_was_withdrawn_is_given_anew(town: Town) -> None:
    town.carol.says(AT_NOON)
    town.bob.reacts(town.card_id(1))
    town.bob.says("@social withdraw 1")
    town.bob.unreacts(town.card_id(1))
    town.bob.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    town.bob.says("@social withdraw 1")
    town.bob.says("@social approve 1")
    assert town.post(1).state == "approved"


def test_what_was_withdrawn_while_its_person_might_not_approve_stays_so(town: Town) -> None:
    town.carol.says(AT_NOON)
    town.bob.reacts(town.card_id(1))
    leaves(town, town.bob)
    town.bob.says("@social withdraw 1")
    joins(town, town.bob)
    assert town.post(1).state == "draft"


def test_a_veto_by_a_tap_is_withdrawn_by_command(town: Town) -> None:
    town.carol.says(AT_NOON)
    town.bob.reacts(town.card_id(1), "-1")
    town.bob.says("@social withdraw 1")
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"


def test_a_tap_is_withdrawn_for_one_platform_alone(town: Town) -> None:
    town.carol.says(AT_NOON.replace("mastodon", "mastodon, linkedin"))
    town.bob.reacts(town.card_id(1))
    town.bob.says("@social withdraw 1 linkedin")
    town.later(hours=4, minutes=1)
    assert [one["service"] for one in town.published()] == ["mastodon"]
