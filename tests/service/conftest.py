"""The real commands as processes, beside the sandbox's stand-ins in this one.

Nothing sleeps: a test waits until a line was logged, a message was said, a request came in or a post is out.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox import accounts
from bot.sandbox.scene import CHANNEL
from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.wire import cut, who
from bot.sandbox.world import World
from storage.database import Database

ROOT = Path(__file__).parents[2]
LATEST_S = 60.0
"""How long anything may take on a busy machine before the test fails."""
STOP_S = 5.0
"""How long `social run` may take to stop."""


class Process:
    """One command that runs; its standard error is read as it comes."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )
        self.lines: list[str] = []
        self.output = ""
        self._news = threading.Condition()
        self._readers = [
            threading.Thread(target=work, daemon=True) for work in (self._read_errors, self._read_output)
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._popen.pid

    def _read_errors(self) -> None:
        assert self._popen.stderr is not None
        for line in self._popen.stderr:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()

    def _read_output(self) -> None:
        assert self._popen.stdout is not None
        self.output = self._popen.stdout.read()

    @property
    def said(self) -> str:
        """All of its standard error so far."""
        return "\n".join(self.lines)

    def until(self, pattern: str, times: int = 1) -> None:
        """Wait until so many lines of standard error contain this."""

        def found() -> bool:
            return sum(1 for line in self.lines if re.search(pattern, line)) >= times

        with self._news:
            assert self._news.wait_for(found, LATEST_S), f"no line with {pattern!r} in:\n{self.said}"

    def listens(self) -> Process:
        """Wait until it listens."""
        self.until("listening as")
        return self

    def ends(self, within_s: float = LATEST_S) -> int:
        """Wait for its end; returns its exit code."""
        code = self._popen.wait(within_s)
        for reader in self._readers:
            reader.join(LATEST_S)
        return code

    def stops(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop, and see that it does so in time; returns its exit code."""
        self._popen.send_signal(number)
        return self.ends(STOP_S)

    def dies(self) -> None:
        """Kill it, as a machine that loses its power does."""
        self._popen.kill()
        self.ends()

    def close(self) -> None:
        """Whatever happened, leave nothing behind."""
        if self._popen.poll() is None:
            self._popen.kill()
        self.ends()
        for pipe in (self._popen.stdout, self._popen.stderr):
            if pipe is not None:
                pipe.close()


@dataclass
class Gate:
    """One kind of request that does not come through. What was asked is counted."""

    method: str
    path: str | re.Pattern[str]
    after: bool
    by: str | None
    came: threading.Event = field(default_factory=threading.Event)
    opened: bool = False
    hanging: set[Send] = field(default_factory=set)

    def cut(self) -> None:
        """Open it, and break off what hangs there."""
        self.opened = True
        for send in list(self.hanging):
            cut(send)


class Gates:
    """Outermost around the stand-ins: a server that takes a request and lets the client wait."""

    def __init__(self) -> None:
        self._gates: list[Gate] = []

    def close(self, method: str, path: str | re.Pattern[str], *, after: bool, by: str | None = None) -> Gate:
        """Let such requests hang, before they are acted on or after; with `by`, those of that Zulip account."""
        self._gates.append(Gate(method, path, after, by))
        return self._gates[-1]

    def around(self, app: ASGIApp) -> ASGIApp:
        async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
            gate = next((one for one in self._gates if self._stands_before(one, scope)), None)
            if gate is None:
                await app(scope, receive, send)
                return
            if gate.after:

                async def late(_message: Message) -> None:
                    """The answer that nobody waits for any more."""

                await app(scope, receive, late)
            gate.hanging.add(send)
            gate.came.set()
            await asyncio.Event().wait()

        return outermost

    @staticmethod
    def _stands_before(gate: Gate, scope: Scope) -> bool:
        if gate.opened or scope["type"] != "http":
            return False
        path: str = scope["path"]
        there = path == gate.path if isinstance(gate.path, str) else bool(gate.path.fullmatch(path))
        return there and scope["method"] == gate.method and gate.by in {None, who(scope)}


class Person:
    """Somebody at their Zulip, who hears what is said as it is said."""

    def __init__(self, stand: Stand, name: str) -> None:
        person = stand.sandbox.scene.person(name)
        assert person is not None
        self._client = httpx.Client(
            base_url=f"{stand.base}/api/v1/",
            auth=(person["email"], person["api_key"]),
            timeout=LATEST_S + 60,
        )
        self._bot = stand.sandbox.scene.bot["user_id"]
        queue = self.call("POST", "register", event_types='["message", "update_message"]')
        self._queue: dict[str, Any] = {"queue_id": queue["queue_id"], "last_event_id": -1}
        self.heard: list[dict[str, Any]] = []
        """What the bot said or changed, oldest first: `id` and `content` of each."""

    def call(self, method: str, path: str, **form: Any) -> dict[str, Any]:
        params, data = (form, None) if method == "GET" else (None, form)
        body: dict[str, Any] = self._client.request(method, path, params=params, data=data).json()
        assert body["result"] == "success", body
        return body

    def says(self, text: str) -> int:
        sent = self.call("POST", "messages", type="stream", to=CHANNEL, topic="posts", content=text)
        return int(sent["id"])

    def edits(self, message_id: int, text: str) -> None:
        self.call("PATCH", f"messages/{message_id}", content=text)

    def reacts(self, message_id: int, emoji: str = "+1") -> None:
        self.call("POST", f"messages/{message_id}/reactions", emoji_name=emoji)

    def hears(self, pattern: str, meanwhile: Callable[[], object] | None = None) -> int:
        """Wait until the bot has said this, or changed one of its messages to it; returns the message's id.

        `meanwhile` is done twice a second, for what takes more of the sandbox's time than anybody would wait.
        """
        deadline = time.monotonic() + LATEST_S
        seen = 0
        while True:
            for one in self.heard[seen:]:
                if re.search(pattern, one["content"]):
                    return int(one["id"])
            seen = len(self.heard)
            assert time.monotonic() < deadline, f"no {pattern!r} in {[one['content'] for one in self.heard]}"
            if meanwhile is not None:
                meanwhile()
            self._listen(0.5 if meanwhile is not None else deadline - time.monotonic())

    def _listen(self, longest_s: float) -> None:
        timeout = httpx.Timeout(10, read=max(longest_s, 0.1))
        try:
            answer = self._client.get("events", params=self._queue, timeout=timeout).json()
        except httpx.ReadTimeout:
            return
        for event in answer["events"]:
            self._queue["last_event_id"] = event["id"]
            if event["type"] == "message" and event["message"]["sender_id"] == self._bot:
                self.heard.append({"id": event["message"]["id"], "content": event["message"]["content"]})
            elif event["type"] == "update_message" and event.get("user_id") == self._bot:
                self.heard.append({"id": event["message_id"], "content": event.get("content", "")})

    def finds(self, pattern: str) -> int:
        """The id of the bot's newest message that says this now."""
        return max(int(one["id"]) for one in self.history() if re.search(pattern, one["content"]))

    def history(self) -> list[dict[str, Any]]:
        """Everything the bot said in the channel that still stands there, oldest first."""
        narrow = json.dumps([{"operator": "stream", "operand": CHANNEL}])
        found = self.call(
            "GET",
            "messages",
            anchor="newest",
            num_before=1000,
            num_after=0,
            narrow=narrow,
            apply_markdown="false",
        )
        return [one for one in found["messages"] if one["sender_id"] == self._bot]

    def close(self) -> None:
        self._client.close()


class Stand:
    """The stand-ins on one port, which may be away for a while, and the bot's file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self._port}"
        self.world = World(folder / "world")
        self.gates = Gates()
        self.sandbox = Sandbox(self.world, self.base)
        self.config = folder / "zuliprc"
        self._serving: AbstractContextManager[str] | None = None
        self._stack = ExitStack()
        bot = self.sandbox.scene.bot
        self.content = {
            name: dict(keys)
            for name, keys in accounts.sections(
                self.base, (bot["email"], bot["api_key"]), self.sandbox.tokens()
            ).items()
        }
        self.write()

    @property
    def database(self) -> Path:
        """Where the bot keeps its plan."""
        return self.folder / accounts.BOT_DATA / accounts.DATABASE

    def write(self, section: str = "social", **keys: str) -> None:
        """Write the bot's file, with these keys otherwise; an empty value takes the key out."""
        for key, value in keys.items():
            self.content.setdefault(section, {})[key] = value
            if not value:
                del self.content[section][key]
        accounts.write(self.config, self.content)

    def opens(self) -> None:
        """From now on the stand-ins answer."""
        self._serving = serving(lambda _base: self.gates.around(self.sandbox.app), self._port)
        self._serving.__enter__()

    def person(self, name: str) -> Person:
        """Somebody of the cast."""
        person = Person(self, name)
        self._stack.callback(person.close)
        return person

    def fault(self, service: str, fault: str, **more: Any) -> None:
        """Let a service misbehave."""
        order = {"service": service, "fault": fault, **more}
        assert httpx.post(f"{self.base}/sandbox/faults", json=order).status_code == 201

    def mended(self) -> None:
        """Let everything behave again."""
        httpx.delete(f"{self.base}/sandbox/faults")

    def later(self, seconds: float) -> None:
        """Let time pass."""
        httpx.post(f"{self.base}/sandbox/clock", json={"advance_s": seconds})

    @property
    def bot_email(self) -> str:
        """The bot's account."""
        return str(self.sandbox.scene.bot["email"])

    def queues_of_the_bot(self) -> int:
        """How many event queues the chat keeps for it."""
        me = self.sandbox.scene.bot["user_id"]
        return sum(1 for one in self.sandbox.zulip.core.queues._queues.values() if one.user_id == me)

    def forget_the_queue(self) -> None:
        """Let the chat forget the bot's event queue, as it does after ten minutes of silence."""
        queues, me = self.sandbox.zulip.core.queues, self.sandbox.scene.bot["user_id"]
        for one in [queue for queue in queues._queues.values() if queue.user_id == me]:
            queues.close(one.id, me)

    def published(self, service: str) -> list[str]:
        """The texts that readers see there, oldest first."""
        return [one["text"] for one in self.world.posts() if one["service"] == service]

    def close(self) -> None:
        self._stack.close()
        if self._serving is not None:
            self._serving.__exit__(None, None, None)
        self.world.shelf.close()


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which nothing has happened yet; making one for every test would take long."""
    path = tmp_path_factory.mktemp("tables") / accounts.DATABASE
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def away(tmp_path: Path, tables: Path) -> Iterator[Stand]:
    """The stand-ins, not answering yet."""
    stand = Stand(tmp_path)
    stand.database.parent.mkdir(mode=0o700)
    shutil.copy(tables, stand.database)
    yield stand
    stand.close()


@pytest.fixture
def stand(away: Stand) -> Stand:
    """The stand-ins, ready."""
    away.opens()
    return away


Start = Callable[..., Process]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a command of the product: `start("run", "--config", path)`."""
    started: list[Process] = []

    def command(*words: object, module: str = "bot", **environment: str) -> Process:
        started.append(Process(["-m", module, *map(str, words)], environment))
        return started[-1]

    yield command
    for process in started:
        process.close()
        print(process.said)  # noqa: T201 - shown beside a test that failed


@pytest.fixture
def run(away: Stand, start: Start) -> Callable[[], Process]:
    """Starts `social run` with the stand's file."""
    return lambda: start("run", "--config", away.config)
