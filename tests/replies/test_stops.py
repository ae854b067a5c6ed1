"""Who may bring back what somebody stopped, and move what was approved: the tables of `bot.stops`, walked."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bot import stops
from bot.chat import Person
from bot.rules import Electorate
from bot.stops import Part
from storage.models import BY_RESTORE, Post

NOON = datetime(2026, 12, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
AUTHOR, ADA, BOB, CAROL, DAVE = (Person(id=number, name=f"P{number}") for number in range(1, 6))
APPROVERS = Electorate(frozenset({ADA.id, BOB.id}), "approvers")
OWN_APPROVER = Electorate(frozenset({ADA.id, BOB.id, AUTHOR.id}), "approvers")


def post() -> Post:
    return Post(author_id=AUTHOR.id, author_name=AUTHOR.name, message_id=1, created_at=NOON)


def undone(by: Person, stopper: Person | None, then: Electorate, now: Electorate) -> bool:
    """Whether `by` may undo what `stopper` stopped, by who approved then and now."""
    row = post()
    if stopper is not None:
        stops.stopped(row, stopper, stops.part_of(stopper, row, then))
    return stops.may_undo(row.stopped_as, row.stopped_by, by.id, stops.part_of(by, row, now))


ALLOWED = {
    # who stopped it: who may undo it
    None: {AUTHOR.id, ADA.id, BOB.id},
    AUTHOR.id: {AUTHOR.id, ADA.id, BOB.id},
    ADA.id: {ADA.id, BOB.id},
    CAROL.id: {ADA.id, BOB.id, CAROL.id},
}


@pytest.mark.parametrize(
    "stopper,by", list(product((None, AUTHOR, ADA, CAROL), (AUTHOR, ADA, BOB, CAROL, DAVE)))
)
def test_who_may_undo_what_somebody_stopped(stopper: Person | None, by: Person) -> None:
    allowed = ALLOWED[stopper.id if stopper else None]
    assert undone(by, stopper, APPROVERS, APPROVERS) == (by.id in allowed)


def test_an_author_who_approves_stops_it_as_an_approver() -> None:
    assert undone(AUTHOR, AUTHOR, OWN_APPROVER, OWN_APPROVER)
    assert undone(ADA, AUTHOR, OWN_APPROVER, OWN_APPROVER)
    assert not undone(AUTHOR, AUTHOR, OWN_APPROVER, APPROVERS)


@pytest.mark.parametrize("by", [AUTHOR, ADA, BOB, CAROL, DAVE])
def test_what_a_restore_stopped_is_an_approvers_to_undo(by: Person) -> None:
    row = post()
    row.stopped_as = BY_RESTORE
    for one in (
        AUTHOR,
        CAROL,
        ADA,
    ):  # whoever stops it then: who decided what since the copy is still not known
        stops.stopped(row, one, stops.part_of(one, row, APPROVERS))
        part = stops.part_of(by, row, APPROVERS)
        assert stops.may_undo(row.stopped_as, row.stopped_by, by.id, part) == (by in {ADA, BOB})


def test_who_was_an_approver_then_and_is_none_now_undoes_nothing() -> None:
    fewer = Electorate(frozenset({BOB.id}), "approvers")
    assert not undone(ADA, ADA, APPROVERS, fewer)
    assert undone(BOB, ADA, APPROVERS, fewer)


def test_guests_and_deactivated_people_undo_nothing_of_an_approver() -> None:
    for one in (Person(id=ADA.id, name="P", role=600), Person(id=ADA.id, name="P", active=False)):
        assert not undone(one, BOB, APPROVERS, APPROVERS)


@pytest.mark.parametrize("first,second", list(product((AUTHOR, ADA, CAROL), repeat=2)))
def test_of_two_stops_the_one_that_is_harder_to_undo_stands(first: Person, second: Person) -> None:
    row = post()
    for one in (first, second):
        stops.stopped(row, one, stops.part_of(one, row, APPROVERS))
    may = {
        by.id
        for by in (AUTHOR, ADA, BOB, CAROL, DAVE)
        if stops.may_undo(row.stopped_as, row.stopped_by, by.id, stops.part_of(by, row, APPROVERS))
    }
    assert may == ALLOWED[max((first, second), key=[AUTHOR, CAROL, ADA].index).id]


@pytest.mark.parametrize("part", list(Part))
@pytest.mark.parametrize(
    "approved_for,to,free,allowed",
    [
        (None, NOON, DAY, True),
        (None, None, DAY, True),
        (NOON, NOON + DAY, DAY, True),
        (NOON, NOON - DAY, DAY, True),
        (NOON, NOON + DAY + timedelta(seconds=1), DAY, False),
        (NOON, NOON - DAY - timedelta(seconds=1), DAY, False),
        (NOON, None, DAY, False),
        (NOON, NOON + timedelta(seconds=1), timedelta(0), False),
        (NOON, NOON, timedelta(0), True),
    ],
)
def test_how_far_an_approved_time_may_be_moved(
    approved_for: datetime | None, to: datetime | None, free: timedelta, allowed: bool, part: Part
) -> None:
    assert stops.may_move(approved_for, to, free, part) == (allowed or part is Part.APPROVER)


@pytest.mark.parametrize("part", list(Part))
@pytest.mark.parametrize(
    "approved_for,free,allowed",
    [
        (None, DAY, True),
        (NOON - DAY, DAY, True),
        (NOON - DAY - timedelta(seconds=1), DAY, False),
        (NOON, timedelta(0), True),
        (NOON - timedelta(seconds=1), timedelta(0), False),
        (
            NOON + 9 * DAY,
            DAY,
            True,
        ),  # its time was moved on, and the clock is right: it is no later than approved
    ],
)
def test_how_late_what_failed_may_be_ordered_again(
    approved_for: datetime | None, free: timedelta, allowed: bool, part: Part
) -> None:
    assert stops.may_repeat(approved_for, NOON, free, part) == (allowed or part is Part.APPROVER)


def test_the_table_in_the_docstring_is_the_rule() -> None:
    """Each `yes` and `no` of the first table, read from the docstring and held against the function."""
    lines = re.findall(
        r"^\| (nobody|its author|an approver|another member|a restore)[^|]*\| (.*) \|$",
        stops.__doc__ or "",
        re.MULTILINE,
    )
    who = {
        "nobody": None,
        "its author": AUTHOR,
        "an approver": ADA,
        "another member": CAROL,
        "a restore": ADA,
    }
    assert [name for name, _ in lines] == list(who)
    for name, cells in lines:
        stopper = who[name]
        people = (BOB, AUTHOR, stopper, DAVE)
        for cell, by in zip((one.strip() for one in cells.split("|")), people, strict=True):
            if cell and by is not None:
                now = Electorate(frozenset({BOB.id}), "fewer") if "only if" in cell else APPROVERS
                assert undone(by, stopper, APPROVERS, now) == (cell == "yes"), (name, by)
