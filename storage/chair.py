"""Who of several copies listens: one at a time, and another one soon after it died or hangs.

On PostgreSQL the chair is an advisory lock on a connection of its own, so that it is free the moment its holder is
gone. A holder that hangs keeps its connection; so it also writes down every two seconds that it is alive, and a
copy that reads nothing new for eight has the server end that connection. SQLite has one process (`wiring.keep_alone`).

With it the holder writes down whether it has caught up: until it has, and while nobody listens, no copy delivers,
because an order such as `cancel` may stand in the chat unread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final, Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger("storage.chair")

BEAT_S: Final = 2.0
"""How often the holder says that it is alive, and the others try to get the chair."""
FRESH_S: Final = 5.0
"""How old the holder's last word may be for the others to rely on it."""
STALE_S: Final = 8.0
"""A holder that was silent for so long does not hold it any more, whatever it thinks itself."""
_LOCK: Final = 0x50C1A3

_BEAT = text(
    "INSERT INTO cursor (name, value) "
    "VALUES ('listener', :who || '|' || extract(epoch FROM clock_timestamp()) || '|' || :hears) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_SILENT = text(
    "SELECT extract(epoch FROM clock_timestamp()) - split_part(value, '|', 2)::float FROM cursor WHERE name = 'listener'"
)
_HEARS = text(
    "SELECT split_part(value, '|', 3) <> '0' "  # an older version of the bot tells nothing
    "AND extract(epoch FROM clock_timestamp()) - split_part(value, '|', 2)::float < :fresh "
    "AND EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = :lock AND objsubid = 1 "
    "AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) "
    "FROM cursor WHERE name = 'listener'"
)
_END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = :lock "
    "AND objsubid = 1 AND granted AND pid <> pg_backend_pid() "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Chair(Protocol):
    """Whether this copy is the one that listens."""

    def leads(self) -> bool:
        """True as long as no other copy can be listening; asked before everything that only one may do."""
        ...

    def heard(self) -> bool:
        """Whether somebody listens and has caught up, as far as that can be seen now. Raises `StorageError`."""
        ...

    def beat(self, *, hears: bool = True) -> None:
        """Keep the chair, or try to get it; to be called every `BEAT_S`. Never raises `StorageError`.

        `hears`: whether this copy, if it has the chair, has caught up with what was said before.
        """
        ...

    def leave(self) -> None:
        """Give it up, so that another copy need not wait."""
        ...


def chair_of(database: Database, worker: str) -> Chair:
    """The chair of this database; `worker` is who we are."""
    return _Shared(database, worker) if database.url.get_backend_name() == "postgresql" else _Sole()


class _Sole:
    """There is only one process."""

    def leads(self) -> bool:
        return True

    def heard(self) -> bool:
        return True

    def beat(self, *, hears: bool = True) -> None:
        pass

    def leave(self) -> None:
        pass


class _Shared(Chair):
    def __init__(
        self, database: Database, worker: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._worker = worker
        self._monotonic = monotonic
        self._line: Connection | None = None
        self._held = False
        self._alive = 0.0
        """When the last beat began that came through."""

    @override
    def leads(self) -> bool:
        # a process that slept finds out here, before it does anything
        return self._held and self._monotonic() - self._alive < STALE_S

    @override
    def heard(self) -> bool:
        with self._database.reading() as session:
            found = session.connection().execute(_HEARS, {"lock": _LOCK, "fresh": FRESH_S}).scalar()
        return bool(found)

    @override
    def beat(self, *, hears: bool = True) -> None:
        began = self._monotonic()
        try:
            if self._line is None:
                self._line = self._database.apart()
            held = self._held or bool(
                self._line.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}).scalar()
            )
            if held:
                # just taken: what was said while nobody listened is not known yet, whatever the caller thinks
                told = "1" if hears and self._held else "0"
                self._line.execute(_BEAT, {"who": self._worker, "hears": told})
                if not self._held:
                    log.info("this copy listens from now on", extra={"action": "chair_taken"})
                self._held, self._alive = True, began
            else:
                self._wake(self._line)
        except (SQLAlchemyError, StorageError) as error:
            if self._held:
                log.warning(
                    "this copy does not listen any more: %s",
                    type(error).__name__,
                    extra={"action": "chair_lost"},
                )
            self._drop()

    @override
    def leave(self) -> None:
        if self._held and self._line is not None:
            try:  # a server notices a closed connection in its own time; the next one shall not wait for it
                self._line.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            except SQLAlchemyError:
                log.info("the chair was lost before it was left", extra={"action": "chair_lost"})
        self._drop()

    def _wake(self, line: Connection) -> None:
        """End the connection of a holder that has not been heard of."""
        silent = line.execute(_SILENT).scalar()
        if silent is None or silent > STALE_S:
            ended = line.execute(_END, {"lock": _LOCK}).scalar()
            if ended:
                log.warning(
                    "the copy that listened hangs; its place is taken", extra={"action": "chair_freed"}
                )

    def _drop(self) -> None:
        self._held = False
        line, self._line = self._line, None
        if line is not None:
            try:
                line.invalidate()  # not given back to the pool: the lock must go with the connection
                line.close()
            except SQLAlchemyError:  # it is gone already
                pass
