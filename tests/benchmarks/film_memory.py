"""How much memory `social run` needs while a long film goes to four platforms at once; no test, run by hand:

    python tests/benchmarks/film_memory.py [--size 200] [--idle 10]

The stand-ins run in this process, the bot in its own. Prints a table and, as its last line, the same as JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from bot.sandbox import accounts
from bot.sandbox.mastodon import entities
from bot.sandbox.mastodon import media as mastodon_media
from bot.sandbox.scene import CHANNEL
from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024
LATEST_S = 600.0
SERVICES = {"mastodon", "x", "linkedin", "youtube"}


class Bot:
    """`social run`, and how much memory it has and had."""

    def __init__(self, config: Path) -> None:
        command = [sys.executable, "-m", "bot", "run", "--config", str(config)]
        self._process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if "listening as" in line:
                break

    def _memory(self, what: str) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        found = re.search(rf"^{what}:\s+(\d+) kB", status, re.MULTILINE)
        assert found is not None
        return int(found[1]) / 1024

    @property
    def resident(self) -> float:
        """MiB now."""
        return self._memory("VmRSS")

    @property
    def peak(self) -> float:
        """MiB at most since `forget`."""
        return self._memory("VmHWM")

    def forget(self) -> None:
        """Measure the peak anew."""
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5", encoding="ascii")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=20)


class Somebody:
    """A person at their Zulip."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        person = sandbox.scene.person(name)
        assert person is not None
        self._http = httpx.Client(
            base_url=f"{sandbox.base}/api/v1/", auth=(person["email"], person["api_key"]), timeout=300
        )

    def call(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._http.request(method, path, **request).json()
        assert answer["result"] == "success", answer
        return answer

    def newest(self) -> dict[str, Any]:
        """The newest message of the channel."""
        query = {
            "anchor": "newest",
            "num_before": 1,
            "num_after": 0,
            "apply_markdown": "false",
            "narrow": json.dumps([{"operator": "stream", "operand": CHANNEL}]),
        }
        found: dict[str, Any] = self.call("GET", "messages", params=query)["messages"][-1]
        return found


def until(there: Callable[[], object]) -> float:
    """Wait for it; returns how long it took, in seconds."""
    began = time.monotonic()
    while not there():
        if time.monotonic() > began + LATEST_S:
            raise RuntimeError("it took too long")
        time.sleep(0.2)
    return time.monotonic() - began


def measure(folder: Path, size: int, idle_s: float) -> dict[str, float]:
    """All figures, memory in MiB, times in seconds."""
    entities.VIDEO_BYTES = mastodon_media.VIDEO_BYTES = 4 * size  # type: ignore[attr-defined]  # as a server of one's own may allow
    film = folder / "talk.mp4"
    runpy.run_path(str(Path(__file__).with_name("long_film.py")))["make"](film, size, seconds=600)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    world = World(folder / "world")
    sandbox = Sandbox(world, f"http://127.0.0.1:{port}")
    sandbox.zulip.core.organisation.settings.largest_mib = 1024
    me = sandbox.scene.bot
    config = folder / "zuliprc"
    sections = accounts.sections(sandbox.base, (me["email"], me["api_key"]), sandbox.tokens())
    accounts.write(config, {name: dict(keys) for name, keys in sections.items()})
    with serving(lambda _base: sandbox.app, port):
        bot = Bot(config)
        try:
            return _figures(bot, sandbox, film, idle_s)
        finally:
            bot.stop()
            world.shelf.close()


def _figures(bot: Bot, sandbox: Sandbox, film: Path, idle_s: float) -> dict[str, float]:
    carol, alice = Somebody(sandbox, "carol"), Somebody(sandbox, "alice")
    time.sleep(idle_s)
    idle = bot.resident
    bot.forget()
    with film.open("rb") as file:
        uri = carol.call("POST", "user_uploads", files={"file": ("talk.mp4", file, "video/mp4")})["url"]
    text = f"@social draft\nto: {', '.join(SERVICES)}\ntitle: A talk\nA long talk\n[A person talks]({uri})"
    carol.call("POST", "messages", data={"type": "stream", "to": CHANNEL, "topic": "posts", "content": text})
    drafted = until(lambda: alice.newest()["content"].startswith("**#1** by"))
    at_draft = bot.peak
    card = alice.newest()
    assert "⛔" not in card["content"], card["content"]
    alice.call("POST", f"messages/{card['id']}/reactions", data={"emoji_name": "+1"})

    def out() -> bool:
        return {one["service"] for one in sandbox.world.posts()} >= SERVICES

    took = until(out)
    sent = sandbox.world.posts()
    assert all(one["media"] for one in sent), "the film is missing somewhere"
    return {
        "size of the film (MiB)": film.stat().st_size / MIB,
        "idle (MiB)": idle,
        "peak while the draft was made (MiB)": at_draft,
        "peak while it went to four platforms (MiB)": bot.peak,
        "the same above idle (MiB)": bot.peak - idle,
        "from the draft to its card (s)": drafted,
        "from the approval until it was out everywhere (s)": took,
    }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200, help="MiB")
    parser.add_argument("--idle", type=float, default=10.0, help="seconds before memory is read")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.size * MIB, options.idle)
    for name, value in figures.items():
        print(f"{name:55} {value:10.1f}")  # noqa: T201 - what it is for
    print(json.dumps(figures))  # noqa: T201


if __name__ == "__main__":
    main()
