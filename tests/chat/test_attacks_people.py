"""Who may approve, attacked from the side of people, groups and roles. The table is in tests/attacks/README.md."""

from __future__ import annotations

import pytest
from town import BOTH_KINDS, EVERY_KIND, Town, Townsman

pytestmark = BOTH_KINDS

NOW = "@social draft\nto: mastodon\nHello"
LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"
THUMB = "1f44d"


def votes_in_vain(town: Town, person: Townsman) -> None:
    """Everything somebody can try who may not approve; nothing of it may count."""
    person.reacts(town.card_id(1))
    person.reacts(town.card_id(1), "tada")
    person.says("@social approve 1")
    person.says("@**social** approve 1 mastodon")
    town.later(minutes=5)
    assert town.published() == []
    assert town.post(1).state == "draft"
    assert "approved by" not in town.card(1)


def test_a_guest_among_the_approvers_cannot_approve(town: Town) -> None:
    town.sandbox.zulip.add_members(town.approvers, town.row(town.dave))
    channel = town.sandbox.zulip.core.organisation.channel_named(town.desk.chat.home_name)
    assert channel is not None
    town.sandbox.zulip.subscribe(channel, town.row(town.dave))
    town.carol.says(NOW)
    votes_in_vain(town, town.dave)
    assert any("guests cannot approve" in one for one in town.whispered(town.dave))


def test_a_stranger_who_can_read_the_public_channel_cannot_approve(town: Town) -> None:
    town.carol.says(NOW)
    eve = town.stranger("Eve")
    eve.reacts(town.card_id(1))
    town.later(minutes=5)
    assert town.published() == []
    assert [one for one in town.whispered(eve) if "not one of the approvers" in one]


def test_a_newcomer_whom_the_bot_was_never_told_of_has_no_rights(town: Town) -> None:
    town.carol.says(NOW)
    row = town.sandbox.zulip.add_person("Mallory", "mallory@sandbox.example")
    town.sandbox.zulip.add_members(town.approvers, row)
    town.settle()
    del town.desk.chat.directory.people[row.user_id]  # as where the bot may not see everybody
    mallory = Townsman(
        town, "Mallory", {"user_id": row.user_id, "email": row.email, "api_key": row.api_key}, town.base
    )
    mallory.reacts(town.card_id(1))
    assert town.published() == []


def test_a_bot_of_an_approver_cannot_approve_though_it_stands_in_the_group(town: Town) -> None:
    zulip = town.sandbox.zulip
    robot = zulip.add_person("Robot", "robot-bot@sandbox.example", bot=True, owner=town.row(town.alice))
    zulip.add_members(town.approvers, robot)
    town.carol.says(NOW)
    person = {"user_id": robot.user_id, "email": robot.email, "api_key": robot.api_key}
    machine = Townsman(town, "Robot", person, town.base)
    machine.reacts(town.card_id(1))
    town.later(minutes=5)
    assert town.published() == []
    assert town.whispered(machine) == []


def test_the_bot_in_the_group_does_not_approve_by_its_own_reaction(town: Town) -> None:
    bot = town.sandbox.zulip.core.organisation.by_email(town.bot_email)
    assert bot is not None
    town.sandbox.zulip.add_members(town.approvers, bot)
    town.carol.says(NOW)
    assert [one["emoji_code"] for one in town.message(town.card_id(1))["reactions"]] == [THUMB]
    town.later(minutes=5)
    assert town.published() == []


def test_the_author_cannot_approve_by_reaction_or_command(town: Town) -> None:
    town.alice.says(NOW)
    votes_in_vain(town, town.alice)
    assert any("it is your own post" in one for one in town.whispered(town.alice))


def test_an_author_cannot_approve_from_a_copy_either(town: Town) -> None:
    town.carol.says(NOW)
    town.alice.says("@social copy 1")
    town.alice.reacts(town.card_id(2))
    town.later(minutes=1)
    assert town.published() == []
    town.bob.reacts(town.card_id(2))
    assert len(town.published()) == 1


@pytest.mark.parametrize("settings", ["approvals = 2"])
def test_one_approver_with_two_ways_is_one_approver(town: Town) -> None:
    town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    town.alice.says("@social approve 1")
    town.alice.says("@social approve 1 mastodon")
    town.later(minutes=5)
    assert town.published() == []


def test_somebody_taken_out_of_a_subgroup_after_approving_has_no_power(town: Town) -> None:
    zulip = town.sandbox.zulip
    below = zulip.add_group("team", [town.row(town.carol)])
    with zulip.core.lock:
        from bot.sandbox.zulip import groups

        groups.add_subgroups(zulip.core, town.approvers, [below.group_id])
    town.settle()
    town.alice.says(LATER)
    town.carol.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    zulip.remove_members(below, town.row(town.carol))
    town.settle()
    assert town.post(1).state == "draft"
    town.later(days=1, hours=2.5)
    assert town.published() == []


def test_a_subgroup_taken_out_of_the_group_takes_its_people_with_it(town: Town) -> None:
    zulip = town.sandbox.zulip
    below = zulip.add_group("team", [town.row(town.carol)])
    with zulip.core.lock:
        from bot.sandbox.zulip import groups

        groups.add_subgroups(zulip.core, town.approvers, [below.group_id])
    town.settle()
    town.alice.says(LATER)
    town.carol.says("@social approve 1")
    assert town.post(1).state == "approved"
    with zulip.core.lock:
        groups.remove_subgroups(zulip.core, town.approvers, [below.group_id])
    town.settle()
    assert town.post(1).state == "draft"


@EVERY_KIND
def test_who_left_the_group_while_the_bot_was_away_does_not_count_on_its_return(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.stop()
    town.sandbox.zulip.remove_members(town.approvers, town.row(town.alice))
    town.start()
    town.later(days=1, hours=2.5)
    assert town.published() == []


def test_a_lowered_role_takes_the_approval_away_and_a_raised_one_gives_it_back(town: Town) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"
    town.sandbox.zulip.set_role(town.row(town.alice), 600)
    town.settle()
    assert town.post(1).state == "draft"
    town.sandbox.zulip.set_role(town.row(town.alice), 400)
    town.settle()
    assert town.post(1).state == "approved"


def loses_the_right(town: Town, person: Townsman, how: str) -> None:
    zulip = town.sandbox.zulip
    if how == "taken out of the group":
        zulip.remove_members(town.approvers, town.row(person))
    elif how == "made a guest":
        zulip.set_role(town.row(person), 600)
    elif how == "deactivated":
        zulip.deactivate(town.row(person))
    else:
        zulip.delete_group(town.approvers)
    town.settle()


def vetoes(town: Town, way: str) -> None:
    if way == "reaction":
        town.bob.reacts(town.card_id(1), "-1")
    else:
        town.bob.says("@social veto 1 because no")


@pytest.mark.parametrize(
    "way, how",
    [
        ("reaction", "taken out of the group"),
        ("command", "taken out of the group"),
        ("reaction", "deactivated"),
        ("command", "made a guest"),
        ("reaction", "the group is deleted"),
    ],
)
def test_a_veto_stands_when_who_gave_it_may_not_approve_any_more(town: Town, way: str, how: str) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    vetoes(town, way)
    loses_the_right(town, town.bob, how)
    town.restart()
    assert town.post(1).state == "draft"
    assert "**Vetoed** by Bob (" in town.card(1)
    assert "no approver any more): it waits until" in town.card(1)
    assert "or until its text is changed and approved" in town.card(1)
    if how != "deactivated":  # who cannot read any more
        assert [one for one in town.whispered(town.bob) if "does not count" in one] == []
    town.later(days=1, hours=2)
    assert town.published() == []


def test_a_new_text_ends_the_veto_of_who_may_not_approve_any_more(town: Town) -> None:
    draft = town.carol.says(LATER)
    vetoes(town, "reaction")
    loses_the_right(town, town.bob, "deactivated")
    town.carol.edits(draft, LATER.replace("Hello", "Hello again"))
    town.later(seconds=10)
    town.alice.reacts(town.card_id(1))
    assert town.post(1).state == "approved"


def test_a_veto_stands_on_what_is_on_its_way(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    town.carol.says(NOW)
    town.alice.reacts(town.card_id(1))
    vetoes(town, "reaction")
    assert town.deliveries(1)["mastodon"].state == "waiting"
    loses_the_right(town, town.bob, "taken out of the group")
    town.later(hours=1)
    assert town.deliveries(1)["mastodon"].state == "waiting"


@pytest.mark.parametrize("way", ["reaction", "command", "both"])
def test_a_veto_stands_when_its_card_is_deleted(town: Town, way: str) -> None:
    town.carol.says(LATER)
    for one in ("reaction", "command") if way == "both" else (way,):
        vetoes(town, one)
    town.owner.deletes(town.card_id(1))
    town.alice.reacts(town.card_id(1))
    assert "**Vetoed** by Bob" in town.card(1)
    town.bob.says("@social withdraw 1")
    assert town.post(1).state == "approved"


@pytest.mark.parametrize("way", ["reaction", "command"])
def test_who_may_not_approve_any_more_lifts_no_veto_of_theirs_and_gives_no_new_one(
    town: Town, way: str
) -> None:
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    vetoes(town, way)
    loses_the_right(town, town.bob, "taken out of the group")
    if way == "reaction":
        town.bob.unreacts(town.card_id(1), "-1")
    else:
        town.bob.says("@social withdraw 1")
    assert town.post(1).state == "draft"
    town.carol.says(LATER)
    town.alice.reacts(town.card_id(2))
    town.bob.reacts(town.card_id(2), "-1")
    town.bob.says("@social veto 2")
    assert [town.post(one).state for one in (1, 2)] == ["draft", "approved"]
    assert [one for one in town.whispered(town.bob) if "not one of the approvers" in one]


@EVERY_KIND
def test_a_deactivated_approver_loses_it_in_either_form_of_the_event(town: Town) -> None:
    """Zulip 8 sends `realm_user remove`, newer ones `update` with `is_active`: the fixture has both servers."""
    town.carol.says(LATER)
    town.alice.says("@social approve 1")
    town.sandbox.zulip.deactivate(town.row(town.alice))
    town.settle()
    assert town.post(1).state == "draft"
    town.sandbox.zulip.reactivate(town.row(town.alice))
    town.settle()
    assert town.post(1).state == "approved"


def test_a_group_made_anew_under_the_name_of_a_deleted_one_has_no_power_even_after_a_restart(
    town: Town,
) -> None:
    zulip = town.sandbox.zulip
    town.carol.says(NOW)
    zulip.delete_group(town.approvers)
    zulip.add_group("social-approvers", [town.row(town.carol), town.row(town.bob)])
    town.restart()
    town.bob.reacts(town.card_id(1))
    town.later(minutes=5)
    assert town.published() == []
    assert "another group of that name" in town.card(1)


@pytest.mark.parametrize("settings", ["approvers = people: Alice"])
def test_a_person_who_takes_the_name_of_an_approver_gets_no_power(town: Town) -> None:
    town.carol.says(NOW)
    town.sandbox.zulip.rename(town.row(town.alice), "Alice Anders")
    town.sandbox.zulip.rename(town.row(town.bob), "Alice")
    town.settle()
    town.bob.reacts(town.card_id(1))
    town.later(minutes=5)
    assert town.published() == []
    town.alice.reacts(town.card_id(1))
    assert len(town.published()) == 1


@pytest.mark.parametrize("settings", ["approvers = people: Alice"])
def test_a_person_who_takes_the_same_name_does_not_shut_the_approver_out(town: Town) -> None:
    town.carol.says(NOW)
    town.sandbox.zulip.rename(town.row(town.bob), "Alice")
    town.restart()
    town.bob.reacts(town.card_id(1))
    assert town.published() == []
    town.alice.reacts(town.card_id(1))
    assert len(town.published()) == 1


@pytest.mark.parametrize("settings", ["approvers = members"])
def test_a_new_account_is_no_full_member_yet(town: Town) -> None:
    """`members` are Zulip's full members: who joined just now must wait as long as the organization says."""
    town.carol.says(NOW)
    eve = town.stranger("Eve")
    with town.sandbox.zulip.core.lock:  # the organization has a waiting period
        from bot.sandbox.zulip import groups

        full = next(
            one
            for one in town.sandbox.zulip.core.organisation.groups.values()
            if one.name == "role:fullmembers"
        )
        groups.remove_members(town.sandbox.zulip.core, full, [eve.id])
    eve.reacts(town.card_id(1))
    town.later(minutes=5)
    assert town.published() == []
    town.bob.reacts(town.card_id(1))
    assert len(town.published()) == 1


def test_who_is_no_approver_cannot_steer_a_post_by_any_command(town: Town) -> None:
    town.alice.says(LATER)
    revision = town.post(1).revision
    for order in (
        "cancel 1",
        "now 1",
        "move 1 to today 11:00 UTC",
        "edit 1 Buy my coins",
        "retry 1",
        "resume 1",
        "published 1 mastodon https://evil.example",
    ):
        town.carol.says(f"@social {order}")
    post = town.post(1)
    assert (post.state, post.revision, post.timing) == ("draft", revision, "at")
