"""Hours that a clock change removes or doubles."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.when import Ask, Moment, next_slots, read, weekly

HELSINKI = ZoneInfo("Europe/Helsinki")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "zone,text,offers",
    [
        (HELSINKI, "28 Mar 2027 3:00", ("28 Mar 2027 2:00", "28 Mar 2027 4:00")),
        (HELSINKI, "28 Mar 2027 3:30", ("28 Mar 2027 2:30", "28 Mar 2027 4:30")),
        (NEW_YORK, "14 Mar 2027 2:30", ("14 Mar 2027 1:30", "14 Mar 2027 3:30")),
    ],
)
def test_an_hour_that_is_skipped_is_asked_about(zone: ZoneInfo, text: str, offers: tuple[str, ...]) -> None:
    answer = read(text, now=NOW, zone=zone)
    assert isinstance(answer, Ask)
    assert "does not exist" in answer.question
    assert answer.offers == offers


@pytest.mark.parametrize(
    "zone,text,offers",
    [
        (HELSINKI, "31 Oct 2027 3:30", ("31 Oct 2027 3:30 UTC+3", "31 Oct 2027 3:30 UTC+2")),
        (NEW_YORK, "7 Nov 2027 1:30", ("7 Nov 2027 1:30 UTC-4", "7 Nov 2027 1:30 UTC-5")),
    ],
)
def test_an_hour_that_comes_twice_is_asked_about(zone: ZoneInfo, text: str, offers: tuple[str, ...]) -> None:
    answer = read(text, now=NOW, zone=zone)
    assert isinstance(answer, Ask)
    assert "comes twice" in answer.question
    assert answer.offers == offers


@pytest.mark.parametrize(
    "zone,text,at",
    [
        (HELSINKI, "28 Mar 2027 2:59", "2027-03-28T00:59"),
        (HELSINKI, "28 Mar 2027 4:00", "2027-03-28T01:00"),
        (HELSINKI, "31 Oct 2027 2:59", "2027-10-30T23:59"),
        (HELSINKI, "31 Oct 2027 4:00", "2027-10-31T02:00"),
        (HELSINKI, "31 Oct 2027 3:30 EEST", "2027-10-31T00:30"),
        (HELSINKI, "31 Oct 2027 3:30 EET", "2027-10-31T01:30"),
        (HELSINKI, "31 Oct 2027 3:30 UTC+3", "2027-10-31T00:30"),
        (NEW_YORK, "14 Mar 2027 1:59", "2027-03-14T06:59"),
        (NEW_YORK, "14 Mar 2027 3:00", "2027-03-14T07:00"),
        (NEW_YORK, "7 Nov 2027 1:30 EDT", "2027-11-07T05:30"),
        (NEW_YORK, "7 Nov 2027 2:00", "2027-11-07T07:00"),
    ],
)
def test_the_hours_beside_it_are_clear(zone: ZoneInfo, text: str, at: str) -> None:
    moment = read(text, now=NOW, zone=zone)
    assert isinstance(moment, Moment), moment
    assert moment.at == datetime.fromisoformat(f"{at}+00:00")


def test_in_two_hours_is_two_hours_over_a_clock_change() -> None:
    before = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    moment = read("in 2 hours", now=before, zone=HELSINKI)
    assert moment == Moment("at", datetime(2027, 3, 28, 2, 30, tzinfo=UTC))


def test_an_abbreviation_in_the_hour_of_the_change_holds_on_its_own_side() -> None:
    answer = read("28 Mar 2027 3:30 EET", now=NOW, zone=HELSINKI)
    assert isinstance(answer, Ask)
    assert "EET is not in force" in answer.question


def test_a_slot_that_a_clock_change_removes_is_left_out() -> None:
    slots = weekly("Sun 3:30")
    coming = next_slots(slots, datetime(2027, 3, 20, tzinfo=UTC), HELSINKI)
    days = [next(coming).astimezone(HELSINKI).strftime("%d.%m. %H:%M") for _ in range(2)]
    assert days == ["21.03. 03:30", "04.04. 03:30"]


def test_of_a_doubled_slot_the_first_counts() -> None:
    coming = next_slots(weekly("Sun 3:30"), datetime(2027, 10, 30, tzinfo=UTC), HELSINKI)
    assert [next(coming), next(coming)] == [
        datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
        datetime(2027, 11, 7, 1, 30, tzinfo=UTC),
    ]
