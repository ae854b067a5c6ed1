"""A hundred thousand events: does memory grow with what was heard?

The events are put into the bot's queue as the stand-in would: reactions to chatter, chatter, edits of it, who joined
the channel, and now and then somebody's new name. (Presence and typing are never sent: the bot does not ask for them.)
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from tests.benchmarks.figure import Figure
from tests.benchmarks.handling import draft
from tests.benchmarks.place import Bot, Place, common, rest, until

AIM_MIB = 3.0
"""The interpreter's own memory comes and goes by that much."""
BATCH = 500
LONGEST_S = 3600.0
CHATTER = 100


def measure(quick: bool) -> Iterator[Figure]:
    """All of it."""
    marks = (50, 100) if quick else (10_000, 25_000, 50_000, 75_000, 100_000)
    with common() as at:
        bot = Bot(at.config)
        idle = bot.resident
        at.ask("say", name="carol", texts=[draft(number) for number in range(3)])
        ids = at.ask("say", name="bob", texts=[f"just talking, number {number}" for number in range(CHATTER)])
        people = [at.facts["people"][name]["user_id"] for name in ("alice", "bob", "carol")]
        began, done, sizes = time.monotonic(), 0, []
        for mark in marks:
            while done < mark:
                many = min(BATCH, mark - done)
                at.ask(
                    "feed", events=[_event(at, number, ids, people) for number in range(done, done + many)]
                )
                done += many
                until(lambda: at.ask("backlog") < BATCH, LONGEST_S)
            _taken(at, 0.2 if quick else 1.0)
            sizes.append(bot.resident)
        took, peak = time.monotonic() - began, bot.peak
        bot.stop()
    yield Figure("events taken", marks[-1] / took, "/s", beside=f"all in {took:.0f} s")
    yield Figure("memory before", idle, "MiB")
    for mark, size in zip(marks, sizes, strict=True):
        yield Figure(f"memory after {mark:,} events", size, "MiB")
    half = len(marks) // 2
    yield Figure(f"growth from {marks[0]:,} to {marks[half]:,} events", sizes[half] - sizes[0], "MiB")
    told = f"growth from {marks[half]:,} to {marks[-1]:,} events"
    yield Figure(told, sizes[-1] - sizes[half], "MiB", AIM_MIB)
    yield Figure("the most it ever had", peak, "MiB")


def _taken(at: Place, calm_s: float) -> None:
    until(lambda: at.ask("backlog") == 0, LONGEST_S)
    at.ask("note")
    rest(calm_s)
    while at.ask("count"):
        at.ask("note")
        rest(calm_s)


def _event(at: Place, number: int, ids: list[int], people: list[int]) -> dict[str, Any]:
    """Of a hundred: 50 reactions, 29 messages, 15 edits, 5 who joined, one with a new name."""
    who, message = people[number % 3], ids[number % len(ids)]
    match number % 100:
        case part if part < 50:
            return {
                "type": "reaction",
                "op": "add" if number % 2 else "remove",
                "user_id": who,
                "message_id": message,
                "emoji_name": "tada",
                "emoji_code": "1f389",
                "reaction_type": "unicode_emoji",
            }
        case part if part < 79:
            return {"type": "message", "message": message, "flags": []}
        case part if part < 94:
            return {
                "type": "update_message",
                "user_id": who,
                "message_id": message,
                "message_ids": [message],
                "orig_content": "before",
                "rendering_only": False,
            }
        case part if part < 99:
            channel = [at.facts["channel_id"]]
            return {"type": "subscription", "op": "peer_add", "stream_ids": channel, "user_ids": [who]}
    return {"type": "realm_user", "op": "update", "person": {"user_id": who, "full_name": f"Name {number}"}}
