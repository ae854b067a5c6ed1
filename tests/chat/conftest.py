"""A town for every conversation, on both kinds of servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from town import Town

from bot.sandbox.serve import serving
from bot.sandbox.server import Sandbox
from bot.sandbox.world import World


@pytest.fixture(params=[218, 512], ids=["zulip-8", "zulip-13"])
def level(request: pytest.FixtureRequest) -> int:
    """Both kinds of servers: self-hosters have older ones, Zulip Cloud the newest."""
    return int(request.param)


@pytest.fixture
def settings() -> str:
    """Lines of `[social]` that a test wants otherwise."""
    return ""


@pytest.fixture
def town(level: int, settings: str, tmp_path: Path) -> Iterator[Town]:
    """A town in which nothing has happened yet, on Monday 23 November 2026, 8:00 UTC."""
    made: list[Sandbox] = []

    def build(base: str) -> Any:
        made.append(Sandbox(World(), base, feature_level=level))  # type: ignore[arg-type]  # one of the two
        return made[0].app

    with serving(build) as base:
        town = Town(base, made[0], tmp_path, settings)
        yield town
        town.stop()
        made[0].world.shelf.close()
