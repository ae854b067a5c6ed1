"""`python -m tests.chaos kills …` and `python -m tests.chaos copies …`: see README.md beside this file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.chaos import alike, copies, kills, migrating, planted, short, stopping


def main(words: Sequence[str] | None = None) -> int:
    """The command line, or these words; 1 if a promise was broken."""
    top = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True)
    kills.arguments(
        verbs.add_parser("kills", help="kill the bot again and again, and judge what the world shows")
    )
    copies.arguments(verbs.add_parser("copies", help="several copies on PostgreSQL, killed again and again"))
    stopping.arguments(
        verbs.add_parser("stopped", help="several copies on PostgreSQL, one of which hangs again and again")
    )
    migrating.arguments(
        verbs.add_parser("migrations", help="kill it at every statement that changes the tables")
    )
    alike.arguments(
        verbs.add_parser("alike", help="posts that look alike, and others' hands; judged by number and link")
    )
    short.arguments(verbs.add_parser("short", help="the short form of both, for the normal suite"))
    planted.arguments(verbs.add_parser("planted", help="faults in a copy of the tree, and what finds them"))
    for verb in verbs.choices.values():
        verb.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    chosen = top.parse_args(words)
    tools = {
        "kills": kills.main,
        "copies": copies.main,
        "migrations": migrating.main,
        "alike": alike.main,
        "short": short.main,
        "stopped": stopping.main,
        "planted": planted.main,
    }
    return tools[chosen.verb](chosen)


if __name__ == "__main__":
    sys.exit(main())
