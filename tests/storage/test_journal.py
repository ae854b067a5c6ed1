"""Every change of state is one line of the log of the post and one of the program; notices are said once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from storage import queue
from storage.database import Database
from storage.models import Delivery, Entry, Post
from storage.states import DeliveryState, ForbiddenEdge, PostState

Posting = Callable[..., Post]


def walk(database: Database, post: Post, *states: PostState, now: datetime, who: str = "Bob") -> None:
    for state in states:
        with database.transaction() as session:
            queue.transition(session, post, state, who=who, what=f"made it {state}", now=now)


def test_who_did_what_is_told_in_order(database: Database, posting: Posting, now: datetime) -> None:
    with database.transaction() as session:
        post = posting(session)
    walk(database, post, PostState.APPROVED, PostState.RELEASED, now=now)
    with database.reading() as session:
        lines = [(one.who, one.what, one.old, one.new) for one in queue.log(session, 1)]
    assert lines == [
        ("Alice", "drafted", "", "draft"),
        ("Bob", "made it approved", "draft", "approved"),
        ("Bob", "made it released", "approved", "released"),
    ]


def test_the_log_may_hold_what_changes_no_state(database: Database, posting: Posting, now: datetime) -> None:
    with database.transaction() as session:
        post = posting(session)
        queue.write_entry(session, at=now, post_id=post.id, who="Alice", what="moved to Friday")
    with database.reading() as session:
        last: Entry = queue.log(session, 1)[-1]
    assert (last.what, last.old, last.new) == ("moved to Friday", "", "")


def test_each_change_is_one_line_of_the_programs_log_without_a_text(
    database: Database,
    posting: Posting,
    delivering: Callable[..., Delivery],
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="storage")
    with database.transaction() as session:
        post = posting(session, summary="not yet public")
    walk(database, post, PostState.APPROVED, PostState.RELEASED, now=now)
    with database.transaction() as session:
        delivering(session, "x", post=post)
        queue.claim(session, now, timedelta(minutes=5), "w1")
    assert [(one.getMessage(), vars(one)["action"]) for one in caplog.records] == [
        ("post 1: new -> draft", "post_draft"),
        ("post 1: draft -> approved", "post_approved"),
        ("post 1: approved -> released", "post_released"),
        ("delivery 1 (post 1 x): new -> pending", "delivery_pending"),
        ("delivery 1 (post 1 x): pending -> sending", "delivery_sending"),
    ]
    assert vars(caplog.records[-1])["account"] == "x"
    assert "not yet public" not in caplog.text


def test_a_forbidden_edge_changes_and_logs_nothing(
    database: Database, posting: Posting, now: datetime
) -> None:
    with database.transaction() as session:
        post = posting(session)
    with pytest.raises(ForbiddenEdge):
        walk(database, post, PostState.RELEASED, now=now)
    with database.reading() as session:
        assert len(queue.log(session, 1)) == 1
        assert [one.state for one in queue.drafts(session)] == [PostState.DRAFT]


def test_the_instants_of_approval_and_release_are_kept(
    database: Database, posting: Posting, now: datetime
) -> None:
    with database.transaction() as session:
        post = posting(session)
    walk(database, post, PostState.APPROVED, now=now)
    walk(database, post, PostState.HELD, PostState.APPROVED, now=now + timedelta(hours=1))
    assert post.approved_at == now  # a pause takes no approval away
    walk(database, post, PostState.DRAFT, now=now)
    assert vars(post)["approved_at"] is None
    walk(database, post, PostState.APPROVED, PostState.RELEASED, now=now + timedelta(hours=2))
    assert (post.approved_at, post.released_at) == (now + timedelta(hours=2), now + timedelta(hours=2))


def test_what_was_changed_together_with_the_state_is_saved(
    database: Database, posting: Posting, now: datetime
) -> None:
    with database.transaction() as session:
        post = posting(session)
    post.due_at = now + timedelta(days=1)
    walk(database, post, PostState.APPROVED, now=now)
    with database.reading() as session:
        assert queue.next_due(session) == now + timedelta(days=1)


def test_a_notice_is_written_once_per_key(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        assert queue.notify(session, "post 1 out", "It is out.", now=now, post_id=1)
        assert not queue.notify(session, "post 1 out", "It is out!", now=now, post_id=1)
    with database.transaction() as session:
        assert not queue.notify(session, "post 1 out", "It is out!!", now=now, post_id=1)
        assert queue.notify(session, "post 2 out", "It is out, too.", now=now, user_id=8)
    with database.reading() as session:
        unsaid = [(one.text, one.post_id, one.user_id) for one in queue.outbox(session)]
    assert unsaid == [("It is out.", 1, None), ("It is out, too.", None, 8)]


def test_what_was_said_leaves_the_outbox_and_is_not_said_again(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        queue.notify(session, "a", "It is out.", now=now)
        (notice,) = queue.outbox(session)
    with database.transaction() as session:
        queue.said(session, notice, now=now, message_id=2**33)
    with database.transaction() as session:
        assert not queue.notify(session, "a", "It is out.", now=now)
        assert queue.outbox(session) == []


def test_a_notice_goes_with_the_change_it_tells_of(
    database: Database, delivering: Callable[..., Delivery], now: datetime
) -> None:
    with database.transaction() as session:
        one = delivering(session)

    def doubt_unsent() -> None:
        with database.transaction() as session:
            queue.notify(session, "delivery 1", "Nobody knows.", now=now)
            queue.transition(session, one, DeliveryState.UNKNOWN, who="bot", what="in doubt", now=now)

    with pytest.raises(ForbiddenEdge):
        doubt_unsent()
    with database.reading() as session:
        assert queue.outbox(session) == []
