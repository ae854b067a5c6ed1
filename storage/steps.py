"""At which step of `migrations` the tables are, and how they get to another one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.errors import StorageError
from storage.migrations import HEAD


def current(connection: Connection) -> str | None:
    """The step the tables are at; None if there are none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def walk(connection: Connection, begin: str | None, step: str) -> None:
    """Bring the tables from one step to another, forwards or back. Raises `StorageError` for one nobody here knows."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    walked = ScriptDirectory.from_config(config).walk_revisions()
    known = [script.revision for script in walked]  # the newest first
    unknown = next((one for one in (begin, step) if one is not None and one not in known), None)
    if unknown is not None:
        raise StorageError(
            f"The database was written by a newer version of the bot (step {unknown}; this one knows {HEAD}). "
            "Install the newer version again, or bring back a copy from before."
        )
    back = begin is not None and known.index(step) > known.index(begin)
    (command.downgrade if back else command.upgrade)(config, step)
