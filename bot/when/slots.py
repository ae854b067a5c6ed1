"""Weekly slots: `Tue 10:00, Thu 14:00`, and when they next come."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from typing_extensions import override

from bot.when.local import instants
from bot.when.words import DAY, DAY_NAMES, DAYS, quoted, tidy

_SETS = {"daily": range(7), "every day": range(7), "weekdays": range(5), "weekends": range(5, 7)}
_SET = "daily|every day|weekdays|weekends"
_DAY = rf"(?:{DAY})(?:\s?-\s?(?:{DAY}))?"
_ITEM = re.compile(
    rf"(?P<days>{_SET}|{_DAY}(?:(?: and | & | )(?:{_DAY}))*)?\s*(?:at |klo )?(?P<h>\d{{1,2}})(?:[:.](?P<m>\d\d))?"
    r"\s?(?P<half>[ap]m)?",
)
_ONE_DAY = re.compile(rf"({DAY})(?:\s?-\s?({DAY}))?")
_ONLY_DAYS = re.compile(rf"{_DAY}(?:(?: and | & | ){_DAY})*")
_NOON = 12


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A weekly time on the community's clock; `weekday` 0 is Monday."""

    weekday: int
    hour: int
    minute: int = 0

    @override
    def __str__(self) -> str:
        return f"{DAY_NAMES[self.weekday][:3]} {self.hour}:{self.minute:02}"


def weekly(text: str) -> list[Slot]:
    """The slots of `Tue 10:00, Thu 14:00`, in the order of the week; `Mon-Fri 9:00`, `Tue, Thu 10:00` and
    `daily 9.00` too. Empty text: none. Raises ValueError with a sentence that names what is not understood.
    """
    slots: set[Slot] = set()
    waiting: list[int] = []
    latest: list[int] = []
    for piece in re.split(r"[,;\n]", text):
        words = tidy(piece).removeprefix("and ").strip(" .")
        if not words:
            continue
        if _ONLY_DAYS.fullmatch(words):
            waiting += _days(words)
            continue
        match = _ITEM.fullmatch(words)
        days = waiting + (_days(match["days"]) if match and match["days"] else [])
        days = days or latest
        if not match or not days:
            raise ValueError(f"{quoted(piece)} is no weekly time: write a day and a time, as in `Tue 10:00`.")
        slots |= {_slot(day, match, piece) for day in days}
        waiting, latest = [], days
    if waiting:
        raise ValueError(f"{DAY_NAMES[waiting[-1]]} has no time: write it behind the day, as in `Tue 10:00`.")
    return sorted(slots)


def _days(words: str) -> list[int]:
    if words in _SETS:
        return list(_SETS[words])
    days: list[int] = []
    for match in _ONE_DAY.finditer(words):
        first = DAYS[match[1]]
        last = DAYS[match[2]] if match[2] else first
        days += [(first + more) % 7 for more in range((last - first) % 7 + 1)]
    return days


def _slot(day: int, match: re.Match[str], piece: str) -> Slot:
    hour, minute = int(match["h"]), int(match["m"] or 0)
    if match["half"] and 1 <= hour <= _NOON:
        hour = hour % _NOON + (_NOON if match["half"] == "pm" else 0)
    elif match["half"]:
        hour = 99
    if hour > 23 or minute > 59:  # noqa: PLR2004  the last hour and minute of a clock
        raise ValueError(f"{quoted(piece)} is no time of day: hours go to 23, minutes to 59.")
    return Slot(day, hour, minute)


def next_slots(slots: Sequence[Slot], now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The instants (UTC, ascending, after `now`) at which these slots come, without end. A slot that a clock
    change removes is left out that week; of a doubled one the first counts.
    """
    here = now.astimezone(zone).date()
    monday = here - timedelta(days=here.weekday())
    ordered = sorted(set(slots))
    while ordered:
        for slot in ordered:
            try:
                day: date = monday + timedelta(days=slot.weekday)
                wall = datetime(day.year, day.month, day.day, slot.hour, slot.minute)  # noqa: DTZ001  a wall clock
                possible = instants(wall, zone)
            except OverflowError:  # the end of the calendar
                return
            if possible and possible[0] > now:
                yield possible[0]
        try:
            monday += timedelta(weeks=1)
        except OverflowError:
            return
