"""One value under each name, whoever writes it, and however many at once."""

from __future__ import annotations

import threading

from storage import cursors
from storage.database import Database


def test_a_value_is_written_read_again_replaced_and_forgotten(database: Database) -> None:
    with database.transaction() as session:
        assert cursors.read(session, "home") == ""
        cursors.write(session, "home", "social|7")
        assert cursors.read(session, "home") == "social|7"
        cursors.write(session, "home", "social|8")
    with database.transaction() as session:
        assert cursors.read(session, "home") == "social|8"
        cursors.forget(session, "home")
        cursors.forget(session, "nothing")
        assert cursors.read(session, "home") == ""


def test_a_new_name_is_written_by_many_at_once(database: Database) -> None:
    at_once, failed = threading.Barrier(8), []

    def begin(number: int) -> None:
        at_once.wait()
        try:
            for name in range(20):
                with database.transaction() as session:
                    cursors.write(session, f"account:{name}", f"good|{number}")
        except Exception as error:  # a thread's error would be lost
            failed.append(error)

    threads = [threading.Thread(target=begin, args=(one,)) for one in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with database.reading() as session:
        assert all(cursors.read(session, f"account:{name}").startswith("good|") for name in range(20))
