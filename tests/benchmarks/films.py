"""How much memory the bot needs while a long film goes to four platforms at once: none of it may stand there whole."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks import long_film
from tests.benchmarks.figure import Figure
from tests.benchmarks.place import Bot, place, rest, until

MIB = 1024 * 1024
SERVICES = ("mastodon", "x", "linkedin", "youtube")
LONGEST_S = 600.0
AIM_MIB = 50.0
"""Above what it has while idle; a film is read in pieces of some MiB, by four platforms at once."""


def measure(quick: bool) -> Iterator[Figure]:
    """One film, drafted, approved and sent."""
    size = (2 if quick else 200) * MIB
    with place() as at:
        film = at.folder / "talk.mp4"
        long_film.make(film, size, seconds=600)
        at.ask("room_for", size=4 * size)
        bot = Bot(at.config)
        try:
            rest(0.5 if quick else 5.0)
            idle = bot.resident
            bot.forget()
            uri = at.ask("upload", name="carol", path=str(film), mime="video/mp4")
            began = at.ask("note")
            where = ", ".join(SERVICES)
            at.ask(
                "say", name="carol", texts=[f"@social draft\nto: {where}\ntitle: A talk\nA talk\n[It]({uri})"]
            )
            offered = {"method": "POST", "path": "/reactions", "number": 1, "longest_s": LONGEST_S}
            drafted, at_draft = at.ask("wait", **offered) - began, bot.peak
            card = int(at.ask("noted", method="POST", path="/reactions")[0]["path"].split("/")[-2])
            at.ask("react", name="alice", ids=[card])
            took = until(lambda: set(at.ask("out")) >= set(SERVICES), LONGEST_S, 0.2)
            peak = bot.peak
        finally:
            bot.stop()
    yield Figure(f"a film of {size // MIB} MiB, from the draft to its card", drafted, "s")
    yield Figure("the same, from the approval until it is out on four platforms", took, "s")
    yield Figure("memory while idle", idle, "MiB")
    yield Figure("memory at most while it was drafted, above that", at_draft - idle, "MiB", AIM_MIB)
    yield Figure("memory at most while it was sent, above that", peak - idle, "MiB", AIM_MIB)
