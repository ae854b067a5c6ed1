"""An approver group with an open door: told at the start, when it opens, by `check`, and when it is closed again."""

from __future__ import annotations

import logging

import pytest
from town import Town

from bot import checks

EVERYONE, MEMBERS, MODERATORS, NOBODY = 15, 14, 12, 9
"""Ids of Zulip's own groups in the stand-in."""
DOOR = "The group “social-approvers” decides what goes out"


def told(town: Town) -> list[str]:
    return [one for one in town.said("social") if DOOR in one or "safe again" in one]


@pytest.mark.parametrize(
    "setting,value,words",
    [
        ("can_join_group", MEMBERS, "everybody in the organization may join it"),
        ("can_add_members_group", EVERYONE, "everybody in the organization may add people to it"),
        ("can_manage_group", {"direct_members": [], "direct_subgroups": [13]}, "may manage it"),
    ],
)
def test_an_open_door_is_told_once_when_it_opens_and_when_it_closes(
    town: Town, caplog: pytest.LogCaptureFixture, setting: str, value: int, words: str
) -> None:
    assert told(town) == []
    with caplog.at_level(logging.WARNING, "social"):
        town.sandbox.zulip.allow(town.approvers, setting, value)
        town.settle()
    assert [words in one for one in told(town)] == [True]
    assert len([one for one in caplog.records if getattr(one, "action", "") == "approvers_open"]) == 1
    town.restart()
    town.sandbox.zulip.set_timezone(town.row(town.bob), "Europe/Oslo")
    town.later(hours=1)
    assert len(told(town)) == 1
    town.sandbox.zulip.allow(town.approvers, setting, NOBODY)
    town.settle()
    assert len(told(town)) == 2
    town.sandbox.zulip.allow(town.approvers, setting, value)
    town.settle()
    assert len(told(town)) == 3


def test_an_open_subgroup_is_an_open_door_too(town: Town) -> None:
    from bot.sandbox.zulip import groups

    zulip = town.sandbox.zulip
    below = zulip.add_group("team", [town.row(town.carol)])
    zulip.allow(below, "can_join_group", EVERYONE)
    with zulip.core.lock:
        groups.add_subgroups(zulip.core, town.approvers, [below.group_id])
    town.settle()
    assert len(told(town)) == 1


def test_what_was_open_before_the_start_is_told_at_the_start(town: Town) -> None:
    town.stop()
    town.sandbox.zulip.allow(town.approvers, "can_join_group", EVERYONE)
    town.start()
    town.settle()
    assert len(told(town)) == 1


def test_people_who_may_let_others_in_are_named_when_they_are_few(town: Town) -> None:
    helpers = town.sandbox.zulip.add_group("helpers", [town.row(town.carol), town.row(town.dave)])
    town.sandbox.zulip.allow(town.approvers, "can_add_members_group", helpers.group_id)
    town.settle()
    assert "but Carol may add people to it" in told(town)[0]  # Dave is a guest


def test_approvers_and_administrators_who_manage_the_group_are_no_news(town: Town) -> None:
    for setting in ("can_add_members_group", "can_manage_group"):
        town.sandbox.zulip.allow(town.approvers, setting, town.approvers.group_id)
        town.sandbox.zulip.allow(town.approvers, setting, MODERATORS)
    town.sandbox.zulip.allow(
        town.approvers, "can_manage_group", {"direct_members": [town.carol.id], "direct_subgroups": []}
    )
    town.settle()
    assert told(town) == []


def test_check_tells_of_an_open_door(town: Town) -> None:
    town.sandbox.zulip.allow(town.approvers, "can_join_group", EVERYONE)
    found = [one for one in checks.findings(town.config) if not one.good]
    assert [DOOR in one.text for one in found] == [True]


def test_a_name_with_signs_in_it_pings_nobody(town: Town) -> None:
    group = town.approvers
    town.sandbox.zulip.rename(group, "x** @**all** @*y*")
    town.sandbox.zulip.allow(group, "can_join_group", EVERYONE)
    town.settle()
    assert any("may join it" in one for one in town.said())
    assert "@**all**" not in "".join(town.said())
    assert "@*y*" not in "".join(town.said())
