"""The tool for copies that hang: several on one PostgreSQL, one of them stopped (SIGSTOP) again and again while posts are
due, and let go on when the others have done its work.

Measured from the stop (or from the due instant, if that is later): when the last delivery of the posts that are due has
begun, and when orders that people wrote after the stop were obeyed. Then the stopped copy goes on, in the very moment in
which a post is due whose approval was taken back meanwhile: nothing may be there twice, and nothing unapproved.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlmodel import select

from bot.sandbox.mastodon import dialects
from storage import cursors
from storage.models import Post
from storage.states import DeliveryState, PostState
from tests.chaos.asked import sign_in_to_x
from tests.chaos.crowd import PAIRS, Crowd, tell
from tests.chaos.judge import TITLES, threads
from tests.chaos.place import Bot, until
from tests.chaos.points import Point
from tests.chaos.postgres import Given, Server, some
from tests.chaos.view import look

LONGEST_S: Final = 60.0
"""How long it is watched before the stopped copy is let go on all the same."""
AHEAD: Final = timedelta(hours=3)
LATER: Final = timedelta(minutes=30)
"""How long after the others the post is due whose approval is taken back."""
POINTS: Final = (
    ("moment", ""), ("out", ""), ("out", ""), ("stop", "after"), ("stop", "after"), ("stop", "after"),
    ("stop at commit", "before"), ("stop at commit", "after"),
    ("look", "before"), ("look", "after"), ("edit card", "before"), ("post", "before"), ("post", "after"),
    ("refresh", "before"), ("refresh", "after"),
)  # fmt: skip
"""What the copy may be about when it is stopped."""
_OFTEN: Final = {"look": 12, "stop at commit": 12, "refresh": 2}
"""Which of a kind, at most (and one less)."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What may be chosen."""
    parser.add_argument(
        "--trials", type=int, default=50, help="how often one is stopped (default: %(default)s)"
    )
    parser.add_argument("--posts", type=int, default=20, help="due in one minute (default: %(default)s)")
    parser.add_argument("--copies", type=int, default=3, help="how many copies run (default: %(default)s)")
    parser.add_argument(
        "--promised",
        type=float,
        default=20.0,
        help="seconds within which all due is begun and every order obeyed (default: %(default)s)",
    )
    parser.add_argument("--point", default="", help="stop at points alone of that name, or that begin so")
    parser.add_argument("--platforms", default=",".join(TITLES), help="where posts go (default: %(default)s)")
    parser.add_argument("--postgres", default="", metavar="URL", help="an empty database to use")
    parser.add_argument("--seed", type=int, default=1, help="the same seed stops at the same points")


def main(chosen: argparse.Namespace) -> int:
    """Run it; 1 if a promise was broken."""
    with tempfile.TemporaryDirectory(prefix="stopped-") as name, some(chosen.postgres) as server:
        hangs = Hangs(Path(name), server, chosen)
        try:
            figures = hangs.run()
        finally:
            hangs.place.close()
    return tell(figures, chosen)


class Hangs:
    """The copies, and one trial after the other."""

    def __init__(self, folder: Path, server: Server | Given, chosen: argparse.Namespace) -> None:
        self._chosen = chosen
        self.crowd = Crowd(folder, server, chosen.copies, chosen.seed)
        self.place, self._rng, self._bots = self.crowd.place, self.crowd.rng, self.crowd.bots
        mastodon: Any = self.place.sandbox.platforms["mastodon"]
        # it takes a request twice, as Zulip does, where Mastodon knows its key
        mastodon.dialect = dialects.GOTOSOCIAL
        self._points = [one for one in POINTS if one[0] == chosen.point] or [
            one for one in POINTS if one[0].startswith(chosen.point)
        ]
        wanted = set(chosen.platforms.split(","))
        self._pairs = [kept for pair in PAIRS if (kept := tuple(one for one in pair if one in wanted))]
        self._begun: list[float] = []
        self._heard: list[float] = []
        self._stops: Counter[str] = Counter()
        self._never: set[str] = set()
        self._leaving = False
        """Whether the one that hangs was about to send a creating request."""
        self._breaches: list[str] = []

    def run(self) -> dict[str, Any]:
        """All trials; returns the figures."""
        self.crowd.start()
        self._trial(self._chosen.trials, None)  # what it takes on this machine when nobody hangs
        self._calm, self._begun, self._heard = (self._begun[0], self._heard[0]), [], []
        for number in range(self._chosen.trials):
            self._trial(number, self._condemned())
            sys.stderr.write(f"{number + 1}: begun {self._begun[-1]:.1f} s, heard {self._heard[-1]:.1f} s\n")
        return self._figures()

    # -- one trial -----------------------------------------------------------------------------------------

    def _trial(self, number: int, bot: Bot | None) -> None:
        due = (self.place.world.clock.now() + AHEAD).replace(second=0, microsecond=0)
        self._write(number, due)
        self.place.world.clock.to(due - timedelta(seconds=1))
        due_at = time.monotonic() + 1
        self._leaving = False
        if bot is not None:
            self._stop(bot, self._rng.choice(self._points))
        stopped_at = time.monotonic()
        self._order(number)
        self._watch(number, bot, max(stopped_at, due_at), stopped_at)
        self._taken_back(number)
        # the others do its work before it wakes, or it wakes in the middle of that; mostly before, where it was about to
        # send: then what it sends is there twice
        if self._rng.random() < (0.8 if self._leaving else 0.5):
            self.crowd.settle()
        self.place.world.clock.to(due + LATER)
        if bot is not None:
            bot.go_on()
            bot.spare()
        if not self.crowd.settle():
            self._breaches.append(f"STUCK: trial {number} does not come to rest")
        if refused := self._refused():
            self._sign_in(refused)

    def _write(self, number: int, due: datetime) -> None:
        """Everything that is drafted for this trial, approved."""
        alice = self.place.people["alice"]
        drafts = {}
        for one in range(self._chosen.posts):
            mark, where = f"Q{number}00{one}", self._pairs[one % len(self._pairs)]
            self.crowd.wanted[mark] = where
            drafts[self.crowd.writes(where, due, f"Story {mark}v1. of many")] = mark
        for mark, when in (("7", LATER), ("8", timedelta(days=1)), ("9", timedelta(days=1))):
            self._never.add(f"Q{mark}77{number}")
            drafts[self.crowd.writes(("mastodon",), due + when, f"Story Q{mark}77{number}v1. never")] = mark
        waiting = set(drafts)

        def tapped() -> bool:
            view = look(self.place.database)
            for message in list(waiting):
                post = view.posts.get(message)
                card = view.cards.get(post.id or 0) if post else None
                if card is not None:
                    alice.reacts(card)
                    waiting.discard(message)
            return not waiting and all(view.posts[one].state == PostState.APPROVED for one in drafts)

        self.crowd.must(tapped, "all are approved", 120, 0.3)
        view = look(self.place.database)
        self._special = {
            mark: (view.posts[message].id or 0, view.cards[view.posts[message].id or 0] or 0)
            for message, mark in drafts.items()
            if mark in "789"
        }

    def _condemned(self) -> Bot:
        """Who is to be stopped: mostly the one that listens."""
        leader = self._leader()
        others = [bot for bot in self._bots if bot is not leader]
        return leader if leader is not None and self._rng.random() < 0.6 else self._rng.choice(others)

    def _stop(self, bot: Bot, point: tuple[str, str]) -> None:
        """Let it come to its point; if it does not come there, at any moment."""
        what, side = point
        before = len(self.place.world.seen)
        if what == "out":
            after = self._rng.randrange(1, self._chosen.posts)
            until(lambda: len(self.place.world.seen) >= before + after, 10, 0.01)
        elif what == "moment":
            time.sleep(self._rng.uniform(0.5, 4))
        else:
            bot.doom(
                Point(what, side, self._rng.randrange(1, _OFTEN.get(what, 4))),
                stop=True,
            )
            if until(lambda: bot.stopped, 6, 0.01):
                self._stops[f"{what} {side}".strip()] += 1
                self._leaving = what == "stop"
                return
            bot.spare()
            what = "moment"
        time.sleep(self._rng.uniform(0, 0.3))
        bot.stop()
        self._stops[what] += 1

    def _order(self, number: int) -> None:
        """What people write while one hangs."""
        alice = self.place.people["alice"]
        alice.says(f"@social hold {self._special['8'][0]}")
        alice.says(f"@social cancel {self._special['9'][0]}")
        self._ordered_at = time.monotonic()

    def _watch(self, number: int, bot: Bot | None, since: float, stopped_at: float) -> None:
        """See when the last one is begun and the last order obeyed."""
        begun = heard = None
        first = set(self._ids())
        while (begun is None or heard is None) and time.monotonic() - stopped_at < LONGEST_S:
            view = look(self.place.database)
            states = {post.id: post.state for post in view.posts.values()}
            pending = [one for one in view.deliveries if one.post_id in first and not one.attempts]
            unreleased = [one for one in first if states[one] == PostState.APPROVED]
            now = time.monotonic()
            if begun is None and not pending and not unreleased:
                begun = max(now - since, 0.0)
            if heard is None and (states[self._special["8"][0]], states[self._special["9"][0]]) == (
                PostState.HELD,
                PostState.WITHDRAWN,
            ):
                heard = now - self._ordered_at
            time.sleep(0.1)
        self._begun.append(LONGEST_S if begun is None else begun)
        self._heard.append(LONGEST_S if heard is None else heard)
        for what, took in (("begun", self._begun[-1]), ("obeyed", self._heard[-1])):
            if bot is not None and took > self._chosen.promised:
                self._breaches.append(f"LATE: in trial {number} all was {what} after {took:.0f} s only")

    def _ids(self) -> list[int]:
        """The posts of this trial that are due."""
        special = {one for one, _ in self._special.values()}
        found = sorted((one.id or 0 for one in look(self.place.database).posts.values()), reverse=True)
        return [one for one in found[: self._chosen.posts + 3] if one not in special]

    def _taken_back(self, number: int) -> None:
        """An approval goes while one hangs."""
        post, card = self._special["7"]
        self.place.people["alice"].unreacts(card)

        def draft() -> bool:
            with self.place.database.reading() as session:
                return session.exec(select(Post.state).where(Post.id == post)).one() == PostState.DRAFT

        if not until(draft, LONGEST_S / 2, 0.1):
            self._breaches.append(f"LATE: in trial {number} an approval that was taken back still counts")

    def _refused(self) -> list[int]:
        """The posts that X refused: whoever hangs in the middle of a renewal has the only pair that is good."""
        found = look(self.place.database).deliveries
        return [one.post_id for one in found if (one.account, one.state) == ("x", DeliveryState.FAILED)]

    def _sign_in(self, refused: list[int]) -> None:
        """Somebody signs in to X anew, and orders once more what was refused."""
        sign_in_to_x(self.place, self._rng)
        self._stops["(and X signed in to anew)"] += 1
        for bot in self._bots:
            bot.kill()
        self.crowd.start()
        for one in refused:
            self.place.people["alice"].says(f"@social retry {one} x")
        self.crowd.must(lambda: not self._refused(), "what was refused goes out", LONGEST_S)
        self.crowd.settle()

    # -- what is known -------------------------------------------------------------------------------------

    def _leader(self) -> Bot | None:
        with self.place.database.reading() as session:
            who = cursors.read(session, "alive").split("|")
        pid = who[1].split(":")[1] if len(who) > 1 else ""
        return next((bot for bot in self._bots if str(bot.pid) == pid), None)

    def _figures(self) -> dict[str, Any]:
        seen, breaches = threads(self.place.world.seen.values())
        breaches += [
            f"UNAPPROVED: {token} appeared on {service}" for token, _, service in seen if token in self._never
        ]
        twice, lost, asked = self.crowd.compared(seen)
        breaches += [*twice, *lost[:20]]
        dead = [bot.log.name for bot in self._bots if not bot.alive]
        return {
            "trials": len(self._begun),
            "stopped at": dict(self._stops),
            "undisturbed: all begun, orders obeyed, seconds": f"{self._calm[0]:.1f}, {self._calm[1]:.1f}",
            "all begun, seconds: median / longest": _spread(self._begun),
            "orders obeyed, seconds: median / longest": _spread(self._heard),
            f"trials with something later than {self._chosen.promised:.0f} s": sum(
                max(pair) > self._chosen.promised for pair in zip(self._begun, self._heard, strict=True)
            ),
            "deliveries out": len(seen),
            "not out": sum(len(one) for one in self.crowd.wanted.values()) - len(seen),
            "asked of people, or refused": dict(asked),
            "breaches": [*self._breaches, *breaches, *(f"DEAD: {one}" for one in dead)],
        }


def _spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.1f} / {max(seconds):.1f}"
