"""Several copies of the bot on one PostgreSQL: what the tools share that kill some of them, or stop them."""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from sqlmodel import col, func, select

from bot.actions import catching
from storage.database import Database
from storage.models import Cursor, Delivery, Post
from storage.states import DeliveryState, PostState
from tests.chaos.judge import Seen
from tests.chaos.place import Bot, Place, until


class Databases(Protocol):
    """Whoever has a PostgreSQL."""

    def fresh(self) -> str:
        """The URL of an empty database."""
        ...


PAIRS: Final = (("mastodon", "x"), ("linkedin", "zulip"), ("mastodon", "linkedin"), ("x", "zulip"))
"""Where posts go, in turn."""
_UNDER_WAY: Final = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.WAITING)
_ASKED: Final = 3
"""After so many looks people were asked."""


def town(folder: Path, server: Databases) -> Place:
    """A place whose copies share a database of their own."""
    url = server.fresh()
    database = Database(url)
    database.migrate()
    database.close()
    place = Place(folder, database_url=url)
    for bucket in place.sandbox.platforms["mastodon"].buckets.values():  # type: ignore[attr-defined]  # its own
        bucket.limit = 10**9  # 300 posts in three hours is Mastodon's affair, and not what is tried here
    return place


class Crowd:
    """The copies, and what they are to deliver."""

    def __init__(self, folder: Path, server: Databases, copies: int, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - the same seed does the same in the same order
        self.place = town(folder, server)
        self.bots = [Bot(self.place, f"copy{number}") for number in range(copies)]
        self.wanted: dict[str, tuple[str, ...]] = {}
        """The mark of each post that is to go out, and where."""

    def start(self) -> None:
        """All of them; returns when one listens: what is written from then on is heard, or caught up with.

        Not when one polls: those that follow poll too, and what was written before the first one that leads has marked
        where it begins is none of the bot's.
        """
        for bot in self.bots:
            bot.start()
        self.must(self._listens, "one listens", 60)

    def _listens(self) -> bool:
        with self.place.database.reading() as session:
            return session.get(Cursor, catching.LAST) is not None

    def writes(self, where: tuple[str, ...], due: datetime, text: str) -> int:
        """Somebody drafts it; returns the message."""
        head = f"@social draft\nto: {', '.join(where)}\nat: {due:%Y-%m-%d %H:%M} UTC\n"
        return self.place.people["carol"].says(head + text)

    def must(self, true: Callable[[], bool], what: str, longest_s: float, step_s: float = 0.05) -> None:
        """Wait for it. Raises AssertionError, with the logs."""
        if not until(true, longest_s, step_s):
            raise AssertionError(f"{what}\n" + "\n".join(bot.last_words() for bot in self.bots))

    def rests(self) -> bool:
        """Whether nothing is under way, due or looked for."""
        with self.place.database.reading() as session:
            open_ = col(Delivery.state).in_(_UNDER_WAY) | (
                (col(Delivery.state) == DeliveryState.UNKNOWN) & (col(Delivery.searches) < _ASKED)
            )
            left = session.exec(select(func.count(col(Delivery.id))).where(open_)).one()
            waiting = session.exec(
                select(func.count(col(Post.id))).where(Post.state == PostState.APPROVED)
            ).one()
        return not left and not waiting

    def settle(self) -> bool:
        """Let time pass until it rests, so that leases end; False: it does not come to rest."""
        for _ in range(40):
            if until(self.rests, 3, 0.1):
                return True
            self.place.advance(timedelta(seconds=31))
        return False

    def compared(self, seen: Seen) -> tuple[list[str], list[str], Counter[str]]:
        """What is there more than once, what is not there, and what people were asked, or told that it was refused."""
        twice = [
            f"TWICE: {token} appeared {len(times)} times on {service}"
            for (token, _, service), times in seen.items()
            if len(times) > 1
        ]
        there = {(token, service) for token, _, service in seen}
        lost = [
            f"LOST: {token} is not on {service}"
            for token, where in self.wanted.items()
            for service in where
            if (token, service) not in there
        ]
        with self.place.database.reading() as session:
            rows = session.exec(select(Delivery).where(Delivery.state != DeliveryState.PUBLISHED))
            asked = Counter(f"{one.account} {one.state}: {one.error[:90]}" for one in rows)
        return twice, lost if len(lost) > asked.total() else [], asked


def tell(figures: dict[str, Any], chosen: argparse.Namespace, apart: Iterable[str] = ("breaches",)) -> int:
    """Say all of it, and what is `apart` line by line; 1 if a promise was broken."""
    sys.stdout.write("".join(f"| {key} | {value} |\n" for key, value in figures.items() if key not in apart))
    for key in apart:
        sys.stdout.write("".join(f"\n{key.upper()}: {one}\n" for one in figures[key]))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    return 1 if figures["breaches"] else 0
