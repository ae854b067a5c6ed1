"""One Zulip organisation: who and what there is, kept on the shelf, and who may see what."""

from __future__ import annotations

import secrets
import string
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.world import World
from bot.sandbox.zulip.errors import Refusal, invalid_message
from bot.sandbox.zulip.rows import (
    ADMIN,
    MEMBER,
    NOTIFICATION_BOT,
    Channel,
    Group,
    Level,
    Message,
    Person,
    Settings,
    Upload,
)

NEWEST: Level = 512
"""The newest known; what was seen in its code and came at nobody knows which level is told apart by it."""
KEY_LENGTH = 32
_SYSTEM_PEOPLE = {
    1: ("emailgateway@zulip.com", "Email Gateway"),
    NOTIFICATION_BOT: ("notification-bot@zulip.com", "Notification Bot"),
    5: ("welcome-bot@zulip.com", "Welcome Bot"),
}
_SYSTEM_GROUPS: tuple[tuple[int, str, str, list[int]], ...] = (
    (9, "role:nobody", "Nobody", []),
    (10, "role:owners", "Owners of this organization", []),
    (11, "role:administrators", "Administrators of this organization, including owners", [10]),
    (12, "role:moderators", "Moderators of this organization, including administrators", [11]),
    (13, "role:fullmembers", "Members of this organization, not including new accounts and guests", [12]),
    (14, "role:members", "Members of this organization, not including guests", [13]),
    (15, "role:everyone", "Everyone in this organization, including guests", [14]),
    (16, "role:internet", "Everyone on the Internet", [15]),
)


class Organisation:
    """Everything but the event queues. Each change is written through to the world's shelf at once."""

    def __init__(self, world: World, base: str, level: Level) -> None:
        self.world = world
        self.base = base.rstrip("/")
        self.level = level
        shelf = world.shelf
        self.people = {p.user_id: p for p in (Person(**one) for one in self._load("person"))}
        self.channels = {c.stream_id: c for c in (Channel(**one) for one in self._load("channel"))}
        self.groups = {g.group_id: g for g in (Group(**one) for one in self._load("group"))}
        self.messages = {m.id: m for m in map(Message.from_record, self._load("message"))}
        self.uploads = {u.path: u for u in (Upload(**one) for one in self._load("upload"))}
        self.emoji: dict[str, dict[str, Any]] = {one["name"]: one for one in self._load("emoji")}
        self.counters: dict[str, int] = shelf.get("zulip", "counters") or {}
        kept = shelf.get("zulip", "settings")
        if kept is None:
            self.settings = Settings(
                generation=self.now(),
                secret=secrets.token_hex(32),
                delete_own="everyone" if self.since(291) else "admins",
                movers=MEMBER if self.since(310) else ADMIN,
            )
            self._found()
        else:
            self.settings = Settings(**kept)

    def since(self, level: int) -> bool:
        """Whether the server speaks as one does from this feature level on (zulip.com/api/changelog)."""
        return self.level >= level

    @property
    def word(self) -> str:
        """What a channel is called in sentences of this server."""
        return "channel" if self.since(255) else "stream"

    def now(self) -> int:
        """Seconds since 1970 by the sandbox's clock."""
        return int(self.world.clock.now().timestamp())

    def _load(self, kind: str) -> list[dict[str, Any]]:
        kept = self.world.shelf.all(f"zulip-{kind}")
        return [kept[key] for key in sorted(kept, key=lambda key: (len(key), key))]

    def _found(self) -> None:
        for user_id, (email, name) in _SYSTEM_PEOPLE.items():
            self.people[user_id] = Person(
                user_id, email, name, new_key(), is_bot=True, joined=self._iso(), system=True
            )
            self.save(self.people[user_id])
        for group_id, name, description, subgroups in _SYSTEM_GROUPS:
            group = Group(group_id, name, description, [], list(subgroups), system=True, can_mention=9)
            self.groups[group_id] = group
            self.save(group)
        self.counters = {"person": 5, "channel": 0, "group": 16, "message": 0, "recipient": 8}
        self.save_settings()

    def _iso(self) -> str:
        return self.world.clock.now().astimezone(UTC).isoformat()

    def save_settings(self) -> None:
        """Keep the settings and counters."""
        self.world.shelf.put("zulip", "settings", asdict(self.settings))
        self.world.shelf.put("zulip", "counters", self.counters)

    def save(self, row: Person | Channel | Group | Message | Upload) -> None:
        """Write one row through."""
        put = self.world.shelf.put
        match row:
            case Person():
                put("zulip-person", row.user_id, asdict(row))
            case Channel():
                put("zulip-channel", row.stream_id, asdict(row))
            case Group():
                put("zulip-group", row.group_id, asdict(row))
            case Message():
                put("zulip-message", row.id, row.record())
            case Upload():
                put("zulip-upload", row.path, asdict(row))

    def next(self, kind: str) -> int:
        """The next number of a kind; never given twice, not even after a kill."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        self.world.shelf.put("zulip", "counters", self.counters)
        return self.counters[kind]

    def new_person(self, **fields: Any) -> Person:
        """An account with the next id and a fresh key."""
        person = Person(
            user_id=self.next("person"),
            api_key=new_key(),
            joined=self._iso(),
            recipient_id=self.next("recipient"),
            **fields,
        )
        self.people[person.user_id] = person
        self.save(person)
        return person

    def add_emoji(self, name: str, picture: bytes, author_id: int | None = None) -> None:
        """A custom emoji; `picture` is a PNG."""
        digest = self.world.blobs.put(picture)
        row = {"id": self.next("emoji"), "name": name, "sha256": digest, "author_id": author_id}
        self.emoji[name] = row
        self.world.shelf.put("zulip-emoji", name, row)

    # Who is who

    def humans_and_bots(self) -> Iterator[Person]:
        """All accounts of the organisation, without the server's own bots."""
        return (one for one in self.people.values() if not one.system)

    def active(self, ids: Iterable[int]) -> list[int]:
        """Those of the ids that are in use."""
        return [one for one in ids if (person := self.people.get(one)) and person.is_active]

    def person(self, user_id: int) -> Person:
        """The account. Raises Refusal when there is none."""
        person = self.people.get(user_id)
        if person is None or person.system:
            raise Refusal("No such user")
        return person

    def by_email(self, email: str) -> Person | None:
        """The account with this address, in any case of letters."""
        wanted = email.lower()
        return next((one for one in self.people.values() if one.email.lower() == wanted), None)

    def by_name(self, name: str) -> Person | None:
        """The first account with this full name, in any case of letters."""
        wanted = name.lower()
        return next((one for one in self.humans_and_bots() if one.full_name.lower() == wanted), None)

    def channel_named(self, name: str) -> Channel | None:
        """The channel in use with this name, in any case of letters."""
        wanted = name.strip().lower()
        return next((c for c in self.channels.values() if not c.archived and c.name.lower() == wanted), None)

    def group_named(self, name: str) -> Group | None:
        """The group with this name; names of groups are compared exactly as Zulip does, without case."""
        wanted = name.lower()
        return next((one for one in self.groups.values() if one.name.lower() == wanted), None)

    def members_of(self, group: Group) -> list[int]:
        """Members with those of all subgroups, repeated where the real (older) server repeats them."""
        members = list(group.members)
        for subgroup in group.subgroups:
            members += self.members_of(self.groups[subgroup])
        return members

    # Who may see what

    def can_see(self, person: Person, channel: Channel) -> bool:
        """Subscribed, or the channel is public and the person no guest."""
        if channel.archived:
            return False
        return person.user_id in channel.subscribers or (not channel.private and not person.is_guest)

    def can_read(self, person: Person, message: Message) -> bool:
        """May this person open the message?"""
        if message.stream_id is None:
            return person.user_id in message.rows
        channel = self.channels[message.stream_id]
        if not channel.private and not person.is_guest:
            return True
        if person.user_id not in channel.subscribers:
            return False
        return channel.history_public or person.user_id in message.rows

    def message(self, person: Person, message_id: int) -> Message:
        """The message, if it is there and may be seen. Raises Refusal."""
        message = self.messages.get(message_id)
        if message is None or not self.can_read(person, message):
            raise invalid_message()
        return message

    def in_topic(self, stream_id: int, topic: str) -> list[Message]:
        """The messages of a topic, oldest first; topics are compared without case."""
        wanted = topic.lower()
        return [m for m in self.messages.values() if m.stream_id == stream_id and m.topic.lower() == wanted]

    def readers(self, message: Message) -> list[int]:
        """Whom a change of the message is told to: those it was delivered to, and its channel's subscribers."""
        readers = dict.fromkeys(message.rows)
        if message.stream_id is not None:
            channel = self.channels[message.stream_id]
            if channel.history_public:
                readers |= dict.fromkeys(channel.subscribers)
        return self.active(readers)

    def newest_for(self, person: Person) -> int:
        """The highest id delivered to this person, -1 when there is none."""
        return max((m.id for m in self.messages.values() if person.user_id in m.rows), default=-1)


def new_key() -> str:
    """An API key: 32 letters and digits, as Zulip's are."""
    letters = string.ascii_letters + string.digits
    return "".join(secrets.choice(letters) for _ in range(KEY_LENGTH))


def printable(character: str) -> bool:
    """May this character stand in a name or a topic?"""
    return unicodedata.category(character) not in {"Cc", "Cs", "Cn"}


def iso(timestamp: int) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(timestamp, UTC).isoformat()
