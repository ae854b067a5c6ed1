"""`python -m tests.benchmarks`: measure, print a table, and write JSON. `README.md` beside it says what each means."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from contextlib import nullcontext
from pathlib import Path

from tests.benchmarks.figure import Figure, Part, machine, say, told
from tests.benchmarks.place import sharing

# the longest come last: what is cut off is the least
PARTS = {
    "handling": Part("drafts, reactions and questions against the bare requests", "handling"),
    "catching-up": Part("what was written while the bot was away", "catching_up"),
    "idling": Part("the start, and while nobody wants anything", "idling"),
    "films": Part("a long film to four platforms", "films"),
    "opening": Part("files that are made to take much", "opening"),
    "flood": Part("a tap and a due post while a stranger keeps the bot busy", "flood"),
    "answering": Part("a draft until its card, a tap until the approval, alone and in a flood", "answering"),
    "orders": Part("orders written a second before the due moment, within Zulip's limit", "orders"),
    "growing": Part("memory over a hundred thousand events", "growing"),
    "asking": Part("a thousand posts against a million", "asking"),
    "limited": Part("what Zulip's limit of requests leaves time for", "limited"),
    "publishing": Part("posts due at once, slow platforms, several copies", "publishing"),
}


def main(arguments: list[str]) -> int:
    """Measure what is chosen; 1 if a part broke. What a part measured is written at once, whatever comes after."""
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
    broken = False
    with sharing() if chosen.quick else nullcontext():
        for name in chosen.only or PARTS:
            say(f"\n{name}: {PARTS[name].what}")
            found[name] = []
            began = time.monotonic()
            try:
                for one in PARTS[name].measure(chosen.quick):
                    found[name].append(one)
                    say(f"  {one.line}")
            except Exception:  # the other parts have nothing to do with it
                broken = True
                traceback.print_exc()
            say(f"  ({time.monotonic() - began:.0f} s)")
            if chosen.json:
                chosen.json.write_text(told(where, found), "utf-8")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
