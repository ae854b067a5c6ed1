"""What nobody needs and nobody used for a while goes; nothing else does."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from handlers.known import Known
from handlers.media import Media, Store
from handlers.pictures import fit, take
from handlers.sweeping import Swept, sweep

DAY = timedelta(days=1)


def aged(path: Path, days: float) -> Path:
    then = time.time() - days * 86400
    os.utime(path, (then, then))
    return path


def nothing() -> set[str]:
    return set()


def test_an_old_file_that_nobody_needs_goes(store: Store) -> None:
    needed, old, young = store.put(b"needed"), store.put(b"old"), store.put(b"young")
    for name in (needed, old):
        aged(store.path(name), 2)
    assert sweep(store, lambda: {needed}, DAY) == Swept(1, 3)
    assert {one.name for one in store.root.iterdir()} == {needed, young}


def test_a_file_that_is_put_again_is_young_again(store: Store) -> None:
    aged(store.path(store.put(b"old")), 2)
    store.put(b"old")
    assert sweep(store, nothing, DAY) == Swept()


def test_a_file_that_an_earlier_answer_names_is_young_again(made: Any, store: Store) -> None:
    media = take(made.encoded(made.photo(200, 100), "PNG"), "a.png", "", store)
    small = fit(media, store, max_bytes=10_000_000, max_side=100, mimes=["image/png"])
    aged(store.path(small.sha256), 2)
    fit(media, store, max_bytes=10_000_000, max_side=100, mimes=["image/png"])
    assert sweep(store, nothing, DAY) == Swept()


def test_half_written_files_of_a_process_that_is_gone_go(store: Store) -> None:
    store.put(b"something")
    with store.part() as fresh:
        old = store.root / "0123.part"
        old.write_bytes(b"half")
        aged(old, 2)
        assert sweep(store, nothing, DAY) == Swept(1, 4)
        assert fresh.path.exists()


def test_answers_about_files_that_are_gone_go_with_them(store: Store) -> None:
    known = Known(store)
    name = store.put(b"old")
    known.keep(Media(name, "a.png", "image/png", 3), "key")
    aged(store.path(name), 2)
    sweep(store, nothing, DAY)
    assert known.find("key") is None
    assert list((store.root / "known").iterdir()) == []


def test_an_answer_that_was_damaged_is_none(store: Store) -> None:
    known = Known(store)
    media = known.keep(Media(store.put(b"x"), "a", "image/png", 1, codecs=("h264",)), "key", 1)
    assert known.find("key", 1) == media
    assert known.find("key", 2) is None
    for note in (store.root / "known").iterdir():
        note.write_text("{")
    assert known.find("key", 1) is None
    sweep(store, nothing, DAY)
    assert list((store.root / "known").iterdir()) == []


def test_a_folder_that_is_not_there_is_tidy(store: Store) -> None:
    assert sweep(store, nothing, DAY) == Swept()


def test_what_is_not_the_stores_own_stays(store: Store) -> None:
    store.put(b"x")
    other = store.root / "README"
    other.write_text("mine")
    aged(other, 100)
    sweep(store, nothing, DAY)
    assert other.exists()
