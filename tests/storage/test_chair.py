"""Of several copies one listens; another one soon after it is gone, or hangs."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from storage.chair import STALE_S, _Shared, chair_of
from storage.database import Database


class Watch:
    """A clock of one copy's machine, moved by the test."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def copies(postgres_url: str) -> Iterator[tuple[_Shared, _Shared, Watch]]:
    watch = Watch()
    databases = Database(postgres_url), Database(postgres_url)
    chairs = _Shared(databases[0], "one", watch), _Shared(databases[1], "two")
    yield (*chairs, watch)
    for chair, database in zip(chairs, databases, strict=True):
        chair.leave()
        database.close()


def silence(url: str, seconds: float) -> None:
    """The holder said nothing for so long."""
    database = Database(url)
    with database.transaction() as session:
        session.connection().execute(
            text(
                "UPDATE cursor SET value = split_part(value, '|', 1) || '|' || "
                "(split_part(value, '|', 2)::float - :seconds)"
            ),
            {"seconds": seconds},
        )
    database.close()


def takes_it(chair: _Shared) -> bool:
    """Beat until it leads: the server ends a connection in its own time."""
    latest = time.monotonic() + 10
    while not chair.leads() and time.monotonic() < latest:
        chair.beat()
    return chair.leads()


def test_the_only_process_on_sqlite_listens(sqlite_url: str) -> None:
    chair = chair_of(Database(sqlite_url), "one")
    chair.beat()
    assert chair.leads()
    chair.leave()


def test_one_of_two_listens(copies: tuple[_Shared, _Shared, Watch]) -> None:
    one, two, _ = copies
    for _ in range(3):
        one.beat()
        two.beat()
    assert (one.leads(), two.leads()) == (True, False)
    one.leave()
    assert not one.leads()
    two.beat()
    assert two.leads()
    one.beat()
    assert not one.leads()


def test_a_holder_that_hangs_loses_it_and_knows_when_it_wakes(
    copies: tuple[_Shared, _Shared, Watch], postgres_url: str
) -> None:
    one, two, watch = copies
    one.beat()
    two.beat()
    assert not two.leads()
    watch.now += STALE_S + 1
    assert not one.leads(), "it may be somebody else's by now"
    silence(postgres_url, STALE_S + 1)
    assert takes_it(two)
    one.beat()
    one.beat()
    assert not one.leads()


def test_a_holder_that_is_heard_of_keeps_it(
    copies: tuple[_Shared, _Shared, Watch], postgres_url: str
) -> None:
    one, two, _ = copies
    one.beat()
    silence(postgres_url, STALE_S - 3)
    two.beat()
    one.beat()
    two.beat()
    assert (one.leads(), two.leads()) == (True, False)


def test_a_database_that_went_away_is_waited_for(postgres_url: str) -> None:
    database = Database(postgres_url)
    one = _Shared(database, "one")
    one.beat()
    assert one.leads()
    other = Database(postgres_url)
    with other.transaction() as session:
        session.connection().execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    one.beat()
    assert not one.leads()
    assert takes_it(one)
    one.leave()
    database.close()
    other.close()


def test_the_others_know_whether_the_holder_has_caught_up(
    copies: tuple[_Shared, _Shared, Watch], postgres_url: str
) -> None:
    one, two, _ = copies
    assert not two.heard(), "nobody has ever listened"
    one.beat(hears=True)
    assert not two.heard(), "it has just begun to listen, whatever it says"
    one.beat(hears=False)
    two.beat(hears=True)
    assert not two.heard()
    one.beat(hears=True)
    assert two.heard()
    silence(postgres_url, STALE_S)
    assert not two.heard(), "it may hang"
    one.beat(hears=True)
    assert two.heard()
    one.leave()
    assert not two.heard(), "at once, though its last word is fresh"


def test_the_only_process_on_sqlite_hears_for_itself(sqlite_url: str) -> None:
    assert chair_of(Database(sqlite_url), "one").heard()
