"""The one rule: what is found is taken for ours only if nothing speaks against it; else people look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.base import Outgoing, Part, Published, Rival, Unavailable, Uncertain
from handlers.media import Media
from handlers.reconcile import SKEW, Agreement, Asked, Before, Found, Seen, earliest, ours, worst
from tests.handlers.conftest import NOON, Delivery

FILE = Media("0" * 64, "a.png", "image/png", 1, "", 1, 1)
OUT = Outgoing("mastodon", (Part("Registration is open", 20),))
OTHER, ALIKE, SAME, OWN = Agreement.OTHER, Agreement.ALIKE, Agreement.SAME, Agreement.OWN


def post(number: str, agreement: Agreement = SAME, minutes: float | None = 1) -> Found:
    at = None if minutes is None else NOON + timedelta(minutes=minutes)
    return Found(Published(number, f"https://m/{number}"), at, agreement)


@pytest.fixture
def ledger(clock: Any) -> Delivery:
    return Delivery(clock)


def shown(found: list[Found], blind: str = "", ahead: timedelta | None = timedelta()) -> Seen:
    """What a server shows whose clock is as ours."""
    return Seen(found, blind, ahead)


def asked(ledger: Delivery, before: Before | None = None, outgoing: Outgoing = OUT, number: int = 0) -> Asked:
    return Asked("Mastodon", outgoing, number, earliest(NOON, before), before, ledger, NOON)


def test_the_one_that_agrees_is_ours_and_nothing_found_is_nothing_there(ledger: Delivery) -> None:
    assert ours(asked(ledger), shown([])) is None
    assert ours(asked(ledger), shown([post("2", OTHER), post("1")])) == post("1").published
    assert ours(asked(ledger), shown([post("2", ALIKE), post("1")])) == post("1").published
    assert ours(asked(ledger), shown([post("2", OTHER)])) is None


def test_two_that_agree_and_one_that_agrees_almost_are_for_people(ledger: Delivery) -> None:
    with pytest.raises(Uncertain, match=r"more than one post.*https://m/2, https://m/1"):
        ours(asked(ledger), shown([post("2"), post("1")]))
    with pytest.raises(Uncertain, match="https://m/1"):
        ours(asked(ledger), shown([post("1", ALIKE)]))
    with pytest.raises(Uncertain, match="https://m/1"):
        ours(asked(ledger), shown([post("1", minutes=None)]))  # nobody says how old it is


def test_what_belongs_to_another_is_not_there_for_us(ledger: Delivery) -> None:
    ledger.shelf.others = {"1"}
    ledger.mine = {"2": 1}
    assert ours(asked(ledger), shown([post("2"), post("1")])) is None
    assert ours(asked(ledger), shown([post("3"), post("2"), post("1", OWN)])) == post("3").published
    ledger.mine = {"2": 0}  # a death came between our number and what was to be done after it
    assert ours(asked(ledger), shown([post("2"), post("1")])) == post("2").published


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=3), timedelta(hours=-3)])
def test_where_the_server_tells_its_time_nothing_older_is_taken_for_ours(
    ledger: Delivery, ahead: timedelta
) -> None:
    """A timeline that is behind shows too late what was there before."""
    there = Before("0", NOON + ahead - timedelta(hours=1))
    shift = ahead / timedelta(minutes=1)
    late, ours_ = post("1", minutes=shift - 0.5), post("2", minutes=shift + 0.5)
    assert ours(asked(ledger, there), shown([ours_], ahead=ahead)) == ours_.published
    with pytest.raises(Uncertain, match="https://m/1"):
        ours(asked(ledger, there), shown([late], ahead=ahead))
    with pytest.raises(Uncertain, match="more than one"):
        ours(asked(ledger, there), shown([ours_, late], ahead=ahead))
    assert (
        ours(asked(ledger, there), shown([late], ahead=None)) == late.published
    )  # it tells no time: what was noted must do


def test_where_the_server_tells_no_time_what_is_within_the_margin_is_for_people(ledger: Delivery) -> None:
    """Its clock may be as far from ours as the margin says, so that this may be older than the first attempt."""
    minutes = SKEW / timedelta(minutes=1)
    for made in (-1.0, 1.0, minutes - 1):
        with pytest.raises(Uncertain, match="https://m/1"):
            ours(asked(ledger), shown([post("1", minutes=made)], ahead=None))
    assert ours(asked(ledger), shown([post("1", minutes=minutes)], ahead=None)) is not None


def test_what_was_made_in_the_minutes_before_the_first_attempt_is_for_people(ledger: Delivery) -> None:
    with pytest.raises(Uncertain, match="https://m/1"):
        ours(asked(ledger), shown([post("1", minutes=-2)]))


def test_nothing_older_than_the_first_attempt_is_ours(ledger: Delivery) -> None:
    minutes = SKEW / timedelta(minutes=1)
    assert ours(asked(ledger), shown([post("1", minutes=-minutes - 1)])) is None
    behind = timedelta(minutes=1 - minutes)
    assert ours(asked(ledger), shown([post("1", minutes=1 - minutes)], ahead=behind)) is not None
    # where it was noted what was there before, the clocks need not be trusted
    before = Before("1", NOON - timedelta(minutes=1))
    assert (
        ours(asked(ledger, before), shown([post("2", OTHER), post("1", minutes=-1), post("0", minutes=-1)]))
        is None
    )
    assert (
        ours(asked(ledger, before), shown([post("0", minutes=-2)], ahead=None)) is None
    )  # "1" was deleted since
    assert (
        ours(asked(ledger, before), shown([post("2", minutes=-1), post("1", minutes=-1)], ahead=None))
        is not None
    )
    assert (
        ours(asked(ledger, Before()), shown([post("2", minutes=-600)], ahead=None)) is not None
    )  # there was none at all


def test_our_own_files_are_evidence_enough(ledger: Delivery) -> None:
    ledger.shelf.rivals = [Rival(OUT, sending=False)]
    assert ours(asked(ledger), shown([post("2"), post("1", OWN)], "I cannot see all")) == post("1").published
    with pytest.raises(Uncertain):
        ours(asked(ledger), shown([post("2", OWN), post("1", OWN)]))


def test_who_cannot_see_it_does_not_say_that_it_is_not_there(ledger: Delivery) -> None:
    blind = "A followers-only post cannot be looked for."
    with pytest.raises(Uncertain, match="followers-only"):
        ours(asked(ledger), shown([post("1", OTHER)], blind))
    assert ours(asked(ledger), shown([post("1")], blind)) is not None


def test_one_post_for_two_in_doubt_is_for_people(ledger: Delivery) -> None:
    thread = Outgoing("mastodon", (Part("One", 3), Part("Registration is open!", 21)))
    for rival in (OUT, thread):
        ledger.shelf.rivals = [Rival(rival, sending=False)]
        with pytest.raises(Uncertain, match="one post for two"):
            ours(asked(ledger), shown([post("1")]))
    ledger.shelf.rivals = [Rival(OUT, sending=True)]
    with pytest.raises(Unavailable):
        ours(asked(ledger), shown([post("1")]))
    ledger.shelf.rivals = [
        Rival(Outgoing("mastodon", (Part("Registration is closed", 22),)), sending=True),
        Rival(Outgoing("mastodon", (Part("Registration is open", 20, (FILE,)),)), sending=True),
    ]
    assert ours(asked(ledger), shown([post("1")])) is not None
    assert ours(asked(ledger), shown([post("1", OTHER)])) is None


POSTS = st.lists(
    st.builds(
        post,
        st.integers(1, 6).map(str),
        st.sampled_from(list(Agreement)),
        st.none() | st.integers(-20, 20).map(float),
    ),
    max_size=6,
    unique_by=lambda one: one.published.id,
)


@given(POSTS, st.sets(st.integers(1, 6).map(str)), st.booleans(), st.none() | st.integers(1, 6).map(str))
def test_whatever_is_shown_nothing_is_adopted_that_the_rule_forbids(
    found: list[Found], others: set[str], blind: bool, newest: str | None
) -> None:
    def clock() -> datetime:
        return NOON

    ledger = Delivery(clock)  # type: ignore[arg-type]  # any clock
    ledger.shelf.others = others
    before = None if newest is None else Before(newest, NOON - timedelta(minutes=3))
    question = asked(ledger, before)
    free = [
        one
        for one in found
        if one.published.id not in others and (one.made_at is None or one.made_at >= question.since)
    ]
    try:
        mine = ours(question, shown(found, "blind" if blind else ""))
    except Uncertain:
        assert blind or any(one.agreement is not OTHER for one in free)
        return
    if mine is None:
        assert not blind
        return
    (one,) = [one for one in free if one.published == mine]
    assert one.agreement in {SAME, OWN}
    assert mine.id not in others
    assert sum(other.agreement is one.agreement for other in free) == 1 or newest is not None


@given(st.lists(st.sampled_from(list(Agreement)[:3]), min_size=1))
def test_a_whole_agrees_as_far_as_its_worst_piece(pieces: list[Agreement]) -> None:
    assert worst(pieces) == min(pieces)
