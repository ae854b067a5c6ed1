"""Which copies of the bot live, which one of them listens, and what happens to those that hang.

On PostgreSQL every copy has one connection of its own for this. On it stand two advisory locks, in the name of the copy
and for the one that leads, which are free the moment the process is gone; and every `BEAT_S` it writes its row in
`member`, by the server's clock: the sign of life. So there are two ways to be gone:

missing     its lock was free at every look for `GONE_S`, seen from one unbroken connection: it died. (One that only lost
            its connection takes its lock again within `BEAT_S`.)
silent      its row is older than `STALE_S`: it hangs, or does not reach the database. Whoever sees that has the server
            end all its connections (they carry its name, see `storage.database`): with them go its locks, turns and
            open transactions, so nobody has to wait for it.

That a copy is gone is no more than a reason to look early for what it was sending (`find`). What keeps a copy that wakes
from doing harm: it knows by its own clock that its sign of life is old (`leads`, `present`); its claim is asked before
every request that cannot be taken back (`handlers.base.must_hold`); and what it does in a turn on a post is done on the
connection that was ended (`storage.turns`).

On SQLite there is one process (`bot.alone`), and what it finds `sending` when it starts is nobody's.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from typing import Final, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from typing_extensions import override

from storage import membership_sql as sql
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger("storage.membership")

BEAT_S: Final = 2.0
"""How often a copy says that it lives, and looks at the others."""
FRESH_S: Final = 5.0
"""How old the leader's last sign of life may be for the others to rely on what it has read."""
STALE_S: Final = 8.0
"""A copy that was silent for so long does not lead and holds nothing any more, whatever it thinks itself."""
GONE_S: Final = 3 * BEAT_S
"""How long the lock of a copy must be free before the copy counts as dead."""


class Membership(Protocol):
    """That this copy lives, told to the others; whether it leads; and who of the others is gone."""

    def leads(self) -> bool:
        """True as long as no other copy can be listening; asked before everything that only one may do."""
        ...

    def heard(self) -> bool:
        """Whether somebody listens and has caught up, as far as that can be seen now. Raises `StorageError`."""
        ...

    def present(self) -> bool:
        """Whether the others know that this copy lives; without that nothing is to be claimed."""
        ...

    def gone(self) -> Collection[str]:
        """The workers that have claims and died, or hang: what they were sending is looked for."""
        ...

    def elsewhere(self) -> bool:
        """Whether another copy that lives works in another data folder, where other pictures and another key lie."""
        ...

    def beat(self, *, hears: bool = True) -> None:
        """Say that we live, lead if nobody else does, and look at the others; to be called every `BEAT_S`.

        `hears`: whether this copy, if it leads, has caught up with what was said before. Never raises `StorageError`.
        """
        ...

    def leave(self) -> None:
        """The end of this copy, so that the others need not wait."""
        ...


def membership_of(database: Database, folder: str) -> Membership:
    """The membership of the copy that works as `database.worker`.

    `folder` names its data folder: the same for all copies that share it, and for no others.
    """
    return Shared(database, folder) if database.url.get_backend_name() == "postgresql" else ALONE


class _Alone:
    """There is only one process."""

    def leads(self) -> bool:
        return True

    def heard(self) -> bool:
        return True

    def present(self) -> bool:
        return True

    def gone(self) -> Collection[str]:
        return ()

    def elsewhere(self) -> bool:
        return False

    def beat(self, *, hears: bool = True) -> None:
        pass

    def leave(self) -> None:
        pass


ALONE: Final[Membership] = _Alone()
"""Of a process that has the database for itself."""


def _awake() -> float:
    """Seconds that also pass while the machine sleeps, where the system has such a clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


class Shared(Membership):
    """Among several copies on one PostgreSQL."""

    def __init__(self, database: Database, folder: str, clock: Callable[[], float] = _awake) -> None:
        self._database = database
        self._who = {"who": database.worker}
        self._folder = folder
        self._clock = clock
        self._line: Connection | None = None
        self._present = self._leads = False
        self._alive = float("-inf")
        """When the last beat began that came through."""
        self._missing: dict[str, float] = {}
        """Who has claims and no lock -> since when, at every look from then on."""
        self._silent: frozenset[str] = frozenset()
        self._told: frozenset[str] = frozenset()
        self._refused: set[str] = set()
        """Whose connections we may not end."""

    @override
    def leads(self) -> bool:
        # a process that slept finds out here, before it does anything
        return self._leads and self._is_fresh()

    @override
    def heard(self) -> bool:
        with self._database.reading() as session:
            return bool(session.connection().execute(sql.HEARD, {"fresh": FRESH_S}).scalar())

    @override
    def present(self) -> bool:
        return self._present and self._is_fresh()

    @override
    def gone(self) -> Collection[str]:
        if not self.present():  # we slept, or do not reach the database: we know nothing of the others
            return frozenset()
        missing = {one for one, since in self._missing.items() if self._alive - since >= GONE_S}
        return self._silent | missing

    @override
    def elsewhere(self) -> bool:
        if self._line is None:
            return False
        try:
            return bool(self._line.execute(sql.ELSEWHERE, self._who | {"folder": self._folder}).scalar())
        except SQLAlchemyError:  # the next `beat` takes another connection
            return False

    @override
    def beat(self, *, hears: bool = True) -> None:
        # twice: of one that hung, the server ended the connection, and each moment without a sign of life costs
        # it the next one as well
        if not self._beat(hears):
            self._beat(hears)

    def _beat(self, hears: bool) -> bool:
        began = self._clock()
        if not self._is_fresh():
            self._missing = {}  # nobody looked meanwhile
        try:
            if self._line is None:
                self._line = self._database.apart()
            self._speak(self._line, hears)
            self._look(self._line, began)
        except (SQLAlchemyError, StorageError) as error:
            self._lose(error)
            return False
        self._alive = began
        self._tell()
        return True

    def _speak(self, line: Connection, hears: bool) -> None:
        # just taken: what was said while nobody listened is not known yet, whatever the caller thinks
        told = hears and self._leads
        line.execute(sql.BEAT, self._who | {"folder": self._folder, "hears": told})
        # after a cut, until the server has noticed it, our former connection may hold them
        self._present = self._present or bool(line.execute(sql.TAKE, self._who).scalar())
        if not self._leads:
            self._leads = bool(line.execute(sql.LEAD).scalar())
            if self._leads:
                log.info("this copy listens from now on", extra={"action": "leader_taken"})

    def _look(self, line: Connection, began: float) -> None:
        found = line.execute(sql.LOOK, self._who | {"stale": STALE_S}).all()
        self._missing = {
            one: self._missing.get(one, began) for one, claims, silent in found if claims and not silent
        }
        self._silent = frozenset(one for one, claims, silent in found if claims and silent)
        silent = [one for one, _, is_silent in found if is_silent]
        for one in silent:
            self._end(line, one)
        self._refused &= set(silent)

    def _end(self, line: Connection, worker: str) -> None:
        """End whatever a copy that hangs holds, so that nobody waits for it."""
        whom = {"who": worker, "stale": STALE_S}
        try:
            ended = line.execute(sql.END, whom).all()
        except ProgrammingError:
            if worker not in self._refused:
                self._refused.add(worker)
                log.error(
                    "the copy %s hangs, and this database user may not end its connections: what it works on waits "
                    "for minutes. Let all copies use the same user, or give this one the role `pg_signal_backend`.",
                    worker,
                    extra={"action": "copy_not_ended"},
                )
            return
        if not ended:
            line.execute(sql.STRIKE, whom)
        else:
            log.warning(
                "the copy %s gave no sign of life; its %d connections are ended",
                worker,
                len(ended),
                extra={"action": "copy_ended"},
            )

    def _tell(self) -> None:
        gone = frozenset(self.gone())
        for one in gone - self._told:
            log.warning(
                "the copy %s is gone; what it was sending is looked for", one, extra={"action": "copy_gone"}
            )
        self._told = gone

    def _lose(self, error: Exception) -> None:
        if self._leads:
            log.warning(
                "this copy does not listen any more: %s",
                type(error).__name__,
                extra={"action": "leader_lost"},
            )
        else:
            log.info("this copy cannot say that it lives: %s", type(error).__name__)
        self._drop()

    @override
    def leave(self) -> None:
        if self._line is not None:
            try:  # a server notices a closed connection in its own time; the others shall not wait for it
                self._line.execute(sql.FORGET, self._who)
                self._line.execute(sql.LEAVE)
            except SQLAlchemyError:
                log.info("this copy was not known to live when it ended")
        self._drop()

    def _is_fresh(self) -> bool:
        return self._clock() - self._alive < STALE_S

    def _drop(self) -> None:
        self._present = self._leads = False
        self._missing, self._silent, self._alive = {}, frozenset(), float("-inf")
        line, self._line = self._line, None
        if line is not None:
            try:
                line.invalidate()  # not given back to the pool: the locks must go with the connection
                line.close()
            except SQLAlchemyError:  # it is gone already
                pass
