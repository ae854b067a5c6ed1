"""A small town for conversations: the sandbox's stand-ins on a real socket, the real bot stepped by hand.

People are real `zulip` clients. Nothing is patched; the clock is the sandbox's and is moved by the test.
"""

from __future__ import annotations

import io
import re
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
import zulip
from PIL import Image
from sqlmodel import col, select

from bot import wiring
from bot.config import Config
from bot.desk import Desk
from bot.listener import Listener
from bot.publisher import Publisher
from bot.sandbox import accounts
from bot.sandbox.scene import APPROVERS, CHANNEL
from bot.sandbox.server import Sandbox
from bot.sandbox.zulip.rows import MEMBER, Group, Person
from handlers.registry import PLATFORMS
from storage.database import Database
from storage.inbox import Inbox
from storage.models import Delivery, Post, Revision

NEWEST = 512
BOTH_KINDS = pytest.mark.levels(218, NEWEST)
"""For what servers do differently (people, groups, events, edits, moves): self-hosters have older ones."""
EVERY_KIND = pytest.mark.levels(218, 321, NEWEST)
"""For what is otherwise between them too: 321 (10.0-dev) tells of accounts and groups as the newest, and of reactions and
topics as the oldest. On a single test it stands before the mark of its file.
"""
NAMES = {218: "zulip-8", 321: "zulip-10", NEWEST: "zulip-13"}
BOUNDS = (
    "open_drafts",
    "drafts_an_hour",
    "questions_an_hour",
    "orders_an_hour",
    "reactions_a_minute",
    "drafts_a_minute",
    "questions_a_minute",
)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Townsman:
    """One person at their own Zulip client."""

    def __init__(self, town: Town, name: str, person: dict[str, Any], base: str) -> None:
        self.town, self.name = town, name
        self.id: int = person["user_id"]
        self.email: str = person["email"]
        self._key: str = person["api_key"]
        self._base = base

    @cached_property
    def client(self) -> zulip.Client:
        """Made when first used, because it asks the server at once, and most people say nothing in most tests."""
        return zulip.Client(email=self.email, api_key=self._key, site=self._base, retry_on_errors=False)

    def ok(self, answer: dict[str, Any]) -> dict[str, Any]:
        assert answer["result"] == "success", answer
        return answer

    def says(self, text: str, topic: str = "posts", channel: str = CHANNEL) -> int:
        """Write in the channel, and let the bot follow."""
        sent = self.writes(text, topic, channel)
        self.town.settle()
        return sent

    def writes(self, text: str, topic: str = "posts", channel: str = CHANNEL) -> int:
        """Write in the channel; the bot does nothing yet."""
        request = {"type": "stream", "to": channel, "topic": topic, "content": text}
        return int(self.ok(self.client.send_message(request))["id"])

    def whispers(self, text: str) -> int:
        """Write to the bot directly."""
        request = {"type": "private", "to": [self.town.bot_email], "content": text}
        sent = int(self.ok(self.client.send_message(request))["id"])
        self.town.settle()
        return sent

    def edits(self, message_id: int, text: str) -> None:
        self.ok(self.client.update_message({"message_id": message_id, "content": text}))
        self.town.settle()

    def deletes(self, message_id: int) -> None:
        self.ok(self.client.delete_message(message_id))
        self.town.settle()

    def reacts(self, message_id: int, emoji: str = "+1") -> None:
        self.ok(self.client.add_reaction({"message_id": message_id, "emoji_name": emoji}))
        self.town.settle()

    def unreacts(self, message_id: int, emoji: str = "+1") -> None:
        self.ok(self.client.remove_reaction({"message_id": message_id, "emoji_name": emoji}))
        self.town.settle()

    def moves(self, message_id: int, channel: str, *, heard: bool = True) -> None:
        """Move a message to another channel."""
        found = self.town.sandbox.zulip.core.organisation.channel_named(channel)
        assert found is not None
        request = {"message_id": message_id, "propagate_mode": "change_one", "stream_id": found.stream_id}
        self.ok(self.client.update_message(request))
        if heard:
            self.town.settle()

    def uploads(self, data: bytes, name: str) -> str:
        file = io.BytesIO(data)
        file.name = name
        answer = self.ok(self.client.upload_file(file))
        return str(answer.get("url") or answer["uri"])


class Town:
    """The sandbox and the bot in it."""

    def __init__(self, base: str, sandbox: Sandbox, folder: Path, settings: str) -> None:
        self.base, self.sandbox, self.world = base, sandbox, sandbox.world
        self.world.clock.to(MONDAY)
        scene = sandbox.scene
        self.bot_email: str = scene.bot["email"]
        self.people = {
            name: Townsman(self, name, person, base)
            for name, person in ((one["name"], one) for one in scene.people)
        }
        self.owner, self.alice, self.bob = self.people["owner"], self.people["alice"], self.people["bob"]
        self.carol, self.dave = self.people["carol"], self.people["dave"]
        self.folder = folder
        self.path = folder / "zuliprc"
        _zuliprc(self.path, sandbox, settings)
        self.config: Config = wiring.read_config(self.path, {})
        _lay_tables(folder / accounts.BOT_DATA / accounts.DATABASE)
        self.start()

    def start(self, registry: wiring.Registry = PLATFORMS) -> None:
        """The bot's process begins."""
        self.database: Database = wiring.open_database(self.config)
        self.desk: Desk = wiring.make_desk(
            self.config, self.database, wiring.chat_of(self.config), self.world.clock.now, registry
        )
        self.listener, self.publisher = Listener(self.desk), Publisher(self.desk)
        self.listener.start(self.now)
        self.publisher.recover_all(self.now)

    def stop(self) -> None:
        """The bot's process ends, without a word."""
        self.publisher.close(5)
        self.database.close()

    def restart(self) -> None:
        self.stop()
        self.start()
        self.settle()

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def settle(self, rounds: int = 12) -> None:
        """Step the bot until nothing more happens: nothing is heard, and the publisher's last step wrote nothing.

        As the publisher's own loop does, it looks again only after something was written: a look takes long.
        """
        looked = -1
        for _ in range(rounds):
            heard = self.listener.tick(self.now)
            written = self.database.commits.count
            if written != looked:
                self.publisher.tick(self.now, settle=True)
                looked = written
            elif not heard:
                return

    def later(self, **span: float) -> None:
        """Let time pass, then let the bot act."""
        self.world.clock.advance(timedelta(**span))
        self.settle()

    def row(self, person: Townsman) -> Person:
        """The person as the stand-in knows them."""
        return self.sandbox.zulip.core.organisation.people[person.id]

    @property
    def approvers(self) -> Group:
        """The group of those who may approve, as the stand-in knows it."""
        return next(
            one for one in self.sandbox.zulip.core.organisation.groups.values() if one.name == APPROVERS
        )

    def stranger(self, name: str) -> Townsman:
        """Somebody of the organization who is not in the bot's channel."""
        row = self.sandbox.zulip.add_person(name, email=f"{name.lower()}@sandbox.example")
        person = {"user_id": row.user_id, "email": row.email, "api_key": row.api_key}
        self.settle()
        return Townsman(self, name, person, self.base)

    def add_lounge(self, name: str) -> None:
        """Another public channel, in which everybody is; any member may move messages into it. Dave is one from now on."""
        zulip = self.sandbox.zulip
        bot = zulip.core.organisation.by_email(self.bot_email)
        assert bot is not None
        zulip.core.organisation.settings.movers = MEMBER
        zulip.set_role(self.row(self.dave), MEMBER)
        zulip.add_channel(name, [*(self.row(one) for one in self.people.values()), bot])
        self.settle()

    # -- what can be seen ------------------------------------------------------------------------------

    def messages(self, topic: str | None = None) -> list[dict[str, Any]]:
        """The channel's messages as the owner reads them, oldest first."""
        return self.channel(CHANNEL, topic)

    def channel(self, name: str, topic: str | None = None) -> list[dict[str, Any]]:
        """The messages of a channel as the owner reads them, oldest first."""
        narrow = [{"operator": "stream", "operand": name}]
        if topic:
            narrow.append({"operator": "topic", "operand": topic})
        request = {
            "anchor": "newest",
            "num_before": 500,
            "num_after": 0,
            "narrow": narrow,
            "apply_markdown": False,
        }
        found: list[dict[str, Any]] = self.owner.ok(self.owner.client.get_messages(request))["messages"]
        return found

    def said(self, topic: str | None = None) -> list[str]:
        """What the bot said in the channel, oldest first."""
        return [one["content"] for one in self.messages(topic) if one["sender_email"] == self.bot_email]

    def whispered(self, to: Townsman) -> list[str]:
        """What the bot said to one person alone."""
        request = {
            "anchor": "newest",
            "num_before": 100,
            "num_after": 0,
            "apply_markdown": False,
            "narrow": [{"operator": "is", "operand": "private"}],
        }
        found = to.ok(to.client.get_messages(request))["messages"]
        return [one["content"] for one in found if one["sender_email"] == self.bot_email]

    def revision(self, number: int = 1) -> Revision:
        with self.database.reading() as session:
            post = session.get(Post, number)
            assert post is not None, f"there is no #{number}"
            return session.exec(
                select(Revision).where(Revision.post_id == number, Revision.number == post.revision)
            ).one()

    def card_id(self, number: int = 1) -> int:
        card = self.revision(number).card_id
        assert card is not None
        return card

    def card_of(self, number: int) -> int:
        """The newest card of a post, found in the channel while the bot is away."""
        cards = [one for one in self.messages() if one["content"].startswith(f"**#{number}** by")]
        return max(int(one["id"]) for one in cards)

    def message(self, message_id: int) -> dict[str, Any]:
        answer = self.owner.ok(
            self.owner.client.call_endpoint(f"messages/{message_id}", "GET", {"apply_markdown": "false"})
        )
        found: dict[str, Any] = answer["message"]
        return found

    def card(self, number: int = 1) -> str:
        text: str = self.message(self.card_id(number))["content"]
        return text

    def post(self, number: int = 1) -> Post:
        with self.database.reading() as session:
            post = session.get(Post, number)
        assert post is not None
        return post

    def inbox(self) -> list[Inbox]:
        """What was heard and is not worked off yet."""
        with self.database.reading() as session:
            return list(session.exec(select(Inbox).order_by(col(Inbox.id))))

    def deliveries(self, number: int = 1) -> dict[str, Delivery]:
        with self.database.reading() as session:
            return {
                one.account: one for one in session.exec(select(Delivery).where(Delivery.post_id == number))
            }

    def published(self, service: str | None = None) -> list[dict[str, Any]]:
        """What the world sees, oldest first."""
        return [one for one in self.world.posts() if service in {None, one["service"]}]

    def fault(self, service: str, fault: str, times: int = 1, **more: Any) -> None:
        self.sandbox.faults.add({"service": service, "fault": fault, "times": times, **more})


def picture(width: int = 64, height: int = 48, kind: str = "PNG") -> bytes:
    """A small real picture."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 80, 40)).save(file, kind)
    return file.getvalue()


def _lay_tables(path: Path) -> None:
    """As after a first start: to make the tables anew for each town takes a tenth of all its time."""
    path.parent.mkdir(mode=0o700)
    path.touch(mode=0o600)
    path.write_bytes(_tables())


@cache
def _tables() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / accounts.DATABASE
        database = Database(f"sqlite:///{path}")
        database.migrate()
        database.close()
        return path.read_bytes()


def _zuliprc(path: Path, sandbox: Sandbox, settings: str) -> None:
    bot = sandbox.scene.bot
    content = {
        name: dict(keys)
        for name, keys in accounts.sections(
            sandbox.base, (bot["email"], bot["api_key"]), sandbox.tokens()
        ).items()
    }
    del content["social"]["clock"]  # the test gives the clock itself
    content["social"] |= dict.fromkeys(BOUNDS, "1000")  # a test that is about a bound names it
    for section, key, value in re.findall(r"^(?:\[(.+?)\] *)?(\w+) *= *(.+)$", settings, re.MULTILINE):
        content.setdefault(section or "social", {})[key] = value
    accounts.write(path, content)
