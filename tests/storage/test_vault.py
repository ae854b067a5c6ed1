"""Stored tokens: encrypted, bound to their account, readable with the key alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from storage.database import Database
from storage.errors import StorageError
from storage.models import Credential
from storage.turns import turn
from storage.vault import Vault, kept_accounts, key_of

KEY = Fernet.generate_key().decode()


def test_what_was_written_is_read_after_a_restart(url: str) -> None:
    database = Database(url)
    assert Vault(database, KEY).read("linkedin") == {}
    Vault(database, KEY).write("linkedin", {"access_token": "hush-hush", "refresh_token": "sh"})
    database.close()
    again = Database(url)
    assert Vault(again, KEY).read("linkedin") == {"access_token": "hush-hush", "refresh_token": "sh"}
    assert Vault(again, KEY).read("linkedin:other") == {}
    again.close()


def test_what_is_written_later_takes_the_place_of_all_before(database: Database) -> None:
    vault = Vault(database, KEY)
    vault.write("x", {"access_token": "old", "refresh_token": "old"})
    vault.write("x", {"access_token": "new"})
    assert vault.read("x") == {"access_token": "new"}
    vault.forget("x")
    vault.forget("x")
    assert vault.read("x") == {}


def test_no_token_is_readable_in_the_database(database: Database) -> None:
    Vault(database, KEY).write("x", {"access_token": "hush-hush"})
    with database.reading() as session:
        row = session.exec(select(Credential)).one()
    assert "hush" not in repr(row)
    assert row.updated_at.tzinfo == UTC


def test_when_tokens_were_written_is_told_by_the_clock(database: Database, now: datetime) -> None:
    Vault(database, KEY, lambda: now).write("x", {"access_token": "t"})
    with database.reading() as session:
        assert session.exec(select(Credential)).one().updated_at == now


def test_another_key_is_told_with_what_to_do(database: Database) -> None:
    Vault(database, KEY).write("linkedin", {"access_token": "hush-hush"})
    with pytest.raises(StorageError, match=r"another `secret_key`.*`social login linkedin`") as caught:
        Vault(database, Fernet.generate_key().decode()).read("linkedin")
    assert "hush" not in str(caught.value)


def test_tokens_put_in_the_place_of_another_account_are_not_used(database: Database) -> None:
    vault = Vault(database, KEY)
    vault.write("mastodon:a", {"access_token": "a"})
    with database.transaction() as session:
        row = session.get(Credential, "mastodon:a")
        assert row is not None
        session.add(Credential(account="mastodon:b", secret=row.secret, updated_at=row.updated_at))
    with pytest.raises(StorageError, match="mastodon:b cannot be read"):
        vault.read("mastodon:b")


def test_words_that_somebody_thought_of_are_a_key_too(database: Database) -> None:
    words = "correct horse battery staple"
    Vault(database, words).write("x", {"access_token": "t"})
    assert Vault(database, words).read("x") == {"access_token": "t"}
    with pytest.raises(StorageError, match="cannot be read"):
        Vault(database, words + "!").read("x")


@pytest.mark.parametrize("short", ["", "hush-hush", "nineteen characters"])
def test_a_short_key_is_refused_and_not_repeated(database: Database, short: str) -> None:
    with pytest.raises(StorageError, match="at least 20 characters") as caught:
        Vault(database, short)
    assert not short or short not in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are a matter of POSIX")
def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret.key"
    key = key_of(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    assert key_of(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_many_that_start_together_get_one_key(tmp_path: Path) -> None:
    keys: list[str] = []
    together = threading.Barrier(8)

    def start() -> None:
        together.wait()
        keys.append(key_of(tmp_path / "secret.key"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_an_empty_or_unreadable_key_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(StorageError, match="is empty"):
        key_of(tmp_path / "empty")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(StorageError, match="it is not a key"):
        key_of(tmp_path / "binary")
    with pytest.raises(StorageError, match="cannot be made or read"):
        key_of(tmp_path)


def test_one_at_a_time_is_alone_with_the_tokens_of_an_account(url: str, database: Database) -> None:
    """As between two processes: each has its own connection to the same database."""
    other = Database(url)
    inside: list[str] = []
    entered, leave = threading.Event(), threading.Event()

    def first() -> None:
        with Vault(database, KEY).alone("x"):
            inside.append("first in")
            entered.set()
            leave.wait(10)
            inside.append("first out")

    def second() -> None:
        with Vault(other, KEY).alone("x"):
            inside.append("second in")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert entered.wait(10)
    threads[1].start()
    with Vault(other, KEY).alone("mastodon"):
        inside.append("another account waits for nobody")
        Vault(other, KEY).write("x", {"access_token": "others may write meanwhile"})
    leave.set()
    for thread in threads:
        thread.join(10)
    other.close()
    assert inside == ["first in", "another account waits for nobody", "first out", "second in"]


def test_the_turn_ends_with_an_error_too(database: Database) -> None:
    vault = Vault(database, KEY)
    with pytest.raises(ZeroDivisionError), vault.alone("x"):
        raise ZeroDivisionError
    with vault.alone("x"):
        vault.write("x", {"access_token": "t"})


def test_who_waits_too_long_for_a_turn_is_told(url: str, database: Database) -> None:
    other = Database(url)
    with (
        turn(database, "x"),
        pytest.raises(StorageError) as caught,
        turn(other, "x", timedelta(milliseconds=100)),
    ):
        pytest.fail("two at once")
    assert caught.value.passing
    other.close()


def test_a_process_that_dies_gives_its_turn_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'social.sqlite3'}"
    code = (
        "import os, sys\nfrom storage.database import Database\nfrom storage.turns import turn\n"
        "with turn(Database(sys.argv[1]), 'x'):\n    os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, url], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0
    database = Database(url)
    with turn(database, "x", timedelta(seconds=1)):
        database.close()


def test_which_accounts_are_kept_is_known_without_the_key(database: Database) -> None:
    Vault(database, KEY).write("x", {"access_token": "t"})
    Vault(database, KEY).write("mastodon:a", {"access_token": "t"})
    assert kept_accounts(database) == {"x", "mastodon:a"}
