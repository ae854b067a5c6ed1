"""What people ask about: `this week`, `march`, `30.11.`, `friday`, `week 48` -> a span of whole days."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.when.agree import agreed
from bot.when.local import long_day, start_of
from bot.when.pieces import Date, Pieces
from bot.when.tokens import pieces
from bot.when.tongues import LANGUAGES, readings
from bot.when.words import DAY, DAYS, LONGEST, MONTH, MONTH_NAMES, MONTHS, Ask, ask, quoted, tidy

_LEAD = re.compile(r"^(?:(?:on|in|for|during|at|of|from|within) )*(?:the )?")
_WEEK = re.compile(r"(this|next|last|previous|past|coming|current)? ?week")
_NUMBERED = re.compile(
    r"(?:week|wk|w|vko)\s?(?:no\.? ?)?(\d{1,2})(?:[ ,/]+(?:of )?((?:19|20|21)\d\d))?|((?:19|20|21)\d\d)-?w(\d{1,2})"
)
_MONTH = re.compile(
    rf"(?:(?P<which>this|next|last|previous|past|coming|current) month"
    rf"|(?:(?P<side>this|next|last) )?(?P<name>{MONTH})\.?(?:,? (?P<year>(?:19|20|21)\d\d))?)"
)
_YEAR = re.compile(r"(this|next|last) year|((?:19|20|21)\d\d)")
_DAYS_RUN = re.compile(r"(next|coming|last|past|previous) (\d{1,3}) (days?|weeks?)")
_WEEKDAY = re.compile(rf"(?:(this|next|last|coming) )?({DAY})")
_WEEKEND = re.compile(r"(this|next|last|coming)? ?weekend")
_DAY_WORDS = {"today": 0, "tonight": 0, "tomorrow": 1, "day after tomorrow": 2, "yesterday": -1}
_SIDES = {"last": -1, "previous": -1, "past": -1, "next": 1}


@dataclass(frozen=True, slots=True)
class Period:
    """A span of whole local days, half open, and its name: `This week · 23–29 November`."""

    start: datetime
    """UTC, the first instant of the first day."""
    end: datetime
    """UTC, the first instant after it."""
    label: str


@dataclass(frozen=True, slots=True)
class _Days:
    name: str
    first: date
    after: date


def is_period(text: str, *, languages: Collection[str] = LANGUAGES) -> bool:
    """Whether these words name a period, or look so much like one that `period` would ask about them."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return period(text, now=now, zone=ZoneInfo("UTC"), languages=languages) is not None


def is_past(text: str) -> bool:
    """Whether these words name a period that can only lie behind: `yesterday`, `last week`, `viime viikolla`."""
    every = [_tidied(one.words) for one in readings(tidy(text[:LONGEST])) if not one.stray]
    return bool(every) and all(
        one == "yesterday" or one.startswith(("last ", "previous ", "past ")) for one in every
    )


def period(
    text: str, *, now: datetime, zone: ZoneInfo, past: bool = False, languages: Collection[str] = LANGUAGES
) -> Period | Ask | None:
    """The period of these words, seen from this instant (UTC) in this zone; None if they name none.

    A day or month without a year is the coming one, or with `past` the latest one; today and this month
    are both. Never raises.
    """
    if len(text) > LONGEST:
        return None
    return agreed(
        tidy(text), languages, lambda one: _read(one, now, zone, past=past), lambda _, words: _tidied(words)
    )


def _read(text: str, now: datetime, zone: ZoneInfo, *, past: bool) -> Period | Ask | None:
    words = _tidied(text)
    today = now.astimezone(zone).date()
    try:
        days = _days(words, today, past=past)
        if not isinstance(days, _Days):
            return days
        last = days.after - timedelta(days=1)
        label = " · ".join(part for part in (days.name, _span(days.first, last, today)) if part)
        return Period(start_of(days.first, zone), start_of(days.after, zone), label)
    except (OverflowError, ValueError):  # beyond the calendar
        return ask(f"{quoted(text)} is not within the calendar", "this week", "march", "30.11.")


def _tidied(text: str) -> str:
    words = tidy(text).replace(",", " ").strip(" !?;:")
    return _LEAD.sub("", " ".join(words.split()), count=1)


def _days(words: str, today: date, *, past: bool) -> _Days | Ask | None:
    plain = words.rstrip(". ")
    if plain in _DAY_WORDS:
        day = today + timedelta(days=_DAY_WORDS[plain])
        return _Days(plain.capitalize(), day, day + timedelta(days=1))
    for pattern, reader in (
        (_WEEK, _week),
        (_NUMBERED, _numbered),
        (_MONTH, _month),
        (_YEAR, _year),
        (_DAYS_RUN, _run),
        (_WEEKDAY, _weekday),
        (_WEEKEND, _weekend),
    ):
        if match := pattern.fullmatch(plain):
            return reader(match, today, past)
    return _date(words, today, past=past)


def _named(side: str | None, thing: str) -> str:
    return f"{ {-1: 'Last', 0: 'This', 1: 'Next'}[_SIDES.get(side or '', 0)] } {thing}"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week(match: re.Match[str], today: date, _past: bool) -> _Days:
    first = _monday(today) + timedelta(weeks=_SIDES.get(match[1] or "", 0))
    return _Days(_named(match[1], "week"), first, first + timedelta(weeks=1))


def _numbered(match: re.Match[str], today: date, past: bool) -> _Days | Ask:
    number = int(match[1] or match[4])
    written = match[2] or match[3]
    year, week, _ = today.isocalendar()
    if not written:
        year += (number < week and not past) - (number > week and past)
    else:
        year = int(written)
    try:
        first = date.fromisocalendar(year, number, 1)
    except ValueError:
        return ask(f"{year} has no week {number}", "week 48", "this week")
    return _Days(f"Week {number}", first, first + timedelta(weeks=1))


def _month(match: re.Match[str], today: date, past: bool) -> _Days:
    year, month, name = today.year, today.month, ""
    if match["which"]:
        month += _SIDES.get(match["which"], 0)
        name = _named(match["which"], "month")
    else:
        month = MONTHS[match["name"]]
        side = match["side"]
        if match["year"]:
            year = int(match["year"])
        elif side == "last" or past:
            year -= month > today.month or (side == "last" and month == today.month)
        else:
            year += month < today.month or (side == "next" and month == today.month)
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return _Days(name, date(year, month, 1), date(year + month // 12, month % 12 + 1, 1))


def _year(match: re.Match[str], today: date, _past: bool) -> _Days:
    year = int(match[2]) if match[2] else today.year + _SIDES.get(match[1], 0)
    return _Days(_named(match[1], "year") if match[1] else "", date(year, 1, 1), date(year + 1, 1, 1))


def _run(match: re.Match[str], today: date, _past: bool) -> _Days:
    length = timedelta(days=int(match[2]) * (7 if match[3].startswith("week") else 1))
    tomorrow = today + timedelta(days=1)
    name = f"{_named('last' if match[1] in _SIDES and match[1] != 'next' else 'next', match[2])} {match[3]}"
    if name.startswith("Last"):
        return _Days(name, tomorrow - length, tomorrow)
    return _Days(name, today, today + length)


def _weekday(match: re.Match[str], today: date, past: bool) -> _Days | Ask:
    side, weekday = match[1], DAYS[match[2]]
    this = _monday(today) + timedelta(days=weekday)
    if side == "last" or (past and not side):
        day = this if this < today or (past and not side and this == today) else this - timedelta(weeks=1)
    elif side == "this":
        day = this
    elif side == "next":
        if this > today:
            offers = (f"{one.day} {MONTH_NAMES[one.month - 1]}" for one in (this, this + timedelta(weeks=1)))
            return ask(f"{quoted(match[0])} may be the one of this week or of the next", *offers)
        day = this + timedelta(weeks=1)
    else:
        day = this if this >= today else this + timedelta(weeks=1)
    return _Days("", day, day + timedelta(days=1))


def _weekend(match: re.Match[str], today: date, _past: bool) -> _Days:
    first = _monday(today) + timedelta(days=5, weeks=_SIDES.get(match[1] or "", 0))
    return _Days(_named(match[1], "weekend"), first, first + timedelta(days=2))


def _date(words: str, today: date, *, past: bool) -> _Days | Ask | None:
    if not any(c.isdigit() for c in words):
        return None
    found = _only_date(words)
    if not isinstance(found, Date):
        return found
    years = (found.year,) if found.year else (today.year - 1, today.year, today.year + 1, today.year + 2)
    possible = []
    for year in years:
        try:
            possible.append(date(year, found.month, found.day))
        except ValueError:
            continue
    if not possible:
        shown = quoted(words.strip())
        return ask(f"There is no day {shown}; the day stands before the month", "30.11.", "1 Dec")
    if past:
        day = max((one for one in possible if one <= today), default=possible[0])
    else:
        day = min((one for one in possible if one >= today), default=possible[-1])
    return _Days("", day, day + timedelta(days=1))


def _only_date(words: str) -> Date | Ask | None:
    """The one date of these words, if they are nothing else (a weekday before it is let pass)."""
    found = pieces(words)
    if isinstance(found, Ask):
        found = ask(found.what, *(offer.removesuffix(" 10:00") for offer in found.offers))
        return (
            found
            if re.fullmatch(rf"(?:(?:{DAY})\.? )?\d{{1,2}}[/-]\d{{1,2}}(?:[/-]\d{{2,4}})?\.?", words)
            else None
        )
    extra = (
        found.clocks or found.zones or found.numbers or found.days_ahead or found.weeks_ahead or found.parts
    )
    if extra or found.sure or len(found.dates) + len(found.pairs) != 1:
        return None
    return found.dates[0] if found.dates else _pair_date(found)


def _pair_date(found: Pieces) -> Date | None:
    pair = found.pairs[0]
    return None if pair.clock else Date(None, int(pair.second), pair.first)


def _span(first: date, last: date, today: date) -> str:
    """`23–29 November`, `30 November – 6 December`, `Friday 27 November`, `March 2027`; the year where it differs."""
    year = f" {last.year}" if last.year != today.year or first.year != last.year else ""
    months = MONTH_NAMES[first.month - 1], MONTH_NAMES[last.month - 1]
    after = last + timedelta(days=1)
    if first == last:
        return long_day(first) + year
    if first.day == first.month == after.day == after.month == 1:
        return str(first.year)
    if first.day == after.day == 1 and first.month == last.month:
        return f"{months[0]}{year}"
    if first.month == last.month and first.year == last.year:
        return f"{first.day}–{last.day} {months[1]}{year}"
    start = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {months[0]}{start} – {last.day} {months[1]}{year}"
