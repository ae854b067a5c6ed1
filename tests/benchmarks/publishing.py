"""Many posts due at one moment, one post to five slow platforms, and several copies of the bot."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, func, select

from bot.actions import rows
from bot.wiring import read_config
from handlers.base import Outgoing
from handlers.media import Store
from storage.database import Database
from storage.models import Delivery, Notice, Post, Revision
from storage.states import DeliveryState, PostState
from tests.benchmarks import bare_platforms, long_film
from tests.benchmarks.figure import Figure, hundredth, middle
from tests.benchmarks.place import Bot, Place, place, rest, until
from tests.conftest import Postgres

BEFORE = timedelta(hours=6)
"""How long before their time the posts are written; the sandbox's clock is moved then."""
LONGEST_S = 3600.0
SLOWEST_S = 1.5
FANS = {"mastodon": 0.5, "x": 0.7, "linkedin": 1.0, "youtube": SLOWEST_S, "zulip": 0.3}
"""Platform -> by how much its first answer is delayed, in seconds."""
AIM_FAN_OUT = 1.2
FILM_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Made:
    """One delivery that was published."""

    account: str
    due: datetime
    first: datetime
    settled: datetime


def measure(quick: bool) -> Iterator[Figure]:
    """All of it."""
    yield from _at_once(4 if quick else 1000)
    yield from _fan_out(1 if quick else 3)
    yield from _copies((1, 2) if quick else (1, 2, 3), 6 if quick else 50)


class Desk:
    """People who write, approve and wait."""

    def __init__(self, at: Place, *, films: bool) -> None:
        self.at, self._films = at, films
        self._database = Database(
            at.sections["social"]["database_url"].replace("///bot", f"///{at.folder}/bot")
        )
        self._film = ""
        if films:
            path = at.folder / "talk.mp4"
            long_film.make(path, FILM_BYTES, seconds=12)
            self._film = at.ask("upload", name="carol", path=str(path), mime="video/mp4")

    def approved(self, many: int, *, due: datetime | None = None, to: str = "") -> datetime:
        """So many posts, all due at the same moment (which); for all platforms, unless it is told `to` which."""
        now = datetime.fromisoformat(self.at.ask("clock"))
        due = due or (now + BEFORE).replace(second=0, microsecond=0)
        to = to or ("all" if self._films else "all but youtube")
        self.at.ask("say", name="carol", texts=[self._text(number, due, to) for number in range(many)])
        self._wait(lambda session: session.exec(select(func.count(col(Revision.card_id)))).one() == many)
        with self._database.reading() as session:
            cards = list(session.exec(select(Revision.card_id)))
        self.at.ask("react", name="alice", ids=cards)
        approved = select(func.count(col(Post.id))).where(Post.state == PostState.APPROVED)
        self._wait(lambda session: session.exec(approved).one() == many)
        return due

    def _text(self, number: int, due: datetime, to: str) -> str:
        text = f"@social draft\nto: {to}\nat: {due:%Y-%m-%d %H:%M} UTC\n"
        text += "title: A talk\n" if self._films else ""
        text += f"Story number {number} of many"
        return (
            f"{text}\n\n--- youtube\nStory number {number}\n[A talk]({self._film})" if self._films else text
        )

    def delivered(self, many: int) -> list[Made]:
        """Wait until so many deliveries are out."""
        out = select(func.count(col(Delivery.id))).where(Delivery.state == DeliveryState.PUBLISHED)
        self._wait(lambda session: session.exec(out).one() >= many)
        rows = select(Delivery, Post.due_at).join(Post, col(Post.id) == Delivery.post_id)
        with self._database.reading() as session:
            return [
                Made(one.account, due, one.first_at, one.settled_at)
                for one, due in session.exec(rows.where(Delivery.state == DeliveryState.PUBLISHED))
                if due and one.first_at and one.settled_at
            ]

    def posts(self) -> list[dict[str, Outgoing]]:
        """What goes out of each post, by account."""
        with self._database.reading() as session:
            found = session.exec(select(Revision).order_by(col(Revision.post_id))).all()
        return [rows.outgoing(one) for one in found]

    def told(self, longest_s: float) -> float:
        """Wait until every outcome was told; how long that took, in seconds."""
        waiting = select(func.count(col(Notice.id))).where(col(Notice.said_at).is_(None))
        settled = col(Delivery.state).in_((DeliveryState.PUBLISHED, DeliveryState.FAILED))
        untold = select(func.count(col(Delivery.id))).where(settled, col(Delivery.told).is_(False))

        def all_told() -> bool:
            with self._database.reading() as session:
                return not session.exec(untold).one() and not session.exec(waiting).one()

        return until(all_told, longest_s, 0.05)

    def _wait(self, true: Any) -> None:
        def there() -> bool:
            with self._database.reading() as session:
                return bool(true(session))

        until(there, LONGEST_S, 0.2)

    def close(self) -> None:
        """Give the database back."""
        self._database.close()


def _at_once(many: int) -> Iterator[Figure]:
    with place() as at:
        at.write(**at.clock, late="10 h")
        at.write("youtube", uploads_a_day="100000")
        at.ask("generous")
        bot, desk = Bot(at.config), Desk(at, films=True)
        due = desk.approved(many)
        bot.forget()
        at.ask("note")
        spent_s = bot.cpu_s
        at.ask("clock", to=(due - timedelta(seconds=1)).isoformat())
        made = desk.delivered(5 * many)
        noted, peak, spent_s = at.ask("noted"), bot.peak, bot.cpu_s - spent_s
        posts = desk.posts()
        desk.close()
        bot.stop()
        store = Store(read_config(at.config, os.environ).social.data_dir / "media")
        bare = list(bare_platforms.measure(posts, store))
    made_late = [one for one in made if one.first >= one.due]  # the others were prepared unseen before
    delays = [(one.first - one.due).total_seconds() for one in made_late]
    took = (max(one.settled for one in made) - due).total_seconds()
    accounts = {one.account for one in made_late}
    firsts = {account: min(one.first for one in made_late if one.account == account) for account in accounts}
    yield Figure(f"{many} posts due at once, from due to the first request anywhere", min(delays), "s")
    slowest = max((one - due).total_seconds() for one in firsts.values())
    yield Figure("the same, until every platform had its first", slowest, "s")
    yield Figure("the same, half of the deliveries had begun after", middle(delays), "s")
    yield Figure("the same, 99 of 100 had begun after", hundredth(delays, 99), "s")
    yield Figure(
        "the same, all five platforms together", len(made) / took, "/s", beside=f"all out in {took:.0f} s"
    )
    lines = bare_platforms.lines(noted)
    account = max(lines, key=lambda one: lines[one])
    told = f"{account}'s requests one after the other: {lines[account]:.3g} s"
    yield Figure(
        "the same, against the busiest platform's requests alone", took / lines[account], "x", beside=told
    )
    yield Figure("the same, the bot's processor for one delivery", spent_s * 1000 / len(made), "ms")
    yield from bare
    yield Figure("requests to Zulip for one post that goes to five", len(calls_to_chat(noted)) / many)
    yield Figure("memory at most meanwhile", peak, "MiB")


def calls_to_chat(noted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The requests to Zulip that its limit counts: the wait for events is none of them."""
    return [
        one for one in noted if one["path"].startswith("/api/v1/") and not one["path"].endswith("/events")
    ]


def _fan_out(rounds: int) -> Iterator[Figure]:
    """One post to five slow platforms: all of it against the slowest alone."""
    ratios, totals, sums = [], [], []
    for _ in range(rounds):
        with place() as at:
            at.write(**at.clock)
            bot, desk = Bot(at.config), Desk(at, films=True)
            due = desk.approved(1)
            at.ask("clock", to=(due - timedelta(seconds=10)).isoformat())
            rest(3.0)  # what can be prepared unseen is
            for service, delay in FANS.items():
                path = "/api/v1/messages" if service == "zulip" else None
                method = "PUT" if service == "youtube" else "POST"
                at.ask("slow", service=service, delay_s=delay, method=method, path=path)
            made = desk.delivered(5)
            desk.close()
            bot.stop()
        spans = [(one.settled - one.first).total_seconds() for one in made]
        total = max(one.settled for one in made) - min(one.first for one in made)
        totals.append(total.total_seconds())
        ratios.append(totals[-1] / max(spans))
        sums.append(sum(spans))
    told = f"one after the other {middle(sums):.3g} s"
    yield Figure("one post to five slow platforms", middle(totals), "s", beside=told)
    yield Figure("the same, against the slowest alone", middle(ratios), "x", AIM_FAN_OUT)


def _copies(copies: tuple[int, ...], many: int) -> Iterator[Figure]:
    """The same posts by one, two and three copies on PostgreSQL."""
    alone = 0.0
    server = Postgres()
    server.start()
    try:
        for number in copies:
            speed = _with_copies(server.fresh(), number, many)
            alone = alone or speed
            told = f"{speed / alone:.3g} times one copy" if number > 1 else ""
            yield Figure(f"deliveries by {number} on PostgreSQL", speed, "/s", beside=told)
    finally:
        server.stop()


def _with_copies(url: str, copies: int, many: int) -> float:
    with place(database_url=url) as at, ExitStack() as open_:
        at.write(**at.clock, late="10 h")
        at.ask("generous")
        for number in range(copies):
            ready = "listening as" if number == 0 else "another copy listens"
            open_.callback(Bot(at.config, name=f"copy{number}", ready=ready).stop)
        desk = Desk(at, films=False)
        due = desk.approved(many)
        at.ask("clock", to=(due - timedelta(seconds=1)).isoformat())
        made = desk.delivered(4 * many)
        desk.close()
    return len(made) / (max(one.settled for one in made) - due).total_seconds()
