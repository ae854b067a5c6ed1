"""The same posts by the platforms' own clients alone: no bot, no database, nobody who approves. What no bot can go below.

The very calls that a lane of the bot makes (`Platform.send`), with what was approved; one after the other, and with a thread
for each account. Each time in a new place, because the platforms refuse a text that they have already.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from bot.wiring import clock_of, platforms_of, read_config
from handlers.base import Later, Outgoing, Published, Receipt, Rival, Ticket, Tools
from handlers.media import Store
from tests.benchmarks.figure import Figure
from tests.benchmarks.place import Place, place, rest

PLATFORMS = ("mastodon", "x", "linkedin", "youtube")
PROCESSED = timedelta(minutes=1)
"""So long YouTube's stand-in works on a film, by the sandbox's clock."""
CLOCK_S = 0.3
"""After so long everybody knows that the sandbox's clock was moved."""


@dataclass(slots=True)
class Nothing:
    """Vault, meter and ledger of somebody who keeps nothing."""

    def read(self, account: str) -> dict[str, str]:
        return {}

    def write(self, account: str, secrets: Mapping[str, str]) -> None: ...

    def alone(self, account: str) -> AbstractContextManager[object]:
        return nullcontext()

    def take(self, account: str, what: str, period: str, amount: int, *, most: int | None, key: str) -> bool:
        return True

    def give_back(self, account: str, what: str, key: str) -> None: ...

    def used(self, account: str, what: str, period: str) -> int:
        return 0

    def own(self, receipt: Receipt, number: int, published: Published) -> None: ...

    def taken(self, number: int, found: Mapping[str, str]) -> frozenset[str]:
        return frozenset()

    def rivals(self) -> Sequence[Rival]:
        return ()


class Clients:
    """The accounts of one place, and the posts that go there."""

    def __init__(self, at: Place, posts: list[dict[str, Outgoing]], store: Store) -> None:
        at.write(**at.clock)
        at.write("youtube", uploads_a_day="100000")
        at.ask("generous")
        nothing = Nothing()
        config = read_config(at.config, os.environ)
        tools = Tools(store=store, vault=nothing, clock=clock_of(config), meter=nothing)
        self._platforms = platforms_of(config, tools)
        self._at, self._posts = at, posts
        for one in self._platforms.values():
            one.check()  # as the bot does at its start: it tells the limits, and whose account it is
        self.took: dict[str, float] = {}
        """Account -> seconds that all its posts took, one after the other."""

    def one_after_the_other(self) -> float:
        """All posts of the first account, then of the next: seconds."""
        return _seconds(lambda: list(map(self._all, self._platforms)))

    def side_by_side(self) -> float:
        """A thread for each account: seconds."""
        with ThreadPoolExecutor(len(self._platforms)) as pool:
            return _seconds(lambda: list(pool.map(self._all, self._platforms)))

    def _all(self, account: str) -> None:
        self.took[account] = _seconds(lambda: self._send(account))

    def _send(self, account: str) -> None:
        platform, now = self._platforms[account], datetime.now(UTC)
        waiting: list[tuple[Outgoing, Ticket]] = []
        for post in self._posts:
            kept: Receipt = {}
            ticket = Ticket(uuid4().hex, kept, kept.update, now, Nothing())
            try:
                platform.send(post[account], ticket)
            except Later:  # a film that is brought there, and not shown yet
                waiting.append((post[account], ticket))
        if waiting:
            later = datetime.fromisoformat(self._at.ask("clock")) + PROCESSED
            self._at.ask("clock", to=later.isoformat())
            rest(CLOCK_S)
        for outgoing, ticket in waiting:
            platform.send(outgoing, ticket)


def lines(noted: list[dict[str, Any]]) -> dict[str, float]:
    """Service -> seconds from when each of its requests was there until it was answered, one after the other."""
    found: dict[str, float] = {}
    for one in noted:
        service = one["path"].split("/")[1]
        if service in PLATFORMS:
            found[service] = found.get(service, 0.0) + one["ended"] - one["began"]
    return found


def measure(posts: list[dict[str, Outgoing]], store: Store) -> Iterator[Figure]:
    """All the posts' requests by the clients alone, against the busiest account's, as it is held against the bot's."""
    name = f"{len(posts)} posts to five platforms by their clients alone"
    with place() as at:
        clients = Clients(at, posts, store)
        at.ask("note")
        began = time.process_time()
        line = clients.one_after_the_other()
        spent = (time.process_time() - began) * 1000 / (5 * len(posts))
        served = lines(at.ask("noted"))
    with place() as at:
        beside = Clients(at, posts, store).side_by_side()
    account = max(clients.took, key=lambda one: clients.took[one])
    alone, answered = clients.took[account], max(served.values())
    shares = ", ".join(f"{one} {seconds:.3g} s" for one, seconds in clients.took.items())
    speed = f"{5 * len(posts) / beside:.3g} deliveries a second"
    yield Figure(f"{name}, one after the other", line, "s", beside=shares)
    yield Figure("the same, processor for one delivery", spent, "ms")
    yield Figure("the same, against the answering of the busiest platform", line / answered, "x")
    yield Figure(f"the same, against all that {account}'s client takes", line / alone, "x")
    yield Figure(f"{name}, side by side", beside, "s", beside=speed)
    yield Figure("the same, against the answering of the busiest platform", beside / answered, "x")
    yield Figure(f"the same, against all that {account}'s client takes", beside / alone, "x")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
