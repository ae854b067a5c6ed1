"""What failed while the machine stood still is run once more, and nothing else is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOOKS = """
from tests.stalls import pytest_runtest_protocol, pytest_terminal_summary
"""
TESTS = """
import os, signal, subprocess
from pathlib import Path

TIMES = Path(__file__).with_name("times")


def times(name):
    with TIMES.with_suffix(name).open("a") as file:
        file.write("1")
    return len(TIMES.with_suffix(name).read_text())


def test_stands():
    if times(".stands") == 1:
        subprocess.Popen(["sh", "-c", f"sleep 4; kill -CONT {os.getpid()}"])
        os.kill(os.getpid(), signal.SIGSTOP)
        raise AssertionError("its time was over")


def test_fails():
    times(".fails")
    raise AssertionError("for a reason of its own")
"""


def test_what_failed_while_the_machine_stood_still_is_run_once_more(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(HOOKS)
    (tmp_path / "test_two.py").write_text(TESTS)
    words = ["-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "-c", "/dev/null", str(tmp_path)]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "1 failed, 1 passed" in run.stdout, run.stdout + run.stderr
    assert "test_stands: run again, the machine stood still for" in run.stdout
    assert len((tmp_path / "times.fails").read_text()) == 1
