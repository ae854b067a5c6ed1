"""Whatever is written: an answer, never an exception, and never a time that is over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.when import Ask, Moment, Period, is_period, next_slots, period, read, spell, weekly

ZONES = [
    ZoneInfo(key)
    for key in (
        "Europe/Helsinki",
        "America/New_York",
        "Asia/Kolkata",
        "Pacific/Auckland",
        "Australia/Lord_Howe",
        "UTC",
    )
]
NOWS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  made aware by the strategy
WORDS = st.lists(
    st.sampled_from(
        [
            "tomorrow",
            "today",
            "thursday",
            "fri",
            "next",
            "this",
            "week",
            "month",
            "march",
            "dec",
            "1",
            "30.11.",
            "30.11.2026",
            "14.30",
            "9am",
            "10:00",
            "25:00",
            "at",
            "on",
            "klo",
            "in",
            "2",
            "hours",
            "3",
            "days",
            "CET",
            "EEST",
            "IST",
            "Europe/Oslo",
            "UTC+2",
            "noon",
            "midnight",
            "now",
            "03/04",
            "2026-12-01",
            "2031-02-31",
            "T09:00",
            "Z",
            "<time:2026-12-01T09:00Z>",
            "evening",
            "tonight",
            "really",
            "week",
            "48",
            "1st",
            "of",
            "yesterday",
            "-",
            "–",
            ",",
            ".",
            "?",
            "12",
            "0",
            "99999",
            "torsdag",
            "to",
            "ma",
            "mar",
            "morgen",
            "Uhr",
            "om",
            "kl.",
            "viikko",
            "la",
            "semaine prochaine",
            "am",
        ]
    ),
    max_size=6,
).map(" ".join)
ANYTHING = st.one_of(WORDS, st.text(max_size=60), st.text("0123456789.:/-+ apmtz", max_size=20))


@settings(max_examples=300, deadline=None)
@given(ANYTHING, NOWS, st.sampled_from(ZONES))
def test_every_text_is_a_future_instant_or_a_question_with_good_offers(
    text: str, now: datetime, zone: ZoneInfo
) -> None:
    answer = read(text, now=now, zone=zone)
    if isinstance(answer, Ask):
        assert answer.question[-1] in ".?!`"
        for offer in answer.offers:
            understood = read(offer, now=now, zone=zone)
            assert isinstance(understood, Moment), (offer, understood)
    elif answer.kind == "at":
        assert answer.at is not None
        assert answer.at > now


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 700 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    NOWS,
    st.sampled_from(ZONES),
)
def test_an_iso_time_comes_back_as_the_same_instant(ahead: timedelta, now: datetime, zone: ZoneInfo) -> None:
    at = (now + ahead).replace(microsecond=0)
    if at <= now:
        at += timedelta(seconds=1)
    assert read(at.isoformat(), now=now, zone=zone) == Moment("at", at)
    assert read(f"<time:{at.astimezone(zone).isoformat()}>", now=now, zone=zone) == Moment("at", at)


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 700 * 24 * 60), NOWS, st.sampled_from(ZONES))
def test_a_spelled_time_is_read_as_the_same_minute(minutes: int, now: datetime, zone: ZoneInfo) -> None:
    at = (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    answer = read(spell(at, zone), now=now, zone=zone)
    assert answer == Moment("at", at) or (isinstance(answer, Ask) and "comes twice" in answer.question)


@settings(max_examples=200, deadline=None)
@given(ANYTHING, NOWS, st.sampled_from(ZONES), st.booleans())
def test_every_period_is_a_span_a_question_or_none(
    text: str, now: datetime, zone: ZoneInfo, past: bool
) -> None:
    found = period(text, now=now, zone=zone, past=past)
    if isinstance(found, Period):
        assert found.start < found.end
        assert found.label
        assert is_period(text)


@settings(max_examples=50, deadline=None)
@given(NOWS, st.sampled_from(ZONES))
def test_slots_ascend(now: datetime, zone: ZoneInfo) -> None:
    coming = next_slots(weekly("daily 2:30, Tue 1:30, Sun 3:00"), now, zone)
    found = [next(coming) for _ in range(20)]
    assert found == sorted(found)
    assert found[0] > now


@pytest.mark.parametrize("piece", ["1", "mon ", "10:00 ", "[", "a ", "1.", "half an "])
def test_a_very_long_text_is_a_question(piece: str, linear: Callable[..., None]) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)

    def asked(text: str) -> None:
        assert isinstance(read(text, now=now, zone=ZONES[0]), Ask)

    whole = (piece * 10_000)[:10_000]
    linear(asked, whole, whole[:1_250])
