"""Opening, migrating and refusing a database."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import SQLModel

from storage import backup, migrations
from storage.database import Database
from storage.errors import StorageError
from storage.models import Post

ROOT = Path(__file__).parents[2]


def test_the_tables_after_all_migrations_are_those_of_the_models(empty_url: str) -> None:
    database = Database(empty_url)
    database.migrate()
    with database._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    assert "allowance" in backup.tables()
    database.close()


def test_every_state_of_the_models_is_allowed_by_the_migrated_tables(database: Database) -> None:
    for table in ("post", "delivery"):
        (wanted,) = (
            one for one in SQLModel.metadata.tables[table].constraints if one.name == "ck_" + table + "_state"
        )
        states = {word for word in str(wanted.sqltext).split("'") if word.isalpha()}  # type: ignore[attr-defined]  # a check has it
        with database._engine.connect() as connection:
            (found,) = inspect(connection).get_check_constraints(table)
        assert {word for word in found["sqltext"].split("'") if word.isalpha() and word.islower()} >= states


def test_a_state_that_does_not_exist_is_refused_by_the_database(
    database: Database, posting: Callable[..., Post]
) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        posting(session, "aproved")


def test_head_is_the_newest_migration() -> None:
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_current_head() == migrations.HEAD


def test_a_current_database_is_opened_without_importing_alembic(url: str) -> None:
    program = (
        "import sys; from storage.database import Database; d = Database(sys.argv[1]); d.migrate(); d.close();"
        "assert not [m for m in sys.modules if m.split('.')[0] == 'alembic'], 'alembic'"
    )
    subprocess.run([sys.executable, "-c", program, url], cwd=ROOT, check=True)


def test_migrating_twice_changes_nothing(database: Database, posting: Callable[..., Post]) -> None:
    with database.transaction() as session:
        posting(session)
    database.migrate()
    with database.reading() as session:
        assert session.get(Post, 1) is not None


@pytest.mark.parametrize("step", ["0001", "0002", "0003", "0004"])
def test_the_tables_go_back_to_an_earlier_step_and_forward_again(
    database: Database, posting: Callable[..., Post], step: str
) -> None:
    with database.transaction() as session:
        posting(session)
    database.migrate(step)
    with pytest.raises(StorageError, match=f"step {step}"):
        database.must_be_current()
    database.migrate()
    with database._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    with database.reading() as session:
        assert session.get(Post, 1) is not None


def test_many_bots_that_start_together_migrate_once(empty_url: str) -> None:
    databases = [Database(empty_url) for _ in range(4)]
    failed: list[BaseException] = []
    together = threading.Barrier(len(databases))

    def start(database: Database) -> None:
        together.wait()
        try:
            database.migrate()
        except StorageError as error:
            failed.append(error)

    threads = [threading.Thread(target=start, args=(one,)) for one in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        database.close()
    assert failed == []


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    with database._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match=r"newer version of the bot.*9999.*Install the newer version"):
        database.migrate()
    with database.reading() as session:  # and nothing of it was touched
        assert (
            session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
        )


def test_tables_that_are_missing_are_said_to_be_missing(empty_url: str) -> None:
    database = Database(empty_url)
    with pytest.raises(StorageError, match=r"tables in .* are missing"), database.reading() as session:
        session.get(Post, 1)
    database.close()


def test_what_is_raised_undoes_the_whole_transaction(
    database: Database, posting: Callable[..., Post]
) -> None:
    def write_and_fail() -> None:
        with database.transaction() as session:
            posting(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with database.reading() as session:
        assert session.get(Post, 1) is None


def test_rows_may_be_read_after_their_transaction(database: Database, posting: Callable[..., Post]) -> None:
    with database.transaction() as session:
        post = posting(session, summary="Registration is open")
    assert (post.id, post.summary) == (1, "Registration is open")
    with database.reading() as session:
        read = session.get(Post, 1)
    assert read is not None
    assert read.summary == "Registration is open"


def test_who_only_reads_can_change_nothing(database: Database, posting: Callable[..., Post]) -> None:
    with pytest.raises((StorageError, DBAPIError)), database.reading() as session:
        posting(session)
    with database.transaction() as session:  # and the same connection can write afterwards
        posting(session)


def test_who_reads_sees_one_moment(database: Database, posting: Callable[..., Post]) -> None:
    with database.reading() as session:
        assert session.get(Post, 1) is None
        with database.transaction() as other:
            posting(other)
        assert session.get(Post, 1) is None


def test_instants_come_back_in_utc_and_are_compared_as_instants(
    database: Database, posting: Callable[..., Post]
) -> None:
    in_helsinki = datetime(2026, 12, 1, 9, 0, tzinfo=timezone(timedelta(hours=2)))
    with database.transaction() as session:
        posting(session, due_at=in_helsinki)
    with database.reading() as session:
        post = session.get(Post, 1)
        assert post is not None
        assert post.due_at == in_helsinki
        assert post.due_at.tzinfo == UTC


def test_a_time_without_its_zone_is_refused(database: Database, posting: Callable[..., Post]) -> None:
    with pytest.raises(StatementError, match="timezone"), database.transaction() as session:
        posting(session, due_at=datetime(2026, 12, 1, 9, 0))  # noqa: DTZ001 - the mistake that is meant


def test_a_zulip_message_id_may_have_more_than_31_bits(
    database: Database, posting: Callable[..., Post]
) -> None:
    with database.transaction() as session:
        posting(session, message_id=2**40)
    with database.reading() as session:
        post = session.get(Post, 1)
        assert post is not None
        assert post.message_id == 2**40


def test_nothing_can_change_or_remove_a_line_of_the_log(
    database: Database, posting: Callable[..., Post]
) -> None:
    with database.transaction() as session:
        posting(session)
    for order in ("UPDATE entry SET who = 'nobody'", "DELETE FROM entry"):
        with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
            session.connection().execute(text(order))


def test_an_error_of_the_database_repeats_no_text_of_a_post(
    database: Database, posting: Callable[..., Post]
) -> None:
    with database.transaction() as session:
        posting(session, message_id=5, summary="not yet public")
    with pytest.raises(IntegrityError) as caught, database.transaction() as session:
        posting(session, message_id=5, summary="not yet public")
    assert "not yet public" not in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are a matter of POSIX")
def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "social.sqlite3"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    with database.transaction() as session:
        session.connection().execute(text("CREATE TABLE scratch (a INTEGER)"))
        assert {stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    database.close()


def test_sqlite_is_set_up_for_crashes_and_many_threads(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    with database._engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    database.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000, "foreign_keys": 1}


def test_a_locked_database_is_told_as_busy_and_passing(url: str, posting: Callable[..., Post]) -> None:
    one, other = Database(url), Database(url)
    with other._engine.connect() as connection:
        if one.url.get_backend_name() == "sqlite":
            connection.exec_driver_sql("PRAGMA busy_timeout=50")
        else:
            connection.exec_driver_sql("SET lock_timeout='50ms'")
        connection.commit()
    with one.transaction() as session:
        session.add(posting(session, message_id=1))
        session.flush()
        with pytest.raises(StorageError, match="busy") as caught, other.transaction() as second:
            posting(second, message_id=1)
    assert caught.value.passing
    one.close()
    other.close()


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("This is a text and no database. " * 100)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(StorageError, match=r"notes\.txt.*is no database of this bot"):
        database.migrate()
    database.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be made or opened"):
        Database(f"sqlite:///{tmp_path / 'file' / 'social.sqlite3'}")


def test_a_server_that_does_not_answer_is_told_without_the_password(tmp_path: Path) -> None:
    database = Database(f"postgres://social:hush-hush@/social?host={tmp_path}")
    with pytest.raises(StorageError, match="does not answer") as caught:
        database.migrate()
    assert caught.value.passing
    assert "hush-hush" not in str(caught.value)
    database.close()


def test_an_option_that_postgresql_does_not_know_is_told() -> None:
    database = Database("postgresql://social:hush-hush@localhost/social?timezone_typo=1")
    with pytest.raises(StorageError, match="option that PostgreSQL does not know"):
        database.migrate()
    database.close()


def test_a_database_that_the_server_does_not_know_is_told(postgres_url: str) -> None:
    database = Database(postgres_url.replace("social@/", "social@/no_such_"))
    with pytest.raises(StorageError, match="knows no database `no_such_"):
        database.migrate()
    database.close()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://root:hush-hush@host/x",
        "social:hush-hush",
        "/srv/x.sqlite3",
    ],
)
def test_an_address_of_no_use_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(StorageError, match="database_url") as caught:
        Database(address)
    assert "hush-hush" not in str(caught.value)
