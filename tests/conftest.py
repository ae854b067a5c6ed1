"""For all tests: what the gate may not skip."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

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
