"""`social run` in a process of its own that ends itself, at a commit or at a statement, when the tool says so.

The product holds nothing of this. The process is the real one, from its command line on; around its outermost edges
(the commit of SQLAlchemy's dialect, the statement, the time-out of a socket) lie hooks, and it dies by SIGKILL: no
`finally`, no rollback, no farewell.
"""

from __future__ import annotations

import faulthandler
import mmap
import os
import signal
import socket
import struct
import sys
import threading
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect

NOTHING, BEFORE_COMMIT, AFTER_COMMIT, STATEMENT, BURNT, NOTED, STOP, STOP_BEFORE, STOP_AFTER = range(9)
"""What a fuse is set to; `BURNT` is what it says after it went off. `NOTED` is after the commit that says that a
creating request leaves, and before it does; `STOP` the same, but the process is only stopped (SIGSTOP); `STOP_BEFORE` and
`STOP_AFTER` stop it before and after any commit."""
LONGEST_S: Final = 3.0
"""No answer is waited for longer than that, so that a delay past the time-out costs seconds and not minutes."""
POLL_S: Final = 90.0
"""The time-out of the `zulip` client's long poll, which stays as it is."""
LONGEST_PAUSE_S: Final = 1.0
"""The longest rest that Zulip's own limit (429) is granted."""
QUIET_S: Final = 0.3
"""How often the publisher looks at everything while nothing seems to be due."""
_SHORT_S: Final = 5.0
_LEAVES: Final = '"trying": {'
"""Stands in a receipt while a creating request has left and has no answer."""
_STOPS: Final = (STOP, STOP_BEFORE, STOP_AFTER)
_FORM: Final = struct.Struct("<qq")


class Fuse:
    """A file that the tool and the bot both have in memory: what the fuse is set to, and how many are left."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_FORM.pack(NOTHING, 0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _FORM.size)
        self._lock = threading.Lock()

    def set(self, kind: int, number: int) -> None:
        """Let it go off at the `number`-th of that kind from now on."""
        self._shared[:] = _FORM.pack(kind, number)

    def read(self) -> tuple[int, int]:
        """What it is set to, and how many are left."""
        kind, left = _FORM.unpack(self._shared[:])
        return kind, left

    def pass_by(self, kind: int) -> None:
        """One of that kind happens: count it, and end the process if it is the one."""
        with self._lock:
            wanted, left = self.read()
            if wanted != kind:
                return
            if left > 1:
                self.set(kind, left - 1)
                return
            self.set(BURNT, kind)
            # to this thread, which obeys before it goes on; a process hears through any of its threads, some time
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP if kind in _STOPS else signal.SIGKILL)


def plug(fuse: Fuse) -> None:
    """Lay the fuse around the database: every commit that writes, and every statement."""
    here = threading.local()
    commit: Any = DefaultDialect.do_commit

    def is_about_to(connection: Connection) -> None:
        here.writes = not connection.get_execution_options().get("reading", False)

    def committing(self: Any, dbapi_connection: Any) -> None:
        writes, notes = getattr(here, "writes", False), getattr(here, "notes", False)
        here.writes = here.notes = False
        if writes:
            fuse.pass_by(BEFORE_COMMIT)
            fuse.pass_by(STOP_BEFORE)
        commit(self, dbapi_connection)
        if writes:
            fuse.pass_by(AFTER_COMMIT)
            fuse.pass_by(STOP_AFTER)
        if notes:
            fuse.pass_by(NOTED)
            fuse.pass_by(STOP)

    def stating(_one: Any, _two: Any, _statement: Any, parameters: Any, *_more: Any) -> None:
        fuse.pass_by(STATEMENT)
        if _LEAVES in str(parameters):
            here.notes = True

    event.listen(Engine, "commit", is_about_to)
    event.listen(Engine, "before_cursor_execute", stating)
    DefaultDialect.do_commit = committing  # type: ignore[method-assign]  # the edge itself has no hook afterwards


def hurry() -> None:
    """Shorten every time-out of a socket but the long poll's: what a server's delay means stays the same."""
    settimeout = socket.socket.settimeout

    def shortened(self: socket.socket, value: float | None) -> None:
        longer = value is not None and value > _SHORT_S and value != POLL_S
        settimeout(self, LONGEST_S if longer else value)

    socket.socket.settimeout = shortened  # type: ignore[method-assign,assignment]  # urllib3 and httpcore both end there
    from bot import pacing
    from bot.chat import budget

    budget.LONGEST_PAUSE_S = LONGEST_PAUSE_S  # type: ignore[misc]  # nobody waits for a minute here
    pacing.QUIET_S = pacing.IDLE_S = QUIET_S  # type: ignore[misc]  # the clock jumps here from one due instant to the next


def run(config: str, log: str, fuse: str) -> None:
    """The process: `social run`, with its standard error in a file."""
    social(["run", "--config", config], log, fuse)


def social(words: list[str], log: str, fuse: str) -> None:
    """The same for any command."""
    told = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    os.dup2(told, 1)
    os.dup2(told, 2)
    faulthandler.register(signal.SIGUSR1, file=told, all_threads=True)
    plug(Fuse(Path(fuse)))
    hurry()
    from bot.cli import main

    sys.exit(main(words))


if __name__ == "__main__":
    run(*sys.argv[1:4])
