"""`social status`, `backup`, `restore` and `export` as a person types them, beside a bot that runs."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

Stand = Any
Run = Callable[[], Any]
Start = Callable[..., Any]


def said(command: Any) -> tuple[int, str]:
    """Its exit code, and all that it printed."""
    code = command.ends()
    return code, command.output + command.said


def test_a_copy_is_made_while_it_runs_and_brought_back_elsewhere(
    stand: Stand, run: Run, start: Start, tmp_path: Path
) -> None:
    bot = run().listens()
    carol, alice = stand.person("carol"), stand.person("alice")
    carol.says("@social draft\nto: mastodon\nHello")
    alice.reacts(alice.hears(r"\*\*#1\*\* by"))
    alice.hears("is out")
    copy = tmp_path / "copy.tar"
    code, text = said(start("backup", copy, "--config", stand.config))
    assert (code, "holds everything" in text) == (0, True), text
    code, text = said(start("restore", copy, "--config", stand.config))
    assert code == 5
    assert "runs already" in text
    code, text = said(start("export", tmp_path / "history", "--config", stand.config))
    assert code == 0, text
    assert json.loads((tmp_path / "history" / "history.json").read_text())["posts"][0]["state"] == "released"
    assert bot.stops() == 0
    shutil.rmtree(stand.database.parent)
    code, text = said(start("restore", copy, "--config", stand.config))
    assert (code, "Restored from the copy" in text) == (0, True), text
    bot = run().listens()
    carol.says("@social history")
    carol.hears("Hello")
    assert bot.stops() == 0
    assert stand.published("mastodon") == ["Hello"]


def test_status_says_whether_it_listens(stand: Stand, run: Run, start: Start) -> None:
    code, text = said(start("status", "--config", stand.config))
    assert code == 1
    assert "Nobody listens" in text
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stand.write(health=f"127.0.0.1:{port}")
    bot = run().listens()
    bot.until("health is told at")
    stand.person("carol").says("@social help")
    carol = stand.person("carol")
    carol.says("@social status")
    carol.hears("Status")
    code, text = said(start("status", "--json", "--config", stand.config))
    assert code == 0, text
    assert json.loads(text.splitlines()[0])["listening"] is True
    assert httpx.get(f"http://127.0.0.1:{port}/health").json()["well"] is True
    bot.dies()
    code, text = said(start("status", "--config", stand.config))
    assert code == 1, "a process that is gone is known to be gone, however young its last sign of life"
    assert "Nobody listens: the last sign of life" in text


def test_a_health_port_that_is_taken_stops_nothing(stand: Stand, run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        stand.write(health=str(taken.getsockname()[1]))
        bot = run()
        bot.until("of `health` cannot be used")
        bot.listens()
        assert bot.stops() == 0
