"""Where it is measured: the stand-ins in their process, the bot in its own, and the bot's file between them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bot.sandbox import accounts

ROOT = Path(__file__).parents[2]
START_S = 60.0
UNBOUNDED = dict.fromkeys(
    (
        "open_drafts",
        "drafts_an_hour",
        "questions_an_hour",
        "orders_an_hour",
        "reactions_a_minute",
        "drafts_a_minute",
        "questions_a_minute",
    ),
    "1000000",
)
"""One person writes what many would; what the bounds do is measured by `flood`."""


class Place:
    """A new little community. `ask` has the stand-ins do something: the methods of `town.Town`."""

    def __init__(self, folder: Path, *, bounded: bool = False, **social: str) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.town", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.facts: dict[str, Any] = self.ask("facts")
        self.config = folder / "zuliprc"
        self.sections: dict[str, dict[str, str]] = self.facts["sections"]
        clock = self.sections["social"].pop("clock")  # the real bot asks nobody for the time
        self.clock = {"clock": clock}
        self.write(**social if bounded else UNBOUNDED | social)

    def ask(self, do: str, **how: Any) -> Any:
        """Have the stand-ins do this. Raises RuntimeError when they cannot."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **how}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "the stand-ins are gone"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]

    def write(self, section: str = "social", **keys: str) -> None:
        """Write the bot's file, with these keys otherwise."""
        self.sections[section].update(keys)
        accounts.write(self.config, self.sections)

    def without(self, *names: str) -> None:
        """Write the bot's file without these platforms."""
        for name in names:
            self.sections.pop(name, None)
        self.write()

    def close(self) -> None:
        """End the stand-ins."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


@contextmanager
def place(*, bounded: bool = False, **social: str) -> Iterator[Place]:
    """A place for as long as the block lasts; its files lie where temporary files lie. `bounded`: people may ask the bot
    for as much as is configured by default, and not for all they like.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        made = Place(Path(folder), bounded=bounded, **social)
        try:
            yield made
        finally:
            made.close()


class _Common:
    """The one place that all share; made by the first that wants it."""

    def __init__(self, open_: ExitStack) -> None:
        self._open = open_
        self._made: Place | None = None

    def place(self) -> Place:
        """It."""
        self._made = self._made or self._open.enter_context(place())
        self._made.ask("forget")
        return self._made


_shared: list[_Common] = []


@contextmanager
def sharing() -> Iterator[None]:
    """Within the block `common` is always the same place: starting one takes longer than a quick measurement."""
    with ExitStack() as open_:
        _shared.append(_Common(open_))
        try:
            yield
        finally:
            _shared.pop()


@contextmanager
def common() -> Iterator[Place]:
    """A place with nobody listening: a new one, or that of all within `sharing`."""
    if _shared:
        yield _shared[-1].place()
        return
    with place() as made:
        yield made


class Bot:
    """A process that listens, and what it uses. `social run`, or another command that says when it is ready."""

    def __init__(
        self,
        config: Path,
        *,
        name: str = "bot",
        words: tuple[str, ...] = ("-m", "bot", "run", "--config"),
        ready: str = "listening as",
        longest_s: float = START_S,
    ) -> None:
        self.log = config.with_name(f"{name}.log")
        began = time.perf_counter()
        with self.log.open("w") as told:
            self._process = subprocess.Popen(
                [sys.executable, *words, str(config)],
                cwd=ROOT,
                stdout=told,
                stderr=told,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        try:
            until(lambda: ready in self.log.read_text() or self._process.poll() is not None, longest_s, 0.005)
        except TimeoutError:
            self.kill()
            raise
        self.started_s = time.perf_counter() - began
        """How long it took until it was ready."""
        if self._process.poll() is not None or ready not in self.log.read_text():
            self._process.kill()
            raise RuntimeError(f"it did not start: {self.log.read_text()[-2000:]}")

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def resident(self) -> float:
        """Memory in use now, in MiB."""
        return self._status("VmRSS")

    @property
    def peak(self) -> float:
        """The most it had since `forget`, in MiB."""
        return self._status("VmHWM")

    def forget(self) -> None:
        """Measure the peak from here on."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5", "ascii")

    def _status(self, name: str) -> float:
        found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text("ascii"))
        assert found is not None
        return int(found[1]) / 1024

    @property
    def cpu_s(self) -> float:
        """Processor time so far."""
        words = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """It does nothing in the block: things gather for it, or the processor is needed for something else."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def stop(self) -> float:
        """End it as a service manager would; after how many seconds it was gone."""
        began = time.perf_counter()
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
        return time.perf_counter() - began

    def kill(self) -> None:
        """End it now."""
        self._process.kill()
        self._process.wait()


@contextmanager
def running(at: Place, **how: Any) -> Iterator[Bot]:
    """A bot there, for as long as the block lasts."""
    bot = Bot(at.config, **how)
    try:
        yield bot
    finally:
        bot.stop()


def until(true: Callable[[], object], longest_s: float, step_s: float = 0.02) -> float:
    """Wait until it holds; how long that took, in seconds. Raises TimeoutError."""
    began = time.monotonic()
    while not true():
        if time.monotonic() > began + longest_s:
            raise TimeoutError(f"not within {longest_s} s")
        rest(step_s)
    return time.monotonic() - began


def rest(seconds: float) -> None:
    """Let time pass."""
    threading.Event().wait(seconds)
