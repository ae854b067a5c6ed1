"""How long "what is due next?" and a claim take with a thousand rows and with a million; no test, run by hand:

    python tests/benchmarks/next_due.py [--rows 1000 1000000] [--urls postgresql://… postgresql://…]

Two mixes: a long history (all but 100 rows are published) and a long backlog (every row waits).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session, insert

from storage import queue
from storage.database import Database
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OPEN = 100
"""Rows that wait, in a long history."""
CHUNK = 20_000
ROUNDS = 200


def fill(database: Database, rows: int, waiting: int) -> None:
    """Posts and deliveries, `rows` of each; the last `waiting` of them are still to go, at most one a minute."""
    for first in range(0, rows, CHUNK):
        numbers = range(first, min(first + CHUNK, rows))
        posts, deliveries = [], []
        for n in numbers:
            waits, at = n >= rows - waiting, NOW + timedelta(minutes=n - rows + waiting)
            posts.append(
                {
                    "id": n + 1,
                    "state": (PostState.APPROVED if waits else PostState.RELEASED).value,
                    "author_id": 8,
                    "author_name": "Alice",
                    "message_id": n + 1,
                    "created_at": NOW,
                    "due_at": at,
                    "released_at": None if waits else at,
                }
            )
            deliveries.append(
                {
                    "post_id": n + 1,
                    "revision": 1,
                    "account": f"mastodon:{n % 5}",
                    "state": (DeliveryState.PENDING if waits else DeliveryState.PUBLISHED).value,
                    "not_before": at,
                    "key": str(n),
                    "settled_at": None if waits else at,
                }
            )
        with database.transaction() as session:
            session.execute(insert(Post), posts)
            session.execute(insert(Delivery), deliveries)
    with database.transaction() as session:
        session.connection().execute(text("ANALYZE"))


def measured(asks: list[Callable[[], object]]) -> list[float]:
    """Median of each question in microseconds; asked in turns, so that a busy machine slows all alike."""
    times: list[list[float]] = [[] for _ in asks]
    for _ in range(ROUNDS):
        for ask, took in zip(asks, times, strict=True):
            began = time.perf_counter()
            ask()
            took.append(time.perf_counter() - began)
    return [statistics.median(took) * 1e6 for took in times]


def in_reading(database: Database, ask: Callable[[Session], object]) -> Callable[[], object]:
    """The question in a short transaction of its own, as the publisher asks it."""

    def once() -> object:
        with database.reading() as session:
            return ask(session)

    return once


def claim_and_give_back(database: Database) -> Callable[[], object]:
    """A claim and its settlement, both committed; the row waits again afterwards."""

    def once() -> None:
        with database.transaction() as session:
            one = queue.claim(session, NOW, timedelta(minutes=5), "benchmark")
        assert one is not None
        with database.transaction() as session:
            queue.settle(session, one, DeliveryState.PENDING, now=NOW, what="given back", not_before=NOW)

    return once


QUESTIONS: dict[str, Callable[[Database], Callable[[], object]]] = {
    "next_due": lambda database: in_reading(database, queue.next_due),
    "due_posts": lambda database: in_reading(database, lambda session: queue.due_posts(session, NOW)),
    "claim + settle": claim_and_give_back,
}


def main() -> None:
    """Print one line per question and mix: the medians for few and many rows, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs=2, default=[1000, 1_000_000])
    parser.add_argument(
        "--urls", nargs=2, help="two empty PostgreSQL databases; their tables are emptied again"
    )
    options = parser.parse_args()
    for mix in ("history", "backlog"):
        with tempfile.TemporaryDirectory() as folder:
            urls = options.urls or [f"sqlite:///{Path(folder) / name}" for name in ("few", "many")]
            databases = [Database(url) for url in urls]
            for database, rows in zip(databases, options.rows, strict=True):
                database.migrate()
                fill(database, rows, min(OPEN, rows) if mix == "history" else rows)
            for name, asking in QUESTIONS.items():
                few, many = measured([asking(database) for database in databases])
                counts = " -> ".join(f"{rows:,}" for rows in options.rows)
                line = f"{mix:8} {name:15} {counts} rows: {few:6.0f} -> {many:6.0f} us, x{many / few:.2f}"
                print(line, flush=True)  # noqa: T201 - the answer
            for database in databases:
                if options.urls:
                    with database.transaction() as session:
                        session.connection().execute(text("TRUNCATE post, delivery, entry CASCADE"))
                database.close()


if __name__ == "__main__":
    main()
