"""The short form, for the normal suite: five stories, and a death at each of the points that matter most."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.chaos.lives import Breach, Tally
from tests.chaos.place import Place, tables
from tests.chaos.points import Point
from tests.chaos.stories import Story
from tests.chaos.trial import Trial

POINTS: Final = (
    Point("commit", "before", 4),
    Point("say", "after"),
    Point("commit", "after", 6),
    Point("part", "after", 2),
    Point("post", "before"),
    Point("upload", "middle"),
    Point("post", "after"),
)
PATIENCE_S: Final = 8.0
"""Real seconds until a point that is not come to is given up, on a busy machine."""


def arguments(_parser: argparse.ArgumentParser) -> None:
    """Nothing may be chosen: it is the same every time."""


def main(chosen: argparse.Namespace) -> int:
    """Run it; 1 if a promise was broken."""
    tally, began = Tally(), time.monotonic()
    left: Iterator[Point] = iter(POINTS)

    def ordered(_rng: random.Random) -> Point | None:
        return next(left, None)

    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        folder = Path(name)
        (folder / "town").mkdir()
        place = Place(folder / "town", tables=tables(folder))
        rng = random.Random(7)  # noqa: S311 - the same stories every time
        trial = Trial(
            place, rng, tally, (), faults=False, deaths=(len(POINTS), 0), next_point=ordered, then=ordered,
            patience_s=PATIENCE_S,
        )  # fmt: skip
        try:
            trial.lives.found()
            trial.play(_stories(place, rng))
        except Breach as breach:
            sys.stderr.write(f"{breach}\n")
        finally:
            place.close()
    figures = tally.figures() | {"seconds": round(time.monotonic() - began, 1)}
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    sys.stdout.write(f"{text}\n")
    if chosen.json:
        chosen.json.write_text(f"{text}\n")
    return 1 if tally.breaches else 0


def _stories(place: Place, rng: random.Random) -> list[Story]:
    """A thread, pictures, a film ahead of its time, one that is taken back and one that is edited."""
    return [
        Story(place, rng, "Q1", "plain", ("mastodon", "x"), timed=False, long=True),
        Story(place, rng, "Q2", "plain", ("linkedin", "zulip"), timed=False, pictures=2),
        Story(place, rng, "Q3", "plain", ("youtube",), timed=True, film=True),
        Story(place, rng, "Q4", "taken back", ("mastodon", "linkedin"), timed=True),
        Story(place, rng, "Q5", "edited", ("x", "zulip"), timed=True),
    ]
