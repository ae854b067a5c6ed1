"""Lengths of time: `2 hours`, `90 min`, `1h30`, `half an hour`, `3 days`."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.when.words import LONGEST, NUMBERS, any_of, tidy

_UNITS = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
_SHORT = {"s": "seconds", "sec": "seconds", "secs": "seconds", "second": "seconds"}
_SHORT |= {"m": "minutes", "min": "minutes", "mins": "minutes", "minute": "minutes"}
_SHORT |= {"h": "hours", "hr": "hours", "hrs": "hours", "hour": "hours"}
_SHORT |= {"d": "days", "day": "days", "w": "weeks", "wk": "weeks", "wks": "weeks", "week": "weeks"}
_SHORT |= {unit: unit for unit in _UNITS}

_AMOUNT = rf"\d{{1,6}}(?:[.,]\d{{1,3}})?|(?:{any_of(NUMBERS)})(?=\s)"
_PIECE = re.compile(
    rf"(?P<half>half (?:an? )?)?(?P<amount>{_AMOUNT})?\s*(?P<unit>{any_of(_SHORT)})(?![a-z])"
    rf"(?P<tail> and a half)?\s*(?:,\s*|and\s+)?",
)
_COMPACT = re.compile(r"(\d{1,4})\s*h\s*(\d{1,2})")


def duration(text: str) -> timedelta | None:
    """The length these words mean, or None if they mean none. `in 2 hours` and `2 hours from now` too."""
    words = _bare(text)
    if compact := _COMPACT.fullmatch(words):
        return timedelta(hours=int(compact[1]), minutes=int(compact[2]))
    total, at = timedelta(), 0
    while at < len(words):
        piece = _PIECE.match(words, at)
        if not piece or not (piece["half"] or piece["amount"]):
            return None
        total += _length(piece)
        at = piece.end()
    return total if words else None


def whole_days(text: str) -> int | None:
    """The days of `in 3 days` and `in a week`, where no smaller unit is named; else None."""
    words = _bare(text)
    units = {_SHORT[piece["unit"]] for piece in _PIECE.finditer(words)}
    span = duration(text)
    if span is None or not units <= {"days", "weeks"} or span % timedelta(days=1):
        return None
    return span.days


def _bare(text: str) -> str:
    words = tidy(text[: LONGEST * 2]).strip(" .!?,;+")
    return words.removeprefix("in ").removesuffix(" from now").strip()


def _length(piece: re.Match[str]) -> timedelta:
    amount = piece["amount"] or "1"
    number = float(NUMBERS[amount]) if amount in NUMBERS else float(amount.replace(",", "."))
    if piece["half"]:
        number /= 2
    if piece["tail"]:
        number += 0.5
    return number * _UNITS[_SHORT[piece["unit"]]]
