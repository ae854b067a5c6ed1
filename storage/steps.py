"""At which step of `migrations` the tables are, and how they get to another one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.errors import StorageError
from storage.migrations import HEAD

UNSAFE = "restoring"
"""The cursor that stands from the moment at which a copy's rows are there until nothing of it can go out by itself."""
_FOLDER = str(Path(__file__).parent / "migrations")


def current(connection: Connection) -> str | None:
    """The step the tables are at; None if there are none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def walk(connection: Connection, begin: str | None, step: str) -> None:
    """Bring the tables from one step to another, forwards or back. Raises `StorageError` for one nobody here knows."""
    from alembic import command
    from alembic.config import Config

    known = _known()
    for one in (begin, step):
        if one is not None and one not in known:
            raise _newer(one)
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", _FOLDER)
    back = begin is not None and known.index(step) > known.index(begin)
    (command.downgrade if back else command.upgrade)(config, step)


def not_current(step: str | None, place: str | None) -> StorageError:
    """What is told of tables that are not at the newest step, by who must not change them."""
    if step is not None and step not in _known():
        return _newer(step)
    return StorageError(
        f"The tables in `{place}` are of an older version of the bot (step {step or 'none'}; this one knows {HEAD}). "
        "Start the bot once: it brings them up to date. A copy to go back to is made with the older version."
    )


def must_be_safe(connection: Connection) -> None:
    """Raise `StorageError` where a copy was brought back in part: nobody knows what of it went out since it was made."""
    if connection.execute(text("SELECT 1 FROM cursor WHERE name = :name"), {"name": UNSAFE}).first():
        raise StorageError(
            "`social restore` was cut off in this database, so posts in it may be out already. "
            "Say `social restore FILE` again: it goes on where it was cut off."
        )


def _known() -> list[str]:
    """All steps, the newest first."""
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory(_FOLDER).walk_revisions()]


def _newer(step: str) -> StorageError:
    return StorageError(
        f"The database was written by a newer version of the bot (step {step}; this one knows {HEAD}). "
        "Install the newer version again, or bring back a copy from before."
    )
