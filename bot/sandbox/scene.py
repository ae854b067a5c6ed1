"""Who and what there is in the sandbox: the people of a small community, their channels, the bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.zulip import Person, Zulip
from bot.sandbox.zulip.rows import GUEST, MEMBER, OWNER

BOT = "social"
CHANNEL = "social-media"
ANNOUNCEMENTS = "announcements"
APPROVERS = "social-approvers"
_DOMAIN = "sandbox.example"
_CHANNELS = {
    CHANNEL: "Where posts are written together. Begin with @social draft",
    ANNOUNCEMENTS: "What the community tells the world, for its own members",
}


@dataclass(frozen=True, slots=True)
class Role:
    """One person of the scene. `name` is how the command line and the page's address call them."""

    name: str
    full_name: str
    part: str
    """What they are, for the page."""
    timezone: str
    role: int = MEMBER

    @property
    def email(self) -> str:
        """How they sign in."""
        return f"{self.name}@{_DOMAIN}"


CAST = (
    Role("owner", "Olivia", "owner", "Europe/Helsinki", OWNER),
    Role("alice", "Alice", "approver", "Europe/Oslo"),
    Role("bob", "Bob", "approver", "America/New_York"),
    Role("carol", "Carol", "member", "Europe/Berlin"),
    Role("dave", "Dave", "guest", "Asia/Kolkata", GUEST),
)
FIRST = "carol"
"""Whom a newcomer is: somebody who may draft but not approve."""


class Scene:
    """The scene on one Zulip stand-in: set up once, found again after a restart."""

    def __init__(self, zulip: Zulip) -> None:
        self._cast = {
            role.name: zulip.add_person(role.full_name, role.email, role=role.role, timezone=role.timezone)
            for role in CAST
        }
        self._bot = zulip.add_person(BOT, f"{BOT}-bot@{_DOMAIN}", bot=True, owner=self._cast["owner"])
        everybody = [*self._cast.values(), self._bot]
        self._channels = [
            zulip.add_channel(name, everybody, description=description)
            for name, description in _CHANNELS.items()
        ]
        approvers = [self._cast[role.name] for role in CAST if role.part == "approver"]
        zulip.add_group(APPROVERS, approvers, description="They approve what goes out.")

    @property
    def people(self) -> list[dict[str, Any]]:
        """The cast, as the page and the command line tell it; with their keys."""
        return [
            _told(self._cast[role.name]) | {"name": role.name, "part": role.part, "timezone": role.timezone}
            for role in CAST
        ]

    @property
    def bot(self) -> dict[str, Any]:
        """The bot's account."""
        return _told(self._bot) | {"name": BOT, "part": "bot", "timezone": ""}

    @property
    def channels(self) -> list[dict[str, Any]]:
        """The channels, the one where posts are written together first."""
        return [
            {
                "stream_id": one.stream_id,
                "name": one.name,
                "description": one.description,
                "hue": number,
            }
            for number, one in enumerate(self._channels)
        ]

    def person(self, name: str) -> dict[str, Any] | None:
        """One of the cast by name."""
        return next((one for one in self.people if one["name"] == name), None)

    def by_id(self, user_id: int) -> dict[str, Any] | None:
        """One of the cast, or the bot, by Zulip's id."""
        return next((one for one in [*self.people, self.bot] if one["user_id"] == user_id), None)


def _told(person: Person) -> dict[str, Any]:
    return {
        "user_id": person.user_id,
        "full_name": person.full_name,
        "email": person.email,
        "api_key": person.api_key,
        "is_admin": person.is_admin,
        "is_bot": person.is_bot,
    }
