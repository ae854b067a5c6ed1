"""The short form of the tools in this folder: a handful of deaths, and nothing lost, doubled, unapproved or changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.__main__ import main


def figures(tmp_path: Path, *words: str) -> dict[str, Any]:
    """What the tool found out. It fails by itself where a promise is broken, and says which.

    In this process: the server that forks the bots has everything imported, once for all tests.
    """
    told = tmp_path / "figures.json"
    assert main([*words, "--json", str(told)]) == 0
    found: dict[str, Any] = json.loads(told.read_text())
    return found


def test_a_bot_that_dies_at_the_points_that_matter_keeps_every_promise(tmp_path: Path) -> None:
    found = figures(tmp_path, "short")
    assert found["breaches"] == []
    assert found["rounds"] == 1
    outcomes = found["outcomes"]  # how the fifth was taken back is drawn
    assert (outcomes["post released"], outcomes["delivery published"]) == (4, 7)
    assert sum(found["kills"].values()) + found["unreached"] == 7
    assert sum(found["kills"].values()) >= 5, "the points are not come to any more"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_bot_that_dies_while_it_changes_the_tables_loses_no_row(
    tmp_path: Path, postgres: Any, kind: str
) -> None:
    words = ["--every", "9", "--most", "2", "--posts", "2", "--postgres", postgres.fresh()]
    found = figures(tmp_path, "migrations", "--kinds", kind, *words)
    assert found["breaches"] == []
    assert found[kind]["migration of posts"] == found[kind]["migration from nothing"] == 2


@pytest.mark.usefixtures("postgres")
def test_copies_that_die_deliver_each_post_exactly_once(tmp_path: Path) -> None:
    words = ["--posts", "16", "--span", "0.2", "--every", "5", "--hurry"]
    found = figures(tmp_path, "copies", "--lease", "30 s", *words)
    assert found["breaches"] == []
    assert found["out"] == found["deliveries"] == 33
    assert found["copies killed"] >= 1
    assert found["tracebacks"] == []


def test_a_copy_that_hangs_stops_nobody_and_does_no_harm_when_it_wakes(tmp_path: Path, postgres: Any) -> None:
    words = ["--trials", "1", "--posts", "4", "--seed", "5", "--promised", "55"]
    found = figures(tmp_path, "stopped", *words, "--postgres", postgres.fresh())
    assert found["breaches"] == []
    assert found["not out"] == 0
    assert sum(found["stopped at"].values()) == 1
