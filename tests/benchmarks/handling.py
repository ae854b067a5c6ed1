"""Drafts, reactions and questions: how many a second, how long one takes, against the bare requests they need."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.bare import Bare
from tests.benchmarks.figure import Figure, middle
from tests.benchmarks.place import Bot, Place, common, rest, running, until

AIM = 1.5
"""At most so many times what the bare requests take."""
LONGEST_S = 120.0
SETTLED_S = 0.3
"""So long nothing is said once all is done."""
HELLO = "@**social** hello"
HELLO_MOST = 15
"""zulip-bots ends a bot that answers twenty times within five seconds."""
HELLO_REST_S = 5.5


def draft(number: int) -> str:
    """A usual draft: four platforms, a section of its own for one."""
    return (
        "@social draft\nto: all but youtube\nat: tomorrow 10:00\n"
        f"Registration number {number} for the **spring workshop** is open! "
        "https://coderefinery.org/workshops #CodeRefinery :tada:\n\n"
        f"--- x\nRegistration {number} is open: https://coderefinery.org/workshops"
    )


@dataclass(frozen=True, slots=True)
class Run:
    """Many at once, handled by the bot; then so many again alone by the bare client. In seconds for one."""

    took: float
    bare: float
    requests: float
    cpu: float
    bare_cpu: float


Notes = list[dict[str, Any]]


class Crowd:
    """People who all want something at the same moment."""

    def __init__(self, at: Place, bot: Bot) -> None:
        self.at, self._bot = at, bot
        self._drafts = 0

    def texts(self, many: int) -> list[str]:
        """Drafts that were never written before."""
        self._drafts += many
        return [draft(number) for number in range(self._drafts - many, self._drafts)]

    def calm(self) -> None:
        """Wait until the bot has taken everything in and says nothing more."""
        until(lambda: self.at.ask("backlog") == 0, LONGEST_S)
        self.at.ask("note")
        until(self._quiet, LONGEST_S)

    def _quiet(self) -> bool:
        before = self.at.ask("count")
        rest(SETTLED_S)
        return bool(self.at.ask("count") == before)

    def run(
        self, gather: Callable[[], object], many: int, needed: list[Notes], *answers: tuple[str, str]
    ) -> Run:
        """`gather` what people do while the bot sleeps; it is handled when so many of each answer came.

        `needed` are the requests of some that were handled alone: the bare client repeats them.
        """
        with self._bot.paused():
            gather()
            began = self.at.ask("note")
            busy = self._bot.cpu_s
        ended = max(
            self.at.ask("wait", method=method, path=path, number=many, longest_s=LONGEST_S)
            for method, path in answers
        )
        rest(SETTLED_S)
        noted = self.at.ask("count", path="/api/v1/")
        with self._bot.paused():
            cpu = self._bot.cpu_s - busy
            bare, bare_cpu = self._bare(needed)
        self.calm()
        return Run((ended - began) / many, bare, noted / many, cpu / many, bare_cpu)

    def _bare(self, needed: list[Notes]) -> tuple[float, float]:
        """Seconds, and processor time of the client, for one of them."""
        self.at.ask("note")
        bare = Bare(self.at)
        busy = time.process_time()
        took = sum(bare.repeat(one) for one in needed) / len(needed)
        busy = (time.process_time() - busy) / len(needed)
        bare.close()
        return took, busy

    def alone(self, act: Callable[[], object], *answers: tuple[str, str]) -> tuple[float, Notes]:
        """One alone: seconds until the last answer, and the requests it needs, with one poll."""
        self.calm()
        began = self.at.ask("note", bodies=True)
        act()
        ended = max(
            self.at.ask("wait", method=method, path=path, number=1, longest_s=LONGEST_S)
            for method, path in answers
        )
        rest(SETTLED_S)
        noted = [one for one in self.at.ask("noted") if one["path"].startswith("/api/v1/")]
        poll = next(one for one in noted if one["path"] == _POLL)
        self.at.ask("note")
        return ended - began, [poll, *(one for one in noted if one["path"] != _POLL)]

    def cards(self, many: int) -> list[int]:
        """Draft so many, and learn the ids of their cards."""
        self.at.ask("note", bodies=True)
        self.at.ask("say", name="carol", texts=self.texts(many))
        self.at.ask("wait", method="POST", path="/reactions", number=many, longest_s=LONGEST_S)
        found = self.at.ask("noted", method="POST", path="/reactions")
        self.calm()
        return [int(one["path"].split("/")[-2]) for one in found]


_SAID, _SHOWN, _OFFERED = ("POST", "/api/v1/messages"), ("PATCH", "/messages/"), ("POST", "/reactions")
_POLL = "/api/v1/events"
QUESTION = "@social what is scheduled this week?"


def measure(quick: bool) -> Iterator[Figure]:
    """All of it."""
    rounds, many, ones = (1, 3, 1) if quick else (5, 40, 10)
    with common() as at, running(at) as bot:
        crowd = Crowd(at, bot)
        crowd.cards(2 if quick else 10)  # warm, and something is planned

        def ask(number: int) -> None:
            at.ask("say", name="bob", texts=[QUESTION] * number)

        def write(number: int) -> None:
            at.ask("say", name="carol", texts=crowd.texts(number))

        speed = yield from _kind(crowd, "questions", (rounds, many, ones), ask, _SAID)
        yield from _kind(crowd, "drafts", (rounds, many, ones), write, _OFFERED)
        yield from _reactions(crowd, (rounds, many, ones))
    yield from _hello(rounds=1 if quick else 3, beside=speed)


def _kind(
    crowd: Crowd, what: str, times: tuple[int, int, int], act: Callable[[int], None], answer: tuple[str, str]
) -> Generator[Figure, None, float]:
    """Some alone, then many at once."""
    rounds, many, ones = times
    single = [crowd.alone(lambda: act(1), answer) for _ in range(ones)]
    needed = [notes for _, notes in single]
    runs = [crowd.run(lambda: act(many), many, needed, answer) for _ in range(rounds)]
    return (yield from _told(what, runs, single))


def _reactions(crowd: Crowd, times: tuple[int, int, int]) -> Iterator[Figure]:
    """An approval each: the card shows it, and the publisher says it."""
    rounds, many, ones = times

    def react(cards: list[int]) -> None:
        crowd.at.ask("react", name="alice", ids=cards)

    single = [
        crowd.alone(lambda card=card: react([card]), _SHOWN, _SAID)  # type: ignore[misc]  # mypy knows no defaults
        for card in crowd.cards(ones)
    ]
    needed, runs = [notes for _, notes in single], []
    for _ in range(rounds):
        cards = crowd.cards(many)
        runs.append(crowd.run(lambda cards=cards: react(cards), many, needed, _SHOWN, _SAID))  # type: ignore[misc]  # as above
    yield from _told("reactions", runs, single)


def _told(what: str, runs: list[Run], single: list[tuple[float, Notes]]) -> Generator[Figure, None, float]:
    took, bare = middle([one.took for one in runs]), middle([one.bare for one in runs])
    told = f"the bare requests: {1 / bare:.3g} /s"
    yield Figure(f"{what}, many at once", 1 / took, "/s", beside=told)
    ratio = middle([one.took / one.bare for one in runs])
    yield Figure(f"{what}, many at once, against the bare requests of one", ratio, "x", AIM)
    each = middle([len(notes) for _, notes in single])
    told = f"alone it needs {each:.3g}, with one poll"
    yield Figure(
        f"{what}, many at once, requests for one", middle([one.requests for one in runs]), beside=told
    )
    cpu = middle([one.cpu for one in runs]) * 1000
    told = f"the bare client's: {middle([one.bare_cpu for one in runs]) * 1000:.3g} ms"
    yield Figure(f"{what}, many at once, the bot's processor time for one", cpu, "ms", beside=told)
    alone = middle([seconds for seconds, _ in single])
    yield Figure(f"{what}, one alone, until its last answer", alone * 1000, "ms")
    yield Figure(f"{what}, one alone, against the bare requests", alone / bare, "x")
    return 1 / took


def _hello(rounds: int, beside: float) -> Iterator[Figure]:
    """zulip-bots' own example, which answers each mention with one fixed sentence."""
    words = ("-m", "zulip_bots.run", "helloworld", "--config-file")
    with common() as at, running(at, name="hello", words=words, ready="Running Helloworld") as bot:
        until(lambda: at.ask("listens"), LONGEST_S)
        crowd, runs = Crowd(at, bot), []

        def greet(number: int) -> None:
            at.ask("say", name="bob", texts=[HELLO] * number)

        single = crowd.alone(lambda: greet(1), _SAID)[1]
        for _ in range(rounds):
            if rounds > 1:
                rest(HELLO_REST_S)
            runs.append(crowd.run(lambda: greet(HELLO_MOST), HELLO_MOST, [single] * HELLO_MOST, _SAID))
    speed = 1 / middle([one.took for one in runs])
    told = f"{middle([one.took / one.bare for one in runs]):.3g} times its bare requests"
    yield Figure("zulip-bots' helloworld, answers", speed, "/s", beside=told)
    yield Figure("questions answered, against helloworld's answers", beside / speed, "x", more=True)
