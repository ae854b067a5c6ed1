"""The things an organisation consists of, as they are kept: people, channels, groups, messages, files."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

OWNER, ADMIN, MODERATOR, MEMBER, GUEST = 100, 200, 300, 400, 600
"""Roles, as Zulip numbers them."""

NOTIFICATION_BOT = 4
"""The server's own voice; the user id of the recorded server."""

Level = Literal[218, 321, 512]
"""The two servers this can be: the recorded one (8.0-dev) and the newest known (13.0-dev)."""


@dataclass(slots=True)
class Person:
    """An account. `api_key` is its password for the API."""

    user_id: int
    email: str
    full_name: str
    api_key: str
    role: int = MEMBER
    timezone: str = ""
    is_bot: bool = False
    owner_id: int | None = None
    is_active: bool = True
    joined: str = ""
    """ISO 8601, UTC."""
    recipient_id: int = 0
    system: bool = False
    """One of the server's own bots, listed among `cross_realm_bots`."""

    @property
    def is_admin(self) -> bool:
        """May administer the organisation."""
        return self.role <= ADMIN

    @property
    def is_guest(self) -> bool:
        """Sees only the channels it is subscribed to."""
        return self.role == GUEST


@dataclass(slots=True)
class Channel:
    """A channel (called stream on the recorded server)."""

    stream_id: int
    name: str
    recipient_id: int
    description: str = ""
    private: bool = False
    history_public: bool = True
    """Subscribers may read what was said before they came."""
    created: int = 0
    creator_id: int | None = None
    subscribers: list[int] = field(default_factory=list)
    former: list[int] = field(default_factory=list)
    post_policy: int = 1
    """1 everybody, 2 administrators, 3 full members, 4 moderators."""
    archived: bool = False
    topics_policy: str = "inherit"
    """`inherit`, `allow_empty_topic`, `disable_empty_topic` or `empty_topic_only` (level 392 and later)."""
    new_topics: bool = True
    """Members may begin topics; False is a `can_create_topic_group` of administrators (level 441 and later)."""

    @property
    def announcement_only(self) -> bool:
        """Only administrators may post."""
        return self.post_policy == 2  # noqa: PLR2004 - Zulip's number for administrators, told above


@dataclass(slots=True)
class Group:
    """A user group; members of subgroups are not repeated in `members`."""

    group_id: int
    name: str
    description: str = ""
    members: list[int] = field(default_factory=list)
    subgroups: list[int] = field(default_factory=list)
    system: bool = False
    can_mention: int = 15
    """Id of the group whose members may mention this one: 15 is everybody, 9 nobody."""
    creator_id: int | None = None
    created: int = 0
    dormant: list[int] = field(default_factory=list)
    """Members who were deactivated; the newer server leaves them out until they come back."""
    settings: dict[str, Any] = field(default_factory=dict)
    """`can_join_group` and its like where they are not as the newer server sets them: a group's id, or people and
    groups of its own.
    """


@dataclass(slots=True)
class Message:
    """A message with its reactions, its history and, person by person, its flags."""

    id: int
    sender_id: int
    content: str
    rendered: str
    timestamp: int
    client: str
    recipient_id: int
    stream_id: int | None = None
    topic: str = ""
    people: list[int] = field(default_factory=list)
    """Everybody in a direct message, the sender too."""
    is_me: bool = False
    reactions: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    """Newest first, as `edit_history` gives it."""
    edited: int | None = None
    moved: int | None = None
    submessages: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[int, list[str]] = field(default_factory=dict)
    """Whom it was delivered to (or who reacted): their flags."""
    raw: dict[str, Any] = field(default_factory=dict)
    """What was received when it was sent, for `GET /sandbox/posts`."""

    def record(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Message:
        """The reverse: JSON has only text as keys."""
        rows = {int(user): flags for user, flags in record.pop("rows").items()}
        return cls(**record, rows=rows)


@dataclass(slots=True)
class Upload:
    """A file. Nobody but its owner may read it until a message links it."""

    path: str
    """Without `/user_uploads/`."""
    name: str
    mime: str
    size: int
    sha256: str
    owner_id: int
    created: int = 0
    messages: list[int] = field(default_factory=list)
    claimed: bool = False
    """A message has linked it at some time; when all such messages are deleted, so is the file."""
    thumbnailed: bool = False


@dataclass(slots=True)
class Settings:
    """What an organisation's administrators can set. Times in seconds."""

    name: str = "Sandbox"
    edit_limit: int | None = 600
    allow_editing: bool = True
    topic_edit_limit: int | None = 604800
    channel_move_limit: int | None = 604800
    """Moving to another channel; moderators are not bound by it."""
    movers: int = ADMIN
    """Everybody with this role or more may move messages between channels, also those of others: administrators on the
    recorded server, all members on a newer one (`can_move_messages_between_channels_group`).
    """
    show_history: bool = True
    """Whether anybody is shown what was edited and moved."""
    delete_limit: int | None = 600
    delete_own: Literal["everyone", "admins"] = "admins"
    mandatory_topics: bool = False
    largest_mib: int = 25
    """`max_file_upload_size_mib`, 25 on the recorded server; who runs a server of their own may allow more."""
    generation: int = 0
    """When this organisation began (seconds since 1970), which Zulip calls `server_generation`."""
    secret: str = ""
    """Signs temporary addresses of files."""
