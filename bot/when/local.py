"""Wall clocks: from a local time to its instants (none, one or two), and back to words that can be read again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

from bot.when.words import DAY_NAMES, MONTH_NAMES


def instants(wall: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """The instants (UTC, ascending) at which clocks in that zone show this time: two when a clock change
    doubles it, none when one removes it.
    """
    both = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return tuple(sorted({at for at in both if at.astimezone(zone).replace(tzinfo=None) == wall}))


def start_of(day: date, zone: tzinfo) -> datetime:
    """The instant (UTC) at which this day begins there, even where a clock change removes its midnight."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def gap(wall: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """For a removed time: the local times around it that do exist, whole hours before and after."""
    moved = wall.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    jump = abs(moved - wall) or timedelta(hours=1)
    before = wall - jump
    after = wall + jump
    return before, after


def spell_day(day: date) -> str:
    """`30 Nov 2026`"""
    return f"{day.day} {MONTH_NAMES[day.month - 1][:3]} {day.year}"


def spell_clock(at: datetime) -> str:
    """`9:05`, with seconds only where there are some."""
    return f"{at.hour}:{at.minute:02}" + (f":{at.second:02}" if at.second else "")


def spell_wall(wall: datetime) -> str:
    """`30 Nov 2026 14:30`: a form that `read` takes."""
    return f"{spell_day(wall.date())} {spell_clock(wall)}"


def spell(at: datetime, zone: tzinfo) -> str:
    """An instant as a person of that zone writes it, in a form that `read` takes: `30 Nov 2026 14:30`."""
    return spell_wall(at.astimezone(zone).replace(tzinfo=None))


def long_day(day: date) -> str:
    """`Monday 30 November`"""
    return f"{DAY_NAMES[day.weekday()]} {day.day} {MONTH_NAMES[day.month - 1]}"


def offset_name(offset: timedelta) -> str:
    """`UTC+5:30`, as `read` takes it."""
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
