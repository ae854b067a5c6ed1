"""Weekly slots and lengths of time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.when import Slot, duration, next_slots, weekly

HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    "text,slots",
    [
        ("Tue 10:00, Thu 14:00", ["Tue 10:00", "Thu 14:00"]),
        ("thursday 14.00; tuesday klo 10", ["Tue 10:00", "Thu 14:00"]),
        ("Tue, Thu 10:00", ["Tue 10:00", "Thu 10:00"]),
        ("Tue and Thu 10:00", ["Tue 10:00", "Thu 10:00"]),
        ("Tue 10:00, 15:00", ["Tue 10:00", "Tue 15:00"]),
        ("Mon-Wed 9am", ["Mon 9:00", "Tue 9:00", "Wed 9:00"]),
        ("Sat–Mon 9pm", ["Mon 21:00", "Sat 21:00", "Sun 21:00"]),
        ("weekdays 8:30", ["Mon 8:30", "Tue 8:30", "Wed 8:30", "Thu 8:30", "Fri 8:30"]),
        ("Tue 10:00, tue 10.00", ["Tue 10:00"]),
        ("", []),
        (" , ", []),
    ],
)
def test_weekly_times_are_read_in_the_order_of_the_week(text: str, slots: list[str]) -> None:
    assert [str(slot) for slot in weekly(text)] == slots


@pytest.mark.parametrize(
    "text,word",
    [("10:00", "`10:00`"), ("Tue", "Tuesday has no time"), ("Tue 25:00", "`Tue 25:00`"), ("Tue 13pm", "`Tue 13pm`"),
     ("Foo 10:00", "`Foo 10:00`"), ("Tue 10:00 CET", "`Tue 10:00 CET`")],
)  # fmt: skip
def test_what_is_no_weekly_time_is_refused_by_name(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=r"write|hours") as error:
        weekly(text)
    assert word in str(error.value)


def test_slots_come_after_now_and_without_end() -> None:
    now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # Tuesday 10:00 in Helsinki, exactly a slot
    coming = next_slots(weekly("Tue 10:00, Thu 14:00"), now, HELSINKI)
    local = [next(coming).astimezone(HELSINKI).strftime("%a %d.%m. %H:%M") for _ in range(4)]
    assert local == ["Thu 26.11. 14:00", "Tue 01.12. 10:00", "Thu 03.12. 14:00", "Tue 08.12. 10:00"]


def test_without_slots_nothing_comes() -> None:
    assert list(next_slots([], datetime(2026, 11, 24, tzinfo=UTC), HELSINKI)) == []


def test_at_the_end_of_the_calendar_slots_end() -> None:
    assert len(list(next_slots([Slot(0, 10)], datetime(9999, 12, 1, tzinfo=UTC), HELSINKI))) == 4


@pytest.mark.parametrize(
    "text,minutes",
    [("in 2 hours", 120), ("2 hours", 120), ("90 min", 90), ("90m", 90), ("1h30", 90), ("1h 30min", 90), ("1 hour, 30 minutes", 90),
     ("half an hour", 30), ("an hour and a half", 90), ("1.5 hours", 90), ("1,5 h", 90), ("3 days", 4320), ("two weeks", 20160),
     ("30 seconds", 0.5), ("in an hour", 60)],
)  # fmt: skip
def test_a_length_of_time(text: str, minutes: float) -> None:
    assert duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["", "soon", "2", "2 fortnights", "hours", "in", "10:00", "2 hours friday", "hours 2"]
)
def test_what_is_no_length_of_time(text: str) -> None:
    assert duration(text) is None
