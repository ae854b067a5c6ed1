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
from tests.chaos.lives import PATIENCE_S, STUCK_S, Lives, Tally
from tests.chaos.place import Place
from tests.chaos.points import Point, draw
from tests.chaos.stories import Story, Wait, cast, tell
from tests.chaos.view import look

FAULTS: Final = ("500", "502-html", "503", "429", "reset-before", "reset-after", "delay", "expired-token")
CHAT_FAULTS: Final = ("500", "502-html", "reset-before", "reset-after", "delay", "queues-gone")
DELAY_S: Final = 4.0
"""Longer than the bot waits (`fused.LONGEST_S`)."""


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
    next_point: Callable[[random.Random], Point | None] = draw
    patience_s: float = PATIENCE_S
    stories: list[Story] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lives = Lives(self.place, self.rng, self.tally, self.next_point, self.patience_s)
        self._answered: Counter[tuple[str, str]] = Counter()
        """What people were asked of and gave an answer to: (story, `unknown x`)."""

    # -- a round -------------------------------------------------------------------------------------------

    def round(self, number: int, size: int = 4) -> None:
        """Stories begin, the bot dies now and then, time passes, and all is judged."""
        weekend = self.rng.random() < 0.15
        fresh = [
            cast(self.place, self.rng, f"Q{number}{index:02d}", self.platforms, weekend=weekend)
            for index in range(size)
        ]
        self.play(fresh, weekend=weekend, away=self.rng.random() < 0.3)

    def play(self, fresh: list[Story], *, weekend: bool = False, away: bool = False) -> None:
        """One round with these stories."""
        self.lives.left = self.deaths
        self.stories += fresh
        self.tally.posts.update(one.kind for one in fresh)
        self.lives.keep_alive()
        self._trouble()
        self._told(fresh)
        self.lives.settle(timedelta(minutes=5))
        if weekend:
            self._weekend(fresh)
        elif away:
            self._away(fresh)
        self._trouble()
        self.lives.keep_alive()
        self.lives.settle(timedelta(hours=3))
        self.lives.spare()
        self.place.sandbox.faults.clear()
        self.lives.settle(timedelta(hours=3))
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
            self.lives.keep_alive()
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
                self.lives.breach(f"STUCK: {', '.join(going)} wait for the bot")
            else:
                self.place.advance(timedelta(seconds=2))  # what is gathered, and Zulip's rest
                time.sleep(0.05)

    def _weekend(self, fresh: list[Story]) -> None:
        """The bot is away when the time comes."""
        self.lives.bot.kill()
        self.lives.count("weekend")
        self.place.advance(timedelta(hours=3))
        for story in fresh:
            if story.timed and story.must is not None:
                story.must, story.expired = None, story.expired + 1
                story.may.clear()

    def _away(self, fresh: list[Story]) -> None:
        """The bot is away when people think otherwise, and still when the time comes; it is back soon after."""
        self.lives.bot.kill()
        self.lives.count("away")
        view = look(self.place.database)
        for story in fresh:
            if story.timed and story.must is not None and self.rng.random() < 0.6:
                story.take_back(
                    view, self.rng.choice(["unreact", "veto", "delete", "edit", "cancel", "hold"])
                )
        dues = [
            post.due_at
            for post in (story.post(view) for story in fresh if story.timed)
            if post and post.due_at
        ]
        if dues:
            self.place.world.clock.to(max(dues) + timedelta(minutes=5))

    def _after_the_weekend(self, fresh: list[Story]) -> None:
        """Everybody whose post missed its time gives it another one."""
        view = look(self.place.database)
        late = [one for one in fresh if one.expired]
        for story in late:
            post = story.post(view)
            if post is None or post.state != PostState.EXPIRED:
                self.lives.breach(f"LATE: {story} missed its time and is {post.state if post else 'no post'}")
                continue
            story.orders(f"move {post.id} to in 30 minutes", "carol")
        for story in late:
            self.lives.wait(
                story.in_state(PostState.DRAFT, PostState.APPROVED, PostState.RELEASED), f"{story} was moved"
            )
            story.must = story.version
            story.may.add(story.version)
            if story.in_state(PostState.DRAFT)(look(self.place.database)):
                story.approve(look(self.place.database))
        self.lives.settle(timedelta(hours=1))

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
            self.lives.settle(timedelta(hours=3))

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
        self.lives.bot.kill()
        self.lives.begin()

    def _judge(self, fresh: list[Story]) -> None:
        view = look(self.place.database)
        for sentence in judge(self.place, self.stories, view):
            self.lives.breach(sentence)
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
                self.lives.breach(
                    f"ASKED: of {story} on {one.account} people were asked {found} times and not {asked}"
                )
            failed = self._answered[story.token, f"failed {one.account}"]
            if (found := counts[f"failed {one.account}"]) != failed:
                self.lives.breach(
                    f"TOLD: of {story} failing on {one.account} people were told {found} times, not {failed}"
                )
            out, by_hand = counts[f"published {one.account}"], asked + failed
            if one.state == DeliveryState.PUBLISHED and out == 0 and not by_hand:
                self.lives.breach(f"TOLD: that {story} is out on {one.account} was never told")
            if out > 1:
                self.tally.said_twice[one.account] += 1
        if story.expired and counts["expired"] != story.expired:
            self.lives.breach(f"TOLD: that {story} expired was told {counts['expired']} times")
