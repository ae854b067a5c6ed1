"""A town for every conversation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from town import NAMES, NEWEST, Town

from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On each of the levels of its nearest mark."""
    mark = metafunc.definition.get_closest_marker("levels")
    if mark is not None:
        metafunc.parametrize("level", mark.args, ids=[NAMES[one] for one in mark.args])


@pytest.fixture
def level() -> int:
    """The newest kind of server, as Zulip Cloud is one; where the kinds differ, a test says `BOTH_KINDS`."""
    return NEWEST


@pytest.fixture
def settings() -> str:
    """Lines of `[social]` that a test wants otherwise."""
    return ""


@pytest.fixture
def town(level: int, settings: str, tmp_path: Path) -> Iterator[Town]:
    """A town in which nothing has happened yet, on Monday 23 November 2026, 8:00 UTC."""
    made: list[Sandbox] = []

    def build(base: str) -> Any:
        made.append(Sandbox(World(), base, feature_level=level))  # type: ignore[arg-type]  # one of the three
        return made[0].app

    with serving(build) as base:
        town = Town(base, made[0], tmp_path, settings)
        yield town
        town.stop()
        made[0].world.shelf.close()
