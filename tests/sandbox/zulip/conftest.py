"""A served stand-in with the people, channels and the group of the recorded server, and clients for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import zulip

from bot.sandbox.serve import serving
from bot.sandbox.world import World
from bot.sandbox.zulip import Channel, Group, Level, Person, Zulip


@dataclass(eq=False)
class Scene:
    """Olivia owns the organisation and the bot; Alice and Bob approve; Carol is a member, Gus a guest."""

    server: Zulip
    world: World
    base: str
    owner: Person
    alice: Person
    bob: Person
    carol: Person
    guest: Person
    bot: Person
    media: Channel
    """social-media: public, everybody is in it."""
    private: Channel
    """social-approvals: private; owner, Alice, Bob and the bot."""
    elsewhere: Channel
    """elsewhere-public: owner, Alice and Bob."""
    hidden: Channel
    """elsewhere-private: owner, Alice and Bob."""
    group: Group
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10))

    def client(self, person: Person) -> zulip.Client:
        """The real client library, signed in as this person."""
        return zulip.Client(email=person.email, api_key=person.api_key, site=self.base)

    def call(self, person: Person, method: str, path: str, **parameters: Any) -> dict[str, Any]:
        """One request under `/api/v1/`, whatever its answer."""
        return dict(self.ask(person, method, path, **parameters).json())

    def ask(self, person: Person, method: str, path: str, **parameters: Any) -> httpx.Response:
        """The same, with status and headers."""
        where = "params" if method == "GET" else "data"
        options: dict[str, Any] = {where: parameters}
        auth = (person.email, person.api_key)
        return self.http.request(method, f"{self.base}/api/v1/{path}", auth=auth, **options)

    def say(self, person: Person, content: str, topic: str = "t", to: str = "social-media") -> int:
        """Write in a channel; gives the message's id."""
        answer = self.call(person, "POST", "messages", type="stream", to=to, topic=topic, content=content)
        assert answer["result"] == "success", answer
        return int(answer["id"])

    def queue(self, person: Person, **parameters: Any) -> Poller:
        """Open an event queue."""
        answer = self.call(person, "POST", "register", **parameters)
        assert answer["result"] == "success", answer
        return Poller(self, person, answer["queue_id"])

    def upload(self, person: Person, name: str, data: bytes, mime: str) -> str:
        """Upload over HTTP; gives the file's address."""
        answer = self.http.post(
            f"{self.base}/api/v1/user_uploads",
            auth=(person.email, person.api_key),
            files={"file": (name, data, mime)},
        ).json()
        return str(answer.get("url") or answer["uri"])

    def fetch(self, person: Person, path: str) -> int:
        """The status of a download."""
        return self.http.get(f"{self.base}{path}", auth=(person.email, person.api_key)).status_code

    def advance(self, seconds: float) -> None:
        """Move the sandbox's clock."""
        self.world.clock.advance(timedelta(seconds=seconds))


@dataclass
class Poller:
    """An event queue that was registered; `news` gives each event once."""

    scene: Scene
    person: Person
    id: str
    last: int = -1

    def news(self) -> list[dict[str, Any]]:
        """What has happened since the last time, without waiting."""
        answer = self.scene.call(
            self.person, "GET", "events", queue_id=self.id, last_event_id=self.last, dont_block="true"
        )
        assert answer["result"] == "success", answer
        events: list[dict[str, Any]] = answer["events"]
        if events:
            self.last = events[-1]["id"]
        return events


@contextmanager
def _scene(level: Level = 218, folder: Path | None = None, announce: str = "") -> Iterator[Scene]:
    world = World(folder)
    made: list[Zulip] = []

    def build(base: str) -> Any:
        made.append(Zulip(world, base=base, feature_level=level, announcement_channels=[announce]))
        return made[0].app

    with serving(build) as base:
        server = made[0]
        owner = server.add_person("Olivia Owner", "owner@example.com", role=100)
        alice = server.add_person("Alice Member", "alice@example.com", timezone="Europe/Helsinki")
        bob = server.add_person("Bob Member", "bob@example.com")
        carol = server.add_person("Carol Member", "carol@example.com")
        guest = server.add_person("Gus Guest", "guest@example.com", role=600)
        bot = server.add_person("social-bot", "social-bot@zulipdev.com", bot=True, owner=owner)
        everybody = (owner, alice, bob, carol, guest, bot)
        few = (owner, alice, bob)
        scene = Scene(
            server,
            world,
            base,
            *everybody,
            server.add_channel("social-media", everybody),
            server.add_channel("social-approvals", (*few, bot), private=True),
            server.add_channel("elsewhere-public", few),
            server.add_channel("elsewhere-private", few, private=True),
            server.add_group("social-approvers", (alice, bob)),
        )
        try:
            yield scene
        finally:
            scene.http.close()
            world.shelf.close()


@pytest.fixture
def staged() -> Callable[..., AbstractContextManager[Scene]]:
    """Serves a scene: which level, in which folder, with which announcement channel."""
    return _scene


@pytest.fixture(params=[218, 321, 512])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """The scene on each kind of server, one after the other."""
    with _scene(request.param) as served:
        yield served


@pytest.fixture
def old() -> Iterator[Scene]:
    """The scene on the recorded server."""
    with _scene(218) as served:
        yield served


@pytest.fixture
def new() -> Iterator[Scene]:
    """The scene on the newest known server."""
    with _scene(512) as served:
        yield served
