"""The `social sandbox` command as a process: what it says, what it keeps, how it ends."""

from __future__ import annotations

import configparser
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[3]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the command; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def run(*options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "bot", "sandbox", "--no-bot", *options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        started.append(
            subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
            )
        )
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def facts(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The first line of its standard output."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr and process.stderr.read()
    told: dict[str, Any] = json.loads(line)
    return told


def auth(zuliprc: str) -> tuple[str, str]:
    """E-mail address and key from such a file."""
    parser = configparser.ConfigParser()
    parser.read(zuliprc)
    return parser["api"]["email"], parser["api"]["key"]


def test_the_first_line_tells_programs_everything(start: Start, tmp_path: Path) -> None:
    told = facts(start("--json", "--port", "0", "--data", str(tmp_path)))
    assert set(told) == {
        *("page", "zulip", "bot", "people", "channel"),
        *("mastodon", "x", "linkedin", "youtube"),
    }
    assert set(told["people"]) == {"owner", "alice", "bob", "carol", "dave"}
    assert told["channel"] == "social-media"
    assert "Social" in httpx.get(told["page"]).text
    for path in [told["bot"], *told["people"].values()]:
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
        me = httpx.get(f"{told['zulip']}/api/v1/users/me", auth=auth(path)).json()
        assert me["result"] == "success"
    token = told["mastodon"]["access_token"]
    url = f"{told['mastodon']['base_url']}/api/v1/accounts/verify_credentials"
    assert httpx.get(url, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_the_bots_file_is_one_the_bot_can_read(start: Start, tmp_path: Path) -> None:
    from bot.config import load
    from handlers.registry import PLATFORMS

    told = facts(start("--json", "--port", "0", "--data", str(tmp_path)))
    config = load(Path(told["bot"]), {}, {name: one.Settings for name, one in PLATFORMS.items()})
    assert config.warnings == ()
    assert config.social.channel == told["channel"]
    assert set(config.accounts) == {"mastodon", "x", "linkedin", "youtube", "zulip"}
    assert config.social.default_platforms == tuple(config.accounts)


def test_a_killed_sandbox_goes_on_where_it_was(start: Start, tmp_path: Path) -> None:
    options = ("--json", "--port", "0", "--data", str(tmp_path))
    first = start(*options)
    before = facts(first)
    carol = auth(before["people"]["carol"])
    message = {"type": "stream", "to": "social-media", "topic": "kept", "content": "still here"}
    httpx.post(f"{before['zulip']}/api/v1/messages", auth=carol, data=message)
    headers = {"Authorization": f"Bearer {before['mastodon']['access_token']}"}
    toot = httpx.post(
        f"{before['mastodon']['base_url']}/api/v1/statuses", headers=headers, data={"status": "hi"}
    )
    assert toot.status_code == 200
    httpx.post(f"{before['zulip']}/sandbox/clock", json={"advance_s": 86400})
    clock = httpx.get(f"{before['zulip']}/sandbox/clock").json()["now"]
    first.send_signal(signal.SIGKILL)
    first.wait()

    after = facts(start(*options))
    assert after == before  # the same addresses, keys and tokens
    assert auth(after["people"]["carol"]) == carol
    query = {"anchor": "newest", "num_before": "1", "num_after": "0"}
    found = httpx.get(f"{after['zulip']}/api/v1/messages", auth=carol, params=query).json()["messages"]
    assert [one["content"] for one in found] == ["<p>still here</p>"]
    assert [one["text"] for one in httpx.get(f"{after['zulip']}/sandbox/posts").json()] == ["hi"]
    assert httpx.get(f"{after['zulip']}/sandbox/clock").json()["now"] > clock


def test_what_was_changed_in_the_bots_file_stays_when_the_address_changes(
    start: Start, tmp_path: Path
) -> None:
    first = start("--json", "--port", "0", "--data", str(tmp_path))
    before = facts(first)
    config = Path(before["bot"])
    config.write_text(config.read_text().replace("approvals = 1", "# mine\napprovals = 2"))
    first.kill()
    first.wait()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(before["zulip"].rpartition(":")[2])))
        taken.listen()
        after = facts(start("--json", "--port", "0", "--data", str(tmp_path)))
    assert after["zulip"] != before["zulip"]
    text = config.read_text()
    assert "# mine\napprovals = 2" in text
    assert before["zulip"] not in text
    assert f"site = {after['zulip']}\n" in text
    assert f"base_url = {after['x']['base_url']}\n" in text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_though_somebody_listens(start: Start, number: signal.Signals) -> None:
    process = start("--json", "--port", "0")
    told = facts(process)
    with httpx.stream("GET", f"{told['zulip']}/sandbox/events") as news:
        assert next(news.iter_lines()).startswith("data: ")
        process.send_signal(number)
        assert process.wait(5) == 0
    assert not Path(told["bot"]).exists()  # a folder that was not asked for is not left behind


def test_a_taken_port_is_said_with_what_to_do(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("--port", str(port))
        _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert said.startswith(f"Port {port} is taken by another program. Try `--port {port + 1}`")


def test_two_sandboxes_on_one_folder_are_refused(start: Start, tmp_path: Path) -> None:
    facts(start("--json", "--port", "0", "--data", str(tmp_path)))
    second = start("--port", "0", "--data", str(tmp_path))
    _, said = second.communicate(timeout=20)
    assert (second.returncode, said) == (
        1,
        f"Another sandbox is running on {tmp_path}. Stop it, or choose another folder.\n",
    )


def test_people_are_told_the_address_in_plain_words(start: Start) -> None:
    process = start("--port", "0")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(7)]
    assert "The sandbox is ready:  http://127.0.0.1:" in lines[1]
    assert "social run --config" in lines[6]
