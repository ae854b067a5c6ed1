"""The whole process in figures; no test, run by hand on a machine that does nothing else:

    python tests/benchmarks/figures.py [--idle 30] [--drafts 100] [--skip-rows]

Prints a table and, as its last line, the same as JSON. The stand-ins run in a process of their own.
"""

from __future__ import annotations

import argparse
import configparser
import contextlib
import json
import os
import re
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import col, select
from typing_extensions import override

from bot import wiring
from bot.chat import Chat
from bot.chat.wire import Wire
from bot.config import Config
from bot.desk import Desk
from bot.listener import Listener
from bot.publisher import Publisher
from storage.models import Delivery, Revision
from storage.states import DeliveryState

ROOT = Path(__file__).parents[2]
FANS = {"mastodon": 0.5, "x": 0.7, "linkedin": 1.0, "youtube": 1.5, "zulip": 0.3}
"""Platform -> by how much its first answer is delayed, in seconds."""
LATEST_S = 60.0
Figures = dict[str, float]


@dataclass
class Place:
    """A sandbox without its bot, in another process."""

    facts: dict[str, Any]
    config: Path

    def api(self, name: str, path: str, **form: Any) -> dict[str, Any]:
        """One request to the chat as this person."""
        parser = configparser.ConfigParser()
        parser.read(self.facts["people"][name])
        auth = (parser["api"]["email"], parser["api"]["key"])
        answer = httpx.post(f"{self.facts['zulip']}/api/v1/{path}", auth=auth, **form).json()
        assert answer["result"] == "success", answer
        found: dict[str, Any] = answer
        return found

    def says(self, name: str, text: str) -> int:
        form = {"type": "stream", "to": self.facts["channel"], "topic": "posts", "content": text}
        return int(self.api(name, "messages", data=form)["id"])


@contextlib.contextmanager
def sandbox() -> Iterator[Place]:
    """A new sandbox."""
    command = [sys.executable, "-m", "bot", "sandbox", "--json", "--no-bot", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        yield Place(facts, Path(facts["bot"]))
    finally:
        process.terminate()
        process.communicate()


# -- the process -------------------------------------------------------------------------------------------


def started(config: Path) -> tuple[subprocess.Popen[str], float]:
    """`social run`, and after how many seconds it listened."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--config", str(config)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "listening as" in line:
            return process, time.perf_counter() - began
    raise RuntimeError(f"it ended with {process.wait()}")


def stopped(process: subprocess.Popen[str]) -> float:
    """After how many seconds it was gone."""
    began = time.perf_counter()
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == 0, process.returncode
    return time.perf_counter() - began


def resident(pid: int) -> float:
    """Resident memory in MB."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def cpu(pid: int) -> float:
    """Seconds of processor time so far."""
    words = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def process_figures(place: Place, idle_s: float) -> Figures:
    """Start, stop, memory and what it does while nothing happens."""
    first, with_tables = started(place.config)
    stopped(first)
    starts, stops = [], []
    for _ in range(5):
        process, took = started(place.config)
        starts.append(took)
        stops.append(stopped(process))
    process, _ = started(place.config)
    before = cpu(process.pid)
    threading.Event().wait(idle_s)
    used = (cpu(process.pid) - before) / idle_s
    memory = resident(process.pid)
    stopped(process)
    return {
        "first start, making the tables (s)": with_tables,
        "start to listening, median of 5 (s)": statistics.median(starts),
        "stop, median of 5 (s)": statistics.median(stops),
        f"resident memory, idle after {idle_s:.0f} s (MB)": memory,
        "processor while idle (%)": used * 100,
    }


# -- one draft ---------------------------------------------------------------------------------------------


@dataclass
class Meter:
    """What one thread spent inside requests to Zulip."""

    inside: float = 0.0
    calls: int = 0
    busy: float = 0.0
    """Of that, processor time."""
    polled: tuple[float, float] = (0.0, 0.0)
    """When the events came: time outside of requests so far, and processor time of it."""
    card: tuple[float, float] | None = None
    """The same, when the card was said."""

    def outside(self) -> tuple[float, float]:
        """Time and processor time of this thread, without what requests take."""
        return time.perf_counter() - self.inside, time.thread_time() - self.busy


class MeteredWire(Wire):
    """A wire that notes how long each request takes; all else is the product's own."""

    meter: Meter

    @override
    def _attempt(self, path: str, method: str, *rest: Any, **more: Any) -> dict[str, Any]:
        began, busy = time.perf_counter(), time.thread_time()
        try:
            return super()._attempt(path, method, *rest, **more)
        finally:
            meter = self.meter
            meter.inside += time.perf_counter() - began
            meter.busy += time.thread_time() - busy
            meter.calls += 1
            if path == "events":
                meter.polled = meter.outside()
            if (path, method) == ("messages", "POST") and meter.card is None:
                meter.card = meter.outside()


class MeteredChat(Chat):
    """A chat on a metered wire."""

    def __init__(self, config: Config) -> None:
        super().__init__(
            email=config.api.email,
            key=config.api.key.get_secret_value(),
            site=config.api.site,
            channel=config.social.channel,
        )
        self.meter = Meter()
        wire = MeteredWire(**self._credentials, pause=lambda _: None)
        wire.meter = self.meter
        self._local.wire = wire


def metered(config: Config) -> tuple[Desk, MeteredChat]:
    """A desk whose chat is metered."""
    chat = MeteredChat(config)
    return wiring.make_desk(config, wiring.open_database(config), chat, wiring.clock_of(config)), chat


def draft_figures(place: Place, drafts: int) -> Figures:
    """The bot's own time between the event of a draft and its card, without what requests take."""
    config = wiring.read_config(place.config, {})
    desk, chat = metered(config)
    listener = Listener(desk)
    listener.start(desk.clock())
    to_card, busy, to_end, calls = [], [], [], []
    for number in range(drafts):
        place.says("carol", draft(number))
        chat.meter.__init__()  # type: ignore[misc]  # the same meter, back at nothing
        now = desk.clock()
        while chat.meter.card is None:
            listener.tick(now)
        meter, card, end = chat.meter, chat.meter.card, chat.meter.outside()
        to_card.append((card[0] - meter.polled[0]) * 1000)
        busy.append((card[1] - meter.polled[1]) * 1000)
        to_end.append((end[0] - meter.polled[0]) * 1000)
        calls.append(meter.calls)
        listener.tick(now)  # the bot's own card and reaction come back as events
    chat.leave()
    desk.database.close()
    return {
        f"own time from event to card, median of {drafts} (ms)": statistics.median(to_card),
        "the same, slowest of ten (ms)": statistics.quantiles(to_card, n=10)[-1],
        "the same, processor time alone, median (ms)": statistics.median(busy),
        "own time until all is done, median (ms)": statistics.median(to_end),
        "requests per draft, with the poll": statistics.median(calls),
    }


def draft(number: int) -> str:
    """A usual draft: four platforms, a section of its own for one."""
    return (
        "@social draft\nto: all but youtube\nat: tomorrow 10:00\n"
        f"Registration number {number} for the **spring workshop** is open! "
        "https://coderefinery.org/workshops #CodeRefinery :tada:\n\n"
        f"--- x\nRegistration {number} is open: https://coderefinery.org/workshops"
    )


def box(kind: bytes, *bodies: bytes) -> bytes:
    """One piece of an MP4."""
    body = b"".join(bodies)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def film() -> bytes:
    """The shortest film that passes for one: one track, seven seconds, 64 × 36."""
    matrix = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    header = box(b"tkhd", bytes(40), matrix, struct.pack(">II", 64 << 16, 36 << 16))
    handler = box(b"hdlr", bytes(8), b"vide", bytes(12))
    duration = box(b"mvhd", bytes(12), struct.pack(">II", 600, 4200), bytes(80))
    movie = box(b"moov", duration, box(b"trak", header, box(b"mdia", handler)))
    return box(b"ftyp", b"isom") + movie + box(b"mdat", bytes(100_000))


# -- five platforms ----------------------------------------------------------------------------------------


def fan_out_figures(place: Place) -> Figures:
    """One post to five slow platforms: all of it against the slowest alone."""
    config = wiring.read_config(place.config, {})
    desk, chat = metered(config)
    listener, publisher = Listener(desk), Publisher(desk)
    listener.start(desk.clock())
    uri = place.api("carol", "user_uploads", files={"file": ("film.mp4", film(), "video/mp4")})["url"]
    place.says("carol", f"@social draft\nto: all\ntitle: A film\nA film for all [a film]({uri})")
    while chat.meter.card is None:
        listener.tick(desk.clock())
    with desk.database.reading() as session:
        card = session.exec(select(Revision.card_id).order_by(col(Revision.id).desc())).first()
    place.api("alice", f"messages/{card}/reactions", data={"emoji_name": "+1"})
    for service, delay in FANS.items():
        order = {"service": service, "fault": "delay", "delay_s": delay, "method": "POST"}
        more = {"path": "/api/v1/messages"} if service == "zulip" else {}
        httpx.post(f"{place.facts['zulip']}/sandbox/faults", json=order | more)
    spans: dict[str, tuple[float, float]] = {}
    latest = time.monotonic() + LATEST_S
    while len(spans) < len(FANS):
        if time.monotonic() > latest:
            raise RuntimeError(f"not everything was published, only: {', '.join(spans)}")
        listener.tick(desk.clock())
        publisher.tick(desk.clock())
        with desk.database.reading() as session:
            found = session.exec(select(Delivery).where(Delivery.state == DeliveryState.PUBLISHED))
            for one in found:
                if one.first_at and one.settled_at:
                    spans[one.account] = (one.first_at.timestamp(), one.settled_at.timestamp())
    publisher.close(5)
    chat.leave()
    desk.database.close()
    slowest = max(end - begin for begin, end in spans.values())
    total = max(end for _, end in spans.values()) - min(begin for begin, _ in spans.values())
    alone = sum(end - begin for begin, end in spans.values())
    return {
        "five platforms, one after the other (s)": alone,
        "five platforms, slowest (s)": slowest,
        "five platforms, side by side (s)": total,
    }


def row_figures() -> Figures:
    """What `next_due.py` beside this file measures, in microseconds."""
    command = [sys.executable, str(Path(__file__).with_name("next_due.py"))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures = {}
    for line in done.stdout.splitlines():
        found = re.search(r"^(\w+)\s+(.+?)\s+[\d,]+ -> [\d,]+ rows:\s+(\d+) ->\s+(\d+) us", line)
        if found:
            figures[f"{found[2]}, {found[1]}, 1 000 rows (us)"] = float(found[3])
            figures[f"{found[2]}, {found[1]}, 1 000 000 rows (us)"] = float(found[4])
    return figures


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=float, default=30.0, help="seconds before memory is read")
    parser.add_argument("--drafts", type=int, default=100)
    parser.add_argument("--skip-rows", action="store_true", help="leave out what takes a million rows")
    options = parser.parse_args()
    figures: Figures = {}
    with tempfile.TemporaryDirectory():
        for measure in (
            lambda place: process_figures(place, options.idle),
            lambda place: draft_figures(place, options.drafts),
            fan_out_figures,
        ):
            with sandbox() as place:
                figures |= measure(place)
    if not options.skip_rows:
        figures |= row_figures()
    for name, value in figures.items():
        print(f"{name:58} {value:10.2f}")  # noqa: T201  # what it is for
    print(json.dumps(figures))  # noqa: T201


if __name__ == "__main__":
    main()
