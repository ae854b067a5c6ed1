"""What the words of a time can be: days, weekdays, clocks, zones."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.when.zones import Stated

EARLY = range(1, 7)
"""Hours that, written as a bare number, are as likely meant for the afternoon."""


@dataclass(frozen=True, slots=True)
class Date:
    """A day of a month, with its year where one was written."""

    year: int | None
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class Clock:
    """An hour of the day."""

    hour: int
    minute: int = 0
    second: int = 0
    vague: bool = False
    """Written as `at 3`, `3 o'clock`: it may be meant twelve hours later."""
    midnight: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two numbers with a dot: `9.10` is a clock or a date, as the rest decides."""

    first: int
    second: str
    clock: bool
    """`at` or `klo` stood before it."""


@dataclass(slots=True)
class Pieces:
    """Everything that was found in the words, before anything is decided."""

    dates: list[Date] = field(default_factory=list)
    days_ahead: list[int] = field(default_factory=list)
    weekdays: list[tuple[int, str]] = field(default_factory=list)
    """Number of the day, and the word before it: `next`, `this` or nothing."""
    weeks_ahead: list[int] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    numbers: list[tuple[str, str]] = field(default_factory=list)
    """A bare number, and `at` or `klo` where it stood before it."""
    zones: list[Stated] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    """`morning`, `afternoon`, `evening`, `night`"""
    sure: bool = False
    """`really`: yes, so far away."""
    iso: bool = False
    """The day was written as `2026-12-01T`."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found but words that say nothing by themselves: `on the`."""
        hour = self.clocks or self.pairs or self.numbers or self.zones or self.parts
        return not (hour or self.has_day or self.sure)

    @property
    def has_day(self) -> bool:
        """Whether anything says on which day."""
        return bool(self.dates or self.days_ahead or self.weekdays or self.weeks_ahead)
