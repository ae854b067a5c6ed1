"""What is used of a limit is counted once and never beyond it, however many want the last of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from storage.database import Database
from storage.meter import Meter


@pytest.fixture
def meter(database: Database, now: datetime) -> Meter:
    return Meter(database, lambda: now)


def test_what_is_taken_is_counted_by_account_and_period(meter: Meter) -> None:
    assert meter.take("x", "spending", "2026-11", 15, most=None, key="a:1")
    assert meter.take("x", "spending", "2026-11", 200, most=500, key="a:2")
    assert meter.take("x:other", "spending", "2026-11", 7, most=None, key="a:1")
    assert meter.take("x", "spending", "2026-12", 9, most=None, key="b:1")
    assert meter.used("x", "spending", "2026-11") == 215
    assert meter.used("x", "spending", "2026-12") == 9
    assert meter.used("x", "posts", "2026-11") == 0


def test_the_same_piece_of_work_is_counted_once(meter: Meter) -> None:
    for _ in range(3):
        assert meter.take("x", "spending", "2026-11", 200, most=200, key="a:1")
    assert meter.used("x", "spending", "2026-11") == 200


def test_no_more_than_the_limit_is_taken(meter: Meter) -> None:
    assert meter.take("youtube", "uploads", "2026-11-22", 1, most=1, key="a")
    assert not meter.take("youtube", "uploads", "2026-11-22", 1, most=1, key="b")
    assert meter.used("youtube", "uploads", "2026-11-22") == 1
    assert meter.take("youtube", "uploads", "2026-11-23", 1, most=1, key="b")


def test_what_was_not_used_is_given_back(meter: Meter) -> None:
    meter.take("x", "spending", "2026-11", 200, most=200, key="a:1")
    meter.give_back("x", "spending", "a:1")
    meter.give_back("x", "spending", "never taken")
    assert meter.used("x", "spending", "2026-11") == 0
    assert meter.take("x", "spending", "2026-11", 200, most=200, key="b:1")


def test_what_is_long_over_is_forgotten(database: Database, now: datetime) -> None:
    old, new = Meter(database, lambda: now - timedelta(days=500)), Meter(database, lambda: now)
    old.take("x", "spending", "2025-06", 15, most=None, key="a")
    new.take("x", "spending", "2026-11", 15, most=None, key="b")
    assert new.forget(now - timedelta(days=400)) == 1
    assert (new.used("x", "spending", "2025-06"), new.used("x", "spending", "2026-11")) == (0, 15)


def test_of_many_who_want_the_last_of_it_one_gets_it(meter: Meter) -> None:
    def take(number: int) -> bool:
        return meter.take("x", "spending", "2026-11", 100, most=300, key=f"post:{number}")

    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(take, range(8)))
    assert got.count(True) == 3
    assert meter.used("x", "spending", "2026-11") == 300
