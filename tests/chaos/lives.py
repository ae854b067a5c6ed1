"""One life after the other: the bot is kept running, dies where it is told to, and the clock runs when it rests."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, Final

from tests.chaos.place import Bot, Place, until
from tests.chaos.points import Point
from tests.chaos.stories import Wait
from tests.chaos.view import View, look

STUCK_S: Final = 25.0
"""Real seconds in which a waiting person must get what they wait for, the bot being alive."""
RESTLESS_S: Final = 75.0
"""Real seconds after which a bot that finds ever something else to do counts as stuck."""
NUDGES: Final = 25
"""How often the clock is moved a little for the same thing before it counts as stuck."""
PATIENCE_S: Final = 1.5
"""Real seconds in which a life must come to its point, else it is given another one."""


class Breach(AssertionError):
    """A promise was broken; the text says which, and how to see it again."""


@dataclass
class Tally:
    """What was done and what came of it."""

    rounds: int = 0
    posts: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    """Platform -> deliveries of which people were asked."""
    failed: Counter[str] = field(default_factory=Counter)
    said_twice: Counter[str] = field(default_factory=Counter)
    unreached: int = 0
    breaches: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """As JSON values."""
        every = {one.name: getattr(self, one.name) for one in fields(self)}
        return {key: dict(value) if isinstance(value, Counter) else value for key, value in every.items()}


class Lives:
    """The bot at a place, from its first start on. `left` is how often it may still be killed."""

    def __init__(
        self,
        place: Place,
        rng: random.Random,
        tally: Tally,
        next_point: Callable[[random.Random], Point | None],
        patience_s: float = PATIENCE_S,
    ) -> None:
        """`next_point` gives the point at which the next life ends; None: it is let live."""
        self.place, self.rng, self.tally = place, rng, tally
        self.bot = Bot(place)
        self.left = 0
        self.next_point, self._patience_s = next_point, patience_s
        self.awaited: Callable[[View], bool] = lambda _: False
        """Whether people did something of which the bot shows no sign yet: after a start it reads for a while what it
        missed, and nothing in its database says how far it came.
        """
        self._awaited_until = 0.0
        self._point: Point | None = None
        self._doomed_at = 0.0
        self._listens_after = 0

    def found(self) -> None:
        """The first life of all: from now on everything that is written in the channel must be heard."""
        self.begin()
        if not until(lambda: bool(self.place.executioner.seen.get("poll")), STUCK_S):
            self.breach(f"STUCK: the bot does not listen: {self.log()}")

    def keep_alive(self) -> None:
        """See to it that the bot runs; each life ends at another point, as long as there are deaths left."""
        if self.bot.alive:
            self._press()
            return
        if self.bot.exitcode not in {None, -9}:
            self.breach(f"ENDED: the bot ended by itself ({self.bot.exitcode}): {self.log()}")
        if self.bot.exitcode == -9 and self._point is not None:
            self.count(str(self._point))
        self.begin()

    def _press(self) -> None:
        """A life that does not come to its point gets another one, and one whose moment has come ends."""
        if self.left <= 0:
            return
        waited = time.monotonic() - self._doomed_at
        if self._point is None:
            self._doom()
        elif self._point.what == "moment" and waited > self._point.number / 1000:
            self.bot.kill()
        elif waited > self._patience_s:
            self.tally.unreached += 1
            self._doom()

    def begin(self) -> None:
        """Another life, with a point at which it ends if there are deaths left."""
        self.bot.spare()
        self._point = None
        self._listens_after = self.place.executioner.seen.get("poll", 0)
        self.bot.start()
        if self.left > 0:
            self._doom()

    def _doom(self) -> None:
        self.bot.spare()
        self._point = self.next_point(self.rng)
        self._doomed_at = time.monotonic()
        if self._point is not None:
            self.bot.doom(self._point)

    def spare(self) -> None:
        """No more deaths for now."""
        self.keep_alive()
        self.left = 0
        self.bot.spare()
        self.keep_alive()
        self._point = None

    def count(self, what: str) -> None:
        """A death, and where it was."""
        self.tally.kills[what] += 1
        self.left -= 1
        self._point = None

    def settle(self, horizon: timedelta) -> None:
        """Let the clock run from one due instant to the next until nothing is left to do before the horizon."""
        latest = self.place.world.clock.now() + horizon
        nudges, last = 0, ""
        self._awaited_until = time.monotonic() + STUCK_S
        deadline = time.monotonic() + RESTLESS_S * max(horizon / timedelta(hours=3), 1)
        while True:
            quiet = until(self._rests, 1.5, 0.04)
            view = look(self.place.database)
            now = self.place.world.clock.now()
            dues = sorted(one for one in view.dues() if one[0] <= latest)
            if quiet and not dues and not view.unsaid:
                return
            ahead = [one for one in dues if one[0] > now]
            if quiet and not view.unsaid and ahead and ahead[0] == dues[0]:
                self.place.advance(ahead[0][0] - now + timedelta(seconds=0.3))
                continue
            state = repr(dues[:1])
            nudges = nudges + 1 if state == last else 0
            last = state
            if nudges > NUDGES or time.monotonic() > deadline:
                self.breach(f"STUCK: {dues} ({view.unsaid} unsaid, quiet: {quiet}); {self.log()}")
                return
            self.place.advance(timedelta(seconds=6))

    def _rests(self) -> bool:
        """Whether the bot has read everything and nothing is due; as a side effect it is kept alive."""
        self.keep_alive()
        if self.place.executioner.seen.get("poll", 0) <= self._listens_after or self._unread():
            return False
        view, now = look(self.place.database), self.place.world.clock.now()
        if self.awaited(view) and time.monotonic() < self._awaited_until:
            return False  # after that, it is for the judge to say what is missing
        return not view.unsaid and all(one[0] > now for one in view.dues())

    def _unread(self) -> bool:
        """Whether the chat has events for the bot that it did not acknowledge."""
        me = self.place.sandbox.scene.bot["user_id"]
        queues = self.place.sandbox.zulip.core.queues._queues
        mine = [one for one in list(queues.values()) if one.user_id == me]
        # of those that died with a life, nobody polls any more: only the newest counts
        newest = max(mine, key=lambda one: one.polled, default=None)
        return newest is None or bool(newest.events) or newest.waiter is None

    def wait(self, true: Wait, what: str) -> None:
        """Until that holds, which must not take long."""

        def holds() -> bool:
            self.keep_alive()
            return true(look(self.place.database))

        if not until(holds, STUCK_S, 0.05):
            self.breach(f"STUCK: {what}")

    def log(self) -> str:
        """The last lines of the bot's log."""
        return "\n".join(self.bot.log.read_text(errors="replace").splitlines()[-25:])

    def breach(self, sentence: str) -> None:
        """A promise was broken. Raises `Breach`."""
        self.tally.breaches.append(sentence)
        raise Breach(sentence)
