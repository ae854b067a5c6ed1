"""The second tool: three copies on one PostgreSQL, many posts due within a span, a random copy killed every few seconds."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlmodel import col, func, select

from storage.models import Delivery, Post, Revision
from storage.states import PostState
from tests.chaos.crowd import PAIRS, Crowd, tell
from tests.chaos.judge import threads
from tests.chaos.place import film, picture, until
from tests.chaos.postgres import Server

BEFORE: Final = timedelta(hours=6)
"""How long before their time the posts are written (the clock is moved); a video is not prepared that early."""
HURRY_S: Final = 3.0
"""Real seconds without anything new after which the clock is moved, where that is wanted."""
CARD_S: Final = 240.0
"""Nothing comes for so long only if nothing comes at all: a slow machine runs into the short time-outs of these bots, and
the pauses after them double up to half a minute."""
EVERY: Final = 50
"""One post of so many is a video for YouTube."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What may be chosen."""
    parser.add_argument("--posts", type=int, default=2000, help="how many posts (default: %(default)s)")
    parser.add_argument(
        "--span", type=float, default=10, help="minutes within which they are due (default: %(default)s)"
    )
    parser.add_argument("--copies", type=int, default=3, help="how many copies run (default: %(default)s)")
    parser.add_argument(
        "--every", type=float, default=5, help="seconds between two deaths (default: %(default)s; 0: none)"
    )
    parser.add_argument("--lease", default="", help="another `lease` than the bot's own")
    parser.add_argument(
        "--hurry", action="store_true", help="move the clock when nothing moves, so that leases end"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed kills in the same order")


def main(chosen: argparse.Namespace) -> int:
    """Run it; 1 if a delivery was not made exactly once."""
    with tempfile.TemporaryDirectory(prefix="copies-") as name, Server.running() as server:
        deaths = Deaths(Path(name), server, chosen)
        try:
            figures = deaths.run()
        finally:
            deaths.crowd.place.close()
    return tell(figures, chosen, ("breaches", "tracebacks"))


class Deaths:
    """What the copies are to deliver, and their deaths."""

    def __init__(self, folder: Path, server: Server, chosen: argparse.Namespace) -> None:
        self._server, self._chosen = server, chosen
        self.crowd = Crowd(folder, server, chosen.copies, chosen.seed)
        self.place, self._rng = self.crowd.place, self.crowd.rng
        if chosen.lease:
            self.place.write(lease=chosen.lease)
        self._due: dict[str, datetime] = {}
        self._deaths: Counter[str] = Counter()

    def run(self) -> dict[str, Any]:
        """All of it; returns the figures."""
        self.crowd.start()
        began = time.monotonic()
        first = self._write()
        self._approve()
        prepared = time.monotonic() - began
        self._until_approved()
        self.place.world.clock.to(first - timedelta(seconds=5))
        began = time.monotonic()
        with self._chaos():
            self._deliver()
        took = time.monotonic() - began
        for bot in self.crowd.bots:
            if not bot.alive:
                bot.start()
        self.crowd.settle()
        return self._figures(prepared, took)

    # -- the posts -----------------------------------------------------------------------------------------

    def _write(self) -> datetime:
        """Every draft, spread over the span by whole minutes; returns when the first is due."""
        now = self.place.world.clock.now()
        first = (now + BEFORE).replace(second=0, microsecond=0) + timedelta(minutes=1)
        carol, minutes = self.place.people["carol"], max(int(self._chosen.span), 1)
        for number in range(self._chosen.posts):
            due = first + timedelta(minutes=number * minutes // self._chosen.posts)
            mark, lines = f"Q{number}v1.", []
            where: tuple[str, ...] = PAIRS[number % len(PAIRS)]
            if number % EVERY == 1:
                where = (*where, "youtube")
                lines = ["title: A film", f"[A talk]({carol.uploads('talk.mp4', film(self._rng))})"]
            elif number % 10 == 2:
                lines = ["", f"[Shown]({carol.uploads('p.png', picture(self._rng))})"]
            title = f"{lines.pop(0)}\n" if lines else ""
            self.crowd.writes(where, due, "\n".join([f"{title}Story {mark} of many", *lines]))
            self.crowd.wanted[f"Q{number}"], self._due[f"Q{number}"] = where, due
        return first

    def _approve(self) -> None:
        """A tap on every card as it comes."""
        done: set[int] = set()
        while len(done) < self._chosen.posts:
            self.crowd.must(lambda: self._taps(done), f"only {len(done)} cards came", CARD_S, 0.2)

    def _taps(self, done: set[int]) -> bool:
        """Tap on what came and has no tap yet; whether there was any."""
        with self.place.database.reading() as session:
            cards = session.exec(select(Revision.card_id).where(col(Revision.card_id).is_not(None)))
            fresh = {one for one in cards if one is not None} - done
        for card in fresh:
            self.place.people["alice"].reacts(card)
        done |= fresh
        return bool(fresh)

    def _until_approved(self) -> None:
        def approved() -> bool:
            with self.place.database.reading() as session:
                number = session.exec(
                    select(func.count(col(Post.id))).where(Post.state == PostState.APPROVED)
                ).one()
            return bool(number == self._chosen.posts)

        if not until(approved, 60 + self._chosen.posts / 5, 0.3):
            raise AssertionError("not all of them were approved")

    # -- deaths --------------------------------------------------------------------------------------------

    @contextmanager
    def _chaos(self) -> Iterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=self._kill_on, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _kill_on(self, stop: threading.Event) -> None:
        every = self._chosen.every
        restart_after = self._chosen.span * 60 / 2
        began, restarted = time.monotonic(), False
        while every and not stop.wait(self._rng.uniform(0.5, 1.5) * every):
            bot = self._rng.choice(self.crowd.bots)
            bot.kill()
            self._deaths["a copy"] += 1
            bot.start()
            if not restarted and time.monotonic() - began > restart_after:
                restarted = True
                self._server.restart()
                self._deaths["PostgreSQL"] += 1

    def _deliver(self) -> None:
        """Until everything is out that goes out by itself, or nothing has moved for long."""
        last, moved = -1, time.monotonic()
        total = sum(len(one) for one in self.crowd.wanted.values())
        while True:
            seen = len(self.place.world.seen)
            if seen != last:
                last, moved = seen, time.monotonic()
            if seen >= total or time.monotonic() - moved > 400:
                return
            if self._chosen.hurry and time.monotonic() - moved > HURRY_S:
                self.place.advance(timedelta(seconds=31))
            time.sleep(0.5)

    # -- figures -------------------------------------------------------------------------------------------

    def _figures(self, prepared: float, took: float) -> dict[str, Any]:
        seen, breaches = threads(self.place.world.seen.values())
        total = sum(len(one) for one in self.crowd.wanted.values())
        delays = [
            (datetime.fromisoformat(times[0][0].published_at) - self._due[token]).total_seconds()
            for (token, _, _), times in seen.items()
        ]
        twice, lost, asked = self.crowd.compared(seen)
        with self.place.database.reading() as session:
            found = session.exec(
                select(Delivery.state, func.count(col(Delivery.id))).group_by(Delivery.state)
            ).all()
        return {
            "posts": self._chosen.posts,
            "deliveries": total,
            "copies": self._chosen.copies,
            "copies killed": self._deaths["a copy"],
            "PostgreSQL restarted": self._deaths["PostgreSQL"],
            "written and approved, seconds": round(prepared, 1),
            "delivered within, seconds": round(took, 1),
            "deliveries per second": round(len(seen) / took, 1),
            "delay p50, seconds": round(statistics.median(delays), 1) if delays else None,
            "delay p99, seconds": round(statistics.quantiles(delays, n=100)[98], 1)
            if len(delays) > 1
            else None,
            "out": len(seen),
            "not out": total - len(seen),
            "states": ", ".join(f"{state} {number}" for state, number in sorted(found)),
            "asked of people, or refused": dict(asked),
            "tracebacks": [one for bot in self.crowd.bots for one in _tracebacks(bot.log.read_text())],
            "breaches": [*breaches, *twice, *lost[:20]],
        }


def _tracebacks(log: str) -> list[str]:
    """Each error of the program that a log tells: its line, and where it came from."""
    found: list[list[str]] = []
    before, inside = "", False
    for line in log.splitlines():
        if line[:2] == "20":  # every line of the log begins with its date, and nothing else does
            before, inside = line, False
        elif inside:
            found[-1].append(line)
        else:
            inside = True
            found.append([before, line])
    return ["\n".join(one) for one in found if one[1].startswith("Traceback")]
