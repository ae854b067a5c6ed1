"""A machine that stands still (it is moved to another host, or its disk hangs) ends whatever has an end by the clock.

In such minutes a test fails that has nothing wrong: both ends of a connection stand, and the one that wakes first finds
that its time is over. So it is seen whether this process stood while a test ran; a test that failed then is run once
more, and the end of the run says so. A test that fails for a reason of its own fails again.
"""

from __future__ import annotations

import threading
import time
from typing import Final

import pytest
from _pytest.runner import runtestprotocol

STALL_S: Final = 3.0
"""No process that has work waits so long for the processor, however much else the machine does."""
_STEP_S: Final = 0.5


class Stalls:
    """How long this process stood still, all in all."""

    def __init__(self) -> None:
        self.seconds = 0.0
        threading.Thread(target=self._watch, name="stalls", daemon=True).start()

    def _watch(self) -> None:
        before = time.monotonic()
        while True:
            threading.Event().wait(_STEP_S)
            now = time.monotonic()
            if now - before > _STEP_S + STALL_S:
                self.seconds += now - before
            before = now


_STALLS: Final = Stalls()
_AGAIN: Final = "run again after a stall (s)"


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test; once more if it failed while the machine stood still."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    stood = _STALLS.seconds
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if _STALLS.seconds > stood and any(one.failed for one in reports):
        item.user_properties.append((_AGAIN, round(_STALLS.seconds - stood)))
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were run again."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            seconds = dict(getattr(report, "user_properties", ())).get(_AGAIN)
            if seconds and report.when == "call":
                terminalreporter.write_line(
                    f"{report.nodeid}: run again, the machine stood still for {seconds} s"
                )
