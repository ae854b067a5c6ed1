"""What every endpoint needs at hand, and the two ways to tell the world: events and publications."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from bot.sandbox.world import Picture, Publication, World
from bot.sandbox.zulip import emoji
from bot.sandbox.zulip.markup import Renderer
from bot.sandbox.zulip.markup_inline import narrow
from bot.sandbox.zulip.organisation import Organisation
from bot.sandbox.zulip.queues import Queues
from bot.sandbox.zulip.rows import Channel, Group, Level, Message, Person
from bot.sandbox.zulip.shapes import channel_json
from bot.sandbox.zulip.web import Rate

_FILE = re.compile(r"!?\[([^\]]*)\]\((?:https?://[^/)]+)?/user_uploads/([^)\s]+)\)")
_EMOJI_SPAN = re.compile(r'<span aria-label="[^"]*" class="emoji emoji-([0-9a-f-]+)"[^>]*>:[^<]*:</span>')
_BREAK = re.compile(r"<br>\n?|</(?:li|h[1-6]|pre|tr|ul|ol)>\n?")
_PARAGRAPH = re.compile(r"</(?:p|blockquote|table)>\n?")
_BLANK_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[^>]*>")


class Core:
    """The organisation, its event queues and its renderer, behind one lock."""

    def __init__(self, world: World, base: str, level: Level, announcement_channels: Collection[str]) -> None:
        self.lock = threading.RLock()
        self.organisation = Organisation(world, base, level)
        self.queues = Queues(self.lock)
        self.renderer = Renderer(self.organisation)
        self.rate = Rate()
        self._announcements = {name.lower() for name in announcement_channels}

    def since(self, level: int) -> bool:
        """See `Organisation.since`."""
        return self.organisation.since(level)

    def channel_json(self, channel: Channel) -> dict[str, Any]:
        """A channel with its description rendered."""
        return channel_json(self.organisation, channel, self.described(channel.description))

    def described(self, description: str) -> str:
        """A channel's description as HTML."""
        owner = next(iter(self.organisation.people.values()))
        return self.renderer.render(description, owner).html if description else ""

    def everybody(self) -> list[int]:
        """All accounts in use."""
        return [one.user_id for one in self.organisation.humans_and_bots() if one.is_active]

    def who_sees(self, channel: Channel) -> list[int]:
        """All accounts in use that may know of the channel."""
        organisation = self.organisation
        people = (organisation.people[one] for one in self.everybody())
        return [one.user_id for one in people if organisation.can_see(one, channel)]

    def tell(self, event: dict[str, Any], users: Collection[int] | None = None) -> None:
        """An event to these people, or to everybody."""
        self.queues.post(event, self.everybody() if users is None else users)

    def group_event(self, op: str, group: Group, **fields: Any) -> None:
        """A change of a user group; bots hear of it too."""
        self.tell({"type": "user_group", "op": op, "group_id": group.group_id, **fields})

    def address(self, message: Message) -> str:
        """Where a browser finds the message."""
        organisation = self.organisation
        if message.stream_id is None:
            people = ",".join(map(str, message.people))
            return f"{organisation.base}/#narrow/dm/{people}-dm/near/{message.id}"
        channel = organisation.channels[message.stream_id]
        return f"{organisation.base}/{narrow(organisation, channel, message.topic, message.id)}"

    def publish(self, message: Message) -> None:
        """What a bot says in an announcement channel is a publication; elsewhere it is none (any more)."""
        organisation = self.organisation
        world, sender = organisation.world, organisation.people[message.sender_id]
        channel = organisation.channels.get(message.stream_id or -1)
        if not sender.is_bot or sender.system:
            return
        if channel is None or channel.name.lower() not in self._announcements:
            world.retract("zulip", str(message.id))
            return
        world.publish(
            Publication(
                service="zulip",
                account=channel.name,
                id=str(message.id),
                text=readable(message.rendered),
                raw=dict(message.raw) | {"content": message.content},
                url=self.address(message),
                published_at=datetime.fromtimestamp(message.timestamp, UTC).isoformat(),
                media=tuple(self._media(message)),
                idempotency_key=message.raw.get("local_id"),
                extra={"topic": message.topic, "html": message.rendered, "sender": sender.full_name},
            )
        )

    def _media(self, message: Message) -> list[Picture]:
        pictures = []
        for match in _FILE.finditer(message.content):
            upload = self.organisation.uploads.get(unquote(match[2]))
            if upload is not None:
                alt = html.unescape(match[1])
                pictures.append(Picture(upload.sha256, upload.mime, alt, upload.name))
        return pictures


def readable(rendered: str) -> str:
    """The text a reader sees: no tags, emoji as characters, lines as lines."""
    text = _EMOJI_SPAN.sub(lambda match: emoji.character(match[1]), rendered)
    text = _TAG.sub("", _PARAGRAPH.sub("\n\n", _BREAK.sub("\n", text)))
    return html.unescape(_BLANK_LINES.sub("\n\n", text)).strip()


def sender_may_post(core: Core, sender: Person) -> list[Person]:
    """Whose rights count when this account posts: its own, and a bot's owner's."""
    owner = core.organisation.people.get(sender.owner_id or 0)
    return [sender, owner] if owner is not None and sender.is_bot else [sender]
