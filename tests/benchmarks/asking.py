"""What is asked of the database, with a thousand posts and with a million: "what is due next?", "this week?".

Two mixes: a long history (all but a hundred posts are out) and a long backlog (every post waits). The posts are
twenty a week, so a week is the same twenty whatever came before.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, insert

from bot import grammar, wiring
from bot.actions import answering, rows
from bot.chat import Chat, Message, Place
from bot.desk import Desk
from bot.publisher import Publisher
from storage import plan, queue
from storage.database import Database
from storage.models import Delivery, Post, Revision
from storage.states import DeliveryState, PostState
from tests.benchmarks.figure import Figure, middle
from tests.benchmarks.place import Place as Town
from tests.benchmarks.place import place
from tests.conftest import Postgres

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OPEN = 100
"""Posts that wait, in a long history."""
APART = timedelta(minutes=504)
"""Twenty a week; a million are ten centuries."""
CHUNK = 20_000
AIM = 1.5
LATE = timedelta(hours=1)
NEAR = timedelta(days=60)
"""Posts as near as this have a whole revision: an answer shows them."""
ACCOUNTS = ("mastodon", "x", "linkedin", "youtube", "zulip")
Ask = Callable[[], object]


def fill(database: Database, rows: int, waiting: int) -> None:
    """So many posts with a delivery each; the last `waiting` are still to go, and of these but few have begun."""
    for first in range(0, rows, CHUNK):
        posts, deliveries, revisions = [], [], []
        for n in range(first, min(first + CHUNK, rows)):
            ahead = n - rows + waiting
            posts.append(_post(n + 1, NOW + APART * (ahead + 1), waits=ahead >= 0))
            if ahead < OPEN:  # a post that waits has none; these are for the claims
                deliveries.append(_delivery(posts[-1]))
            if abs(posts[-1]["due_at"] - NOW) < NEAR:
                revisions.append(_revision(posts[-1]))
        with database.transaction() as session:
            session.execute(insert(Post), posts)
            if deliveries:
                session.execute(insert(Delivery), deliveries)
            if revisions:
                session.execute(insert(Revision), revisions)
    if database.url.get_backend_name() == "postgresql":  # it does so by itself; SQLite's is never told to
        with database.transaction() as session:
            session.connection().execute(text("ANALYZE"))


def _post(number: int, at: datetime, *, waits: bool) -> dict[str, Any]:
    return {
        "id": number,
        "state": (PostState.APPROVED if waits else PostState.RELEASED).value,
        "author_id": 8,
        "author_name": "Alice",
        "message_id": number,
        "revision": 1,
        "timing": "at",
        "created_at": at - timedelta(days=2),
        "due_at": at,
        "approved_at": at - timedelta(days=1),
        "released_at": None if waits else at,
        "summary": "Registration for the spring workshop is open",
    }


def _delivery(post: dict[str, Any]) -> dict[str, Any]:
    out = post["released_at"] is not None
    return {
        "post_id": post["id"],
        "revision": 1,
        "account": ACCOUNTS[post["id"] % len(ACCOUNTS)],
        "state": (DeliveryState.PUBLISHED if out else DeliveryState.PENDING).value,
        "not_before": post["due_at"],
        "key": str(post["id"]),
        "settled_at": post["released_at"],
        "told": out,
    }


_DRAFT = grammar.parse("draft Hello", accounts=list(ACCOUNTS), defaults=("all",))
assert isinstance(_DRAFT, grammar.Written)
WRITTEN = rows.dump(_DRAFT)


def _revision(post: dict[str, Any]) -> dict[str, Any]:
    return {
        "post_id": post["id"],
        "number": 1,
        "source": "@social draft",
        "written": WRITTEN,
        "accounts": json.dumps(ACCOUNTS),
        "card_id": 10_000_000 + post["id"],
        "created_at": post["created_at"],
        "created_by": 8,
    }


def questions(desk: Desk) -> dict[str, Ask]:
    """What is asked, each as the bot asks it."""
    database, publisher = desk.database, Publisher(desk)
    asked = grammar.parse("what is scheduled this week?", accounts=list(desk.platforms), defaults=("all",))
    assert isinstance(asked, grammar.Command)
    person = next(one for one in desk.chat.directory.people.values() if not one.is_bot)
    message = Message(1, person.id, "", Place(channel_id=desk.chat.home, topic="posts"), NOW)

    def reading(ask: Callable[[Session], object]) -> Ask:
        def once() -> object:
            with database.reading() as session:
                return ask(session)

        return once

    def claim_and_give_back() -> None:
        later = NOW + timedelta(days=30)
        with database.transaction() as session:
            one = queue.claim(session, later, timedelta(minutes=5), "benchmark")
        assert one is not None
        with database.transaction() as session:
            before = one.not_before
            queue.settle(session, one, DeliveryState.PENDING, now=NOW, what="given back", not_before=before)

    return {
        "what is scheduled this week?": lambda: answering.answer(desk, message, asked, person, NOW),
        "what is due next": reading(plan.next_due),
        "which posts are due": reading(lambda session: plan.due_posts(session, NOW)),
        "which posts missed their time": reading(lambda session: plan.late_posts(session, NOW, LATE)),
        "a round of the publisher that finds nothing to do": lambda: publisher.tick(NOW),
        "claim a delivery and settle it": claim_and_give_back,
    }


def measured(asks: list[Ask], rounds: int) -> list[float]:
    """Median of each in milliseconds; asked in turns, so that a busy machine slows all alike."""
    times: list[list[float]] = [[] for _ in asks]
    for number in range(rounds + rounds // 10 + 1):
        for ask, took in zip(asks, times, strict=True):
            began = time.perf_counter()
            ask()
            if number > rounds // 10:  # the first ones only warm it
                took.append((time.perf_counter() - began) * 1000)
    return [middle(took) for took in times]


def measure(quick: bool) -> Iterator[Figure]:
    """SQLite and PostgreSQL, both mixes."""
    most, rounds = ((100, 200, 300), 3) if quick else ((1000, 100_000, 1_000_000), 100)
    with ExitStack() as open_:
        at = open_.enter_context(place())
        chat = wiring.chat_of(wiring.read_config(at.config, {}))
        chat.listen()
        open_.callback(chat.leave)
        server = Postgres()
        server.start()
        open_.callback(server.stop)
        for kind in ("SQLite", "PostgreSQL"):
            for mix in ("history", "backlog"):
                sizes = most if mix == "history" else most[:2]  # nobody ever plans a million posts ahead
                with ExitStack() as filled:
                    folder = Path(filled.enter_context(tempfile.TemporaryDirectory()))
                    desks = [
                        _desk(
                            filled,
                            at,
                            chat,
                            size,
                            mix,
                            server.fresh() if kind == "PostgreSQL" else f"sqlite:///{folder / str(size)}",
                        )
                        for size in sizes
                    ]
                    yield from _told(f"{kind}, long {mix}", sizes, desks, rounds)


def _desk(open_: ExitStack, at: Town, chat: Chat, size: int, mix: str, url: str) -> Desk:
    at.write(database_url=url)
    database = Database(url)
    open_.callback(database.close)
    database.migrate()
    fill(database, size, min(OPEN, size) if mix == "history" else size)
    return wiring.make_desk(wiring.read_config(at.config, {}), database, chat, lambda: NOW)


def _told(where: str, sizes: Sequence[int], desks: list[Desk], rounds: int) -> Iterator[Figure]:
    asked = [questions(desk) for desk in desks]
    for what in asked[0]:
        took = measured([one[what] for one in asked], rounds)
        yield Figure(f"{where}: {what}, of {sizes[0]:,}", took[0], "ms")
        for size, ms in zip(sizes[1:], took[1:], strict=True):
            yield Figure(f"{where}: the same, {size:,} against {sizes[0]:,}", ms / took[0], "x", AIM)
