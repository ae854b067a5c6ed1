"""The store of files: by content, durable, never half-written, and never handing out changed bytes."""

import hashlib
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.media import CHUNK, MissingMedia, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "deep" / "media")


def test_what_was_put_is_read_back_by_its_sha256(store: Store) -> None:
    name = store.put(b"hello")
    assert name == hashlib.sha256(b"hello").hexdigest()
    assert store.read(name) == b"hello"
    assert store.path(name).read_bytes() == b"hello"
    with store.open(name) as file:
        assert file.read() == b"hello"


def test_putting_the_same_twice_keeps_one_file(store: Store) -> None:
    assert store.put(b"x") == store.put(b"x")
    assert len(list(store.root.iterdir())) == 1


def test_only_the_bot_can_read_the_folder_and_its_files(store: Store) -> None:
    old = os.umask(0)
    try:
        name = store.put(b"private")
    finally:
        os.umask(old)
    assert stat.S_IMODE(store.root.stat().st_mode) == 0o700
    assert stat.S_IMODE(store.path(name).stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64])
def test_a_missing_file_is_told_plainly(store: Store, name: str) -> None:
    for ask in (store.read, store.open, store.path):
        with pytest.raises(MissingMedia, match=r"gone from the bot's folder\. Upload it again"):
            ask(name)


def test_changed_bytes_are_never_handed_out(store: Store) -> None:
    name = store.put(b"reviewed")
    store.path(name).write_bytes(b"something else")
    for ask in (store.read, store.open):
        with pytest.raises(MissingMedia, match="damaged"):
            ask(name)


def test_putting_it_again_heals_a_damaged_file(store: Store) -> None:
    name = store.put(b"reviewed")
    store.path(name).write_bytes(b"rev")
    assert store.put(b"reviewed") == name
    assert store.read(name) == b"reviewed"


def test_a_half_written_file_is_never_seen_and_leaves_nothing_behind(store: Store) -> None:
    class Gone(Exception):
        pass

    def breaks() -> Iterator[bytes]:
        yield b"half"
        raise Gone

    with pytest.raises(Gone):
        store._keep(breaks())
    assert list(store.root.iterdir()) == []


def test_many_threads_may_put_the_same_bytes(store: Store) -> None:
    data = os.urandom(CHUNK)
    names: list[str] = []
    threads = [threading.Thread(target=lambda: names.append(store.put(data))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 1
    assert store.read(names[0]) == data


@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=2000))
def test_any_bytes_come_back_unchanged(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    store = Store(tmp_path_factory.getbasetemp() / "any")
    assert store.read(store.put(data)) == data
