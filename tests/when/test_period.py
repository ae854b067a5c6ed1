"""What people ask about, on Thursday 26 November 2026 at 15:30 in Helsinki."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.when import Ask, Period, is_past, is_period, period

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 11, 26, 13, 30, tzinfo=UTC)

CLEAR = """
this week          | 2026-11-23 | 2026-11-30 | This week · 23–29 November
This Week?         | 2026-11-23 | 2026-11-30 | This week · 23–29 November
week               | 2026-11-23 | 2026-11-30 | This week · 23–29 November
next week          | 2026-11-30 | 2026-12-07 | Next week · 30 November – 6 December
last week          | 2026-11-16 | 2026-11-23 | Last week · 16–22 November
today              | 2026-11-26 | 2026-11-27 | Today · Thursday 26 November
tomorrow           | 2026-11-27 | 2026-11-28 | Tomorrow · Friday 27 November
day after tomorrow | 2026-11-28 | 2026-11-29 | Day after tomorrow · Saturday 28 November
yesterday          | 2026-11-25 | 2026-11-26 | Yesterday · Wednesday 25 November
november           | 2026-11-01 | 2026-12-01 | November
december           | 2026-12-01 | 2027-01-01 | December
in december        | 2026-12-01 | 2027-01-01 | December
march              | 2027-03-01 | 2027-04-01 | March 2027
March 2027         | 2027-03-01 | 2027-04-01 | March 2027
march 2025         | 2025-03-01 | 2025-04-01 | March 2025
last march         | 2026-03-01 | 2026-04-01 | March
this month         | 2026-11-01 | 2026-12-01 | This month · November
next month         | 2026-12-01 | 2027-01-01 | Next month · December
last month         | 2026-10-01 | 2026-11-01 | Last month · October
30.11.             | 2026-11-30 | 2026-12-01 | Monday 30 November
on 30.11.?         | 2026-11-30 | 2026-12-01 | Monday 30 November
30.11              | 2026-11-30 | 2026-12-01 | Monday 30 November
30.11.2025         | 2025-11-30 | 2025-12-01 | Sunday 30 November 2025
25.11.             | 2027-11-25 | 2027-11-26 | Thursday 25 November 2027
1 Dec              | 2026-12-01 | 2026-12-02 | Tuesday 1 December
the 1st of December| 2026-12-01 | 2026-12-02 | Tuesday 1 December
2026-12-01         | 2026-12-01 | 2026-12-02 | Tuesday 1 December
tue 1.12.          | 2026-12-01 | 2026-12-02 | Tuesday 1 December
thursday           | 2026-11-26 | 2026-11-27 | Thursday 26 November
on friday          | 2026-11-27 | 2026-11-28 | Friday 27 November
monday             | 2026-11-30 | 2026-12-01 | Monday 30 November
next monday        | 2026-11-30 | 2026-12-01 | Monday 30 November
last friday        | 2026-11-20 | 2026-11-21 | Friday 20 November
week 48            | 2026-11-23 | 2026-11-30 | Week 48 · 23–29 November
week 1             | 2027-01-04 | 2027-01-11 | Week 1 · 4–10 January 2027
week 53            | 2026-12-28 | 2027-01-04 | Week 53 · 28 December 2026 – 3 January 2027
2027-W02           | 2027-01-11 | 2027-01-18 | Week 2 · 11–17 January 2027
vko 50             | 2026-12-07 | 2026-12-14 | Week 50 · 7–13 December
weekend            | 2026-11-28 | 2026-11-30 | This weekend · 28–29 November
next 7 days        | 2026-11-26 | 2026-12-03 | Next 7 days · 26 November – 2 December
last 30 days       | 2026-10-28 | 2026-11-27 | Last 30 days · 28 October – 26 November
this year          | 2026-01-01 | 2027-01-01 | This year · 2026
2025               | 2025-01-01 | 2026-01-01 | 2025
"""


@pytest.mark.parametrize("line", CLEAR.strip("\n").split("\n"))
def test_a_period_is_whole_local_days(line: str) -> None:
    text, first, after, label = (part.strip() for part in line.split("|"))
    found = period(text, now=NOW, zone=HELSINKI)
    assert isinstance(found, Period), found
    assert found.start.tzinfo is UTC
    assert (
        found.start.astimezone(HELSINKI).isoformat()[:16],
        found.end.astimezone(HELSINKI).isoformat()[:16],
    ) == (
        f"{first}T00:00",
        f"{after}T00:00",
    )
    assert found.label == label


@pytest.mark.parametrize(
    "text,offers",
    [
        ("03/04", ("3 Apr", "4 Mar")),
        ("31.2.", ("30.11.", "1 Dec")),
        ("week 54", ("week 48", "this week")),
        ("next friday", ("27 November", "4 December")),
    ],
)
def test_an_unclear_period_is_asked_about(text: str, offers: tuple[str, ...]) -> None:
    answer = period(text, now=NOW, zone=HELSINKI)
    assert isinstance(answer, Ask)
    assert answer.offers == offers
    assert all(isinstance(period(offer, now=NOW, zone=HELSINKI), Period) for offer in offers)


@pytest.mark.parametrize("text", ["", "foo", "10:00", "tomorrow 10:00", "now", "12", "mayor", "x" * 500])
def test_what_names_no_period_is_none(text: str) -> None:
    assert period(text, now=NOW, zone=HELSINKI) is None
    assert not is_period(text)


@pytest.mark.parametrize(
    "text,first",
    [("march", "2026-03-01"), ("december", "2025-12-01"), ("november", "2026-11-01"), ("25.11.", "2026-11-25"),
     ("1 Dec", "2025-12-01"), ("friday", "2026-11-20"), ("thursday", "2026-11-26"), ("week 50", "2025-12-08")],
)  # fmt: skip
def test_history_looks_back(text: str, first: str) -> None:
    found = period(text, now=NOW, zone=HELSINKI, past=True)
    assert isinstance(found, Period)
    assert found.start.astimezone(HELSINKI).date().isoformat() == first


def test_only_yesterday_and_last_are_past_by_themselves() -> None:
    assert [is_past(text) for text in ("yesterday", "last week", "Last month?", "march", "this week")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_day_of_a_clock_change_has_its_own_length() -> None:
    found = period("28.3.2027", now=NOW, zone=HELSINKI)
    assert isinstance(found, Period)
    assert found.end - found.start == timedelta(hours=23)


def test_the_asker_decides_which_day_it_is() -> None:
    late = datetime(2026, 11, 26, 22, 30, tzinfo=UTC)
    here, there = (period("today", now=late, zone=zone) for zone in (HELSINKI, ZoneInfo("America/New_York")))
    assert isinstance(here, Period)
    assert isinstance(there, Period)
    assert (here.label, there.label) == ("Today · Friday 27 November", "Today · Thursday 26 November")
