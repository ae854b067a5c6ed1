"""What goes wrong beside the deaths: single requests, and accounts that cannot be read for a day."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from tests.chaos.place import Place

FAULTS: Final = ("500", "502-html", "503", "429", "reset-before", "reset-after", "delay", "expired-token")
CHAT_FAULTS: Final = ("500", "502-html", "429", "reset-before", "reset-after", "delay", "queues-gone")
DELAY_S: Final = 4.0
"""Longer than the bot waits (`fused.LONGEST_S`)."""

LOST: Final = ("reset-after", "reset-after", "reset-before")
"""The creating request is acted upon or not, and its answer does not come."""
BLIND: Final = ("500", "502-html", "reset-before", *("expired-token",) * 4)
"""How the requests are answered with which the bot would find out; the last is a refusal, and does not take a day."""
SILENT_FOR: Final = timedelta(hours=26)
"""Longer than the bot searches by itself (a day)."""
READS: Final = {
    "mastodon": "/api/v1/accounts/",
    "x": "/2/users",
    "linkedin": "/rest/posts",
    "youtube": "/youtube/v3/",
    "zulip": "%40",  # the sender's address: of the announcements alone, the chat asks by numbers
}
CREATES: Final = {
    "mastodon": ("POST", "/api/v1/statuses"),
    "x": ("POST", "/2/tweets"),
    "linkedin": ("POST", "/rest/posts"),
    "youtube": ("PUT", "/videos"),
    "zulip": ("POST", "/api/v1/messages"),
}


def scatter(place: Place, rng: random.Random, platforms: Sequence[str], counts: Counter[str]) -> None:
    """Let a few requests go wrong."""
    for _ in range(rng.randrange(3)):
        service = rng.choice([*platforms])
        fault = rng.choice(CHAT_FAULTS if service == "zulip" else FAULTS)
        order: dict[str, Any] = {"service": service, "fault": fault, "times": rng.randrange(1, 3)}
        if fault == "queues-gone":
            order["times"] = 1
        elif service != "zulip" and rng.random() < 0.7:
            order["method"] = rng.choice(["POST", "POST", "PUT"])
        if fault == "delay":
            order |= {"delay_s": DELAY_S, "times": 1}
        place.sandbox.faults.add(order)
        counts[f"{service} {fault}"] += 1


def silence(place: Place, rng: random.Random, services: Iterable[str], counts: Counter[str]) -> None:
    """Of each service: a creating request gets no answer, and from then on the account cannot be read.

    So the bot cannot find out what became of it, and people must be asked.
    """
    for service in services:
        lost, blind, number = rng.choice(LOST), rng.choice(BLIND), rng.choice((1, 1, 2, 3))

        def fall(service: str = service, lost: str = lost, blind: str = blind) -> None:
            method, path = CREATES[service]
            faults = place.sandbox.faults
            faults.add({"service": service, "fault": lost, "method": method, "path": path, "times": 1})
            reading = {"service": service, "fault": blind, "method": "GET", "path": READS[service]}
            faults.add(reading | {"times": 10**6, "seconds": SILENT_FOR.total_seconds()})
            counts[f"{service} {lost}, then {blind} to whoever reads"] += 1

        place.executioner.at(service, "post", number, fall)


def only_silence(place: Place) -> None:
    """Nothing goes wrong any more, but that accounts cannot be read."""
    faults = place.sandbox.faults
    faults._armed[:] = [one for one in faults._armed if one.aim.path in READS.values()]


def see_again(place: Place, service: str) -> None:
    """The account can be read again."""
    faults = place.sandbox.faults
    faults._armed[:] = [
        one for one in faults._armed if not (one.service == service and one.aim.path == READS[service])
    ]
