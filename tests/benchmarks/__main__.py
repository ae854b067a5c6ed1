"""`python -m tests.benchmarks`: measure, print a table, and write JSON. `README.md` beside it says what each means."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks import asking, catching_up, films, growing, handling, idling, publishing
from tests.benchmarks.figure import Figure, Part, machine, say, told

PARTS = {
    "handling": Part("drafts, reactions and questions against the bare requests", handling.measure),
    "catching-up": Part("what was written while the bot was away", catching_up.measure),
    "asking": Part("a thousand posts against a million", asking.measure),
    "publishing": Part("posts due at once, slow platforms, several copies", publishing.measure),
    "idling": Part("the start, and while nobody wants anything", idling.measure),
    "films": Part("a long film to four platforms", films.measure),
    "growing": Part("memory over a hundred thousand events", growing.measure),
}


def main(arguments: list[str]) -> int:
    """Measure what is chosen; 1 if a part broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, help="write everything into this file too")
    parser.add_argument(
        "--only", action="append", choices=sorted(PARTS), help="this part alone; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="as little as possible: to see that it works")
    chosen = parser.parse_args(arguments)
    where = machine()
    say(", ".join(f"{key}: {value}" for key, value in where.items()))
    found: dict[str, list[Figure]] = {}
    for name in chosen.only or PARTS:
        say(f"\n{name}: {PARTS[name].what}")
        found[name] = []
        for one in PARTS[name].measure(chosen.quick):
            found[name].append(one)
            say(f"  {one.line}")
    if chosen.json:
        chosen.json.write_text(told(where, found), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
