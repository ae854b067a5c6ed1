"""Zulip's limit is a budget: what one post costs, and a hundred due in one second within 200 requests a minute.

With the machine's own clock: a clock that is asked for over HTTP is a quarter of a second old.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tests.benchmarks.figure import Figure, hundredth, middle
from tests.benchmarks.place import Bot, place, until
from tests.benchmarks.publishing import Desk, calls_to_chat

ALONE = "mastodon"
FOUR = "mastodon, x, linkedin, zulip"
FIRST_MS, BEGUN_S, ALONE_MOST = 250, 10, 6
"""Aims."""
LONGEST_TOLD_S = 600.0
ROOM_S = 0.35
"""Seconds that the drafting and approving of one post may take."""


def measure(quick: bool) -> Iterator[Figure]:
    """All of it."""
    yield from _alone()
    yield from _together(3 if quick else 100)


def _due(many: int) -> datetime:
    """The next full minute that leaves room to write and approve so many."""
    least = datetime.now(UTC) + timedelta(seconds=8 + many * ROOM_S)
    return least.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _alone() -> Iterator[Figure]:
    with place() as at:
        bot, desk = Bot(at.config), Desk(at, films=False)
        due = desk.approved(1, due=_due(1), to=ALONE)
        _at(due - timedelta(seconds=1))
        at.ask("note")
        desk.delivered(1)
        desk.told(LONGEST_TOLD_S)
        noted = at.ask("noted")
        desk.close()
        bot.stop()
    calls = calls_to_chat(noted)
    told = ", ".join(f"{one['method']} {one['path'].removeprefix('/api/v1/')}" for one in calls)
    name = "requests to Zulip for one post to Mastodon alone, from due to told"
    yield Figure(name, len(calls), "", ALONE_MOST, beside=told)


def _together(many: int) -> Iterator[Figure]:
    with place() as at:
        at.ask("generous")
        bot, desk = Bot(at.config), Desk(at, films=False)
        due = desk.approved(many, due=_due(many), to=FOUR)
        _at(due - timedelta(seconds=2))
        at.ask("limits", on=True)
        at.ask("note")
        _at(due)
        began = time.monotonic()
        made = desk.delivered(4 * many)
        out_s = time.monotonic() - began
        told_s = out_s + desk.told(LONGEST_TOLD_S)
        noted, out = at.ask("noted"), at.ask("out")
        desk.close()
        bot.stop()
    firsts = [
        one["began"] - began for one in noted if one["path"].split("/")[1] in {"mastodon", "x", "linkedin"}
    ]
    delays = [(one.first - one.due).total_seconds() for one in made]
    name = f"{many} posts due in one second to four platforms, with Zulip's limit"
    yield Figure(f"{name}: first request to a platform after", min(firsts) * 1000, "ms", FIRST_MS)
    yield Figure("the same, half of the deliveries had begun after", middle(delays), "s")
    yield Figure("the same, 99 of 100 had begun after", hundredth(delays, 99), "s")
    yield Figure("the same, all had begun after", max(delays), "s", BEGUN_S)
    yield Figure("the same, all were out after", out_s, "s", beside=str(out))
    yield Figure("the same, all were told after", told_s, "s")
    calls = calls_to_chat(noted)
    refused = sum(one["status"] == 429 for one in calls)
    yield Figure("the same, requests to Zulip for one post", len(calls) / many, beside=f"{refused} refused")


def _at(moment: datetime) -> None:
    """Wait for a moment of the machine's clock."""
    until(lambda: datetime.now(UTC) >= moment, 600, 0.001)
