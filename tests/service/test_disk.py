"""Disks that are full, gone or read-only, and databases that are damaged or held: refused, or waited out."""

from __future__ import annotations

import io
import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

Stand = Any
Run = Callable[[], Any]
STORAGE, LASTING = 5, 6
CARD = r"\*\*#1\*\* by"


@contextmanager
def no_file_beyond(bot: Any, size: int) -> Iterator[None]:
    """No file of that process may grow beyond so many bytes: for it the disk is full."""
    before = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, before)


def is_whole(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as database:
        return [one[0] for one in database.execute("PRAGMA integrity_check")] == ["ok"]


def upload(stand: Stand, data: bytes) -> str:
    carol = stand.sandbox.scene.person("carol")
    answer = httpx.post(
        f"{stand.base}/api/v1/user_uploads",
        auth=(carol["email"], carol["api_key"]),
        files={"file": ("photo.png", data, "image/png")},
    ).json()
    return str(answer.get("url") or answer["uri"])


def noise() -> bytes:
    """A picture that cannot be made small."""
    file = io.BytesIO()
    Image.frombytes("RGB", (900, 900), os.urandom(900 * 900 * 3)).save(file, "PNG")
    return file.getvalue()


def test_a_full_disk_is_waited_out_and_nothing_is_lost_or_doubled(stand: Stand, run: Run) -> None:
    bot = run().listens()
    carol, alice = stand.person("carol"), stand.person("alice")
    carol.says("@social draft\nto: mastodon\nat: in 10 minutes\nApproved before")
    alice.reacts(alice.hears(CARD))
    alice.hears("is approved by Alice")
    with no_file_beyond(bot, 4096):
        carol.says("@social draft\nto: mastodon\nWritten on a full disk")
        bot.until("The disk of the database .*Trying again")
        stand.later(600)
        bot.until("The disk of the database", times=3)
        assert stand.published("mastodon") == [], "what cannot be recorded is not sent"
    alice.hears(r"\*\*#1\*\* is out")
    alice.reacts(alice.hears(r"\*\*#2\*\* by"))
    alice.hears(r"\*\*#2\*\* is out")
    assert stand.published("mastodon") == ["Approved before", "Written on a full disk"]
    assert bot.stops() == 0
    assert "Traceback" not in bot.said
    assert is_whole(stand.database)


def test_a_picture_that_finds_no_room_is_read_again_when_there_is(stand: Stand, run: Run) -> None:
    bot = run().listens()
    carol, alice = stand.person("carol"), stand.person("alice")
    path = upload(stand, noise())
    with no_file_beyond(bot, 2_000_000):
        carol.says(f"@social draft\nto: mastodon\nLook\n[Noise]({path})")
        bot.until("The data folder cannot be written .*Trying again")
    alice.reacts(alice.hears(CARD))
    alice.hears("is out")
    assert [len(one["media"]) for one in stand.world.posts()] == [1]
    assert not any("went wrong" in one["content"] for one in alice.history())
    assert bot.stops() == 0


def test_a_database_that_is_taken_away_ends_the_bot_before_it_forgets(stand: Stand, run: Run) -> None:
    bot = run().listens()
    stand.database.rename(stand.database.with_name("elsewhere"))
    assert bot.ends() == STORAGE
    assert "is not there any more, or was replaced" in bot.said
    stand.database.with_name("elsewhere").rename(stand.database)
    assert run().listens().stops() == 0


@pytest.mark.parametrize("how", ["text", "cut", "header"])
def test_a_damaged_database_is_refused_and_left_as_it_is(away: Stand, run: Run, how: str) -> None:
    data = away.database.read_bytes()
    broken = {
        "text": b"Dear diary, this is no database\n" * 300,
        "cut": data[: len(data) // 3],
        "header": b"\0" * 100 + data[100:],
    }[how]
    away.database.write_bytes(broken)
    bot = run()
    assert bot.ends() == LASTING
    assert "is damaged, or is no database of this bot. Bring back a copy" in bot.said
    assert "Traceback" not in bot.said
    assert away.database.read_bytes() == broken


def test_a_database_that_another_program_holds_at_the_start_is_said(away: Stand, run: Run) -> None:
    with closing(sqlite3.connect(away.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        away.opens()
        bot = run()
        bot.until("The database is busy")
        other.execute("ROLLBACK")
    assert "Traceback" not in bot.said
    if bot.said.count("storage_refused") or "listening as" not in bot.said:
        bot.close()
    assert run().listens().stops() == 0


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk that cannot be written."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a disk, and not everywhere")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("key", ["data_dir", "database_url"])
def test_a_read_only_disk_is_refused_with_a_sentence(
    away: Stand, run: Run, read_only: Path, key: str
) -> None:
    value = f"{read_only}/bot" if key == "data_dir" else f"sqlite:///{read_only}/bot.sqlite3"
    away.write(**{key: value, **({"database_url": ""} if key == "data_dir" else {})})
    bot = run()
    assert bot.ends() == LASTING
    assert "Read-only file system" in bot.said
    assert "right to write there" in bot.said
    assert "Traceback" not in bot.said
