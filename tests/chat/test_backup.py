"""A copy is made while the bot works; brought back, nothing goes out twice and nothing of the history is lost."""

from __future__ import annotations

import io
import json
import shutil
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, inspect
from test_video import film
from town import Town, picture

from bot import keeping, wiring
from bot.alone import keep_alone
from storage.database import Database
from storage.errors import StorageError


def columns_of(step: str, folder: Path) -> dict[str, set[str]]:
    """The tables and columns that there were at a step of `migrations`."""
    path = folder / f"{step}.sqlite3"
    database = Database(f"sqlite:///{path}")
    database.migrate(step)
    database.close()
    seen = inspect(create_engine(f"sqlite:///{path}"))
    return {table: {one["name"] for one in seen.get_columns(table)} for table in seen.get_table_names()}


@pytest.fixture
def copy(town: Town, tmp_path: Path) -> Callable[[], Path]:
    def make() -> Path:
        target = tmp_path / "copy.tar"
        keeping.make_copy(town.config, target, town.world.clock.now)
        return target

    return make


def lose_everything(town: Town) -> None:
    town.stop()
    shutil.rmtree(town.config.social.data_dir)
    town.config = wiring.read_config(town.path, {})


def test_everything_comes_back_with_its_files_and_history(town: Town, copy: Callable[[], Path]) -> None:
    path = town.carol.uploads(picture(), "photo.png")
    town.carol.says(f"@social draft\nto: mastodon\nHello ö\n[A table]({path})")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    assert len(town.published("mastodon")) == 1
    target = copy()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    lose_everything(town)
    assert "Restored" in keeping.bring_back(town.config, target, town.world.clock.now).text
    town.start()
    town.settle()
    assert town.post(1).state == "released"
    assert town.deliveries(1)["mastodon"].url
    town.carol.says("@social log 1")
    assert "published" in town.said()[-1]
    town.carol.says("@social copy 1")
    town.alice.reacts(town.card_id(2))
    town.later(minutes=1)
    assert [len(one["media"]) for one in town.published("mastodon")] == [1, 1]


def test_what_went_out_since_the_copy_does_not_go_out_again(town: Town, copy: Callable[[], Path]) -> None:
    town.carol.says("@social draft\nto: mastodon, x\nHello")
    town.carol.says("@social draft\nto: mastodon\nat: 2026-11-23 12:00 UTC\nLater")
    target = copy()
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    town.carol.says("@social draft\nto: mastodon\nWritten after the copy")
    town.alice.reacts(town.card_id(3))
    town.later(minutes=1)
    assert len(town.published()) == 3
    lose_everything(town)
    keeping.bring_back(town.config, target, town.world.clock.now)
    town.start()
    town.settle()
    for _ in range(3):
        town.later(hours=3)
    assert len(town.published()) == 3, "not even with the 👍 that stands on its card"
    assert {town.post(1).state, town.post(2).state} <= {"held", "expired"}
    assert any("restored from a copy" in one for one in town.said())


def gone_out_since_the_copy(town: Town, copy: Callable[[], Path], text: str, *platforms: str) -> None:
    """The copy is of before the approval; what went out since is not in it."""
    town.carol.says(f"@social draft\nto: {', '.join(platforms)}\n{text}")
    target = copy()
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    lose_everything(town)
    assert "Restored" in keeping.bring_back(town.config, target, town.world.clock.now).text
    town.start()
    town.settle()


@pytest.mark.parametrize("platform", ["mastodon", "x", "linkedin", "zulip"])
def test_what_went_out_since_the_copy_is_found_when_it_is_resumed(
    town: Town, copy: Callable[[], Path], platform: str
) -> None:
    gone_out_since_the_copy(town, copy, "Hello", platform)
    before = town.published(platform)
    assert len(before) == 1
    town.alice.says("@social resume 1")
    for _ in range(4):
        town.later(minutes=30)
    assert town.published(platform) == before
    delivery = town.deliveries(1)[platform]
    assert (delivery.state, delivery.url) == ("published", before[0]["url"])


@pytest.mark.parametrize("at", ["", "at: 2026-11-25 12:00 UTC\n"])
def test_a_video_that_was_shown_since_the_copy_is_not_brought_there_again(
    town: Town, copy: Callable[[], Path], at: str
) -> None:
    path = town.carol.uploads(film(), "talk.mp4")
    town.carol.says(f"@social draft\nto: youtube\n{at}title: Testing\nA talk\n[A talk]({path})")
    target = copy()
    town.alice.reacts(town.card_id(1))
    for _ in range(3 if not at else 100):
        town.later(hours=1)
    before = town.published("youtube")
    assert len(before) == 1
    lose_everything(town)
    keeping.bring_back(town.config, target, town.world.clock.now)
    town.start()
    town.settle()
    town.alice.says("@social move 1 to in 3 minutes" if at else "@social resume 1")
    if at:
        town.alice.says("@social resume 1")
        town.later(minutes=4)
    for _ in range(4):
        town.later(minutes=30)
    assert town.published("youtube") == before
    assert town.deliveries(1)["youtube"].state == "published"


def test_a_thread_that_went_out_since_the_copy_is_gone_on_with(town: Town, copy: Callable[[], Path]) -> None:
    text = "\n\n".join(f"Paragraph {number} " + "of many words " * 20 for number in range(3))
    gone_out_since_the_copy(town, copy, text, "mastodon")
    out = town.published("mastodon")
    assert len(out) > 1
    last = out[-1]
    account: Any = town.config.accounts["mastodon"]
    gone = httpx.delete(
        f"{account.base_url}/api/v1/statuses/{last['id']}",
        headers={"Authorization": f"Bearer {account.access_token.get_secret_value()}"},
    )
    assert gone.status_code == 200
    town.alice.says("@social resume 1")
    for _ in range(4):
        town.later(minutes=30)
    assert [one["text"] for one in town.published("mastodon")] == [one["text"] for one in out]


def test_what_did_not_go_out_since_the_copy_does_when_it_is_resumed(
    town: Town, copy: Callable[[], Path]
) -> None:
    town.carol.says("@social draft\nto: mastodon, x, linkedin, zulip\nHello")
    town.alice.reacts(town.card_id(1))
    town.carol.says("@social draft\nto: mastodon, x, linkedin, zulip\nHello again")
    town.later(minutes=1)
    target = copy()
    lose_everything(town)
    keeping.bring_back(town.config, target, town.world.clock.now)
    town.start()
    town.settle()
    town.alice.says("@social resume 2")
    town.alice.reacts(town.card_id(2))
    for _ in range(4):
        town.later(minutes=30)
    assert len(town.published()) == 8
    assert {one.state for one in town.deliveries(2).values()} == {"published"}


def brought_back(town: Town, target: Path) -> None:
    lose_everything(town)
    keeping.bring_back(town.config, target, town.world.clock.now)
    town.start()
    town.settle()


@pytest.mark.parametrize("order", ["cancel 1 because it is off", "veto 1", "hold 1", "withdraw 1"])
@pytest.mark.parametrize("before", ["approved", "held", "waiting"])
def test_what_an_approver_stopped_since_the_copy_only_an_approver_lets_go_on(
    town: Town, copy: Callable[[], Path], order: str, before: str
) -> None:
    town.carol.says("@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello")
    if before != "waiting":
        town.alice.says("@social approve 1")
    if before == "held":
        town.carol.says("@social hold 1")
    target = copy()
    town.alice.says(f"@social {order}")
    if before != "approved":
        town.alice.reacts(town.card_id(1))
    brought_back(town, target)
    assert "**Held** by a restore from a copy" in town.card(1)
    for said in ("resume 1", "now 1", "hold 1", "resume 1", "retry 1"):
        town.carol.says(f"@social {said}")
        assert town.post(1).state == "held", said
    assert any(
        "**#1** is held by a restore from a copy, and stays so until an approver (one of *social-approvers*) "
        "says `resume 1`" in one
        for one in town.said()
    )
    town.later(days=1, hours=4)  # it expires, and is not brought back by its author either
    town.carol.says("@social move 1 to tomorrow 10:00 UTC")
    town.carol.says("@social now 1")
    town.later(days=2)
    assert town.published() == []


def test_after_a_restore_an_approver_lets_it_go_on(town: Town, copy: Callable[[], Path]) -> None:
    for text in ("Hello", "Good morning"):
        town.carol.says(f"@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\n{text}")
    town.alice.reacts(town.card_id(1))
    town.alice.says("@social approve 2")
    brought_back(town, copy())
    town.bob.says("@social resume 1 and 2")
    assert town.post(1).state == "approved", "its 👍 stands on its card"
    assert town.post(2).state == "draft", "an approval by command may be taken back since"
    town.bob.reacts(town.card_id(2))
    town.later(hours=26, minutes=1)
    assert len(town.published()) == 2


def test_an_edit_after_a_restore_ends_no_hold_and_a_copy_tells_of_it(
    town: Town, copy: Callable[[], Path]
) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    brought_back(town, copy())
    town.carol.says("@social edit 1 Hello again")
    assert "**Held** by a restore from a copy" in town.card(1)
    town.carol.says("@social copy 1")
    assert "A copy of &#35;1, which was stopped by a restore from a copy." in town.card(2)
    town.alice.reacts(town.card_id(1))
    assert town.published() == []
    town.alice.says("@social resume 1")
    assert len(town.published()) == 1


@pytest.mark.parametrize("settings", ["[linkedin] approvals = 2"])
def test_what_an_approver_cancelled_on_its_way_since_the_copy_its_author_does_not_repeat(
    town: Town, copy: Callable[[], Path]
) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    target = copy()
    town.bob.says("@social cancel 1")
    brought_back(town, target)
    town.bob.reacts(town.card_id(1))
    town.carol.says("@social retry 1")
    town.later(minutes=5)
    assert [one["service"] for one in town.published()] == ["mastodon"]
    town.bob.says("@social retry 1")
    town.later(minutes=5)
    assert len(town.published()) == 2


def test_what_the_platform_cannot_tell_is_asked_of_people_before_anything_is_sent(
    town: Town, copy: Callable[[], Path]
) -> None:
    gone_out_since_the_copy(town, copy, "Hello", "linkedin")
    town.fault("linkedin", "403", times=1000, method="GET")
    town.alice.says("@social resume 1")
    for _ in range(4):
        town.later(minutes=30)
    assert len(town.published("linkedin")) == 1
    assert town.deliveries(1)["linkedin"].state == "unknown"
    assert sum("if it is not, say `retry 1" in one for one in town.said()) == 1, "asked once"
    town.sandbox.faults.clear()
    town.alice.says("@social published 1 linkedin")
    assert town.deliveries(1)["linkedin"].state == "published"


def test_the_copy_says_how_many_files_it_holds_and_which_posts_lack_theirs(
    town: Town, copy: Callable[[], Path], tmp_path: Path
) -> None:
    path = town.carol.uploads(picture(), "photo.png")
    town.carol.says(f"@social draft\nto: mastodon\nHello\n[A table]({path})")
    wiring.vault_of(town.config, town.database, town.world.clock.now).write("x:second", {"token": "old"})
    target, less = copy(), tmp_path / "less.tar"
    with tarfile.open(target) as whole, tarfile.open(less, "w") as part:
        for one in whole:
            if not one.name.startswith("media/"):
                part.addfile(one, whole.extractfile(one))
    lose_everything(town)
    told = keeping.bring_back(town.config, less, town.world.clock.now).text
    assert "It says that it holds 1 file, and has 0." in told
    assert (
        "Missing: 1 file that posts still need: “photo.png” of #1. Such a post does not go out without them"
        in told
    )
    assert told.endswith("sign in anew with `social login x:second`."), "X took its renewed tokens since"
    town.start()


@pytest.mark.parametrize("how", ["whole", "without files", "damaged", "cut"])
def test_what_is_brought_back_without_all_its_files_ends_with_a_code_of_its_own(
    town: Town, copy: Callable[[], Path], how: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = town.carol.uploads(picture(), "photo.png")
    town.carol.says(f"@social draft\nto: mastodon\nHello\n[A table]({path})")
    target, less = copy(), tmp_path / "less.tar"
    with tarfile.open(target) as whole, tarfile.open(less, "w") as part:
        for one in whole:
            if how == "without files" and one.name.startswith("media/"):
                continue
            if how == "cut" and one.name == "end.json":
                continue
            part.addfile(one, whole.extractfile(one))
    if how == "damaged":
        data = bytearray(less.read_bytes())
        data[data.index(b"\x89PNG") + 40] ^= 0xFF
        less.write_bytes(data)
    lose_everything(town)
    assert keeping.main("restore", town.path, less) == (0 if how == "whole" else 1)
    said = capsys.readouterr()
    assert said.out.startswith("Restored from the copy of ")
    assert ("Missing: 1 file" in said.out) == (how in {"without files", "damaged"})
    assert said.err == ""
    town.start()
    assert town.post(1).state == "held", "it is restored all the same"


def test_a_whole_copy_lacks_nothing(town: Town, copy: Callable[[], Path]) -> None:
    path = town.carol.uploads(picture(), "photo.png")
    town.carol.says(f"@social draft\nto: mastodon\nHello\n[A table]({path})")
    target = copy()
    lose_everything(town)
    told = keeping.bring_back(town.config, target, town.world.clock.now).text
    assert "Missing" not in told
    assert "It says" not in told
    assert "social login" not in told
    town.start()


def test_a_delivery_under_way_is_asked_about(town: Town, copy: Callable[[], Path]) -> None:
    town.fault("mastodon", "429", times=50)
    town.carol.says("@social draft\nto: mastodon\nHello")
    town.alice.reacts(town.card_id(1))
    town.later(seconds=5)
    assert town.deliveries(1)["mastodon"].state == "pending"
    target = copy()
    town.sandbox.faults.clear()
    town.later(minutes=5)
    assert len(town.published()) == 1
    lose_everything(town)
    keeping.bring_back(town.config, target, town.world.clock.now)
    town.start()
    town.settle()
    for _ in range(4):
        town.later(minutes=30)
    assert len(town.published()) == 1
    assert town.deliveries(1)["mastodon"].state == "cancelled"
    town.alice.says("@social retry 1")
    for _ in range(3):
        town.later(minutes=1)
    assert len(town.published()) == 1, "it was looked for first"
    assert town.deliveries(1)["mastodon"].state == "published"


def test_nothing_is_brought_back_over_what_is_there(town: Town, copy: Callable[[], Path]) -> None:
    town.carol.says("@social draft\nHello")
    target = copy()
    town.stop()
    with pytest.raises(StorageError, match="posts in the database already"):
        keeping.bring_back(town.config, target, town.world.clock.now)
    town.start()
    assert town.post(1).state == "draft"


def test_nothing_is_brought_back_under_a_running_bot(town: Town, copy: Callable[[], Path]) -> None:
    target = copy()
    alone = keep_alone(town.config)
    assert alone is not None
    with alone, pytest.raises(StorageError, match="runs already"):
        keeping.bring_back(town.config, target, town.world.clock.now)


@pytest.mark.parametrize("how", ["cut", "empty", "strange", "text"])
def test_what_is_no_copy_is_refused_and_changes_nothing(
    town: Town, copy: Callable[[], Path], how: str, tmp_path: Path
) -> None:
    town.carol.says("@social draft\nHello")
    target = copy()
    data = target.read_bytes()
    if how == "strange":
        with tarfile.open(target, "w") as archive:
            archive.add(town.path, "zuliprc")
    else:
        target.write_bytes({"cut": data[: len(data) // 2], "empty": b"", "text": b"Dear diary\n" * 100}[how])
    lose_everything(town)
    with pytest.raises(StorageError, match="no copy of this bot"):
        keeping.bring_back(town.config, target, town.world.clock.now)
    database: Database = wiring.open_database(town.config)
    database.close()
    town.start()
    town.carol.says("@social drafts")
    assert "no drafts" in town.said()[-1]


def test_a_copy_is_brought_back_only_with_all_its_tables(town: Town, copy: Callable[[], Path]) -> None:
    """Wherever it was cut off: an archive that ends between two members looks whole."""
    town.carol.uploads(picture(), "photo.png")
    town.carol.says("@social draft\nto: mastodon\nHello")
    target = copy()
    data = target.read_bytes()
    with tarfile.open(target) as archive:
        members = [one for one in archive if one.name.startswith(("tables/", "end"))]
    lose_everything(town)
    for table in members[:-1]:
        target.write_bytes(data[: table.offset])
        with pytest.raises(StorageError, match="no copy of this bot"):
            keeping.bring_back(town.config, target, town.world.clock.now)
    target.write_bytes(data[: members[-1].offset])
    told = keeping.bring_back(town.config, target, town.world.clock.now).text
    assert "Its end is missing" in told
    assert "1 post could still go out and is held, because nobody knows whether it is out by now." in told
    town.start()


@pytest.mark.parametrize("started", [False, True])
def test_a_copy_of_an_older_version_is_brought_up_to_date(
    town: Town, copy: Callable[[], Path], tmp_path: Path, *, started: bool
) -> None:
    town.carol.says("@social draft\nto: mastodon\nHello")
    target, older, then = copy(), tmp_path / "older.tar", columns_of("0001", tmp_path)
    with tarfile.open(target) as archive, tarfile.open(older, "w") as other:
        for one in archive:
            file = archive.extractfile(one)
            assert file is not None
            data = file.read()
            table = one.name.removeprefix("tables/").removesuffix(".jsonl")
            if one.name == "social.json":
                header = json.loads(data)
                tables = [name for name in header["tables"] if name in then]
                data = json.dumps(header | {"step": "0001", "tables": tables}).encode()
            elif one.name.startswith("tables/"):
                if table not in then:
                    continue
                rows = [json.loads(line) for line in data.splitlines()]
                kept = [{key: row[key] for key in row if key in then[table]} for row in rows]
                data = "".join(f"{json.dumps(row)}\n" for row in kept).encode()
            one.size = len(data)
            other.addfile(one, io.BytesIO(data))
    lose_everything(town)
    if started:
        town.start()
        town.stop()
    assert (
        "1 post could still go out and is held, because nobody knows whether it is out by now."
        in keeping.bring_back(town.config, older, town.world.clock.now).text
    )
    database: Database = wiring.open_database(town.config, migrate=False)
    database.must_be_current()
    with database.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM staged").scalar() == 0
        found = session.connection().exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'index'")
        assert "ix_post_not_after" in found.scalars().all()
    database.close()
    town.start()


def test_a_damaged_file_is_left_out(town: Town, copy: Callable[[], Path]) -> None:
    path = town.carol.uploads(picture(), "photo.png")
    town.carol.says(f"@social draft\nto: mastodon\nHello\n[A table]({path})")
    target = copy()
    data = bytearray(target.read_bytes())
    at = data.index(b"\x89PNG") + 40
    data[at] ^= 0xFF
    target.write_bytes(data)
    lose_everything(town)
    assert (
        "1 file in it was damaged and left out"
        in keeping.bring_back(town.config, target, town.world.clock.now).text
    )
    town.start()


def test_the_history_is_exported_for_programs_and_people(town: Town, tmp_path: Path) -> None:
    town.carol.says("@social draft\nto: mastodon, linkedin\nHello **world**\n\n--- linkedin\nDear world")
    town.alice.reacts(town.card_id(1))
    town.later(minutes=1)
    town.carol.says("@social draft\nto: mastodon\nNever")
    keeping.export(town.config, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "history.json").read_text())
    first, second = told["posts"]
    assert first["revisions"][0]["accounts"]["linkedin"]["texts"] == ["Dear world"]
    assert {one["state"] for one in first["deliveries"]} == {"published"}
    assert second["state"] == "draft"
    text = (tmp_path / "out" / "history.md").read_text()
    assert "## #1 by Carol" in text
    assert "> Hello world" in text
    assert f"mastodon: <{first['deliveries'][0]['url']}>" in text
    assert stat.S_IMODE((tmp_path / "out" / "history.json").stat().st_mode) == 0o600
