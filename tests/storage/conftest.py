"""A database of each kind: SQLite in a fresh file, PostgreSQL as a real server from a package."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from storage import queue
from storage.database import Database
from storage.models import Delivery, Post
from storage.states import DeliveryState, PostState

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""The tests' present."""


@pytest.fixture(scope="session")
def migrated(postgres: Any) -> str:
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
    server: Any = request.getfixturevalue("postgres")
    return str(server.fresh())


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
    server: Any = request.getfixturevalue("postgres")
    return str(server.fresh(request.getfixturevalue("migrated")))


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
    post = Post(**values)
    queue.create(session, post, who="Alice", what="drafted", now=NOW)
    return post


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
    delivery = Delivery(**values)
    queue.create(session, delivery, who="bot", what="made", now=NOW)
    return delivery


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
