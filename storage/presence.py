"""Which copies are gone, so that what they claimed need not wait for its lease.

On PostgreSQL every copy holds an advisory lock of its own on a connection of its own; the server lets go of it the
moment the process is gone. A claim names its copy (`worker`). A copy that lost its connection and lives takes its
lock again within `BEAT_S`; so one counts as gone only if its lock was free at every look for `GONE_S`, seen from one
unbroken connection. A copy that hangs, or was stopped, keeps its connection: its claims wait for their lease.

That a copy is gone is no more than a reason to look (`find`) early: what keeps a claim from being used by somebody who
lost it is the claim itself, which is asked before every request that cannot be taken back (`handlers.base.must_hold`).
On SQLite there is one process, and what it finds `sending` when it starts is nobody's.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final, Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from storage.chair import BEAT_S, STALE_S
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger("storage.presence")

GONE_S: Final = 3 * BEAT_S
"""How long the lock of a copy must be free before the copy counts as gone."""
_LOCKS: Final = 0x50C1A4
_FOLDERS: Final = 0x50C1A5

_TAKE = text("SELECT pg_try_advisory_lock(:kind, hashtext(:who))")
_LEAVE = text("SELECT pg_advisory_unlock_all()")
_WORK_IN = text("SELECT pg_advisory_lock_shared(:kind, hashtext(:folder))")
_ELSEWHERE = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = :kind AND objsubid = 2 "
    "AND objid::bigint <> hashtext(:folder)::bigint & 4294967295 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)
"""Whether a copy works in another folder: each holds a lock in the name of its own, together with those that share it."""
_MISSING = text(
    "SELECT claim.worker FROM ("
    "SELECT worker FROM delivery WHERE state = 'sending' "
    "UNION SELECT worker FROM staged WHERE lease_until IS NOT NULL"
    ") AS claim WHERE claim.worker <> '' AND claim.worker <> :who AND NOT EXISTS ("
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = :kind AND objsubid = 2 AND granted "
    "AND objid::bigint = hashtext(claim.worker)::bigint & 4294967295 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)
"""Who has claims and does not hold their lock. The claims are read before the locks, and a lock is held before
anything is claimed, so nobody who lives is among them for long."""


class Presence(Protocol):
    """That this copy lives, told to the others, and who of them does not."""

    def present(self) -> bool:
        """Whether the others know that this copy lives; without that nothing is to be claimed."""
        ...

    def gone(self) -> frozenset[str]:
        """The workers that have claims and are dead for certain."""
        ...

    def beat(self) -> None:
        """Say that we live, and look who else does; to be called every `BEAT_S`. Never raises `StorageError`."""
        ...

    def elsewhere(self) -> bool:
        """Whether another copy that lives works in another data folder, where other pictures and another key lie."""
        ...

    def leave(self) -> None:
        """The end of this copy."""
        ...


def presence_of(database: Database, worker: str, folder: str) -> Presence:
    """The presence of the copy that claims as `worker`, which no other copy may ever have been.

    `folder` names its data folder: the same for all copies that share it, and for no others.
    """
    return _Shared(database, worker, folder) if database.url.get_backend_name() == "postgresql" else ALONE


class _Sole:
    """There is only one process."""

    def present(self) -> bool:
        return True

    def gone(self) -> frozenset[str]:
        return frozenset()

    def beat(self) -> None:
        pass

    def elsewhere(self) -> bool:
        return False

    def leave(self) -> None:
        pass


ALONE: Final[Presence] = _Sole()
"""Of a process that has the database for itself."""


class _Shared(Presence):
    def __init__(
        self, database: Database, worker: str, folder: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._worker = worker
        self._folder = {"kind": _FOLDERS, "folder": folder}
        self._monotonic = monotonic
        self._line: Connection | None = None
        self._held = False
        self._looked = float("-inf")
        """When the last look began that came through."""
        self._missing: dict[str, float] = {}
        """Who has claims and no lock -> since when, at every look from then on."""
        self._told: set[str] = set()

    @override
    def present(self) -> bool:
        return self._held and self._monotonic() - self._looked < STALE_S

    @override
    def gone(self) -> frozenset[str]:
        if not self.present():  # we slept, or do not reach the database: we know nothing of the others
            return frozenset()
        found = frozenset(one for one, since in self._missing.items() if self._looked - since >= GONE_S)
        for one in found - self._told:
            log.warning(
                "the copy %s is gone; what it was sending is looked for", one, extra={"action": "copy_gone"}
            )
        self._told = {one for one in self._told if one in self._missing} | found
        return found

    @override
    def beat(self) -> None:
        began = self._monotonic()
        if began - self._looked >= STALE_S:
            self._missing = {}  # nobody looked meanwhile
        who = {"kind": _LOCKS, "who": self._worker}
        try:
            if self._line is None:
                self._line = self._database.apart()
                self._line.execute(_WORK_IN, self._folder)
            if (
                not self._held
            ):  # after a cut, until the server has noticed it, our former connection may hold it
                self._held = bool(self._line.execute(_TAKE, who).scalar())
            missing = list(self._line.execute(_MISSING, who).scalars())
        except (SQLAlchemyError, StorageError) as error:
            log.info("this copy cannot say that it lives: %s", type(error).__name__)
            self._drop()
            return
        self._missing = {one: self._missing.get(one, began) for one in missing}
        self._looked = began

    @override
    def elsewhere(self) -> bool:
        if self._line is None:
            return False
        try:
            return bool(self._line.execute(_ELSEWHERE, self._folder).scalar())
        except SQLAlchemyError:  # the next `beat` takes another connection
            return False

    @override
    def leave(self) -> None:
        if self._held and self._line is not None:
            try:  # a server notices a closed connection in its own time
                self._line.execute(_LEAVE)
            except SQLAlchemyError:
                log.info("this copy was not known to live when it ended")
        self._drop()

    def _drop(self) -> None:
        self._held, self._missing, self._looked = False, {}, float("-inf")
        line, self._line = self._line, None
        if line is not None:
            try:
                line.invalidate()  # not given back to the pool: the lock must go with the connection
                line.close()
            except SQLAlchemyError:  # it is gone already
                pass
