"""A real PostgreSQL that may be restarted, as the tests use it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import Postgres


class Server(Postgres):
    """One PostgreSQL on a socket in a temporary folder."""

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Server]:
        """For as long as a `with` block lasts. Raises LookupError, OSError or CalledProcessError where there is none."""
        server = cls()
        server.start()
        try:
            yield server
        finally:
            server.stop()

    def restart(self) -> None:
        """As after a crash: every connection is cut, and it comes back by its log."""
        with_socket = f"-h '' -k {self.root} -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "-w", "-D", "data", "-m", "immediate", "stop")
        self._run("pg_ctl", "-w", "-D", "data", "-l", "log", "-o", with_socket, "start")


class Given:
    """One that runs already: its databases are somebody else's to make."""

    def __init__(self, url: str) -> None:
        self._url = url

    def fresh(self) -> str:
        """The URL of an empty database."""
        return self._url


@contextmanager
def some(url: str) -> Iterator[Server | Given]:
    """That database, or, without one, those of a server of our own."""
    if url:
        yield Given(url)
        return
    with Server.running() as server:
        yield server


AWAY = (LookupError, ValueError, OSError, subprocess.SubprocessError)
"""What `running` raises where no PostgreSQL can be started."""
