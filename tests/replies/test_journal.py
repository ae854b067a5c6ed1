"""The log of a post says what happened, and not how often the bot looked."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.replies.plan import journal
from storage.models import Entry, Post

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def entry(what: str, account: str, old: str = "", new: str = "") -> Entry:
    return Entry(at=AT, who="bot", what=what, account=account, old=old, new=new)


def test_turns_that_only_waited_are_told_once_per_account() -> None:
    post = Post(id=1, author_id=8, author_name="Alice", message_id=1, created_at=AT, summary="A film")
    wait = [
        entry("is being processed there", "x", "sending", "pending"),
        entry("attempt 1", "x", "pending", "sending"),
    ]
    entries = [
        entry("attempt 1", "x", "pending", "sending"),
        entry("attempt 1", "linkedin", "pending", "sending"),
        *wait * 3,
        entry("not out, again later", "x", "sending", "pending"),
        entry("attempt 2", "x", "pending", "sending"),
        entry("published", "x", "sending", "published"),
    ]
    told = [line.split(" ", 3)[3] for line in journal(post, entries, {}).splitlines()[1:]]
    assert told == [
        "x attempt 1: pending → sending",
        "linkedin attempt 1: pending → sending",
        "x is being processed there: sending → pending",
        "x not out, again later: sending → pending",
        "x attempt 2: pending → sending",
        "x published: sending → published",
    ]
