"""The stand-ins on a real socket, a `zuliprc` in which nobody has signed in yet, and people who do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import httpx
import pytest
from typing_extensions import override

from bot import wiring
from bot.config import Config
from bot.login import command
from bot.login.command import Order, Terminal
from bot.sandbox import accounts
from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World
from handlers.base import Tools
from handlers.media import Store
from storage.database import Database

LIMIT_S = 60
KEYS = {
    "linkedin": ("base_url", "auth_url", "organization", "client_id", "client_secret"),
    "youtube": ("base_url", "auth_url", "client_id", "client_secret"),
    "x": ("base_url", "web_url", "client_id", "client_secret"),
    "mastodon": ("base_url",),
}
"""What stands in the file before anybody signed in."""


@dataclass
class Said:
    """How a command ended, and all that it said."""

    code: int
    out: str
    err: str


class Login(Terminal):
    """A `social login` in a thread, and the person in front of it."""

    def __init__(self, order: Order, browser: Callable[[str], object]) -> None:
        self.said: list[str] = []
        self.complained: list[str] = []
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._pasted: SimpleQueue[str] = SimpleQueue()
        self._browser = browser
        self._code: SimpleQueue[int] = SimpleQueue()
        self.thread = threading.Thread(target=lambda: self._code.put(command.main(order, self)), daemon=True)
        self.thread.start()

    @override
    def say(self, text: str) -> None:
        self.said.append(text)
        self._lines.put(text)

    @override
    def complain(self, text: str) -> None:
        self.complained.append(text)
        self._lines.put("")

    @override
    def read(self) -> str:
        return self._pasted.get(timeout=LIMIT_S)

    @override
    def browse(self, address: str) -> None:
        self._browser(address)

    def until(self, words: str) -> str:
        """Wait until it says this; the line."""
        while True:
            line = self._lines.get(timeout=LIMIT_S)
            if words in line:
                return line
            assert not self.complained, self.complained

    def address(self) -> str:
        """The platform's page that it names."""
        return self.until("    http").strip()

    def paste(self, text: str) -> None:
        """What the person pastes."""
        self._pasted.put(text)

    def ends(self) -> Said:
        """Wait for its end."""
        code = self._code.get(timeout=LIMIT_S)
        self.thread.join()
        return Said(code, "\n".join(self.said), "\n".join(self.complained))


class Place:
    """One sandbox, one file, one database."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox, self.folder = sandbox, folder
        self.path = folder / "zuliprc"
        self._running: list[Login] = []
        self.write()

    def write(self, **change: Mapping[str, str] | None) -> None:
        """The file, with some sections otherwise; `x__second` is [x:second], None leaves a section out."""
        tokens, bot = self.sandbox.tokens(), self.sandbox.scene.bot
        whole = accounts.sections(self.sandbox.base, (bot["email"], bot["api_key"]), tokens)
        content: dict[str, Mapping[str, str]] = {name: whole[name] for name in ("api", "social")}
        for name, keys in KEYS.items():
            known = {
                **tokens[name],
                "auth_url": tokens[name]["base_url"],
                "web_url": tokens[name]["base_url"],
            }
            content[name] = {key: known[key] for key in keys}
        for name, new in change.items():
            section = name.replace("__", ":")
            content.pop(section, None)
            if new is not None:
                content[section] = new
        accounts.write(self.path, content)

    def section(self, name: str) -> dict[str, str]:
        """What the file says of a platform before anybody signed in."""
        known = self.sandbox.tokens()[name]
        known = {**known, "auth_url": known["base_url"], "web_url": known["base_url"]}
        return {key: known[key] for key in KEYS[name]}

    @property
    def config(self) -> Config:
        return wiring.read_config(self.path, {})

    def database(self) -> Database:
        """A connection of its own, as another process has it."""
        return wiring.open_database(self.config)

    def tools(self, database: Database) -> Tools:
        clock = self.sandbox.world.clock.now
        vault = wiring.vault_of(self.config, database, clock)
        return wiring.tools_of(database, Store(self.folder / "media"), vault, clock)

    def kept(self, account: str) -> dict[str, str]:
        """What the vault has of an account."""
        database = self.database()
        try:
            return self.tools(database).vault.read(account)
        finally:
            database.close()

    def now(self) -> datetime:
        return self.sandbox.world.clock.now()

    def later(self, **span: float) -> None:
        self.sandbox.world.clock.advance(timedelta(**span))

    def fault(self, service: str, fault: str, **more: Any) -> None:
        self.sandbox.faults.add({"service": service, "fault": fault, **more})

    def login(
        self, platform: str, account: str = "", *, browser: Callable[[str], object] | None = None, **more: Any
    ) -> Login:
        """Start the command: with a browser, or by pasting."""
        order = Order(platform, account, self.path, browser=browser is not None, **more)
        self._running.append(Login(order, browser or (lambda _: None)))
        return self._running[-1]

    def close(self) -> None:
        """Whatever happened, leave nothing behind."""
        for one in self._running:
            for _ in range(command.TRIES):
                one.paste("")
            one.thread.join(LIMIT_S)


def led_to(address: str, **change: str) -> str:
    """Where a browser is sent by the platform's page after “Allow” (or with `decision="deny"`)."""
    url = httpx.URL(address)
    answer = httpx.get(url.copy_merge_params(change) if change else url)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


@pytest.fixture
def led() -> Any:
    """See `led_to`."""
    return led_to


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A place where nobody has signed in yet."""
    made: list[Sandbox] = []

    def build(base: str) -> Any:
        made.append(Sandbox(World(), base))
        return made[0].app

    with serving(build):
        here = Place(made[0], tmp_path)
        yield here
        here.close()
        made[0].world.shelf.close()
