"""What the bot knows of Zulip, as plain values: Zulip's own dictionaries stop here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.chat.sense import maybe, number, objects, words

ADMIN, GUEST = 200, 600
"""Zulip's role numbers of administrators and guests; members are 400, moderators 300, owners 100."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the organization, as the server last told."""

    id: int
    name: str
    email: str = ""
    role: int = 400
    is_bot: bool = False
    active: bool = True
    timezone: str = ""

    @property
    def guest(self) -> bool:
        """Guests see a few channels only, and never count."""
        return self.role >= GUEST

    @property
    def mention(self) -> str:
        """Names the person without pinging anybody."""
        return f"@_**{self._called}|{self.id}**"

    @property
    def call(self) -> str:
        """Names the person and tells them so."""
        return f"@**{self._called}|{self.id}**"

    @property
    def _called(self) -> str:
        """The id alone names people too, and lends no power to the signs in a name."""
        return "" if set(self.name) & set("*`|\\<>@\n") else self.name


@dataclass(frozen=True, slots=True)
class Emoji:
    """A reaction's identity: names have aliases, codes have none (facts/zulip.md section 5)."""

    code: str
    kind: str = "unicode_emoji"


@dataclass(frozen=True, slots=True)
class Reaction:
    """One person's emoji on one message."""

    user_id: int
    emoji: Emoji


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said: a topic of a channel, or a conversation with people."""

    channel_id: int | None = None
    topic: str = ""
    user_ids: tuple[int, ...] = ()
    """Everybody in the direct conversation but the bot."""


@dataclass(frozen=True, slots=True)
class Move:
    """A message was moved to another channel."""

    left: int
    """The channel it lay in."""
    by: int
    """Who moved it (Zulip user id); 0: the server does not say."""
    at: int
    """When, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands now."""

    id: int
    sender_id: int
    content: str
    """Raw Markdown."""
    place: Place
    at: datetime
    reactions: tuple[Reaction, ...] = ()
    mentioned: bool = False
    """Zulip says that the bot is mentioned by name."""
    moves: tuple[Move, ...] = ()
    """From channel to channel, newest first. Empty where the organization shows nobody what was edited and moved."""
    changed_at: datetime | None = None
    """When it was last edited or moved, as far as the server tells."""

    @property
    def arrived(self) -> bool:
        """Whether it was moved there from another channel, so that its author did not say it there."""
        return bool(self.moves)


class Kind(StrEnum):
    """What an event hints at."""

    WRITTEN = "written"
    EDITED = "edited"
    MOVED = "moved"
    DELETED = "deleted"
    REACTED = "reacted"
    PEOPLE = "people"
    """Somebody's role, a group or a subscription changed."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Message N may have changed; look at it."""

    kind: Kind
    message_id: int = 0
    user_id: int = 0
    channel_id: int = 0
    """Of a message that was moved to another channel: which."""
    message: Message | None = None
    """What was written, as the event tells it; of an edit, its new text and place alone."""


@dataclass(frozen=True, slots=True)
class Door:
    """Who may do something with a group: people, and everybody in these groups."""

    people: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()


@dataclass(slots=True)
class Group:
    """A user group with its direct members and subgroups."""

    id: int
    name: str
    members: set[int] = field(default_factory=set)
    subgroups: set[int] = field(default_factory=set)
    system: bool = False
    """One of Zulip's own, which follow people's roles."""
    doors: dict[str, Door] = field(default_factory=dict)
    """Setting -> who may let people in by it."""


def zone_of(person: Person | None, fallback: ZoneInfo) -> ZoneInfo:
    """The person's own time zone, or the configured one where they set none (or one we do not know)."""
    if person is None or not person.timezone:
        return fallback
    try:
        return ZoneInfo(person.timezone)
    except (KeyError, ValueError, OSError):
        return fallback


def read_person(raw: dict[str, Any], *, active: bool = True) -> Person:
    """A person from Zulip's user object."""
    return Person(
        id=number(raw, "user_id"),
        name=maybe(raw, "full_name", ""),
        email=maybe(raw, "delivery_email", "") or maybe(raw, "email", ""),
        role=maybe(raw, "role", 400),
        is_bot=bool(raw.get("is_bot")),
        active=active and raw.get("is_active", True) is not False,
        timezone=maybe(raw, "timezone", ""),
    )


def read_message(raw: dict[str, Any], me: int) -> Message:
    """A message from Zulip's object; `user` in reactions is gone from newer servers, `user_id` stays."""
    if raw["type"] == "stream" or raw["type"] == "channel":
        place = Place(channel_id=number(raw, "stream_id"), topic=words(raw, "subject"))
    else:
        people = (number(one, "id") for one in objects(raw, "display_recipient"))
        place = Place(user_ids=tuple(sorted(one for one in people if one != me)))
    return Message(
        id=number(raw, "id"),
        sender_id=number(raw, "sender_id"),
        content=words(raw, "content"),
        place=place,
        at=_instant(number(raw, "timestamp")),
        reactions=tuple(
            Reaction(number(one, "user_id"), Emoji(words(one, "emoji_code"), words(one, "reaction_type")))
            for one in raw.get("reactions", ())
        ),
        mentioned="mentioned" in raw.get("flags", ()),
        moves=tuple(
            Move(number(one, "prev_stream"), maybe(one, "user_id", 0), maybe(one, "timestamp", 0))
            for one in raw.get("edit_history", ())
            if "prev_stream" in one
        ),
        changed_at=_changed_at(raw),
    )


def _instant(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except OSError as error:  # far outside of all calendars
        raise ValueError("timestamp") from error


def _changed_at(raw: dict[str, Any]) -> datetime | None:
    """Newer servers tell edits and moves apart; where the history is hidden, the last edit is still told."""
    told = [raw.get("last_edit_timestamp"), raw.get("last_moved_timestamp")]
    told += [one.get("timestamp") for one in raw.get("edit_history", ())]
    instants = [one for one in told if one]
    return _instant(max(instants)) if instants else None
