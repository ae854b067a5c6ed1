"""Who is in the organization, who is in which group, what the bot is subscribed to: told once, then kept by events.

Bots may not ask for groups (facts/zulip.md section 2), so this is the only source. Old and new forms of the
events mean the same here: a person is inactive after `realm_user remove` *or* `is_active: false`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bot.chat import groups
from bot.chat.groups import read_doors, read_groups
from bot.chat.sense import maybe, number, numbers, objects, words
from bot.chat.values import ADMIN, GUEST, Group, Person, read_person


@dataclass(slots=True)
class Channel:
    """A channel that the bot is subscribed to."""

    id: int
    name: str
    private: bool = False


@dataclass(slots=True)
class Directory:
    """What the server last told about people, groups, channels and limits."""

    me: int = 0
    people: dict[int, Person] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    max_length: int = 10_000
    max_upload: int = 25 << 20
    """Bytes."""
    open_house: bool = False
    """Whether anybody on the internet may make an account in the organization."""
    emoji_url: str = ""
    realm_emoji: dict[str, str] = field(default_factory=dict)
    """Name -> id of the organization's own emoji."""
    once_called: dict[str, frozenset[str]] = field(default_factory=dict)
    """Name -> ids of all the organization's own emoji that have or had it: who reacted with one meant that name."""
    version: int = 0
    """Goes up after every change: what was concluded at another version is to be concluded anew."""

    def read(self, state: dict[str, Any]) -> None:
        """Take everything from the answer of `/register`."""
        people = {one["user_id"]: read_person(one) for one in objects(state, "realm_users")}
        for one in state.get("realm_non_active_users", ()):
            people[one["user_id"]] = read_person(one, active=False)
        for one in state.get("cross_realm_bots", ()):
            people[one["user_id"]] = replace(read_person(one), is_bot=True)
        if (
            self.me and self.me not in people
        ):  # who may approve must not hang on an answer that is not all of it
            raise LookupError("realm_users")
        groups_of = read_groups(objects(state, "realm_user_groups"))
        channels = {one["stream_id"]: _channel(one) for one in objects(state, "subscriptions")}
        # put in place whole: the publisher may be counting votes while the listener registers anew
        self.people, self.groups, self.channels = people, groups_of, channels
        self.max_length = max(maybe(state, "max_message_length", 10_000), 1000)
        self.max_upload = max(maybe(state, "max_file_upload_size_mib", 25), 0) << 20
        self.open_house = (
            state.get("realm_invite_required") is False
            and state.get("realm_emails_restricted_to_domains") is False
        )
        self.emoji_url = maybe(state, "server_emoji_data_url", "")
        self._own_emoji(maybe(state, "realm_emoji", {}))
        self.version += 1

    def apply(self, event: dict[str, Any]) -> bool:
        """Bring in line with one event; False if it is about something else."""
        match event["type"]:
            case "realm_user":
                self._person(event)
            case "user_group":
                self._group(event)
            case "subscription":
                self._subscription(event)
            case "stream":
                self._stream(event)
            case "realm_emoji":
                self._own_emoji(event["realm_emoji"])
            case _:
                return False
        self.version += 1
        return True

    def person(self, user_id: int) -> Person:
        """The person, or a stand-in with no rights for somebody whom the bot cannot see."""
        return self.people.get(user_id, Person(id=user_id, name=f"user {user_id}", active=False))

    def named(self, text: str) -> Person | None:
        """Who is meant by an e-mail address, a user id or a full name that only one person has."""
        if text.isdecimal():
            return self.people.get(int(text))
        wanted = text.casefold()
        found = [one for one in self.people.values() if wanted in {one.email.casefold(), one.name.casefold()}]
        return found[0] if len(found) == 1 else None

    def members(self, group_id: int) -> frozenset[int]:
        """Everybody in the group and its subgroups (subgroups may form circles)."""
        return groups.members(self.groups, group_id)

    def ways_in(self, group_id: int) -> dict[str, list[Person] | None]:
        """What ordinary people may do who get into the group by it -> those who may and are not in it yet.

        None: everybody, newcomers too. Administrators may do so anyway, and guests and bots do not count.
        """
        inside = self.members(group_id)
        found: dict[str, list[Person] | None] = {}
        for what, who in groups.ways_in(self.groups, group_id).items():
            people = None if who is None else [self.person(one) for one in sorted(who - inside)]
            if people is not None:
                people = [one for one in people if one.active and not one.is_bot and ADMIN < one.role < GUEST]
            if people is None or people:
                found[what] = people
        return found

    def takes_newcomers(self, group_id: int) -> bool:
        """Whether who makes an account gets into the group without anybody's doing."""
        return any(one.system and one.name in groups.EVERYBODY for one in groups.below(self.groups, group_id))

    def full_members(self) -> Group | None:
        """Zulip's own group of full members: those who are there for as long as the organization wants."""
        found = self.group_named(groups.FULL_MEMBERS)
        return found if found is not None and found.system else None

    def group_named(self, name: str) -> Group | None:
        """The group of that name."""
        for group in self.groups.values():
            if group.name.casefold() == name.casefold():
                return group
        return None

    def channel_named(self, name: str) -> Channel | None:
        """The subscribed channel of that name or id."""
        for channel in self.channels.values():
            if channel.name.casefold() == name.casefold() or str(channel.id) == name:
                return channel
        return None

    def _own_emoji(self, raw: dict[str, Any]) -> None:
        """All of them, by their ids; those that were taken away stand on messages still."""
        called: dict[str, set[str]] = {}
        for key, one in raw.items():
            called.setdefault(words(one, "name"), set()).add(str(key))
        self.realm_emoji = {one["name"]: str(key) for key, one in raw.items() if not one.get("deactivated")}
        self.once_called = {name: frozenset(ids) for name, ids in called.items()}

    def _person(self, event: dict[str, Any]) -> None:
        person = event["person"]
        known = self.people.get(person["user_id"])
        match event["op"]:
            case "add":
                self.people[person["user_id"]] = read_person(person)
            case "remove" if known:
                self.people[known.id] = replace(known, active=False)
            case "update" if known:
                self.people[known.id] = replace(
                    known,
                    name=maybe(person, "full_name", known.name),
                    role=maybe(person, "role", known.role),
                    active=maybe(person, "is_active", known.active),
                    timezone=maybe(person, "timezone", known.timezone),
                    email=maybe(person, "delivery_email", "")
                    or maybe(person, "new_email", "")
                    or known.email,
                )

    def _group(self, event: dict[str, Any]) -> None:
        if event["op"] == "add":
            self.groups |= read_groups([event["group"]])
            return
        group = self.groups.get(event["group_id"])
        if group is None:
            return
        match event["op"]:
            case "remove":
                del self.groups[group.id]
            case "update":
                group.name = maybe(event["data"], "name", group.name)
                group.doors |= read_doors(event["data"])
                if event["data"].get("deactivated"):
                    del self.groups[group.id]
            case "add_members":
                group.members |= set(numbers(event, "user_ids"))
            case "remove_members":
                group.members -= set(numbers(event, "user_ids"))
            case "add_subgroups":
                group.subgroups |= set(numbers(event, "direct_subgroup_ids"))
            case "remove_subgroups":
                group.subgroups -= set(numbers(event, "direct_subgroup_ids"))

    def _subscription(self, event: dict[str, Any]) -> None:
        for one in event.get("subscriptions", ()):
            if event["op"] == "add":
                self.channels[one["stream_id"]] = _channel(one)
            elif event["op"] == "remove":
                self.channels.pop(one["stream_id"], None)

    def _stream(self, event: dict[str, Any]) -> None:
        channel = self.channels.get(event.get("stream_id", 0))
        if event["op"] == "update" and channel and event.get("property") == "name":
            channel.name = words(event, "value")
        elif event["op"] == "delete":
            gone = event.get("stream_ids") or [one["stream_id"] for one in event.get("streams", ())]
            for one in gone:
                self.channels.pop(one, None)


def _channel(raw: dict[str, Any]) -> Channel:
    return Channel(number(raw, "stream_id"), words(raw, "name"), private=bool(raw.get("invite_only")))
