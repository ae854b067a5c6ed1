"""Which hour and which day the pieces mean together; where they could mean two, a question."""
# ruff: noqa: PLR2004  twelve months, 24 hours and 60 minutes need no other name

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.when.local import long_day, spell_day
from bot.when.pieces import EARLY, Clock, Date, Pair, Pieces
from bot.when.words import DAY_NAMES, MONTH_NAMES, Ask, ask, quoted

_LATER = {"afternoon": range(1, 7), "evening": range(5, 12), "night": range(8, 12)}
"""Hours that are twelve later in that part of the day: `8 in the evening`."""
_UNSURE = {"evening": range(1, 5), "night": range(1, 8)}
"""Hours that may be either: `tonight at 3` may be the afternoon, or the night after."""
_OUTSIDE = {"morning": range(12, 24), "afternoon": range(12), "evening": (0, 12), "night": range(12, 18)}
"""Hours that are not in that part of the day: `12 in the evening`, `11 in the afternoon`."""
_LATELY = timedelta(days=62)
"""A day without a year that passed longer ago than this is the one of next year."""


def hour_of(found: Pieces, now: datetime, zone: ZoneInfo) -> Clock | Ask:
    """The one hour; pairs and bare numbers become clocks or dates here, as the rest decides."""
    for pair in found.pairs:
        question = _beside_weekday(found, pair, now.astimezone(zone).date())
        question = question or _settle_pair(found, pair.first, pair.second, clock=pair.clock)
        if question:
            return question
    for number, before in found.numbers:
        clock = _bare(number, before, found)
        if isinstance(clock, Ask):
            return clock
        found.clocks.append(clock)
    if len(found.clocks) > 1:
        one, two = found.clocks[:2]
        return ask(f"There are two times, {_shown(one)} and {_shown(two)}: keep one.", possible=False)
    if not found.clocks:
        return _no_hour(found, now, zone)
    return _with_part(found)


def _beside_weekday(found: Pieces, pair: Pair, today: date) -> Ask | None:
    """`fri 4.12` may be Friday at 4:12, or the fourth of December; so may be `tomorrow 1.12` on its eve."""
    first, second, month = pair.first, pair.second, int(pair.second)
    if pair.clock or len(second) != 2 or not (1 <= first < 24 and 1 <= month <= 12):
        return None
    if found.clocks or found.numbers or found.parts or found.dates:
        return None
    near = [today + timedelta(days=one) for one in found.days_ahead[:1] if abs(one) <= _LATELY.days]
    if not found.weekdays and (first, month) not in {(one.day, one.month) for one in near}:
        return None
    day = DAY_NAMES[found.weekdays[0][0]] if found.weekdays else spell_day(near[0])
    offers = (f"{first} {MONTH_NAMES[month - 1][:3]} 10:00", f"{day} {first}:{second}")
    return ask(f"{quoted(f'{first}.{second}')} may be a time or a date", *offers)


def _settle_pair(found: Pieces, first: int, second: str, *, clock: bool) -> Ask | None:
    number = int(second)
    as_clock = first < 24 and number < 60 and len(second) == 2
    as_date = 1 <= first <= 31 and 1 <= number <= 12
    text = quoted(f"{first}.{second}")
    if as_clock and (clock or not as_date or (found.has_day and not found.clocks)):
        found.clocks.append(Clock(first, number))
    elif as_date and (not as_clock or found.clocks or found.numbers) and not found.dates:
        found.dates.append(Date(None, number, first))
    elif as_clock and as_date:
        month = MONTH_NAMES[number - 1][:3]
        return ask(
            f"{text} may be a time or a date",
            f"{first}:{second}",
            f"tomorrow {first}:{second}",
            f"{first} {month} 10:00",
        )
    else:
        return ask(
            f"{text} is neither a time nor a date here", "thursday 14.30", "30.11. 14.30", possible=False
        )
    return None


def _bare(number: str, before: str, found: Pieces) -> Clock | Ask:
    text = quoted(number)
    hour, minute = (int(number), 0) if len(number) <= 2 else (int(number[:-2]), int(number[-2:]))
    if hour > 23 or minute > 59:
        return ask(f"{text} is no time of day", "thursday 9:00", "thursday 14:30", possible=False)
    if found.clocks or not (before or found.has_day):
        offers = () if found.clocks else (f"{hour}:{minute:02}", f"tomorrow {hour}:{minute:02}")
        return ask(f"I do not understand {text} in a time", *offers, possible=not found.clocks)
    vague = len(number) == 1 and hour in EARLY and not before.startswith("k")
    return Clock(hour, minute, vague=vague)


def _shown(clock: Clock) -> str:
    return f"{clock.hour}:{clock.minute:02}"


def _no_hour(found: Pieces, now: datetime, zone: ZoneInfo) -> Ask:
    if not found.has_day:
        return ask("There is no hour in it", "thursday 10:00", "tomorrow 14:30")
    here = now.astimezone(zone).replace(tzinfo=None)
    if found.weeks_ahead and not found.weekdays:
        monday = here.date() - timedelta(days=here.weekday()) + timedelta(weeks=1)
        offers = (f"{spell_day(monday + timedelta(days=more))} 10:00" for more in (1, 3))
        return ask("On which day of the week, and at what time?", *offers)
    day = day_of(found, Clock(23, 59), here)
    if isinstance(day, Ask):
        return day
    if day < here.date():
        return ask(f"{spell_day(day)} is past", "tomorrow 10:00")
    hours = ["18:00", "20:00"] if "evening" in found.parts else ["10:00", "14:30"]
    if day == here.date():
        hours = [f"{here.hour + 1}:00"]
    return ask(f"At what time on {long_day(day)}?", *(f"{spell_day(day)} {hour}" for hour in hours))


def _with_part(found: Pieces) -> Clock | Ask:
    """The hour in the light of `in the evening` and its like."""
    clock = found.clocks[0]
    part = found.parts[0] if found.parts else ""
    if not part:
        return clock
    if part != "morning" and clock.midnight and 0 in found.days_ahead:
        found.days_ahead = [1]
        return Clock(0)
    if clock.hour in _LATER.get(part, ()):
        return Clock(clock.hour + 12, clock.minute, clock.second)
    if clock.hour in _OUTSIDE[part]:
        return ask(f"{_shown(clock)} is not in the {part}", f"thursday {_shown(clock)}", possible=False)
    return replace(clock, vague=clock.hour in _UNSURE.get(part, ()))


def day_of(found: Pieces, clock: Clock, here: datetime) -> date | Ask:
    """The one day, seen from this local time."""
    today = here.date()
    if len(found.dates) > 1 or len(found.days_ahead) > 1 or len(found.weekdays) > 1:
        return ask("There are two days in it: keep one.", possible=False)
    day: date | Ask
    if found.dates:
        day = _dated(found.dates[0], today)
    elif found.days_ahead:
        day = today + timedelta(days=found.days_ahead[0])
    elif found.weekdays:
        return _on_weekday(found, clock, here)
    elif found.weeks_ahead:
        return ask("On which day of the week? Write it with the hour, as in `friday next week 10:00`.")
    elif clock.midnight:
        day = today + timedelta(days=1)
    else:
        day = today
    if isinstance(day, date) and found.weekdays and day.weekday() != found.weekdays[0][0]:
        return _misfit(day, found.weekdays[0][0], clock, today)
    return day


def _dated(given: Date, today: date) -> date | Ask:
    years = (given.year,) if given.year else (today.year, today.year + 1)
    possible = []
    for year in years:
        try:
            possible.append(date(year, given.month, given.day))
        except ValueError:
            continue
    if not possible:
        return _no_such_day(given)
    first, last = possible[0], possible[-1]
    return last if today - first > _LATELY else first


def _no_such_day(given: Date) -> Ask:
    text = f"{given.day}.{given.month}." + (str(given.year) if given.year else "")
    if 1 <= given.month <= 12 and 1 <= given.day <= 31:
        month = MONTH_NAMES[given.month - 1]
        last = 28 if given.month == 2 else 30
        year = f" {given.year}" if given.year else ""
        return ask(
            f"{month}{year} has no day {given.day}",
            f"{last} {month[:3]}{year} 10:00",
            f"1 {MONTH_NAMES[given.month % 12][:3]}{year} 10:00",
            possible=False,
        )
    return ask(
        f"There is no day {quoted(text)}; the day stands before the month",
        "30.11. 10:00",
        "30 Nov 10:00",
        possible=False,
    )


def _misfit(day: date, weekday: int, clock: Clock, today: date) -> Ask:
    near = sorted((day + timedelta(days=more) for more in range(-6, 7)), key=lambda one: abs(one - day))
    fitting = next((one for one in near if one.weekday() == weekday and one > today), None)
    offers = [
        f"{DAY_NAMES[one.weekday()][:3]} {spell_day(one)} {_shown(clock)}" for one in (day, fitting) if one
    ]
    name = DAY_NAMES[day.weekday()]
    return ask(f"{spell_day(day)} is a {name}, not a {DAY_NAMES[weekday]}", *offers, possible=False)


def _on_weekday(found: Pieces, clock: Clock, here: datetime) -> date | Ask:
    weekday, which = found.weekdays[0]
    today = here.date()
    monday = today - timedelta(days=today.weekday())
    if found.weeks_ahead:
        return monday + timedelta(weeks=found.weeks_ahead[0], days=weekday)
    this = monday + timedelta(days=weekday)
    if which == "this":
        return this
    coming = this if this >= today else this + timedelta(weeks=1)
    if which == "next":
        if this <= today:
            return this + timedelta(weeks=1)
        offers = (f"{spell_day(one)} {_shown(clock)}" for one in (this, this + timedelta(weeks=1)))
        return ask(f"Next {DAY_NAMES[weekday]} may be the one of this week or of the next", *offers)
    return coming
