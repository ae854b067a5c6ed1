"""A restore that is cut off, at whatever moment, lets nothing go out twice: it is said again, and goes on."""

from __future__ import annotations

import json
import shutil
import signal
import tarfile
from pathlib import Path

import pytest
from town import Town

from bot import archives, keeping, wiring
from storage.errors import StorageError
from tests.chaos import fused
from tests.chaos.place import FORKS

MOST = 40
"""A restore has fewer commits."""


def lose_everything(town: Town) -> None:
    town.stop()
    shutil.rmtree(town.config.social.data_dir)
    town.config = wiring.read_config(town.path, {})


def restore(town: Town, target: Path, folder: Path, fuse: tuple[int, int]) -> int | None:
    """How `social restore` ended, in a process of its own."""
    path = folder / f"fuse-{fuse[0]}-{fuse[1]}"
    fused.Fuse(path).set(*fuse)
    words = ["restore", str(target), "--config", str(town.path)]
    process = FORKS.Process(target=fused.social, args=(words, str(folder / "log"), str(path)))
    process.start()
    process.join(60)
    return process.exitcode


def not_started(town: Town) -> str:
    """Why the bot does not start; nothing if it does."""
    try:
        town.start()
    except StorageError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("kind", [fused.BEFORE_COMMIT, fused.AFTER_COMMIT], ids=["before", "after"])
def test_a_restore_that_dies_at_any_commit_leaves_nothing_that_goes_out_twice(
    town: Town, tmp_path: Path, kind: int
) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: 2026-11-23 10:00 UTC\nThe one and only news")
    town.alice.reacts(town.card_id(1))
    target = tmp_path / "copy.tar"
    keeping.make_copy(town.config, target, town.world.clock.now)
    town.later(hours=2, minutes=1)
    assert len(town.published("mastodon")) == 1
    refused = 0
    for number in range(1, MOST):
        lose_everything(town)
        ended = restore(town, target, tmp_path, (kind, number))
        if "`social restore FILE` again" in not_started(town):
            refused += 1
            assert restore(town, target, tmp_path, (fused.NOTHING, 0)) == 0
            assert not not_started(town)
        town.later(minutes=5)
        assert len(town.published("mastodon")) == 1, f"it died at commit {number}, {ended}"
        if ended == 0:
            break
        assert ended == -signal.SIGKILL, (tmp_path / "log").read_text()
    assert refused
    assert town.post(1).state == "held"


@pytest.mark.parametrize(
    "change",
    [
        {"made_at": "2026-11-23T08:00:00"},
        {"made_at": "soon"},
        {"made_at": 17},
        {"tables": 17},
        {"step": "r9999"},
    ],
    ids=str,
)
def test_a_copy_with_another_header_is_refused_and_nothing_is_restored(
    town: Town, tmp_path: Path, change: dict[str, object]
) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    target, odd = tmp_path / "copy.tar", tmp_path / "odd.tar"
    keeping.make_copy(town.config, target, town.world.clock.now)
    with tarfile.open(target) as old, tarfile.open(odd, "w") as new:
        for info in old:
            file = old.extractfile(info)
            data = file.read() if file else b""
            if info.name == archives.HEADER:
                data = json.dumps(json.loads(data) | change).encode()
                (tmp_path / "header").write_bytes(data)
                new.add(tmp_path / "header", info.name)
                continue
            (tmp_path / "member").write_bytes(data)
            new.add(tmp_path / "member", info.name)
    lose_everything(town)
    with pytest.raises(StorageError):
        keeping.bring_back(town.config, odd, town.world.clock.now)
    assert "Restored" in keeping.bring_back(town.config, target, town.world.clock.now).text
    town.start()


def test_a_copy_made_by_a_clock_that_was_ahead_is_looked_for_from_now(town: Town, tmp_path: Path) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    target = tmp_path / "copy.tar"
    keeping.make_copy(town.config, target, lambda: town.world.clock.now().replace(year=2031))
    lose_everything(town)
    keeping.bring_back(town.config, target, town.world.clock.now)
    town.start()
    restored = town.post(1).restored_at
    assert restored is not None
    assert restored <= town.now
