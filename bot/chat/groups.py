"""User groups: who is in them, and who may let people in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bot.chat.sense import maybe, number, words
from bot.chat.values import Door, Group

FULL_MEMBERS: Final = "role:fullmembers"
"""Zulip's own group of those who are members for as long as the organization wants (its waiting period)."""
EVERYBODY: Final = frozenset({FULL_MEMBERS, "role:members", "role:everyone", "role:internet"})
"""Zulip's own groups that newcomers get into by themselves."""
_DOORS: Final = {
    "can_join_group": "join it",
    "can_add_members_group": "add people to it",
    "can_manage_group": "manage it",
}
"""The settings of newer servers that let people in, and what one may do by them (facts/zulip-newer.md)."""


_NOBODY: Final[list[int]] = []


def read_groups(raw: Iterable[dict[str, Any]]) -> dict[int, Group]:
    """The groups that are in use, by their ids."""
    return {
        number(one, "id"): Group(
            one["id"],
            words(one, "name"),
            set(maybe(one, "members", _NOBODY)),
            set(maybe(one, "direct_subgroup_ids", _NOBODY)),
            bool(one.get("is_system_group")),
            read_doors(one),
        )
        for one in raw
        if not one.get("deactivated")
    }


def read_doors(raw: Mapping[str, Any]) -> dict[str, Door]:
    """Who may let people in, of those settings that are told; older servers have none of them.

    A setting is the id of a group, or people and groups of its own.
    """
    return {name: _door(raw[name]) for name in _DOORS if name in raw}


def _door(value: Any) -> Door:
    if isinstance(value, Mapping):
        value = value.get("new", value)  # an event may tell what it was, too
    if isinstance(value, Mapping):
        people, groups = value.get("direct_members", ()), value.get("direct_subgroups", ())
        return Door(frozenset(people), frozenset(groups))
    return Door(frozenset(), frozenset({int(value)}))


def below(groups: Mapping[int, Group], group_id: int) -> list[Group]:
    """The group and all its subgroups (which may form circles)."""
    found: dict[int, Group] = {}
    todo = [group_id]
    while todo:
        group = groups.get(todo.pop())
        if group is not None and group.id not in found:
            found[group.id] = group
            todo.extend(group.subgroups)
    return list(found.values())


def members(groups: Mapping[int, Group], group_id: int) -> frozenset[int]:
    """Everybody in the group and its subgroups."""
    return frozenset(one for group in below(groups, group_id) for one in group.members)


def ways_in(groups: Mapping[int, Group], group_id: int) -> dict[str, frozenset[int] | None]:
    """What people may do who get into the group by it -> who may; None: everybody, newcomers too.

    People who were named one by one in a setting are its owner's choice and are left out.
    """
    found: dict[str, frozenset[int] | None] = {}
    for group in below(groups, group_id):
        for name, door in group.doors.items():
            inner = [one for identity in door.groups for one in below(groups, identity)]
            what = _DOORS[name]
            if any(one.system and one.name in EVERYBODY for one in inner):
                found[what] = None
            elif (known := found.get(what, frozenset())) is not None:
                found[what] = known.union(*(one.members for one in inner))
    return found
