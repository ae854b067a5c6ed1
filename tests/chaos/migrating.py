"""Deaths while the tables are brought up to date: from nothing, and from the oldest step with posts in them."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from storage.migrations import HEAD
from tests.chaos.lives import STUCK_S, Breach, Lives, Tally
from tests.chaos.place import Place, until
from tests.chaos.points import Point
from tests.chaos.postgres import some
from tests.chaos.shelf import OLDEST, Rows, Shelf, read, shelf
from tests.chaos.trial import Trial

KINDS = ("sqlite", "postgresql")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What may be chosen."""
    parser.add_argument("--kinds", default=",".join(KINDS), help="of databases (default: %(default)s)")
    parser.add_argument("--every", type=int, default=1, help="die at every so-manieth statement")
    parser.add_argument("--most", type=int, default=10_000, help="die at most so often from each beginning")
    parser.add_argument("--posts", type=int, default=4, help="in the town (default: %(default)s)")
    parser.add_argument("--postgres", default="", metavar="URL", help="an empty database to use")
    parser.add_argument("--seed", type=int, default=1, help="the same seed tells the same stories")


def main(chosen: argparse.Namespace) -> int:
    """Run it; 1 if a promise was broken."""
    figures: dict[str, object] = {}
    breaches: list[str] = []
    for kind in chosen.kinds.split(","):
        tally, began = Tally(), time.monotonic()
        with ExitStack() as open_:
            folder = Path(open_.enter_context(tempfile.TemporaryDirectory(prefix="migrations-")))
            url = "" if kind == "sqlite" else open_.enter_context(some(chosen.postgres)).fresh()
            _town(folder, url, tally, chosen)
        deaths = {key: value for key, value in tally.kills.items() if key.startswith("migration")}
        figures[kind] = deaths | {"seconds": round(time.monotonic() - began, 1)}
        breaches += tally.breaches
    text = json.dumps(figures | {"breaches": breaches}, indent=1, ensure_ascii=False)
    sys.stdout.write(f"{text}\n")
    if chosen.json:
        chosen.json.write_text(f"{text}\n")
    return 1 if breaches else 0


def _town(folder: Path, url: str, tally: Tally, chosen: argparse.Namespace) -> None:
    place = Place(folder, database_url=url)
    rng = random.Random(chosen.seed)  # noqa: S311 - the same seed tells the same stories
    trial = Trial(place, rng, tally, ("mastodon", "x", "linkedin"), faults=False, deaths=(0, 0))
    try:
        trial.lives.found()
        trial.round(1, chosen.posts)
        die_in_migrations(trial.lives, chosen.every, chosen.most)
    except Breach as breach:
        sys.stderr.write(f"{breach}\n")
    finally:
        place.close()


def die_in_migrations(lives: Lives, every: int, most: int = 10_000) -> None:
    """Die at every so-manieth statement of a start that finds the oldest tables, and of one that finds none.

    After each death another start must bring the tables to the newest step with every row in place.
    """
    lives.bot.kill()
    lives.place.database.close()  # the tool's own connections; it opens others when it needs them
    where = shelf(lives.place)
    where.keep()
    for kept in (True, False):
        step, before = read(lives.place.database_url) if kept else ("", {})
        if kept and (step != OLDEST or not before["post"]):
            lives.breach(f"the tool itself broke: no posts at step {OLDEST}, but {before} at {step}")
        for number in range(1, 1 + every * most, every):
            where.lay(kept=kept)
            if not _dies(lives, number):
                break
            lives.count("migration of posts" if kept else "migration from nothing")
            _comes_through(lives, where, before)


def _dies(lives: Lives, number: int) -> bool:
    """One start that ends at a statement; False if it came through before."""
    lives.left = 0
    polls = lives.place.executioner.seen.get("poll", 0)
    lives.bot.doom(Point("statement", number=number))
    lives.bot.start()
    until(lambda: not lives.bot.alive or lives.place.executioner.seen.get("poll", 0) > polls, STUCK_S)
    burnt = not lives.bot.alive
    lives.bot.kill()
    lives.bot.spare()
    return burnt and lives.place.executioner.seen.get("poll", 0) == polls


def _comes_through(lives: Lives, where: Shelf, before: Rows) -> None:
    polls = lives.place.executioner.seen.get("poll", 0)
    lives.bot.start()
    if not until(lambda: lives.place.executioner.seen.get("poll", 0) > polls, STUCK_S):
        lives.breach(f"STUCK: after a death in a migration the bot does not start: {lives.log()}")
    lives.bot.kill()
    sound, (step, after) = where.sound(), read(lives.place.database_url)
    if sound != "ok" or step != HEAD:
        lives.breach(f"DAMAGED: after a death in a migration the database is {sound}, at step {step}")
    for name, rows in before.items():
        if not rows <= after[name]:
            gone = sorted(rows - after[name], key=str)[:2]
            there = sorted(after[name] - rows, key=str)[:2]
            lives.breach(f"LOST: after a death in a migration {name} lacks {gone} and has {there}")
