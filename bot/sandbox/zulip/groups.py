"""What happens to user groups: made, renamed, members and subgroups in and out, gone."""

from __future__ import annotations

from collections.abc import Iterable

from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal
from bot.sandbox.zulip.rows import Group, Person
from bot.sandbox.zulip.shapes import group_json


def make(
    core: Core,
    name: str,
    description: str,
    members: Iterable[int],
    subgroups: Iterable[int] = (),
    by: Person | None = None,
) -> Group:
    """A new group. Raises Refusal when the name is taken."""
    organisation = core.organisation
    if organisation.group_named(name) is not None:
        raise Refusal(f"User group '{name}' already exists.")
    group = Group(
        organisation.next("group"),
        name,
        description,
        sorted(set(members)),
        sorted(set(subgroups)),
        creator_id=by.user_id if by else None,
        created=organisation.now(),
    )
    organisation.groups[group.group_id] = group
    organisation.save(group)
    core.tell({"type": "user_group", "op": "add", "group": group_json(organisation, group)})
    return group


def add_members(core: Core, group: Group, users: list[int]) -> None:
    """Raises Refusal when one of them is a member already."""
    for user in users:
        if user in group.members:
            raise Refusal(f"User {user} is already a member of this group")
        core.organisation.person(user)
    group.members += users
    core.organisation.save(group)
    core.group_event("add_members", group, user_ids=users)


def remove_members(core: Core, group: Group, users: list[int]) -> None:
    """Raises Refusal when one of them is no member."""
    for user in users:
        if user not in group.members:
            raise Refusal(f"There is no member '{user}' in this user group")
    group.members = [one for one in group.members if one not in users]
    core.organisation.save(group)
    core.group_event("remove_members", group, user_ids=users)


def add_subgroups(core: Core, group: Group, ids: list[int]) -> None:
    """Raises Refusal for one that is there already, unknown, or would make a circle."""
    for one in ids:
        if one not in core.organisation.groups:
            raise Refusal("Invalid user group")
        if one in group.subgroups:
            raise Refusal(f"User group {one} is already a subgroup of this group.")
        if one == group.group_id or group.group_id in _below(core, one):
            raise Refusal(f"User group {one} is already a subgroup or a supergroup of this group.")
    group.subgroups += ids
    core.organisation.save(group)
    core.group_event("add_subgroups", group, direct_subgroup_ids=ids)


def _below(core: Core, group_id: int) -> set[int]:
    answer: set[int] = set()
    waiting = [group_id]
    while waiting:
        for one in core.organisation.groups[waiting.pop()].subgroups:
            if one not in answer:
                answer.add(one)
                waiting.append(one)
    return answer


def remove_subgroups(core: Core, group: Group, ids: list[int]) -> None:
    """Raises Refusal for one that is no subgroup."""
    for one in ids:
        if one not in group.subgroups:
            raise Refusal(f"User group {one} is not a subgroup of this group.")
    group.subgroups = [one for one in group.subgroups if one not in ids]
    core.organisation.save(group)
    core.group_event("remove_subgroups", group, direct_subgroup_ids=ids)


def rename(core: Core, group: Group, name: str | None = None, description: str | None = None) -> None:
    """Another name or description, each told by an event of its own changed keys. Raises Refusal."""
    data = {}
    if name is not None and name != group.name:
        other = core.organisation.group_named(name)
        if other is not None and other is not group:
            raise Refusal(f"User group '{name}' already exists.")
        group.name = data["name"] = name
    if description is not None and description != group.description:
        group.description = data["description"] = description
    if data:
        core.organisation.save(group)
        core.group_event("update", group, data=data)


def allow(core: Core, group: Group, setting: str, value: int | dict[str, list[int]]) -> None:
    """Another `can_join_group` or the like (newer server), told by an event."""
    group.settings[setting] = value
    core.organisation.save(group)
    core.group_event("update", group, data={setting: value})


def delete(core: Core, group: Group) -> None:
    """Gone (the newer server calls it deactivated, and shows it gone to clients of the older kind)."""
    for other in core.organisation.groups.values():
        if group.group_id in other.subgroups:
            remove_subgroups(core, other, [group.group_id])
    del core.organisation.groups[group.group_id]
    core.organisation.world.shelf.drop("zulip-group", group.group_id)
    core.group_event("remove", group)
