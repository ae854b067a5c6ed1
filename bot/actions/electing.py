"""Who may approve now: a group, named people or all full members; and who could let themselves in."""

from __future__ import annotations

import json

from sqlmodel import Session

from bot.chat import Directory, Person
from bot.config.values import Approvers
from bot.desk import Desk
from bot.replies import doors
from bot.rules import Electorate, refusal
from storage import cursors

PIN, PEOPLE = "approver_group", "approver_people"
"""What is remembered of the configured approvers: the group's id, and people's."""
_PLACES = {"approvers": (PIN, PEOPLE), "drafters": ("drafter_group", "drafter_people")}
_ELECTORATE = "electorate"


def electorate(desk: Desk, session: Session) -> Electorate:
    """Who may approve now, as configured and as Zulip last told; the same for the whole of one transaction."""
    known: Electorate | None = session.info.get(_ELECTORATE)
    if known is None:
        known = electorate_of(desk.config.social.approvers, desk.chat.directory, session)
        session.info[_ELECTORATE] = known
    return known


def approves(desk: Desk, session: Session, person: Person) -> bool:
    """Whether this person may approve posts of others."""
    return refusal(person, electorate(desk, session), author_id=0, self_approval=False) is None


def drafts(desk: Desk, session: Session, person: Person) -> bool:
    """Whether this person may begin drafts: a drafter, or an approver."""
    wanted = desk.config.social.drafters
    if wanted is None or approves(desk, session, person):
        return True
    who = electorate_of(wanted, desk.chat.directory, session, "drafters")
    return refusal(person, who, author_id=0, self_approval=False) is None


def electorate_of(
    approvers: Approvers, directory: Directory, session: Session, key: str = "approvers"
) -> Electorate:
    """Who may approve (or begin drafts, with the other `key` of zuliprc), of the people in the directory.

    A group is followed by its id, so that a rename changes nothing and a new group that took the name of a
    deleted one gets no power by it; so are people who are configured by name.
    """
    if approvers.kind == "members":
        full = directory.full_members()
        # servers tell of this group since Zulip 5; where they do not, all members count
        return Electorate(directory.members(full.id) if full else None, "all full members", everybody=True)
    if approvers.kind == "people":
        return _people(directory, session, [str(one) for one in approvers.people], key)
    return _group(directory, session, approvers.group, key)


def misnamed(desk: Desk, session: Session) -> str:
    """Who is named in the configuration as approver or drafter and is not there; empty if all are."""
    social = desk.config.social
    found = [electorate(desk, session)]
    if social.drafters is not None:
        found.append(electorate_of(social.drafters, desk.chat.directory, session, "drafters"))
    return " ".join(dict.fromkeys(one.trouble or one.unknown for one in found if one.trouble or one.unknown))


def _people(directory: Directory, session: Session, names: list[str], key: str) -> Electorate:
    """Anybody can change their name in Zulip: whoever had it when the bot first looked is the one meant."""
    place = _PLACES[key][1]
    pinned: dict[str, int] = json.loads(cursors.read(session, place) or "{}")
    known = {name: pinned[name] for name in names if name in pinned}
    for name in names:
        person = directory.named(name)
        if name not in known and person is not None:
            known[name] = person.id
    if known != pinned:
        cursors.write(session, place, json.dumps(known))
    missing = [name for name in names if known.get(name) not in directory.people]
    trouble = f"nobody here is {', '.join(missing)} (see `{key}` in zuliprc)." if missing else ""
    members = frozenset(known.values())
    nobody = len(missing) == len(names)
    return Electorate(members, f"the {key}", trouble if nobody else "", unknown="" if nobody else trouble)


def _group(directory: Directory, session: Session, name: str, key: str) -> Electorate:
    place = _PLACES[key][0]
    pinned_name, _, pinned_id = cursors.read(session, place).rpartition("|")
    if pinned_id and pinned_name == name:
        group = directory.groups.get(int(pinned_id))
    else:
        by_id = directory.groups.get(int(name)) if name.isdecimal() else None
        group = by_id or directory.group_named(name)
        if group is not None:
            cursors.write(session, place, f"{name}|{group.id}")
    if group is None:
        other = directory.group_named(name)
        how = (
            f"There is another group of that name now; if it is the right one, the owner of the bot writes "
            f"`{key} = group: {other.id}` in zuliprc."
            if other
            else f"The owner of the bot names another one in zuliprc (`{key}`)."
        )
        what = key.removesuffix("s")
        return Electorate(frozenset(), name, f"the {what} group “{name}” does not exist. {how}")
    members = directory.members(group.id)
    return Electorate(members, group.name, everybody=directory.takes_newcomers(group.id), group_id=group.id)


def way_in(who: Electorate, directory: Directory) -> str:
    """How people could make themselves approvers, in one sentence and what to do; empty if nobody can."""
    if who.everybody:
        return doors.open_house(who.name) if directory.open_house else ""
    ways = directory.ways_in(who.group_id) if who.group_id else {}
    return doors.way_in(who.name, {what: _names(people) for what, people in ways.items()}) if ways else ""


def _names(people: list[Person] | None) -> list[str] | None:
    return None if people is None else [one.name for one in people]
