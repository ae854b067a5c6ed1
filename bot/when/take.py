"""One function per kind of word: it adds what the word means to the pieces, or asks."""
# ruff: noqa: PLR2004  twelve months, 24 hours and 60 minutes need no other name

from __future__ import annotations

import re
from collections.abc import Callable

from bot.when.pieces import EARLY, Clock, Date, Pair, Pieces
from bot.when.words import DAYS, MONTH_NAMES, MONTHS, NUMBERS, Ask, ask, quoted
from bot.when.zones import named

Taker = Callable[[re.Match[str], str, Pieces], Ask | None]


def _date(m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    groups = m.groupdict()
    month = MONTHS[groups["mon"]] if groups.get("mon") else int(groups["m"])
    year = int(groups["y"]) if groups["y"] else None
    found.iso = found.iso or bool(groups.get("t"))
    found.dates.append(Date(year, month, int(groups["d"])))
    return None


def _dashed(m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    return _either(int(m["d"]), int(m["m"]), int(m["y"]), m[0], found)


def _slashed(m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    year = None if m["y"] is None else int(m["y"]) + (2000 if len(m["y"]) == 2 else 0)
    return _either(int(m["a"]), int(m["b"]), year, m[0], found)


def _either(a: int, b: int, year: int | None, text: str, found: Pieces) -> Ask | None:
    """Day and month in an order that countries differ about."""
    if a > 12 or a == b:
        found.dates.append(Date(year, b, a))
        return None
    if b > 12:
        found.dates.append(Date(year, a, b))
        return None
    end = f" {year}" if year else ""
    one, two = (f"{d} {MONTH_NAMES[m - 1]}" for d, m in ((a, b), (b, a)) if m)
    offers = (f"{d} {MONTH_NAMES[m - 1][:3]}{end} 10:00" for d, m in ((a, b), (b, a)))
    return ask(f"{quoted(text)} may be {one} or {two}", *offers)


def _dotted(m: re.Match[str], before: str, found: Pieces) -> Ask | None:
    day, month = int(m["d"]), int(m["m"])
    alone = m["y"] is None and m["yy"] is None
    if alone and len(m["m"]) == 2 and (month > 12 or before or (found.dates and m.end() == len(m.string))):
        found.pairs.append(Pair(day, m["m"], clock=True))
        return None
    year = int(m["y"]) if m["y"] else 2000 + int(m["yy"]) if m["yy"] else None
    found.dates.append(Date(year, month, day))
    return None


def _clock(m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    groups = m.groupdict()
    hour, minute, second = (int(groups.get(key) or 0) for key in ("h", "min", "s"))
    half = groups.get("half")
    if half and not 1 <= hour <= 12:
        what = f"{quoted(m[0])} is no time of day"
        return ask(what, f"thursday {hour % 24}:{minute % 60:02}", possible=False)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return _no_clock(m[0])
    found.clocks.append(Clock(hour, minute, second, vague=bool(groups.get("loose")) and hour in EARLY))
    return None


def _no_clock(text: str) -> Ask:
    if text.startswith("24"):
        return ask(
            f"{quoted(text)} is no time of day; a day begins with 0:00", "tomorrow 0:00", possible=False
        )
    return ask(f"{quoted(text)} is no time of day", "thursday 9:00", "thursday 14:30", possible=False)


def _pair(m: re.Match[str], before: str, found: Pieces) -> Ask | None:
    found.pairs.append(Pair(int(m["a"]), m["b"], clock=bool(before)))
    return None


def _ordinal(m: re.Match[str], _before: str, _found: Pieces) -> Ask | None:
    what = f"Of which month is {quoted(m[0])}? Write the month with it, as in `1st of December 10:00`."
    return ask(what, possible=False)


def _offset(m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    text = m[0].replace(" ", "")
    if text[0] == "-" and found.clocks and not found.iso:
        return ask(f"{quoted(m.string)} is a span; only its beginning counts", m.string[: m.start()].strip())
    if text[0] in "+-" and not found.clocks:
        return ask(f"I do not understand {quoted(text)} in a time", "10:00 UTC-5", "10:00 UTC+2")
    zone = named(text, f"{m.string[: m.start()]}{{}}{m.string[m.end() :]}")
    if isinstance(zone, Ask):
        return zone
    if zone:
        found.zones.append(zone)
    return None


def _number(m: re.Match[str], before: str, found: Pieces) -> Ask | None:
    found.numbers.append((m[0], before))
    return None


def _ahead(m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    amount, unit = (m["n"], m["unit"]) if m["n"] else (m["n2"], m["unit2"])
    number = NUMBERS[amount] if amount in NUMBERS else int(amount)
    found.days_ahead.append(number * (7 if unit.startswith("week") else 1))
    return None


def _days(number: int) -> Taker:
    def take(_m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
        found.days_ahead.append(number)
        return None

    return take


def _tonight(_m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    found.days_ahead.append(0)
    found.parts.append("evening")
    return None


def _weekday(m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    which = m["which"] if m["which"] in {"next", "this"} else ""
    found.weekdays.append((DAYS[m["day"]], which))
    return None


def _week(m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    found.weeks_ahead.append(1 if m["which"] == "next" else 0)
    return None


def _month(m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    name = m[0].strip(" .").split(" ")[0]
    example = MONTH_NAMES[MONTHS[name] - 1] if name in MONTHS else "December"
    what = f"On which day of {quoted(m[0])}? Write the day and the hour, as in `3 {example} 10:00`."
    return ask(what, possible=not found.has_day)


def _noon(_m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    found.clocks.append(Clock(12))
    return None


def _midnight(_m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    found.clocks.append(Clock(0, midnight=True))
    return None


def _part(m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    found.parts.append(m["part"])
    return None


def _sure(_m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    found.sure = True
    return None


def _zulu(_m: re.Match[str], _before: str, found: Pieces) -> Ask | None:
    zone = named("utc")
    if zone and not isinstance(zone, Ask):
        found.zones.append(zone)
    return None


TAKERS: dict[str, Taker] = {
    "date": _date,
    "dashed": _dashed,
    "dotted": _dotted,
    "slashed": _slashed,
    "clock": _clock,
    "pair": _pair,
    "ordinal": _ordinal,
    "offset": _offset,
    "number": _number,
    "ahead": _ahead,
    "overmorrow": _days(2),
    "today": _days(0),
    "tonight": _tonight,
    "tomorrow": _days(1),
    "yesterday": _days(-1),
    "weekday": _weekday,
    "week": _week,
    "month": _month,
    "noon": _noon,
    "midnight": _midnight,
    "part": _part,
    "sure": _sure,
    "zulu": _zulu,
}
"""Kind of word -> what it does. Kinds without a taker (`at`, `skip`, `local`) mean nothing by themselves."""
