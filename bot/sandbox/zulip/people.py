"""What happens to accounts, and what is told of it: new, renamed, another role, deactivated, back again."""

from __future__ import annotations

from typing import Any

from bot.sandbox.zulip.core import Core
from bot.sandbox.zulip.errors import Refusal
from bot.sandbox.zulip.rows import ADMIN, GUEST, MEMBER, MODERATOR, OWNER, Person
from bot.sandbox.zulip.shapes import person_json

_ROLE_GROUPS = {OWNER: (10,), ADMIN: (11,), MODERATOR: (12,), MEMBER: (14, 13), GUEST: (15,)}
"""Ids of the system groups a role stands in; members are also full members (13)."""


def add(
    core: Core,
    name: str,
    email: str,
    *,
    role: int = MEMBER,
    timezone: str = "",
    bot: bool = False,
    owner: Person | None = None,
) -> Person:
    """A new account."""
    person = core.organisation.new_person(
        email=email,
        full_name=name,
        role=role,
        timezone=timezone,
        is_bot=bot,
        owner_id=owner.user_id if owner else None,
    )
    _tell_new(core, person)
    for group_id in _ROLE_GROUPS[role]:
        _join(core, group_id, person)
    return person


def _tell_new(core: Core, person: Person) -> None:
    shown = person_json(person, gravatar=False) | ({} if person.is_bot else {"profile_data": {}})
    core.tell({"type": "realm_user", "op": "add", "person": shown})


def _join(core: Core, group_id: int, person: Person) -> None:
    group = core.organisation.groups[group_id]
    group.members.append(person.user_id)
    core.organisation.save(group)
    core.group_event("add_members", group, user_ids=[person.user_id])


def _update(core: Core, person: Person, **changed: Any) -> None:
    core.organisation.save(person)
    core.tell({"type": "realm_user", "op": "update", "person": {"user_id": person.user_id, **changed}})


def rename(core: Core, person: Person, name: str) -> None:
    """Another name; mentions by the old one reach nobody from now on."""
    if name != person.full_name:
        person.full_name = name
        _update(core, person, full_name=name)


def set_timezone(core: Core, person: Person, timezone: str) -> None:
    """Another time zone, as an IANA name."""
    person.timezone = timezone
    _update(core, person, timezone=timezone, email=person.email)


def set_role(core: Core, person: Person, role: int) -> None:
    """Another role: the account also moves among the system groups, each told by an event. Raises Refusal."""
    if role not in _ROLE_GROUPS:
        raise Refusal("Invalid role")
    old, new = _ROLE_GROUPS[person.role], _ROLE_GROUPS[role]
    if person.role == role:
        return
    person.role = role
    _update(core, person, role=role)
    moves = [("remove_members", old[0]), ("add_members", new[0])]
    moves += [("remove_members", one) for one in old[1:]] + [("add_members", one) for one in new[1:]]
    for op, group_id in moves:
        group = core.organisation.groups[group_id]
        if op == "add_members":
            group.members.append(person.user_id)
        elif person.user_id in group.members:
            group.members.remove(person.user_id)
        core.organisation.save(group)
        core.group_event(op, group, user_ids=[person.user_id])


def set_active(core: Core, person: Person, active: bool) -> None:
    """Switch an account off or on. The older server leaves it in its groups, the newer one does not."""
    if person.is_active == active:
        if active:
            raise Refusal("User is already active.")
        return
    person.is_active = active
    core.organisation.save(person)
    if core.since(222):
        _update(core, person, is_active=active)
        if core.since(303):
            _leave_or_rejoin(core, person, active)
    elif active:
        _tell_new(core, person)
    else:
        shown = {"user_id": person.user_id, "full_name": person.full_name}
        core.tell({"type": "realm_user", "op": "remove", "person": shown})
    if active:
        channels = [
            one.stream_id
            for one in core.organisation.channels.values()
            if person.user_id in one.subscribers and not one.archived and not one.private
        ]
        event = {
            "type": "subscription",
            "op": "peer_add",
            "stream_ids": channels,
            "user_ids": [person.user_id],
        }
        core.tell(event, [one for one in core.everybody() if one != person.user_id])


def _leave_or_rejoin(core: Core, person: Person, active: bool) -> None:
    """Level 303: an account that is off is a member of no group until it is back."""
    for group in core.organisation.groups.values():
        source, target = (group.dormant, group.members) if active else (group.members, group.dormant)
        if person.user_id in source:
            source.remove(person.user_id)
            target.append(person.user_id)
            core.organisation.save(group)
            core.group_event("add_members" if active else "remove_members", group, user_ids=[person.user_id])
