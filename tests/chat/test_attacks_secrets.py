"""No secret leaves the bot: logs, chat, database, exports and copies are searched after a run with every fault."""

from __future__ import annotations

import io
import logging
import os
import runpy
import stat
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr
from town import Town, picture

from bot import checks, keeping, logs
from bot.chat import ChatError
from bot.sandbox.faults import COMMON
from handlers.oauth import Grant, sealed

UNPUBLISHED = "Zwiebelfisch-unpublished-words"
THOROUGH = bool(os.environ.get("FAULTS_LONG"))
"""`FAULTS_LONG=1` runs with every fault; else with some of each service."""
REPEATED = ("echo", "seeded")
"""What answers with the client's own secrets: a refusal that repeats the request, and success with them in every text."""
MAKER = Path(__file__).parents[1] / "benchmarks" / "long_film.py"
CODE = "marker-oauth-code"
GRANT = Grant(access="marker-access-token", refresh="marker-refresh-token", who="@us", by="alice")


@pytest.fixture
def settings() -> str:
    return "secret_key = marker-of-the-key-of-the-vault-4711"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What `social run` writes, as text and as JSON."""
    stream = io.StringIO()
    handlers = []
    for form in (logs.TextLines(), logs.JsonLines()):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(form)
        handlers.append(handler)
    root = logging.getLogger()
    before, loud = root.level, {name: logging.getLogger(name).level for name in logs.QUIET}
    root.setLevel(logging.INFO)
    for name in logs.QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in handlers:
        root.addHandler(handler)
    yield stream
    for handler in handlers:
        root.removeHandler(handler)
    root.setLevel(before)
    for name, was in loud.items():
        logging.getLogger(name).setLevel(was)


def secrets_in(model: BaseModel) -> Iterator[str]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if (
            isinstance(value, SecretStr)
            and len(value.get_secret_value()) > 8
            and "sqlite" not in value.get_secret_value()
        ):
            yield value.get_secret_value()


def seeded(town: Town) -> set[str]:
    """Every secret there is: of the configuration, the vault and the sign-in."""
    found = {*secrets_in(town.config.api), *secrets_in(town.config.social)}
    for account in town.config.accounts.values():
        found |= set(secrets_in(account))
    return found | {GRANT.access, GRANT.refresh, CODE}


def every_fault(town: Town, service: str) -> list[str]:
    own = town.sandbox.platforms[service].own_faults if service in town.sandbox.platforms else {}
    found = [one for one in (*COMMON, *own) if one != "delay"]
    return [*(found if THOROUGH else found[1::6]), *REPEATED]


def everywhere(town: Town) -> str:
    """All that was said to anybody."""
    organisation = town.sandbox.zulip.core.organisation
    bot = organisation.by_email(town.bot_email)
    assert bot is not None
    return "\n".join(one.content for one in organisation.messages.values() if one.sender_id == bot.user_id)


def a_file(town: Town, service: str, folder: Path) -> str:
    """A picture, or a film for YouTube."""
    if service != "youtube":
        return town.carol.uploads(picture(), "a.png")
    film = folder / "film.mp4"
    runpy.run_path(str(MAKER))["make"](film, 300_000, seconds=5, width=64, height=48)
    return town.carol.uploads(film.read_bytes(), "film.mp4")


def a_run(town: Town, services: tuple[str, ...], folder: Path) -> None:
    for service in services:
        path = a_file(town, service, folder)
        for fault in every_fault(town, service):
            town.sandbox.faults.clear()
            with suppress(ValueError):  # of the other services' own
                town.fault(service, fault, times=2)
            with suppress(ChatError):  # the listener's own loop waits it out
                town.carol.says(
                    f"@social draft\nto: {service}\ntitle: A film\n{UNPUBLISHED} {fault}\n[a]({path})"
                )
            numbers = [one for one in town.said() if one.startswith("**#")]
            with suppress(ChatError):
                town.alice.says(f"@social approve {len(numbers)}")
                town.later(minutes=1)
    town.sandbox.faults.clear()
    with suppress(ChatError):
        town.later(minutes=10)
        town.bob.says("@social status")


@pytest.mark.parametrize("service", ["mastodon", "x", "linkedin", "youtube", "zulip"])
def test_no_secret_is_found_anywhere_after_every_fault(
    town: Town, logged: io.StringIO, tmp_path: Path, service: str
) -> None:
    town.desk.vault.write("mastodon", sealed(GRANT))
    a_run(town, (service,), tmp_path)
    with suppress(ChatError):
        logged.write("\n".join(one.text for one in checks.findings(town.config)))
    keeping.make_copy(town.config, tmp_path / "copy.tar")
    keeping.export(town.config, tmp_path / "history")
    with tarfile.open(tmp_path / "copy.tar") as archive:
        copied = b"".join(
            file.read() for one in archive if one.isfile() and (file := archive.extractfile(one)) is not None
        )
    searched = {
        "log": logged.getvalue().encode(),
        "chat": everywhere(town).encode(),
        "copy": copied,
        **{
            str(one.relative_to(tmp_path)): one.read_bytes()
            for folder in (town.config.social.data_dir, tmp_path / "history")
            for one in folder.rglob("*")
            if one.is_file()
        },
    }
    assert len(searched) > 4
    for where, content in searched.items():
        for secret in seeded(town):
            assert secret.encode() not in content, (where, secret[:6])
    assert UNPUBLISHED.encode() not in searched["log"]
    assert UNPUBLISHED.encode() in searched["chat"]


def test_every_file_of_the_bot_is_its_owners_alone(town: Town, tmp_path: Path) -> None:
    path = town.carol.uploads(picture(), "a.png")
    town.carol.says(f"@social draft\nto: mastodon\nHello\n[a]({path})")
    town.alice.reacts(town.card_id(1))
    keeping.make_copy(town.config, tmp_path / "copy.tar")
    keeping.export(town.config, tmp_path / "history")
    from bot.alone import keep_alone

    alone = keep_alone(town.config)
    found = [tmp_path / "copy.tar", tmp_path / "history", *(tmp_path / "history").iterdir()]
    data = town.config.social.data_dir
    found += [data, *data.rglob("*")]
    if alone is not None:
        alone.close()
    assert len(found) > 8
    for one in found:
        wanted = 0o700 if one.is_dir() else 0o600
        assert oct(stat.S_IMODE(one.stat().st_mode)) == oct(wanted), one.relative_to(tmp_path)


# -- a copy that is brought back ---------------------------------------------------------------------------


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


@pytest.mark.parametrize(
    "name,kind,link",
    [
        ("../escaped", tarfile.REGTYPE, ""),
        ("/tmp/escaped-absolute", tarfile.REGTYPE, ""),  # noqa: S108 - nothing may be written there
        ("media/../../escaped", tarfile.REGTYPE, ""),
        ("media/link", tarfile.SYMTYPE, "/etc/passwd"),
        ("media/hard", tarfile.LNKTYPE, "social.json"),
        ("media/device", tarfile.CHRTYPE, ""),
        ("media/pipe", tarfile.FIFOTYPE, ""),
        ("media/" + "a" * 64, tarfile.REGTYPE, ""),
        ("tables/post.jsonl/../../../x", tarfile.REGTYPE, ""),
    ],
)
def test_a_hostile_copy_writes_nothing_outside(
    town: Town, tmp_path: Path, name: str, kind: bytes, link: str
) -> None:
    good, bad = tmp_path / "good.tar", tmp_path / "bad.tar"
    keeping.make_copy(town.config, good)
    with tarfile.open(good) as source, tarfile.open(bad, "w") as target:
        for one in source:
            target.addfile(one, source.extractfile(one))
        info = member(name, kind, link, 5 if kind == tarfile.REGTYPE else 0)
        target.addfile(info, io.BytesIO(b"owned"))
    town.stop()
    data = town.config.social.data_dir
    before = {one for one in tmp_path.rglob("*") if data not in one.parents}
    keeping.bring_back(town.config, bad)
    assert {one for one in tmp_path.rglob("*") if data not in one.parents} == before
    assert not Path("/tmp/escaped-absolute").exists()  # noqa: S108 - see above
    assert all(not one.is_symlink() and (one.is_file() or one.is_dir()) for one in data.rglob("*"))
    assert not any(one.is_file() and one.read_bytes() == b"owned" for one in data.rglob("*"))
    town.start()


@pytest.mark.parametrize("table", ["social.json", "tables/post.jsonl"])
def test_a_member_of_a_copy_that_never_ends_is_refused(town: Town, tmp_path: Path, table: str) -> None:
    """A header that says nine gigabytes, or a single line without an end, is damage and not a reason to die."""
    bad = tmp_path / "bad.tar"
    with tarfile.open(bad, "w") as target:
        if table != "social.json":
            body = b'{"made_at": "2026-11-23T08:00:00+00:00", "step": "r0001"}'
            info = member("social.json", size=len(body))
            target.addfile(info, io.BytesIO(body))
        target.addfile(member(table, size=0), io.BytesIO())
    data = bytearray(bad.read_bytes())
    at = data.rfind(table.encode())
    size = b"%011o\0" % (9 << 30 if 9 << 30 < 8**11 else 8**11 - 1)
    data[at + 124 : at + 136] = size
    data[at + 148 : at + 156] = b" " * 8
    total = sum(data[at : at + 512])
    data[at + 148 : at + 156] = b"%06o\0 " % total
    bad.write_bytes(data)
    town.stop()
    from storage.errors import StorageError

    with pytest.raises(StorageError, match="no copy of this bot, or is damaged"):
        keeping.bring_back(town.config, bad)
    town.start()
