"""One town, many deaths: people tell stories, the bot is killed and started again, and at the end of each round all is judged."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from storage.states import DeliveryState, PostState
from tests.chaos.judge import judge, threads, told
from tests.chaos.place import Bot, Place, until
from tests.chaos.points import Point, draw
from tests.chaos.stories import Story, Wait, cast, tell
from tests.chaos.view import look

STUCK_S: Final = 25.0
"""Real seconds in which a waiting person must get what they wait for, the bot being alive."""
NUDGES: Final = 25
PATIENCE_S: Final = 1.5
"""Real seconds in which a life must come to its point, else it is given another one."""
FAULTS: Final = ("500", "502-html", "503", "429", "reset-before", "reset-after", "delay", "expired-token")
CHAT_FAULTS: Final = ("500", "502-html", "reset-before", "reset-after", "delay", "queues-gone")
DELAY_S: Final = 4.0
"""Longer than the bot waits (`fused.LONGEST_S`)."""


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


@dataclass
class Trial:
    """A place and its bot, from the first round to the last."""

    place: Place
    rng: random.Random
    tally: Tally
    platforms: tuple[str, ...]
    faults: bool = True
    deaths: int = 4
    """How often the bot dies in one round."""
    next_point: Callable[[random.Random], Point] = draw
    stories: list[Story] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bot = Bot(self.place)
        self._left = 0
        self._point: Point | None = None
        self._doomed_at = 0.0
        self._listens_after = 0
        self._answered: Counter[tuple[str, str]] = Counter()
        """What people were asked of and gave an answer to: (story, `unknown x`)."""

    def found(self) -> None:
        """The first life of all: from now on everything that is written in the channel must be heard."""
        self._begin()
        if not until(lambda: bool(self.place.executioner.seen.get("poll")), STUCK_S):
            self._breach(f"STUCK: the bot does not listen: {self._log()}")

    # -- a round -------------------------------------------------------------------------------------------

    def round(self, number: int, size: int = 4) -> None:
        """Stories begin, the bot dies now and then, time passes, and all is judged."""
        self._left = self.deaths
        weekend = self.rng.random() < 0.15
        fresh = [
            cast(self.place, self.rng, f"Q{number}{index:02d}", self.platforms, weekend=weekend)
            for index in range(size)
        ]
        self.stories += fresh
        self.tally.posts.update(one.kind for one in fresh)
        self._alive()
        self._trouble()
        self._told(fresh)
        self.settle(timedelta(minutes=5))
        if weekend:
            self._weekend(fresh)
        self._trouble()
        self._alive()
        self.settle(timedelta(hours=3))
        self._spare()
        self.place.sandbox.faults.clear()
        self.settle(timedelta(hours=3))
        if weekend:
            self._after_the_weekend(fresh)
        self._resolve(fresh)
        self.tally.rounds += 1
        self._judge(fresh)

    def _told(self, fresh: list[Story]) -> None:
        """Let all stories be told side by side, through the bot's deaths."""
        going: dict[str, tuple[Iterator[Wait], Wait]] = {}
        for story in fresh:
            telling = tell(story)
            going[story.token] = telling, next(telling)
        deadline = time.monotonic() + STUCK_S
        while going:
            self._alive()
            view, moved = look(self.place.database), False
            for token, (telling, wait) in list(going.items()):
                if not wait(view):
                    continue
                moved = True
                following = next(telling, None)
                if following is None:
                    del going[token]
                else:
                    going[token] = telling, following
            if moved:
                deadline = time.monotonic() + STUCK_S
            elif time.monotonic() > deadline:
                self._breach(f"STUCK: {', '.join(going)} wait for the bot")
            else:
                self.place.advance(timedelta(seconds=2))  # what is gathered, and Zulip's rest
                time.sleep(0.05)

    def _weekend(self, fresh: list[Story]) -> None:
        """The bot is away when the time comes."""
        self.bot.kill()
        self._count("moment", weekend=True)
        self.place.advance(timedelta(hours=3))
        for story in fresh:
            if story.timed and story.must is not None:
                story.must, story.expired = None, story.expired + 1
                story.may.clear()

    def _after_the_weekend(self, fresh: list[Story]) -> None:
        """Everybody whose post missed its time gives it another one."""
        view = look(self.place.database)
        late = [one for one in fresh if one.expired]
        for story in late:
            post = story.post(view)
            if post is None or post.state != PostState.EXPIRED:
                self._breach(f"LATE: {story} missed its time and is {post.state if post else 'no post'}")
                continue
            story.orders(f"move {post.id} to in 30 minutes", "carol")
        for story in late:
            self._until(
                story.in_state(PostState.DRAFT, PostState.APPROVED, PostState.RELEASED), f"{story} was moved"
            )
            story.must = story.version
            story.may.add(story.version)
            if story.in_state(PostState.DRAFT)(look(self.place.database)):
                story.approve(look(self.place.database))
        self.settle(timedelta(hours=1))

    # -- lives and deaths ----------------------------------------------------------------------------------

    def _alive(self) -> None:
        """See to it that the bot runs; each life ends at another point, as long as there are deaths left."""
        if self.bot.alive:
            self._press()
            return
        if self.bot.exitcode not in {None, -9}:
            self._breach(f"ENDED: the bot ended by itself ({self.bot.exitcode}): {self._log()}")
        if self.bot.exitcode == -9 and self._point is not None:
            self._count(str(self._point))
        self._begin()

    def _press(self) -> None:
        """A life that does not come to its point gets another one, and one whose moment has come ends."""
        if self._left <= 0:
            return
        waited = time.monotonic() - self._doomed_at
        if self._point is None:
            self._doom()
        elif self._point.what == "moment" and waited > self._point.number / 1000:
            self.bot.kill()
        elif waited > PATIENCE_S:
            self.tally.unreached += 1
            self._doom()

    def _begin(self) -> None:
        self.bot.spare()
        self._point = None
        self._listens_after = self.place.executioner.seen.get("poll", 0)
        self.bot.start()
        if self._left > 0:
            self._doom()

    def _doom(self) -> None:
        self.bot.spare()
        self._point = self.next_point(self.rng)
        self._doomed_at = time.monotonic()
        self.bot.doom(self._point)

    def _spare(self) -> None:
        self._alive()
        self._left = 0
        self.bot.spare()
        self._alive()
        self._point = None

    def _count(self, what: str, *, weekend: bool = False) -> None:
        self.tally.kills["weekend" if weekend else what] += 1
        self._left -= 1
        self._point = None

    # -- time ----------------------------------------------------------------------------------------------

    def settle(self, horizon: timedelta) -> None:
        """Let the clock run from one due instant to the next until nothing is left to do before the horizon."""
        latest = self.place.world.clock.now() + horizon
        nudges, last = 0, ""
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
            if nudges > NUDGES:
                self._breach(f"STUCK: {dues} ({view.unsaid} unsaid, quiet: {quiet}); {self._log()}")
                return
            self.place.advance(timedelta(seconds=6))

    def _rests(self) -> bool:
        """Whether the bot has read everything and nothing is due; as a side effect it is kept alive."""
        self._alive()
        if self.place.executioner.seen.get("poll", 0) <= self._listens_after or self._unread():
            return False
        view, now = look(self.place.database), self.place.world.clock.now()
        return not view.unsaid and all(one[0] > now for one in view.dues())

    def _unread(self) -> bool:
        """Whether the chat has events for the bot that it did not acknowledge."""
        me = self.place.sandbox.scene.bot["user_id"]
        queues = self.place.sandbox.zulip.core.queues._queues
        mine = [one for one in list(queues.values()) if one.user_id == me]
        # of those that died with a life, nobody polls any more: only the newest counts
        newest = max(mine, key=lambda one: one.polled, default=None)
        return newest is None or bool(newest.events) or newest.waiter is None

    def _until(self, true: Wait, what: str) -> None:
        def holds() -> bool:
            self._alive()
            return true(look(self.place.database))

        if not until(holds, STUCK_S, 0.05):
            self._breach(f"STUCK: {what}")

    # -- trouble -------------------------------------------------------------------------------------------

    def _trouble(self) -> None:
        """Let a few requests go wrong."""
        if not self.faults:
            return
        for _ in range(self.rng.randrange(3)):
            service = self.rng.choice([*self.platforms])
            fault = self.rng.choice(CHAT_FAULTS if service == "zulip" else FAULTS)
            order: dict[str, Any] = {"service": service, "fault": fault, "times": self.rng.randrange(1, 3)}
            if fault == "queues-gone":
                order["times"] = 1
            elif service != "zulip" and self.rng.random() < 0.7:
                order["method"] = self.rng.choice(["POST", "POST", "PUT"])
            if fault == "delay":
                order |= {"delay_s": DELAY_S, "times": 1}
            self.place.sandbox.faults.add(order)
            self.tally.faults[f"{service} {fault}"] += 1

    # -- the end of a round --------------------------------------------------------------------------------

    def _resolve(self, fresh: list[Story]) -> None:
        """People answer what they were asked, with one command each, and everything must settle by it."""
        for _ in range(3):
            view = look(self.place.database)
            seen, _ = threads(self.place.world.seen.values())
            asked = False
            for story in self.stories:
                post = story.post(view)
                for one in view.of(post.id) if post else ():
                    if one.state not in {DeliveryState.UNKNOWN, DeliveryState.FAILED}:
                        continue
                    asked = True
                    self._answer(story, post.id or 0 if post else 0, one.account, one.state, one.error, seen)
            if not asked:
                return
            self.settle(timedelta(hours=3))

    def _answer(self, story: Story, number: int, account: str, state: str, error: str, seen: Any) -> None:
        kind = "unknown" if state == DeliveryState.UNKNOWN else "failed"
        self._answered[story.token, f"{kind} {account}"] += 1
        (self.tally.unknown if kind == "unknown" else self.tally.failed)[account] += 1
        self.tally.outcomes[f"{kind}: {error[:100]}"] += 1
        if account == "x" and "sign" in error.lower():
            self._sign_in_to_x()
        there = [
            times for (token, _, service), times in seen.items() if (token, service) == (story.token, account)
        ]
        complete = there and len(there[0][0]) >= (3 if story.long and account in {"mastodon", "x"} else 1)
        if complete:
            story.orders(f"published {number} {account} {there[0][0][0].url}")
        else:
            story.orders(f"retry {number} {account}")

    def _sign_in_to_x(self) -> None:
        """Somebody signs in anew; the old pair was lost in the middle of a renewal."""
        service: Any = self.place.sandbox.platforms["x"]
        pair = {one: f"chaos-{one}-{self.rng.random()}" for one in ("access_token", "refresh_token")}
        service.keep_pair(
            pair["access_token"], pair["refresh_token"], service.refresh_tokens.values()[0]["scopes"]
        )
        self.place.write("x", **pair)
        self.tally.outcomes["signed in to X anew"] += 1
        self.bot.kill()
        self._point = None
        self._begin()

    def _judge(self, fresh: list[Story]) -> None:
        view = look(self.place.database)
        for sentence in judge(self.place, self.stories, view):
            self._breach(sentence)
        for story in fresh:
            post = story.post(view)
            if post is None:
                continue
            self.tally.outcomes[f"post {post.state}"] += 1
            self.tally.outcomes.update(f"delivery {one.state}" for one in view.of(post.id))
            self._judge_told(story, post.id or 0)

    def _judge_told(self, story: Story, number: int) -> None:
        counts = told(self.place, story, number)
        view = look(self.place.database)
        for one in view.of(number):
            asked = self._answered[story.token, f"unknown {one.account}"]
            if (found := counts[f"unknown {one.account}"]) != asked:
                self._breach(
                    f"ASKED: of {story} on {one.account} people were asked {found} times and not {asked}"
                )
            failed = self._answered[story.token, f"failed {one.account}"]
            if (found := counts[f"failed {one.account}"]) != failed:
                self._breach(
                    f"TOLD: of {story} failing on {one.account} people were told {found} times, not {failed}"
                )
            out, by_hand = counts[f"published {one.account}"], asked + failed
            if one.state == DeliveryState.PUBLISHED and out == 0 and not by_hand:
                self._breach(f"TOLD: that {story} is out on {one.account} was never told")
            if out > 1:
                self.tally.said_twice[one.account] += 1
        if story.expired and counts["expired"] != story.expired:
            self._breach(f"TOLD: that {story} expired was told {counts['expired']} times")

    def _log(self) -> str:
        return "\n".join(self.bot.log.read_text(errors="replace").splitlines()[-25:])

    def _breach(self, sentence: str) -> None:
        self.tally.breaches.append(sentence)
        raise Breach(sentence)
