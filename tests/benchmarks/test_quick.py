"""The command runs in its quickest form and writes every figure; no judgement on times."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_S = 240
"""On a machine that does much else."""
DRAFTS_AN_HOUR = 20
"""Of one person, as configured by default."""
LONGEST_WAIT_S = 60
"""No judgement on times: only that neither waits until the flood is over, or for ever."""


def measured(tmp_path: Path, *parts: str) -> dict[str, list[dict[str, object]]]:
    """What the command wrote of these parts."""
    file = tmp_path / "figures.json"
    chosen = [word for part in parts for word in ("--only", part)]
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--json", str(file), *chosen]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(file.read_text("utf-8"))
    assert {"date", "cores", "python"} <= set(told["machine"])
    found: dict[str, list[dict[str, object]]] = told["parts"]
    return found


def names(figures: list[dict[str, object]]) -> str:
    for one in figures:
        value = one["value"]
        assert isinstance(value, float | int)
        assert math.isfinite(value)
        assert (one["met"] is None) == (one["aim"] is None)
    return "\n".join(str(one["name"]) for one in figures)


def test_every_figure_of_the_chat_is_written(tmp_path: Path) -> None:
    found = measured(tmp_path, "handling", "catching-up", "growing")
    handling = names(found["handling"])
    for kind in ("questions", "drafts", "reactions"):
        assert f"{kind}, many at once, against the bare requests of one" in handling
        assert f"{kind}, one alone, until its last answer" in handling
    assert "helloworld" in handling
    assert "the same, against the bare requests, as gathered" in names(found["catching-up"])
    assert "growth from" in names(found["growing"])


def test_what_opening_hostile_files_takes_of_the_bot_and_of_its_children(tmp_path: Path) -> None:
    """Memory is no matter of the machine's speed: these aims are judged."""
    figures = measured(tmp_path, "opening")["opening"]
    assert "a WebP of 34 bytes" in names(figures)
    assert [one for one in figures if one["met"] is False] == []


def test_a_stranger_who_floods_is_bounded_while_an_approver_is_heard(tmp_path: Path) -> None:
    found = {str(one["name"]): one["value"] for one in measured(tmp_path, "flood")["flood"]}
    assert found["30 drafts: drafts taken when both were done"] <= DRAFTS_AN_HOUR  # type: ignore[operator]  # numbers
    for flood in ("60 toggles of a reaction", "30 drafts"):
        assert found[f"{flood}: a tap until it is acted on"] < LONGEST_WAIT_S  # type: ignore[operator]
        assert found[f"{flood}: a due post until it begins"] < LONGEST_WAIT_S  # type: ignore[operator]


@pytest.mark.usefixtures("postgres")
def test_every_figure_of_the_database_is_written(tmp_path: Path) -> None:
    found = names(measured(tmp_path, "asking")["asking"])
    for where in ("SQLite, long history", "PostgreSQL, long backlog"):
        assert f"{where}: what is scheduled this week?" in found
        assert f"{where}: what is due next" in found
