"""Whose a number on a platform is: written once, refused to everybody else, and known of what older versions sent."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from storage import parts
from storage.database import Database
from storage.models import Delivery, Part, Post, Revision, Staged
from storage.states import DeliveryState as D
from storage.states import PostState as P
from tests.storage.conftest import NOW


def own(database: Database, post: int, number: int, remote: str, account: str = "mastodon") -> None:
    with database.transaction() as session:
        parts.own(
            session,
            post_id=post,
            account=account,
            number=number,
            remote_id=remote,
            url=f"https://m/{remote}",
            now=NOW,
        )


@pytest.fixture
def two(database: Database, delivering: Callable[..., Delivery]) -> tuple[int, int]:
    """Two released posts, both on their way to Mastodon."""
    with database.transaction() as session:
        return delivering(session).post_id, delivering(session).post_id


def test_a_number_belongs_to_one_part_of_one_post(database: Database, two: tuple[int, int]) -> None:
    first, second = two
    own(database, first, 0, "100")
    own(database, first, 0, "100")  # told again after a crash
    own(database, first, 0, "100", account="mastodon:other")  # another server
    for post, number in ((second, 0), (first, 1)):
        with pytest.raises(parts.Taken, match=f"post {first}, part 1"):
            own(database, post, number, "100")
    with database.reading() as session:
        assert [(one.number, one.remote_id) for one in parts.of(session, first, "mastodon")] == [(0, "100")]
        assert parts.of(session, second, "mastodon") == []


def test_what_others_have_is_taken_and_ones_own_is_not(database: Database, two: tuple[int, int]) -> None:
    first, second = two
    own(database, first, 0, "100")
    found = {"100": "https://m/100", "101": "https://m/101"}
    with database.reading() as session:
        assert parts.taken(session, first, "mastodon", 0, found) == set()
        assert parts.taken(session, first, "mastodon", 1, found) == {"100"}
        assert parts.taken(session, second, "mastodon", 0, found) == {"100"}
        assert parts.taken(session, second, "mastodon:other", 0, found) == set()


@pytest.mark.parametrize(
    "link",
    [
        "https://m/@community/100",
        "https://m/@community/100/",
        "https://m/100?lang=en",
        "https://elsewhere/u/100",
    ],
)
def test_what_a_person_said_is_out_is_taken(
    database: Database, delivering: Callable[..., Delivery], two: tuple[int, int], link: str
) -> None:
    with database.transaction() as session:
        by_hand = delivering(session, state=D.PUBLISHED, url=link)
        post = by_hand.post_id
    found = {"100": "https://m/@community/100", "10": "https://m/@community/10"}
    with database.reading() as session:
        assert parts.taken(session, two[0], "mastodon", 0, found) == {"100"}
        assert parts.taken(session, post, "mastodon", 0, found) == set()


def test_rivals_are_the_others_of_which_nobody_knows(
    database: Database, delivering: Callable[..., Delivery]
) -> None:
    with database.transaction() as session:
        mine = delivering(session, state=D.UNKNOWN)
        sending, doubt = delivering(session, state=D.SENDING), delivering(session, state=D.UNKNOWN)
        for state in (D.PENDING, D.PUBLISHED, D.FAILED, D.CANCELLED, D.WAITING):
            delivering(session, state=state)
        delivering(session, "x", state=D.UNKNOWN)
        wanted = [sending.id, doubt.id]
    with database.reading() as session:
        assert [one.id for one in parts.rivals(session, mine.post_id, "mastodon")] == wanted


def test_rivals_are_those_of_another_name_of_the_account_too(
    database: Database, delivering: Callable[..., Delivery]
) -> None:
    """The same post may be in doubt under both names: what is found there may be either's."""
    with database.transaction() as session:
        mine = delivering(session, state=D.UNKNOWN)
        other = delivering(session, "mastodon:two", state=D.UNKNOWN)
        delivering(session, "mastodon:two", state=D.PUBLISHED)
        delivering(session, "mastodon:third", state=D.UNKNOWN)
        same = Delivery(
            post_id=mine.post_id, account="mastodon:two", revision=1, key="k", state=D.SENDING, not_before=NOW
        )
        session.add(same)
        session.flush()
        wanted = [other.id, same.id]
    with database.reading() as session:
        assert parts.rivals(session, mine.post_id, "mastodon") == []
        assert [one.id for one in parts.rivals(session, mine.post_id, "mastodon", ["mastodon:two"])] == wanted


def test_after_a_restore_others_may_be_out_that_nobody_looked_for(
    database: Database, delivering: Callable[..., Delivery], posting: Callable[..., Post]
) -> None:
    with database.transaction() as session:

        def revised(post: Post, number: int = 1) -> int:
            session.add(
                Revision(post_id=post.id or 0, number=number, source="", created_at=NOW, created_by=8)
            )
            return post.id or 0

        mine = revised(posting(session, P.HELD, restored_at=NOW))
        held = posting(session, P.HELD, restored_at=NOW)
        cancelled = posting(session, P.WITHDRAWN, restored_at=NOW)
        wanted = [(revised(held), 1), (revised(cancelled), 1), (revised(cancelled, 2), 2)]
        revised(posting(session, P.DRAFT))  # drafted since
        known = posting(session, P.RELEASED, restored_at=NOW)
        revised(known)
        delivering(session, post=known, state=D.FAILED)  # looked for, and refused
        failed = posting(session, P.RELEASED)
        wanted.append((revised(failed), 1))
        delivering(session, post=failed, state=D.CANCELLED, restored_at=NOW)
        delivering(session, "x", post=failed, state=D.CANCELLED, restored_at=NOW)
    with database.reading() as session:

        def found(post: int, account: str, *others: str) -> list[tuple[int, int]]:
            return [(one.post_id, one.number) for one in parts.not_known(session, post, account, others)]

        assert found(mine, "mastodon") == wanted
        assert found(mine, "other", "mastodon") == wanted, "another name of the same account"
        assert found(wanted[0][0], "mastodon") == [(mine, 1), *wanted[1:]]
        assert (failed.id, 1) not in found(failed.id or 0, "mastodon")


def test_the_step_to_this_table_takes_what_the_receipts_say_and_back_loses_nothing(
    database: Database, delivering: Callable[..., Delivery]
) -> None:
    out = [
        {"id": "7", "url": "https://m/7", "warnings": []},
        {"id": "8", "url": "https://m/8", "warnings": []},
    ]
    with database.transaction() as session:
        thread = delivering(
            session, state=D.FAILED, receipt=json.dumps({"out": out, "trying": None}), first_at=NOW
        )
        # an older version took the same post for this one's, which the table cannot say twice
        wrong = delivering(session, state=D.PUBLISHED, remote_id="8", url="https://m/8")
        old = delivering(session, state=D.PUBLISHED, remote_id="9", url="https://m/9")
        film = delivering(
            session, "youtube", receipt=json.dumps({"video": "abc", "arrived": NOW.isoformat()})
        )
        staged = Staged(
            post_id=old.post_id,
            revision=1,
            account="youtube",
            not_before=NOW,
            key="k",
            receipt='{"video": "def"}',
        )
        session.add(staged)
        numbers = thread.post_id, wrong.post_id, old.post_id, film.post_id
    thread_id, wrong_id, old_id, film_id = numbers
    database.migrate("0004")
    database.migrate()
    with database.reading() as session:
        every = {
            (one.post_id, one.account, one.number): (one.remote_id, one.url)
            for post in numbers
            for account in ("mastodon", "youtube")
            for one in parts.of(session, post, account)
        }
        receipt = session.get(Delivery, thread.id)
        assert receipt is not None
        assert json.loads(receipt.receipt)["out"] == out
    assert every == {
        (thread_id, "mastodon", 0): ("7", "https://m/7"),
        (thread_id, "mastodon", 1): ("8", "https://m/8"),
        (old_id, "mastodon", 0): ("9", "https://m/9"),
        (film_id, "youtube", 0): ("abc", ""),
        (old_id, "youtube", 0): ("def", ""),
    }
    assert wrong_id not in {post for post, _, _ in every}


def test_a_copy_holds_the_numbers(database: Database, two: tuple[int, int]) -> None:
    from storage import backup

    own(database, two[0], 0, "100")
    assert backup.tables().index("part") > backup.tables().index("post")
    with database.transaction() as session:
        saved = list(backup.lines(session, "part"))
    with database.transaction() as session:
        backup.clear(session, ["part"])
        assert backup.load(session, "part", saved) == 1
    with database.reading() as session:
        assert session.get(Part, 1) is not None
