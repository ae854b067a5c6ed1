"""Who may approve, how many must, and which state follows: tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import Person
from bot.rules import Electorate, Refusal, judge, may_go, next_state, refusal, too_late
from storage.models import Post, Vote
from storage.states import PostState

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
APPROVERS = Electorate(frozenset({1, 2, 3}), "approvers")


def person(number: int = 1, **more: object) -> Person:
    return Person(id=number, name=f"P{number}", **more)  # type: ignore[arg-type]  # fields by name


def vote(number: int, kind: str = "approve", accounts: str = "") -> Vote:
    return Vote(
        post_id=1,
        revision=1,
        user_id=number,
        name=f"P{number}",
        kind=kind,
        via="command",
        accounts=accounts,
        at=NOW,
    )


@pytest.mark.parametrize(
    "who,electorate,own,expected",
    [
        (person(1), APPROVERS, False, None),
        (person(9), APPROVERS, False, Refusal.NOT_APPROVER),
        (person(1, role=600), APPROVERS, False, Refusal.GUEST),
        (person(1, is_bot=True), APPROVERS, False, Refusal.BOT),
        (person(1, active=False), APPROVERS, False, Refusal.INACTIVE),
        (person(2), APPROVERS, False, Refusal.AUTHOR),
        (person(2), APPROVERS, True, None),
        (person(9), Electorate(None, "all members"), False, None),
        (person(9, role=600), Electorate(None, "all members"), False, Refusal.GUEST),
        (person(1), Electorate(frozenset(), "gone", "the group is gone"), False, Refusal.NO_APPROVERS),
    ],
)
def test_whose_vote_counts(who: Person, electorate: Electorate, own: bool, expected: Refusal | None) -> None:
    assert refusal(who, electorate, author_id=2, self_approval=own) == expected


def test_an_author_may_veto_their_own_post() -> None:
    assert refusal(person(2), APPROVERS, author_id=2, self_approval=False, veto=True) is None


def test_a_person_counts_once_however_often_they_vote() -> None:
    found = judge([vote(1), vote(1, accounts="x")], ["x"], {"x": 2})
    assert found.tallies[0].missing == 1


def test_a_vote_for_a_platform_is_one_for_all_its_accounts() -> None:
    accounts = ["mastodon:a", "mastodon:b", "x"]
    found = judge([vote(1, accounts="mastodon")], accounts, dict.fromkeys(accounts, 1))
    assert found.ready == {"mastodon:a", "mastodon:b"}


def test_a_veto_stops_every_account_it_is_about() -> None:
    found = judge([vote(1), vote(2, "veto")], ["x", "mastodon"], {"x": 1, "mastodon": 1})
    assert not found.approved
    assert found.vetoes == ("P2",)


@pytest.mark.parametrize("state", list(PostState))
def test_only_drafts_and_approved_posts_move_by_votes(state: PostState) -> None:
    enough = judge([vote(1)], ["x"], {"x": 1})
    missing = judge([], ["x"], {"x": 1})
    assert next_state(state, enough) is (PostState.APPROVED if state is PostState.DRAFT else state)
    assert next_state(state, missing) is (PostState.DRAFT if state is PostState.APPROVED else state)


def post(**more: object) -> Post:
    return Post(author_id=1, author_name="A", message_id=1, created_at=NOW, **more)  # type: ignore[arg-type]


def test_late_is_after_its_time_and_the_lateness_that_is_allowed() -> None:
    hour = timedelta(hours=1)
    assert not too_late(post(due_at=NOW), NOW + hour, hour)
    assert too_late(post(due_at=NOW), NOW + hour + timedelta(seconds=1), hour)
    assert too_late(post(not_after=NOW), NOW + timedelta(seconds=1), hour)
    assert not too_late(post(), NOW, hour)


def test_a_post_goes_when_its_time_and_the_grace_after_its_approval_are_over() -> None:
    grace = timedelta(minutes=5)
    approved = post(approved_at=NOW, due_at=NOW)
    assert not may_go(approved, NOW + timedelta(minutes=4), grace)
    assert may_go(approved, NOW + grace, grace)
    assert not may_go(post(approved_at=NOW, due_at=NOW + timedelta(hours=1)), NOW + grace, grace)
    assert not may_go(post(), NOW, grace)
