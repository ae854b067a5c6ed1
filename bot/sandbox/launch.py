"""The `social sandbox` command: a folder, a port, the stand-ins and their page, and the real bot beside them."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import json
import signal
import socket
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from bot.sandbox import accounts, child
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World
from bot.sandbox.zulip.rows import Level

HOST = "127.0.0.1"
_HIGHEST_PORT = 65535


class Trouble(Exception):
    """Why the sandbox cannot start: one sentence that says what to do."""


def main(port: int, data: Path | None, *, json_output: bool, bot: bool, feature_level: Level) -> int:
    """Run the sandbox until SIGINT or SIGTERM; gives the exit code. Without `data` everything is forgotten at the end."""
    try:
        with _folder(data) as folder, _port(port, folder) as listener:
            asyncio.run(_Launch(folder, listener, feature_level).run(json_output=json_output, bot=bot))
    except Trouble as trouble:
        print(trouble, file=sys.stderr)  # noqa: T201 - the command line's own voice
        return 1
    return 0


@contextlib.contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    """The data folder, ours alone while we run."""
    if data is None:
        with tempfile.TemporaryDirectory(prefix="social-sandbox-") as folder:
            yield Path(folder)
        return
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data / "lock").open("w")
    except OSError as error:
        raise Trouble(
            f"{data} cannot be used ({error.strerror}). Choose another folder with --data."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Trouble(
                f"Another sandbox is running on {data}. Stop it, or choose another folder."
            ) from None
        yield data.resolve()


@contextlib.contextmanager
def _port(port: int, folder: Path) -> Iterator[socket.socket]:
    """A listening socket. Port 0 takes the one this folder had before, if it is free, else any."""
    if not 0 <= port <= _HIGHEST_PORT:
        raise Trouble(f"{port} is no port: choose one from 1 to {_HIGHEST_PORT}, or 0 for any free one.")
    before = folder / "port"
    wanted = [int(before.read_text())] if port == 0 and before.exists() else []
    for one in [*wanted, port]:
        # with the protocol named, asyncio switches off delayed sending: 40 ms an answer
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, one))
        except OSError as error:
            listener.close()
            if one in wanted:
                continue
            raise Trouble(_why(error, one)) from None
        listener.listen(128)  # ours from now on: what connects already waits until we serve
        before.write_text(str(listener.getsockname()[1]))
        with listener:
            yield listener
        return


def _why(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Try `--port {port + 1}`, or `--port 0` for any free one."
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved by the system. Choose one above 1023, such as `--port 8400`."
    return f"Port {port} cannot be used ({error.strerror}). Try `--port 0` for any free one."


class _Server(uvicorn.Server):
    """A uvicorn that leaves the signals to us and, when told to end, cuts what is open (long polls never end)."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(app, log_config=None, log_level="critical", access_log=False, ws="none")
        )
        self.up = asyncio.Event()

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    def end(self) -> None:
        """Stop serving now."""
        self.should_exit = self.force_exit = True


class _Launch:
    """One run of the command."""

    def __init__(self, folder: Path, listener: socket.socket, feature_level: Level) -> None:
        self._folder = folder
        self._listener = listener
        self._base = f"http://{HOST}:{listener.getsockname()[1]}"
        self._world = World(folder)
        self._database = folder / accounts.BOT_DATA / accounts.DATABASE
        self._config = folder / "zuliprc"
        self._sandbox = Sandbox(
            self._world,
            self._base,
            feature_level=feature_level,
            database=self._database,
            config=self._config,
        )
        self._people = {
            one["name"]: folder / "people" / f"{one['name']}.zuliprc" for one in self._sandbox.scene.people
        }

    async def run(self, *, json_output: bool, bot: bool) -> None:
        """Serve, start the bot, say where everything is, wait for a signal, end."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        self._write_files()
        server = _Server(self._sandbox.app)
        serving = asyncio.create_task(server.serve(sockets=[self._listener]))
        beside = child.Child(child.command(self._config), self._folder / "bot.log", _say) if bot else None
        running = asyncio.create_task(beside.run()) if beside else None
        stopping = asyncio.create_task(stop.wait())
        try:
            ready = asyncio.create_task(self._ready(server, beside))
            await asyncio.wait({ready, stopping, serving}, return_when=asyncio.FIRST_COMPLETED)
            if ready.done():
                await ready
                self._tell(json_output=json_output, bot=bot)
                await asyncio.wait({stopping, serving}, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
        finally:
            stop.set()
            if running is not None:  # first the bot, while what it talks to is still there
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            server.end()
            await serving
            self._world.shelf.close()

    async def _ready(self, server: _Server, beside: child.Child | None) -> None:
        """Until everything listens: with a bot, until it waits for events. Raises Trouble when it will not come."""
        await server.up.wait()
        if beside is None:
            return
        listens = asyncio.create_task(self._sandbox.bot_listens.wait())
        hopeless = asyncio.create_task(beside.hopeless.wait())
        await asyncio.wait({listens, hopeless}, return_when=asyncio.FIRST_COMPLETED)
        for task in (listens, hopeless):
            task.cancel()
        if not self._sandbox.bot_listens.is_set():
            raise Trouble(f"The bot does not start. Its last words:\n{beside.last_words()}")

    def _write_files(self) -> None:
        (self._folder / "people").mkdir(mode=0o700, exist_ok=True)
        for person in self._sandbox.scene.people:
            content: accounts.Sections = {
                "api": {"email": person["email"], "key": person["api_key"], "site": self._base}
            }
            accounts.write(self._people[person["name"]], content)
        old = self._world.shelf.get("launch", "base")
        if old is not None and self._config.exists():
            accounts.move(self._config, old, self._base)
        else:
            bot = self._sandbox.scene.bot
            tokens = self._sandbox.tokens()
            content = accounts.sections(self._base, (bot["email"], bot["api_key"]), tokens)
            accounts.write(self._config, content)
        self._world.shelf.put("launch", "base", self._base)

    def _tell(self, *, json_output: bool, bot: bool) -> None:
        if json_output:
            print(json.dumps(self._facts()), flush=True)  # noqa: T201 - what the command is asked for
            return
        lines = [
            "",
            f"  The sandbox is ready:  {self._base}",
            "",
            "  Open it in a browser: the chat is on the left, the platforms' timelines are on the right.",
            "  Nothing leaves this machine. Press Ctrl+C to stop.",
            "",
            *([] if bot else [f"  Start the bot yourself:  social run --config {self._config}", ""]),
            f"  Try signing in:  social login x --config {self._config}",
            "  (or linkedin, youtube, mastodon; the apps are set up, and the page asks as theirs would)",
            "",
        ]
        print("\n".join(lines), flush=True)  # noqa: T201 - as above

    def _facts(self) -> dict[str, Any]:
        return {
            "page": f"{self._base}/",
            "zulip": self._base,
            "bot": str(self._config),
            "people": {name: str(path) for name, path in self._people.items()},
            "channel": self._sandbox.scene.channels[0]["name"],
            **self._sandbox.tokens(),
        }


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - standard output belongs to the facts
