"""What people are asked and told of: they answer once, with one command, and that must settle it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from storage.models import Delivery
from storage.states import DeliveryState
from tests.chaos.judge import TITLES, Seen, threads, told
from tests.chaos.lives import Lives
from tests.chaos.place import Place
from tests.chaos.stories import Story
from tests.chaos.trouble import see_again
from tests.chaos.view import look


class People:
    """They read what the bot asks, look at the platform, and say what they see."""

    def __init__(self, place: Place, lives: Lives, rng: random.Random) -> None:
        self._place, self._lives, self._rng = place, lives, rng
        self._tally = lives.tally
        self._answered: Counter[tuple[str, str]] = Counter()
        """What was asked and answered: (story, `unknown x`)."""
        self._last = ""
        """The last answer, for whoever reads of a breach."""

    def answer(self, stories: Sequence[Story]) -> None:
        """Answer everything that is asked, and what is asked thereafter, until nothing is."""
        for _ in range(4):
            view, asked = look(self._place.database), False
            for story in stories:
                post = story.post(view)
                for one in view.of(post.id) if post else ():
                    if one.state in {DeliveryState.UNKNOWN, DeliveryState.FAILED}:
                        asked = True
                        self._answer(story, one)
            if not asked:
                return
            self._lives.settle(timedelta(hours=3))
        self._lives.breach(f"ASKED: people are asked again and again; the last answer was {self._last}")

    def _answer(self, story: Story, one: Delivery) -> None:
        kind = "unknown" if one.state == DeliveryState.UNKNOWN else "failed"
        self._answered[story.token, f"{kind} {one.account}"] += 1
        (self._tally.unknown if kind == "unknown" else self._tally.failed)[one.account] += 1
        self._tally.outcomes[f"{kind}: {one.error[:100]}"] += 1
        if one.account == "x" and "sign" in one.error.lower():
            self._sign_in_to_x()
        number, account = one.post_id, one.account
        seen, _ = threads(self._place.world.seen.values())
        there, address = _there(story, account, seen)
        whole = 3 if story.long and account in {"mastodon", "x"} else 1
        if there >= whole:
            self._says(story, f"published {number} {account} {address}", kind)
        else:
            # a part that is there and one does not know of can only be found by looking
            if there or kind == "failed" or self._rng.random() < 0.5:
                see_again(self._place, account)
            self._says(story, f"retry {number} {account}", kind)

    def _says(self, story: Story, command: str, kind: str) -> None:
        self._last = f"`{command}` for {story}"
        self._tally.outcomes[f"{kind}, answered with `{command.split(maxsplit=1)[0]}`"] += 1
        story.orders(command)

    def _sign_in_to_x(self) -> None:
        sign_in_to_x(self._place, self._rng)
        self._tally.outcomes["signed in to X anew"] += 1
        self._lives.bot.kill()
        self._lives.begin()

    def judge(self, story: Story, number: int) -> None:
        """Whether people were told of every outcome, and asked exactly once of what nobody could know."""
        counts = told(self._place, story, number)
        view = look(self._place.database)
        for one in view.of(number):
            asked = self._answered[story.token, f"unknown {one.account}"]
            # what the bot found out itself after it had asked needed no answer
            if not asked <= (found := counts[f"unknown {one.account}"]) <= 1:
                self._lives.breach(
                    f"ASKED: of {story} on {one.account} people were asked {found} times, and answered {asked} times"
                )
            failed = self._answered[story.token, f"failed {one.account}"]
            said = counts[f"failed {one.account}"]
            # of an account that cannot post at all people are told once, whatever fails by it
            if said > failed or (said < failed and not self._barred(one.account)):
                self._lives.breach(
                    f"TOLD: of {story} failing on {one.account} people were told {said} times, not {failed}"
                )
            out, by_hand = counts[f"published {one.account}"], asked + failed
            if one.state == DeliveryState.PUBLISHED and out == 0 and not by_hand:
                self._lives.breach(f"TOLD: that {story} is out on {one.account} was never told")
            if one.state != DeliveryState.PUBLISHED and out:
                self._lives.breach(f"TOLD: {story} is said to be out on {one.account} and is {one.state}")
            if out > 1:
                self._tally.said_twice[one.account] += 1
        if story.expired and counts["expired"] != story.expired:
            self._lives.breach(f"TOLD: that {story} expired was told {counts['expired']} times")

    def _barred(self, account: str) -> bool:
        """Whether people were told that the account itself cannot post."""
        title = TITLES[account]
        return any(one["subject"] == "accounts" and title in one["content"] for one in self._place.said())


def sign_in_to_x(place: Place, rng: random.Random) -> None:
    """Somebody signs in anew; the old pair was lost in the middle of a renewal. Copies read that when they start."""
    service: Any = place.sandbox.platforms["x"]
    pair = {one: f"chaos-{one}-{rng.random()}" for one in ("access_token", "refresh_token")}
    scopes = service.refresh_tokens.values()[0]["scopes"]
    service.keep_pair(pair["access_token"], pair["refresh_token"], scopes)
    place.write("x", **pair)


def _there(story: Story, account: str, seen: Seen) -> tuple[int, str]:
    """How many parts of a story somebody sees there, and the address of the first."""
    for (token, _, service), times in seen.items():
        if (token, service) == (story.token, account):
            return len(times[0]), times[0][0].url
    return 0, ""
