"""Every rude answer to every kind of request of the five platforms: an outcome in a sentence, and never a wrong one."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Mapping
from datetime import timedelta

import pytest
from town import Town

from bot.sandbox.rudeness import RUDE
from handlers.base import (
    Draft,
    Options,
    Outgoing,
    PlatformError,
    Published,
    Receipt,
    Rejected,
    Rival,
    Standing,
    Ticket,
    Unavailable,
    Uncertain,
)
from handlers.bounds import at_most
from handlers.media import Media

CREATING = {
    "linkedin": ("POST", "/rest/posts"),
    "mastodon": ("POST", "/api/v1/statuses"),
    "x": ("POST", "/2/tweets"),
    "youtube": ("PUT", "/youtube/v3/videos?part="),  # and not the upload
    "zulip": ("POST", "/api/v1/messages"),
}
"""The one request after which a post may be out."""
LISTING = {
    "linkedin": "/rest/posts",
    "mastodon": "/statuses",
    "x": "/tweets",
    "youtube": "/videos",
    "zulip": "/api/v1/messages",
}
"""Where it is looked for."""
SLOW = ("endless", "trailer", "drip", "drip-headers")
"""What only the time of a whole call ends."""
LARGE = ("huge", "bomb")
REFUSALS = ("redirects", "echo", "unsayable")
"""They are answered before anything was done."""
SAME_KIND = {"trailer", "drip-headers", "endless", "null", "string", "empty", "nested-wide", "nested-odd"}
"""Of one kind with others here; `test_bounds` and the contract have them."""
WALKED = [one for one in RUDE if one not in SAME_KIND]
MOST_BYTES = 48 << 20


class Ledger:
    """Nothing belongs to anybody else."""

    def own(self, receipt: Receipt, number: int, published: Published) -> None:
        pass

    def taken(self, number: int, found: Mapping[str, str]) -> frozenset[str]:
        return frozenset()

    def rivals(self) -> list[Rival]:
        return []


class Trial:
    """One post to one platform, from its draft to its outcome, without the publisher."""

    def __init__(self, town: Town, name: str) -> None:
        self.town, self.name = town, name
        self.platform = town.desk.platforms[name]
        self.receipt: Receipt = {}
        self.number = 0

    def another(self) -> None:
        """A new post, an hour later: no pause of a platform lasts longer."""
        self.number += 1
        self.town.sandbox.faults.clear()
        self.town.world.clock.advance(timedelta(hours=1))
        self.receipt, self.first_at = {}, self.town.now
        self.out = self._prepared()

    def _prepared(self) -> Outgoing:
        text = f"Registration is open: https://coderefinery.org {self.number}"
        if self.name != "youtube":
            return self.platform.prepare(Draft(text))
        data = b"\x00\x00\x00\x18ftypmp42" + bytes([self.number]) * 100_000
        film = Media(self.town.desk.store.put(data), "film.mp4", "video/mp4", len(data), "A film")
        return self.platform.prepare(Draft(text, (film,), Options(title=f"Registration {self.number}")))

    def ticket(self) -> Ticket:
        return Ticket(f"key-{self.number}", self.receipt, self._save, self.first_at, Ledger())

    def _save(self, receipt: Receipt) -> None:
        self.receipt = receipt

    def fault(self, fault: str, method: str, path: str, times: int = 1) -> None:
        self.town.fault(self.name, fault, times, method=method, path=path, delay_s=0.05)

    def there(self) -> list[str]:
        """Its number on the platform, if it is out."""
        wanted = self.out.title or self.out.parts[0].text
        return [
            one["id"]
            for one in self.town.published(self.name)
            if wanted in {one["text"], one["extra"].get("title")}
        ]

    def is_out(self) -> bool:
        return bool(self.there())

    def is_true(self, found: object) -> bool:
        """Whether it is told with its own number."""
        return isinstance(found, Published) and self.there() == [found.id]

    def send(self) -> Published | PlatformError:
        try:
            return self.platform.send(self.out, self.ticket())
        except PlatformError as error:
            return error

    def find(self) -> Published | PlatformError | None:
        try:
            return self.platform.find(self.out, self.ticket())
        except PlatformError as error:
            return error

    def settled(self) -> Published | PlatformError | None:
        """Sent on until it is out or stays as it is: films take their time."""
        for _ in range(8):
            found = self.send()
            if not isinstance(found, Unavailable):
                return found
            self.town.world.clock.advance(timedelta(minutes=10))
        return found


@pytest.fixture(params=sorted(CREATING))
def trial(request: pytest.FixtureRequest, town: Town) -> Trial:
    return Trial(town, request.param)


def test_a_creating_request_that_is_answered_rudely_may_be_out(trial: Trial) -> None:
    for fault in WALKED:
        trial.another()
        trial.fault(fault, *CREATING[trial.name])
        with at_most(0.4 if fault in SLOW else 20):
            if fault in LARGE:
                tracemalloc.start()
            begun = time.monotonic()
            found = trial.settled()
            assert fault not in SLOW or time.monotonic() - begun < 20, f"{fault}: no whole-call time"
            if fault in LARGE:
                assert tracemalloc.get_traced_memory()[1] < MOST_BYTES, fault
                tracemalloc.stop()
        told = f"{fault}: {found!r}"
        if fault in REFUSALS:
            assert isinstance(found, Rejected), told
            assert not trial.is_out(), told
        else:  # what the platform tells in a header, or when it is asked, is known all the same
            assert isinstance(found, Uncertain) or trial.is_true(found) or fault == "seeded", told


def test_an_answer_lost_and_then_only_rude_ones_is_never_certainly_not_out(trial: Trial) -> None:
    """None would mean: publish it once more."""
    for fault in WALKED:
        trial.another()
        trial.fault("reset-after", *CREATING[trial.name])
        lost = trial.settled()
        assert isinstance(lost, Uncertain) or trial.is_true(lost), fault
        assert trial.is_out()
        if (fault, trial.name) == ("list", "mastodon"):
            continue  # there it says that the account has no posts
        trial.fault(fault, "GET", LISTING[trial.name], 50)
        with at_most(0.4 if fault in SLOW else 20):
            found = trial.find()
        known = isinstance(found, Uncertain | Unavailable) or trial.is_true(found) or fault == "seeded"
        assert known, f"{fault}: {found!r}"
        trial.town.sandbox.faults.clear()
        assert trial.is_true(trial.find()), fault


def test_rude_answers_before_the_post_leave_no_doubt(trial: Trial) -> None:
    """Reading requests on the way, and those of the check."""
    for fault in WALKED:
        trial.another()
        trial.fault(fault, "GET", "/", 50)
        with at_most(0.4 if fault in SLOW else 20):
            found = trial.send()
            try:
                standing: Standing | PlatformError = trial.platform.check()
            except PlatformError as error:
                standing = error
        expected = Published | Unavailable | (Rejected if fault in REFUSALS else Unavailable)
        assert isinstance(found, expected) or trial.is_out(), f"{fault}: {found!r}"
        assert isinstance(standing, Standing | Unavailable | Rejected), f"{fault}: {standing!r}"
