"""One at a time under a name; and who was taken for gone in the middle of it has done nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from storage import cursors
from storage.database import Database
from storage.errors import Moved, StorageError
from storage.insist import insist
from storage.turns import Turns, turn
from storage.vault import Vault

SOON = timedelta(milliseconds=200)
KEY = "twenty-four characters !"


def end(database: Database, by: Database) -> None:
    """What the others do with a copy that hangs (see `storage.membership`)."""
    with by.transaction() as session:
        ended = session.connection().execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = :name"
            ),
            {"name": f"social {database.worker}"[-63:]},
        )
        assert all(ended.scalars())


@pytest.fixture
def pair(postgres_url: str) -> Iterator[tuple[Database, Database]]:
    made = Database(postgres_url), Database(postgres_url)
    yield made
    for one in made:
        one.close()


def write(database: Database, value: str) -> None:
    with database.transaction() as session:
        cursors.write(session, "x", value)


def read(database: Database) -> str:
    with database.reading() as session:
        return cursors.read(session, "x")


def test_who_is_ended_in_its_turn_has_lost_it_and_writes_nothing_more(
    pair: tuple[Database, Database],
) -> None:
    one, two = pair

    def hangs() -> None:
        with turn(one, "post 1"):
            write(one, "before")
            end(one, two)
            with turn(two, "post 1", SOON):
                write(two, "by the other")
            with pytest.raises(StorageError, match="does not answer"):
                write(one, "what was seen long ago")
            insist(lambda: write(one, "once more"), rest=lambda _: None)

    with pytest.raises(Moved, match="turn"):
        hangs()
    assert read(two) == "by the other"
    write(one, "it works on")
    with turn(one, "post 1", SOON):
        write(one, "and takes turns")
    assert read(two) == "and takes turns"


def test_a_transaction_that_was_open_when_it_was_ended_is_void(pair: tuple[Database, Database]) -> None:
    one, two = pair

    def hangs() -> None:
        with turn(one, "post 1"), one.transaction() as session:
            cursors.write(session, "x", "half")
            end(one, two)

    with pytest.raises(StorageError):
        hangs()
    assert read(two) == ""


def test_it_can_be_asked_whether_the_turn_is_still_ours(pair: tuple[Database, Database]) -> None:
    one, two = pair
    with Vault(one, KEY).alone("x") as held:
        held()
        end(one, two)
        with pytest.raises(StorageError):
            held()
        with pytest.raises(Moved):
            held()


def test_a_turn_in_a_turn_is_on_the_same_connection_and_both_end(pair: tuple[Database, Database]) -> None:
    one, two = pair
    with turn(one, "a"), turn(one, "b"):
        for name in "ab":
            with pytest.raises(StorageError, match="busy"), turn(two, name, SOON):
                pytest.fail("two at once")
        write(one, "in both")
    with turn(two, "a", SOON), turn(two, "b", SOON):
        assert read(two) == "in both"


def test_what_one_waits_for_in_vain_is_not_held_later(pair: tuple[Database, Database]) -> None:
    one, two = pair
    with turn(one, "a"):
        with pytest.raises(StorageError, match="busy"), turn(two, "a", SOON):
            pytest.fail("two at once")
        with turn(two, "b", SOON):
            write(two, "works on")
    with turn(one, "a", SOON), turn(one, "b", SOON):
        pass


@pytest.mark.parametrize("setting", ["lock_timeout", "idle_session_timeout"])
def test_the_connection_is_given_back_as_it_was(pair: tuple[Database, Database], setting: str) -> None:
    one, _ = pair

    def set_to() -> object:
        with one.reading() as session:
            return session.connection().execute(text(f"SHOW {setting}")).scalar()

    before = set_to()
    with turn(one, "a"):
        pass
    assert set_to() == before


def test_other_threads_work_on_connections_of_their_own(pair: tuple[Database, Database]) -> None:
    one, two = pair
    done: list[str] = []

    def beside() -> None:
        write(one, "beside")
        done.append(read(two))

    with turn(one, "a"), one.transaction() as session:
        cursors.write(session, "y", "open")
        thread = threading.Thread(target=beside)
        thread.start()
        thread.join(10)
    assert done == ["beside"]


def test_turns_of_one_process_are_taken_again_by_the_same_thread_and_leave_nothing_behind(
    database: Database,
) -> None:
    turns = Turns(database)
    order: list[str] = []
    inside, leave = threading.Event(), threading.Event()

    def first() -> None:
        with turns.of("a"), turns.of("a"):
            inside.set()
            assert leave.wait(10)
            order.append("first")

    def second() -> None:
        with turns.of("a"):
            order.append("second")

    threads = [threading.Thread(target=work) for work in (first, second)]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    with turns.of("b"):
        leave.set()
    for thread in threads:
        thread.join(10)
    assert order == ["first", "second"]
    assert turns.waiting == 0


def test_a_turn_that_ends_with_an_error_is_over(database: Database, url: str) -> None:
    one = Turns(database)
    with pytest.raises(ZeroDivisionError), one.of("a"):
        raise ZeroDivisionError
    other = Database(url)
    with one.of("a"), turn(other, "b", SOON):
        assert one.waiting == 1
    assert one.waiting == 0
    other.close()
