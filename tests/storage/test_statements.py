"""What was once made of a statement serves every database that this process opens after it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine.interfaces import CacheStats

from storage.database import Database
from storage.models import Post
from storage.plan import next_due

Posting = Callable[..., Post]


def made_anew(path: Path, posting: Posting) -> list[str]:
    """Write and read there with an engine of its own; the statements whose SQL had to be made."""
    missed: list[str] = []
    database = Database(f"sqlite:///{path}")

    def look(_connection: Any, _cursor: Any, sql: str, _values: Any, context: Any, _many: bool) -> None:
        if context.compiled is not None and context.cache_hit is not CacheStats.CACHE_HIT:
            missed.append(sql)

    event.listen(database._engine, "before_cursor_execute", look)
    with database.transaction() as session:
        posting(session)
    with database.reading() as session:
        next_due(session)
    database.close()
    return missed


def test_the_second_database_compiles_nothing(migrated_file: Path, tmp_path: Path, posting: Posting) -> None:
    for name in ("first", "second"):
        copyfile(migrated_file, tmp_path / name)
    made_anew(tmp_path / "first", posting)
    assert made_anew(tmp_path / "second", posting) == []
