"""What `social run` does when it cannot run: an exit code that systemd understands, and a sentence for people."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Stand = Any
Start = Any
Run = Callable[[], Any]
CONFIG, DISMISSED, LASTING = 3, 4, 6


def test_every_problem_of_the_configuration_has_its_line(away: Stand, run: Run) -> None:
    away.write(approvals="none", chanel="social-media")
    bot = run()
    assert bot.ends() == CONFIG
    assert bot.lines[0] == f"social: {away.config} needs correcting:"
    lines = away.config.read_text("utf-8").splitlines()
    for key in ("approvals", "chanel"):
        number = next(n for n, line in enumerate(lines, 1) if line.startswith(f"{key} ="))
        assert any(line.startswith(f"  line {number}: ") and key in line for line in bot.lines)
    assert "did you mean `channel`" in bot.said


def test_a_file_that_is_not_there_is_said(start: Start, tmp_path: Path) -> None:
    bot = start("run", "--config", tmp_path / "nothing")
    assert bot.ends() == CONFIG
    assert "Copy zuliprc.example there" in bot.said


def test_a_key_that_zulip_refuses_ends_it_for_good(stand: Stand, run: Run) -> None:
    stand.write("api", key="n" * 32)
    bot = run()
    assert bot.ends() == DISMISSED
    assert "Zulip does not let the bot in" in bot.said
    assert "Traceback" not in bot.said
    assert "n" * 32 not in bot.said


def test_a_bot_that_is_deactivated_while_it_runs_ends_for_good(stand: Stand, run: Run) -> None:
    bot = run().listens()
    stand.fault("zulip", "expired-token", times=1000)
    stand.person("carol").says("@social help")
    assert bot.ends() == DISMISSED
    assert "Traceback" not in bot.said


def test_a_second_process_on_the_same_database_is_refused(stand: Stand, run: Run) -> None:
    first = run().listens()
    second = run()
    assert second.ends() == LASTING
    assert "The bot runs already with the database" in second.said
    assert f"process {first.pid}" in second.said
    assert "Stop it first" in second.said
    assert first.stops() == 0
    assert run().listens().stops() == 0


def test_a_killed_process_holds_nothing(stand: Stand, run: Run) -> None:
    run().listens().dies()
    assert run().listens().stops() == 0


def test_a_database_of_a_newer_version_is_left_as_it_is(away: Stand, run: Run) -> None:
    with sqlite3.connect(away.database) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    before = away.database.read_bytes()
    bot = run()
    assert bot.ends() == LASTING
    assert "written by a newer version of the bot (step 9999" in bot.said
    assert "Traceback" not in bot.said
    assert away.database.read_bytes() == before


@pytest.mark.parametrize("key", ["data_dir", "database_url"])
def test_a_place_that_cannot_be_written_is_said_without_a_traceback(away: Stand, run: Run, key: str) -> None:
    taken = away.folder / "taken"
    taken.write_text("a file where a folder should be")
    away.write(**{key: f"{taken}/bot" if key == "data_dir" else f"sqlite:///{taken}/bot.sqlite3"})
    bot = run()
    assert bot.ends() == LASTING
    assert str(taken) in bot.said
    assert "right to write there" in bot.said
    assert "Traceback" not in bot.said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_said(away: Stand, run: Run) -> None:
    closed = away.folder / "closed"
    closed.mkdir(mode=0o500)
    away.write(data_dir=str(closed), database_url="")
    bot = run()
    assert bot.ends() == LASTING
    assert "cannot be made or written (Permission denied)" in bot.said
    assert "Traceback" not in bot.said
