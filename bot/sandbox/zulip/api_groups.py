"""User groups over HTTP. The recorded server refuses bots here (they have `/register` and events); the newest does not."""

from __future__ import annotations

from typing import Any

from bot.sandbox.zulip import groups
from bot.sandbox.zulip.api_people import not_for_bots, not_for_guests
from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal
from bot.sandbox.zulip.rows import Group
from bot.sandbox.zulip.shapes import group_json
from bot.sandbox.zulip.web import Call


def _gate(core: Core, call: Call) -> None:
    if not core.since(496):
        not_for_bots(call)
    not_for_guests(call)


def _group(core: Core, call: Call) -> Group:
    group = core.organisation.groups.get(call.number("id"))
    if group is None:
        raise Refusal("Invalid user group")
    return group


def _changeable(core: Core, call: Call) -> Group:
    """The recorded server lets every member of a group change it, the newer one those it is given to."""
    _gate(core, call)
    group = _group(core, call)
    inside = call.person.user_id in group.members and not core.since(283)
    made = core.since(283) and group.creator_id == call.person.user_id
    if group.system or not (call.person.is_admin or inside or made):
        raise Refusal("Insufficient permission")
    return group


def everyone(core: Core, call: Call) -> dict[str, Any]:
    """`GET /user_groups`."""
    _gate(core, call)
    return {"user_groups": listed(core)}


def listed(core: Core) -> list[dict[str, Any]]:
    """All groups, the system's too."""
    organisation = core.organisation
    return [group_json(organisation, one) for one in organisation.groups.values()]


def members(core: Core, call: Call) -> dict[str, Any]:
    """`GET /user_groups/{id}/members`, by default with those of subgroups (the older server repeats ids)."""
    direct = call.params.flag("direct_member_only")
    _gate(core, call)
    group = _group(core, call)
    found = sorted(group.members) if direct else core.organisation.members_of(group)
    return {"members": sorted(set(found)) if core.since(290) else found}


def is_member(core: Core, call: Call) -> dict[str, Any]:
    """`GET /user_groups/{id}/members/{user_id}`."""
    direct = call.params.flag("direct_member_only")
    _gate(core, call)
    group = _group(core, call)
    user = core.organisation.person(call.number("user_id")).user_id
    found = group.members if direct else core.organisation.members_of(group)
    return {"is_user_group_member": user in found}


def subgroups(core: Core, call: Call) -> dict[str, Any]:
    """`GET /user_groups/{id}/subgroups`."""
    direct = call.params.flag("direct_subgroup_only")
    _gate(core, call)
    found = list(_group(core, call).subgroups)
    waiting = [] if direct else list(found)
    while waiting:
        below = [one for one in core.organisation.groups[waiting.pop()].subgroups if one not in found]
        found += below
        waiting += below
    return {"subgroups": sorted(found)}


def create(core: Core, call: Call) -> dict[str, Any]:
    """`POST /user_groups/create`."""
    params = call.params
    name, description = params.required("name"), params.text("description") or ""
    users = params.listed("members", int) or []
    below = (params.listed("subgroups", int) or []) if core.since(311) else []
    _gate(core, call)
    for user in users:
        core.organisation.person(user)
    group = groups.make(core, name, description, users, below, call.person)
    return {"group_id": group.group_id} if core.since(317) else {}


def change(core: Core, call: Call) -> dict[str, Any]:
    """`PATCH /user_groups/{id}`."""
    name, description = call.params.text("name"), call.params.text("description")
    group = _changeable(core, call)
    if name is None and description is None:
        raise Refusal("No new data supplied")
    groups.rename(core, group, name, description)
    return {}


def change_members(core: Core, call: Call) -> dict[str, Any]:
    """`POST /user_groups/{id}/members`."""
    add, gone = call.params.listed("add", int), call.params.listed("delete", int)
    group = _changeable(core, call)
    if not add and not gone:
        raise Refusal('Nothing to do. Specify at least one of "add" or "delete".')
    if add:
        groups.add_members(core, group, add)
    if gone:
        groups.remove_members(core, group, gone)
    return {}


def change_subgroups(core: Core, call: Call) -> dict[str, Any]:
    """`POST /user_groups/{id}/subgroups`."""
    add, gone = call.params.listed("add", int), call.params.listed("delete", int)
    group = _changeable(core, call)
    if not add and not gone:
        raise Refusal('Nothing to do. Specify at least one of "add" or "delete".')
    if add:
        groups.add_subgroups(core, group, add)
    if gone:
        groups.remove_subgroups(core, group, gone)
    return {}


def delete(core: Core, call: Call) -> dict[str, Any]:
    """`DELETE /user_groups/{id}`; on the newer server `POST /user_groups/{id}/deactivate`."""
    groups.delete(core, _changeable(core, call))
    return {}
