"""Who could make themselves an approver, told to those who can close the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.replies.escape import inline
from bot.replies.words import count, listed

FEW = 3
"""So many people are named; of more, only how many they are."""


def way_in(group: str, ways: Mapping[str, Sequence[str] | None]) -> str:
    """An approver group with an open door. `ways`: what one may do -> who may; None: everybody."""
    told = [f"{_who(people)} may {what}" for what, people in ways.items()]
    return (
        f"The group “{inline(group)}” decides what goes out, but {listed(told)}, and so approve. "
        "Close that in the group's permissions (Group settings in Zulip), or name other `approvers` in zuliprc."
    )


def open_house(name: str) -> str:
    """The approvers are everybody, and anybody on the internet may become one of them."""
    return (
        f"The approvers are {inline(name)}, and anybody on the internet may make an account in this organization. "
        "Name a group as `approvers` in zuliprc, or ask for an invitation to join the organization."
    )


def closed() -> str:
    """It is over."""
    return "The approvers are safe again: nobody can make themselves one of them any more."


def _who(people: Sequence[str] | None) -> str:
    if people is None:
        return "everybody in the organization"
    if len(people) <= FEW:
        return listed([inline(one) for one in people])
    return count(len(people), "person") if len(people) == 1 else f"{len(people)} people"
