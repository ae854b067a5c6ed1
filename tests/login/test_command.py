"""The command as a person starts it: a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLLOW = "import sys, httpx; httpx.get(sys.argv[1], follow_redirects=True)"


def start(place: Any, *arguments: str, browser: str = "true") -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SOCIAL_")}
    env |= {"BROWSER": f"{browser} %s", "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "login", *arguments, "--config", str(place.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    )


def test_on_a_server_one_pastes_into_the_terminal(place: Any, led: Any) -> None:
    with start(place, "x", "--no-browser", "--by", "Ada") as process:
        assert process.stdout is not None
        address = next(found[1] for line in process.stdout if (found := re.match(r"\s+(http\S+)$", line)))
        out, err = process.communicate(led(address) + "\n", timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "X: signed in as @community" in out
    assert "It may: tweet.read, tweet.write" in out
    assert place.kept("x")["by"] == "Ada"


def test_with_a_browser_it_is_opened_and_no_secret_stands_on_its_command_line(
    place: Any, tmp_path: Path
) -> None:
    program, seen = tmp_path / "follow.py", tmp_path / "seen"
    program.write_text(f"{FOLLOW}; open({str(seen)!r}, 'w').write(sys.argv[1])")
    browser = f"{sys.executable} {program}"
    with start(place, "youtube", "--redirect", "http://127.0.0.1:0/callback", browser=browser) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "YouTube: signed in as Community; it is renewed by itself." in out
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/start", seen.read_text())


@pytest.mark.parametrize(
    "arguments,code,words",
    [
        (("zulip",), 1, "One cannot sign in to `zulip`"),
        ((), 2, "the following arguments are required: PLATFORM"),
        (("x", "--no-browser"), 1, "Given up"),
    ],
)
def test_it_ends_with_a_code_that_scripts_understand(
    place: Any, arguments: tuple[str, ...], code: int, words: str
) -> None:
    with start(place, *arguments) as process:
        _, err = process.communicate("", timeout=60)
    assert process.returncode == code
    assert words in err


def test_a_file_that_needs_correcting_is_told_as_everywhere(place: Any) -> None:
    place.path.write_text("[api]\n")
    with start(place, "x") as process:
        _, err = process.communicate("", timeout=60)
    assert process.returncode == 3
    assert "needs correcting" in err
