"""One town, many deaths: people tell stories, the bot is killed and started again, and at the end of each round all is judged."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from storage.models import Post
from storage.states import PostState
from tests.chaos.asked import People
from tests.chaos.judge import judge
from tests.chaos.lives import PATIENCE_S, STUCK_S, Lives, Tally
from tests.chaos.place import Place, until
from tests.chaos.points import Point, draw, strike
from tests.chaos.stories import Story, Wait, cast, tell
from tests.chaos.trouble import SILENT_FOR, only_silence, scatter, silence
from tests.chaos.view import View, look

NEWS_MAY_BE_OLD: Final = timedelta(seconds=60)
"""Shorter than the time after which the bot itself mistrusts what it knows (`living.IN_TOUCH`)."""


@dataclass
class Trial:
    """A place and its bot, from the first round to the last."""

    place: Place
    rng: random.Random
    tally: Tally
    platforms: tuple[str, ...]
    faults: bool = True
    deaths: tuple[int, int] = (2, 4)
    """How often the bot dies in one round: while people write and decide, and while it goes out."""
    next_point: Callable[[random.Random], Point | None] = draw
    then: Callable[[random.Random], Point | None] = strike
    """Where it dies then."""
    late_events: float = 0.3
    """In how many of the rounds with a time somebody is heard too late."""
    silent: float = 0.15
    """How many of the rounds are silent."""
    patience_s: float = PATIENCE_S
    stories: list[Story] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lives = Lives(self.place, self.rng, self.tally, self.next_point, self.patience_s)
        self.lives.awaited = self._awaited
        self._people = People(self.place, self.lives, self.rng)

    def _awaited(self, view: View) -> bool:
        """Whether what somebody decided is not heard yet."""
        return any(one.draft and not _heard(one, view) for one in self.stories)

    # -- a round -------------------------------------------------------------------------------------------

    def round(self, number: int, size: int = 4) -> None:
        """Stories begin, the bot dies now and then, time passes, and all is judged."""
        weekend = self.rng.random() < 0.15
        fresh = [
            cast(self.place, self.rng, f"Q{number}{index:02d}", self.platforms, weekend=weekend)
            for index in range(size)
        ]
        away, silent = self.rng.random() < 0.3, not weekend and self.rng.random() < self.silent
        self.play(fresh, weekend=weekend, away=away, silent=silent and self.faults)

    def play(
        self, fresh: list[Story], *, weekend: bool = False, away: bool = False, silent: bool = False
    ) -> None:
        """One round with these stories; in a silent one, accounts cannot be read for a day."""
        self.lives.left, self.lives.next_point = self.deaths[0], self.next_point
        self.stories += fresh
        self.tally.posts.update(one.kind for one in fresh)
        self.lives.keep_alive()
        self._trouble()
        if silent:
            self._silence(fresh)
        self._told(fresh)
        self.lives.left, self.lives.next_point = self.lives.left + self.deaths[1], self.then
        self.lives.settle(timedelta(minutes=5))
        self._deaf(fresh)
        if weekend:
            self._weekend(fresh)
        elif away:
            self._away(fresh)
        self._trouble()
        self.lives.keep_alive()
        self.lives.settle(timedelta(hours=3))
        if silent:
            self.lives.settle(SILENT_FOR)
            self._calm()  # what is ordered now in doubt must not come into doubt once more
            only_silence(self.place)
            self._people.answer(self.stories)
        self._calm()
        self.place.sandbox.faults.clear()
        self.lives.settle(timedelta(hours=3))
        if weekend:
            self._after_the_weekend(fresh)
        self._people.answer(self.stories)
        self.tally.rounds += 1
        self._judge(fresh)

    def _trouble(self) -> None:
        if self.faults:
            scatter(self.place, self.rng, self.platforms, self.tally.faults)

    def _calm(self) -> None:
        self.lives.spare()
        self.place.executioner.watches.clear()

    def _silence(self, fresh: list[Story]) -> None:
        services = sorted({account for story in fresh for account in story.accounts})
        some = self.rng.sample(services, min(len(services), self.rng.randrange(1, 4)))
        silence(self.place, self.rng, some, self.tally.faults)

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

    def _deaf(self, fresh: list[Story]) -> None:
        """Somebody thinks otherwise just before the time, and the bot hears of it too late: it must look itself."""
        view = look(self.place.database)
        timed = [one for one in fresh if one.timed and one.must is not None and not one.by_command]
        due = [(post.due_at, one) for one in timed if (post := one.post(view)) and post.due_at]
        if not due or self.rng.random() > self.late_events:
            return
        at, story = min(due, key=lambda one: one[0])
        self.lives.spare()
        self.place.advance(max(at - NEWS_MAY_BE_OLD - self.place.world.clock.now(), timedelta()))
        self.lives.settle(timedelta())
        if not story.in_state(PostState.APPROVED)(look(self.place.database)):
            return
        self.place.executioner.deaf = True
        try:
            story.take_back(look(self.place.database), self.rng.choice(["unreact", "veto", "delete"]))
            self.place.world.clock.to(at + timedelta(seconds=1))
            until(lambda: not story.in_state(PostState.APPROVED)(look(self.place.database)), 4.0)
        finally:
            self.place.executioner.deaf = False
        self.tally.outcomes["taken back, and heard of too late"] += 1
        self.lives.left = self.deaths[1]

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

    # -- the end of a round --------------------------------------------------------------------------------

    def _judge(self, fresh: list[Story]) -> None:
        view = look(self.place.database)
        for sentence in judge(self.place, self.stories, view):
            self.lives.breach(sentence)
        for story in fresh:
            post = story.post(view)
            if post is None:
                continue
            self.tally.outcomes[f"post {post.state}"] += 1
            if post.state == PostState.BROKEN:
                self.tally.outcomes[f"broken: {self._card(post)}"] += 1
            self.tally.outcomes.update(f"delivery {one.state}" for one in view.of(post.id))
            self._people.judge(story, post.id or 0)

    def _card(self, post: Post) -> str:
        """What its card complains of."""
        card = look(self.place.database).cards.get(post.id or 0)
        said = [one["content"] for one in self.place.said() if one["id"] == card]
        return " ".join(line for line in "".join(said).splitlines() if line.startswith(("⛔", "⚠")))[:300]


def _heard(story: Story, view: View) -> bool:
    """Whether the post stands as people last wanted it."""
    post = story.post(view)
    if post is None:
        return False
    if story.must is not None:
        return post.state not in {PostState.DRAFT, PostState.HELD}
    return bool(story.may) or post.state not in {PostState.APPROVED, PostState.RELEASED}
