"""The first tool: one bot, killed at chosen and at random points, town after town, until it died often enough."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.chaos.lives import Breach, Tally
from tests.chaos.migrating import die_in_migrations
from tests.chaos.place import Place, tables
from tests.chaos.stories import ALL
from tests.chaos.trial import Trial

ROUNDS = 6
"""How many rounds a town sees before another one is founded."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What may be chosen."""
    parser.add_argument(
        "--trials", type=int, default=1000, help="how often the bot is to die (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed tells the same stories")
    parser.add_argument(
        "--town", type=int, default=1, help="begin with this town of the seed, to see one again"
    )
    parser.add_argument("--platforms", default=",".join(ALL), help="which platforms (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=0, help="stop after so long, whatever was reached")
    parser.add_argument(
        "--every", type=int, default=10, help="die at every so-manieth statement of a migration"
    )
    parser.add_argument(
        "--silent", type=float, default=0.15, help="in how many of the rounds accounts cannot be read"
    )
    parser.add_argument("--no-faults", action="store_true", help="only deaths, no misbehaving platforms")
    parser.add_argument(
        "--most", type=int, default=20, help="stop after so many breaches (default: %(default)s)"
    )
    parser.add_argument("--keep", type=Path, help="leave the folders of towns with a breach here")


def main(chosen: argparse.Namespace) -> int:
    """Run it; 1 if a promise was broken."""
    tally, began, town = Tally(), time.monotonic(), chosen.town - 1
    platforms = tuple(chosen.platforms.split(","))
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        folder = Path(name)
        empty = tables(folder)
        while (
            sum(tally.kills.values()) < chosen.trials
            and not _over(began, chosen.minutes)
            and len(tally.breaches) < chosen.most
        ):
            town += 1
            _town(folder / f"town{town}", empty, f"{chosen.seed}/{town}", tally, platforms, chosen, began)
            _line(tally, time.monotonic() - began)
    figures = tally.figures() | {
        "seconds": round(time.monotonic() - began, 1),
        "seed": chosen.seed,
        "towns": town,
    }
    sys.stdout.write(table(tally, figures["seconds"]))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    return 1 if tally.breaches else 0


def _over(began: float, minutes: float) -> bool:
    return bool(minutes) and time.monotonic() - began > minutes * 60


def _town(
    folder: Path,
    empty: Path,
    seed: str,
    tally: Tally,
    platforms: tuple[str, ...],
    chosen: argparse.Namespace,
    began: float,
) -> None:
    folder.mkdir()
    place = Place(folder, tables=empty)
    rng = random.Random(seed)  # noqa: S311 - the same seed tells the same stories
    trial = Trial(place, rng, tally, platforms, faults=not chosen.no_faults, silent=chosen.silent)
    number = 0
    try:
        trial.lives.found()
        for number in range(1, ROUNDS + 1):
            trial.round(number)
            if sum(tally.kills.values()) >= chosen.trials or _over(began, chosen.minutes):
                return
        if seed.endswith("/1"):
            die_in_migrations(trial.lives, chosen.every)
    except Breach as breach:
        sys.stderr.write(f"seed {seed}, round {number}: {breach}\n")
        _keep(trial, folder, chosen.keep, seed)
    except Exception:
        tally.breaches.append(f"seed {seed}, round {number}: the tool itself broke")
        traceback.print_exc()
        _keep(trial, folder, chosen.keep, seed)
    finally:
        place.close()


def _keep(trial: Trial, folder: Path, where: Path | None, seed: str) -> None:
    """What one needs to see what happened."""
    if where is None:
        return
    target = where / seed.replace("/", "-")
    target.mkdir(parents=True, exist_ok=True)
    trial.lives.bot.kill()
    (target / "bot.log").write_bytes(trial.lives.bot.log.read_bytes())
    said = [
        f"{one['id']} {one['sender_full_name']}: {one['content']}"
        for one in trial.place.people["owner"].messages()
    ]
    (target / "chat.txt").write_text("\n\n".join(said))
    seen = [
        f"{one.published_at} {one.service} {one.id} {one.text[:80]!r}"
        for one in trial.place.world.seen.values()
    ]
    (target / "world.txt").write_text("\n".join(seen))
    (target / "social.sqlite3").write_bytes((folder / "bot" / "social.sqlite3").read_bytes())


def _line(tally: Tally, seconds: float) -> None:
    sys.stderr.write(
        f"{sum(tally.kills.values())} deaths, {tally.rounds} rounds, {sum(tally.posts.values())} posts, "
        f"{len(tally.breaches)} breaches, {seconds:.0f} s\n"
    )


def table(tally: Tally, seconds: float) -> str:
    """The figures for people."""
    rows = [
        ("deaths", sum(tally.kills.values())),
        ("rounds", tally.rounds),
        ("posts", sum(tally.posts.values())),
        ("faults ordered", sum(tally.faults.values())),
        ("seconds", seconds),
        ("breaches", len(tally.breaches)),
    ]
    text = "".join(f"| {name} | {value} |\n" for name, value in rows)
    for title, counter in (
        ("deaths by point", tally.kills),
        ("posts by story", tally.posts),
        ("faults", tally.faults),
        ("outcomes", tally.outcomes),
        ("asked about, by platform", tally.unknown),
        ("failed and ordered again, by platform", tally.failed),
        ("told twice", tally.said_twice),
    ):
        text += f"\n**{title}**\n\n" + "".join(
            f"| {key} | {value} |\n" for key, value in sorted(counter.items())
        )
    return text + "".join(f"\nBREACH {one}\n" for one in tally.breaches)
