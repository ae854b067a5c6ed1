"""From the start until it listens, and what it needs while nobody wants anything."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from tests.benchmarks.figure import Figure, middle
from tests.benchmarks.place import ROOT, Bot, Place, place, rest, until

AIM_CPU = 1.0
"""Per cent of one core."""
LIBRARIES = "alembic.command, httpx, mastodon, PIL.Image, pydantic, sqlmodel, tweepy, zulip"
"""What the bot is made of; read by an interpreter that then does nothing."""


def measure(quick: bool) -> Iterator[Figure]:
    """All of it."""
    times, idle_s = (1, 1.0) if quick else (3, 40.0)
    with place() as at:
        first = Bot(at.config)
        yield Figure("the first start, which makes the tables", first.started_s, "s")
        first.stop()
        starts, stops, bare = [], [], []
        for _ in range(times):
            bare.append(_libraries()[0])
            bot = Bot(at.config)
            starts.append(bot.started_s)
            stops.append(bot.stop())
        told = f"its libraries alone: {middle(bare):.3g} s"
        yield Figure("start until it listens", middle(starts), "s", beside=told)
        ratio = middle([one / other for one, other in zip(starts, bare, strict=True)])
        yield Figure("start, against reading its libraries", ratio, "x")
        yield Figure("stop", middle(stops), "s", 3.0)
        yield from _idle(at, idle_s)


def _idle(at: Place, idle_s: float) -> Iterator[Figure]:
    bot = Bot(at.config)
    until(lambda: at.ask("listens"), 10)
    rest(idle_s / 6)
    at.ask("note")
    before = bot.cpu_s
    rest(idle_s)
    used = (bot.cpu_s - before) / idle_s
    asked = at.ask("count")
    memory = bot.resident
    bot.stop()
    yield Figure("processor while idle, of one core", used * 100, "%", AIM_CPU)
    yield Figure("requests to Zulip while idle", asked / idle_s * 60, "a min")
    yield Figure("memory while idle", memory, "MiB", beside=f"its libraries alone: {_libraries()[1]:.0f} MiB")
    words = ("-m", "zulip_bots.run", "helloworld", "--config-file")
    hello = Bot(at.config, name="hello", words=words, ready="Running Helloworld")
    until(lambda: at.ask("listens"), 10)
    yield Figure("memory of zulip-bots' helloworld", hello.resident, "MiB")
    hello.stop()


def _libraries() -> tuple[float, float]:
    """Seconds until they are read, and the memory they take, in MiB."""
    code = f"import {LIBRARIES}, resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return time.perf_counter() - began, int(done.stdout) / 1024
