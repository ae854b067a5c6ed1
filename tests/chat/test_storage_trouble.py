"""A database that somebody holds for a while is waited out; nothing that was said meanwhile is lost."""

from __future__ import annotations

import logging
import sqlite3
import threading

from town import Town
from typing_extensions import override


def test_a_locked_database_is_waited_out_and_the_draft_is_not_lost(
    town: Town,
) -> None:
    told = threading.Event()

    class Ears(logging.Handler):
        @override
        def emit(self, record: logging.LogRecord) -> None:
            if getattr(record, "action", "") == "storage_trouble":
                told.set()

    ears = Ears()
    logging.getLogger("social.listener").addHandler(ears)
    holder = sqlite3.connect(str(town.database.url.database), isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    stop = threading.Event()
    thread = threading.Thread(target=town.listener.run, args=(stop,))
    thread.start()
    try:
        town.carol.writes("@social draft\nto: mastodon\nHello")
        assert told.wait(30)
        holder.execute("ROLLBACK")
    finally:
        stop.set()
        holder.close()
        town.carol.writes("so that the listener wakes up and sees that it is to stop")
        thread.join(30)
        logging.getLogger("social.listener").removeHandler(ears)
    town.settle()
    assert "Hello" in town.card(1)
