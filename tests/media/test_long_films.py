"""Long films go through without standing in memory, and what is known of them is true."""

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from handlers.media import CHUNK, Media, Store
from handlers.pictures import BadMedia, take_pieces

MIB = 1024 * 1024
FTYP = b"isom\0\0\2\0"


def taken(path: Path, store: Store) -> Media:
    with path.open("rb") as file:
        return take_pieces(iter(lambda: file.read(CHUNK), b""), path.name, "", store)


@pytest.mark.parametrize("front", [True, False])
def test_a_long_film_is_known_and_never_whole_in_memory(
    front: bool, long_film: Callable[..., None], tmp_path: Path, store: Store
) -> None:
    path = tmp_path / "talk.mp4"
    long_film(path, 96 * MIB, seconds=75, width=1920, height=1080, front=front)
    tracemalloc.start()
    try:
        media = taken(path, store)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (media.size, media.width, media.height) == (96 * MIB, 1920, 1080)
    assert (media.seconds, media.fps, media.codecs) == (75.0, 25.0, ("h264", "aac"))
    assert most < 8 * MIB


def test_a_file_that_is_too_large_is_refused_while_it_arrives(store: Store) -> None:
    def endless() -> Iterator[bytes]:
        yield b"%PDF-1.7"
        while True:
            yield bytes(8 * MIB)

    with pytest.raises(BadMedia, match="larger than the 100 MiB that can be taken of such a file"):
        take_pieces(endless(), "paper.pdf", "", store)
    assert list(store.root.iterdir()) == []


def test_a_film_that_breaks_off_leaves_nothing_behind(made: Any, store: Store) -> None:
    def breaks() -> Any:
        yield made.box(b"ftyp", FTYP) + bytes(5000)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        take_pieces(breaks(), "a.mp4", "", store)
    assert list(store.root.iterdir()) == []


def test_a_film_that_came_from_there_before_is_not_read_again(
    long_film: Callable[..., None], tmp_path: Path, store: Store
) -> None:
    path = tmp_path / "talk.mp4"
    long_film(path, 8 * MIB, seconds=10)
    read = 0

    def pieces() -> Iterator[bytes]:
        nonlocal read
        with path.open("rb") as file:
            for piece in iter(lambda: file.read(CHUNK), b""):
                read += len(piece)
                yield piece

    first = take_pieces(pieces(), "talk.mp4", "a talk", store, source="here")
    assert read == 8 * MIB
    again = take_pieces(pieces(), "talk.mp4", "the talk", Store(store.root), source="here")
    assert (again, read) == (replace(first, alt="the talk"), 9 * MIB)
    assert take_pieces(pieces(), "talk.mp4", "a talk", store, source="elsewhere") == first
    store.path(first.sha256).unlink()
    assert take_pieces(pieces(), "talk.mp4", "a talk", store, source="here") == first
    assert read == 25 * MIB


def test_a_film_that_is_no_longer_given_out_is_not_remembered(
    long_film: Callable[..., None], tmp_path: Path, store: Store
) -> None:
    path = tmp_path / "talk.mp4"
    long_film(path, 8 * MIB, seconds=10)
    take_pieces([path.read_bytes()], "talk.mp4", "", store, source="here")

    def hidden() -> Iterator[bytes]:
        raise PermissionError
        yield b""  # type: ignore[unreachable]  # it makes this a generator

    with pytest.raises(PermissionError):
        take_pieces(hidden(), "talk.mp4", "", store, source="here")
