"""What is remembered can be carried from either kind of database to either kind, row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from storage import backup, queue
from storage.database import Database
from storage.models import BY_RESTORE, Cursor, Delivery, Notice, Post, Vote
from storage.states import DeliveryState, PostState


@pytest.fixture
def filled(
    database: Database,
    posting: Callable[..., Post],
    delivering: Callable[..., Delivery],
    now: datetime,
) -> Database:
    with database.transaction() as session:
        post = posting(
            session, PostState.APPROVED, due_at=now + timedelta(hours=1), summary="ö “quoted” \n\\"
        )
        posting(session, PostState.DRAFT)
        session.add(
            Vote(
                post_id=post.id or 0, revision=1, user_id=7, name="Bob", kind="approve", via="command", at=now
            )
        )
        session.add(Cursor(name="last_message", value="77"))
        for state in DeliveryState:
            delivering(session, "mastodon", state=state, told=True)
    return database


def carried(source: Database, target: Database) -> None:
    with source.reading() as old, target.transaction() as new:
        for name in backup.tables():
            backup.load(new, name, backup.lines(old, name))


def all_lines(session: Session) -> dict[str, list[str]]:
    return {name: sorted(backup.lines(session, name)) for name in backup.tables()}


def test_every_row_arrives_as_it_was(filled: Database, sqlite_url: str, postgres_url: str) -> None:
    for url in (sqlite_url, postgres_url):
        target = Database(url)
        if target.url == filled.url:
            continue
        with target.reading() as session:
            assert backup.is_empty(session)
        carried(filled, target)
        with filled.reading() as old, target.reading() as new:
            assert all_lines(old) == all_lines(new)
            assert not backup.is_empty(new)
        target.close()


def test_numbers_go_on_where_the_copy_ends(
    filled: Database, sqlite_url: str, postgres_url: str, posting: Callable[..., Post]
) -> None:
    target = Database(postgres_url if filled.url.get_backend_name() == "sqlite" else sqlite_url)
    carried(filled, target)
    with target.transaction() as session:
        newest = max(one.id or 0 for one in queue.open_posts(session))
        assert (posting(session).id or 0) > newest
    target.close()


def test_afterwards_nothing_can_go_out_by_itself(filled: Database, now: datetime) -> None:
    with filled.transaction() as session:
        assert backup.make_safe(session, now - timedelta(days=1), now) == 2
    with filled.reading() as session:
        assert queue.due_posts(session, now + timedelta(days=9)) == []
        assert queue.next_due(session) is None
        states = [one.state for one in session.exec(select(Delivery))]
        assert set(states) <= {"published", "failed", "unknown", "cancelled"}
        unknown = [one for one in session.exec(select(Delivery)) if one.state == "unknown"]
        assert len(unknown) == 2
        assert all(one.searches == 3 and not one.told for one in unknown)
        assert session.get(Cursor, "last_message") is None
        wholly_out = {one.post_id for one in session.exec(select(Delivery)) if one.state == "published"}
        for one in session.exec(select(Post)):
            assert one.stopped_as == ("" if one.id in wholly_out else BY_RESTORE)
        assert session.exec(select(Vote)).all() == [], "an approval by command may be withdrawn since"
        assert not session.exec(select(Vote).where(Vote.kind == "approve")).all()
        assert "is held, 2 in all" in session.exec(select(Notice)).one().text


def test_what_was_restored_before_is_looked_for_since_the_first_copy(filled: Database, now: datetime) -> None:
    first, second = now - timedelta(days=2), now - timedelta(days=1)
    for made_at, restored in ((first, now), (second, now + timedelta(days=1))):
        with filled.transaction() as session:
            backup.make_safe(session, made_at, restored)
    with filled.reading() as session:
        unfinished = [one for one in session.exec(select(Delivery)) if one.state != "published"]
        unreleased = [one for one in session.exec(select(Post)) if one.state != "released"]
        assert unfinished
        assert unreleased
        assert {one.restored_at for one in unfinished} == {one.restored_at for one in unreleased} == {first}


@pytest.mark.parametrize("line", ["no JSON", '{"strange": 1}', '{"id": 1, "created_at": "yesterday"}', "[]"])
def test_what_is_no_row_is_refused(database: Database, line: str) -> None:
    with pytest.raises((ValueError, KeyError)), database.transaction() as session:
        backup.load(session, "post", [line])
