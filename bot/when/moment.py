"""One time that somebody wrote -> one instant, `now`, `next`, or a question."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from bot.when.agree import agreed
from bot.when.decide import day_of, hour_of
from bot.when.local import gap, instants, long_day, offset_name, spell, spell_clock, spell_day, spell_wall
from bot.when.pieces import Clock, Pieces
from bot.when.spans import duration, whole_days
from bot.when.tokens import pieces
from bot.when.tongues import LANGUAGES, names_day, readings
from bot.when.words import LONGEST, Ask, ask, quoted, tidy
from bot.when.zones import Stated, not_in_force

FAR = timedelta(days=731)
"""Beyond this a time is taken for a slip and must be confirmed."""

_NOW = {
    "now", "right now", "right away", "straight away", "at once", "immediately", "asap", "as soon as possible",
    "as soon as approved", "once approved", "when approved",
}  # fmt: skip
_NEXT = re.compile(r"(?:(?:in |at )?(?:the )?next(?: (?:free |available |possible )?slot)?|(?:free )?slot)")
_COLON = re.compile(r"(?<=\d)\s?:\s?(?=\d\d)")
_EPOCH = 11
"""Digits of the longest count of seconds."""
_TAG = re.compile(r"(?:(?:on|at) )?<time:\s*([^<>]*)>")
_TAGGED = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[t ](\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?\s?(?:(z)|([+-]\d\d):?(\d\d)?)?"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a post goes out: `at` an instant (UTC), `now` (once approved), or in the `next` free slot."""

    kind: Literal["at", "now", "next"]
    at: datetime | None = None


def read(text: str, *, now: datetime, zone: ZoneInfo, languages: Collection[str] = LANGUAGES) -> Moment | Ask:
    """The moment these words mean, to somebody in this zone, at this instant (UTC). Never raises.

    Every offer of a question is checked: it would be understood.
    """
    answer = _agreed(text, now, zone, languages)
    if isinstance(answer, Moment) or not answer.offers:
        return answer
    offers = [one for one in answer.offers if isinstance(_agreed(one, now, zone, languages), Moment)]
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return ask(answer.what, *(offers or [f"{spell_day(tomorrow)} 10:00"]))


def _agreed(text: str, now: datetime, zone: ZoneInfo, languages: Collection[str]) -> Moment | Ask:
    if len(text) > LONGEST * 5:
        return _too_long()
    words = tidy(text)
    if len(words) > LONGEST:
        return _too_long()
    found = agreed(
        words,
        languages,
        lambda one: _read(one, now, zone),
        lambda moment, _: spell(moment.at, zone) if moment.at else moment.kind,
    )
    return found or _read(words, now, zone)


def _too_long() -> Ask:
    return ask("That is too long for a time", "thursday 10:00", "1 Dec 14:30")


def is_time(text: str) -> bool:
    """Whether these words are a time and nothing else in any language, though it may be an unclear one."""
    return len(text) <= LONGEST and any(_is_time(one.words) for one in readings(tidy(text)) if not one.stray)


def names_foreign_day(text: str) -> bool:
    """Whether these words name a day, a month, `tomorrow` or `now` in another language than English, beside others."""
    return names_day(tidy(text))


def _is_time(text: str) -> bool:
    spaced = _COLON.sub(":", text)
    words = " ".join(spaced.replace(",", " ").strip(" !?;:.").split())
    if words in _NOW or _NEXT.fullmatch(words) or _TAG.fullmatch(words):
        return True
    if spaced.startswith(("in ", "+")):
        return duration(spaced) is not None
    try:
        found = pieces(words) if words else None
    except (OverflowError, ValueError):
        return True
    return isinstance(found, Pieces) and not found.is_empty


def _read(text: str, now: datetime, zone: ZoneInfo) -> Moment | Ask:
    spaced = _COLON.sub(":", tidy(text))
    words = " ".join(spaced.replace(",", " ").strip(" !?;:").split())
    if not words.strip("."):
        return ask("There is no time here", "now", "thursday 10:00", "in 2 hours")
    plain = words.rstrip(".")
    if plain in _NOW:
        return Moment("now")
    if _NEXT.fullmatch(plain):
        return Moment("next")
    try:
        return _tag_or_span(plain, spaced, now, zone) or _pieces(words, now, zone)
    except (OverflowError, ValueError):  # beyond the calendar: year 9999 and its like
        return ask(f"{quoted(text)} is not within the calendar", "thursday 10:00", "1 Dec 14:30")


def _tag_or_span(words: str, spaced: str, now: datetime, zone: ZoneInfo) -> Moment | Ask | None:
    """`<time:…>` and `in 2 hours`, which are instants by themselves."""
    sure = spaced.endswith(" really")
    if tag := _TAG.fullmatch(words.removesuffix(" really")):
        return _tagged(tag[1].strip(), now, zone, sure=sure)
    span_words = spaced.removesuffix(" really")
    if span_words.startswith(("in ", "+")) or span_words.rstrip(".").endswith(" from now"):
        span = duration(span_words)
        if span is not None and whole_days(span_words) is None:
            return _checked(now + span, span_words, now, zone, sure=sure)
    return None


def _pieces(words: str, now: datetime, zone: ZoneInfo) -> Moment | Ask:
    found = pieces(words)
    if isinstance(found, Ask):
        return found
    clock = hour_of(found, now, zone)
    if isinstance(clock, Ask):
        return clock
    if len(found.zones) > 1:
        names = " and ".join(stated.name for stated in found.zones[:2])
        return ask(f"There are two zones, {names}: keep one", possible=False)
    return _placed(found, clock, now, zone)


def _placed(found: Pieces, clock: Clock, now: datetime, zone: ZoneInfo) -> Moment | Ask:
    """The day that goes with the hour, and the instant of both."""
    stated = found.zones[0] if found.zones else None
    theirs = stated.zone if stated else zone
    days: list[date] = []
    for place in (zone, theirs):
        here = now.astimezone(place).replace(tzinfo=None)
        day = day_of(found, clock, here)
        if isinstance(day, Ask):
            return day
        days.append(day)
    walls = [datetime(day.year, day.month, day.day, clock.hour, clock.minute, clock.second) for day in days]  # noqa: DTZ001  a wall clock
    if walls[0] != walls[1]:
        name = stated.name if stated else zone.key
        offers = (f"{spell_wall(wall)} {name}" for wall in walls)
        return ask(f"It is already another day in {name} than where you are", *offers)
    if clock.midnight and found.has_day:
        return _which_midnight(days[0], stated)
    if clock.vague:
        end = f" {stated.name}" if stated else ""
        early, late = (f"{clock.hour + more}:{clock.minute:02}" for more in (0, 12))
        offers = (f"{spell_day(days[0])} {hour}{end}" for hour in (early, late))
        return ask(f"Is it {early} at night or {late} in the afternoon?", *offers)
    return _instant(walls[0], stated, found, now, zone)


def _which_midnight(day: date, stated: Stated | None) -> Ask:
    """A day has two, and people mean either."""
    end = f" {stated.name}" if stated else ""
    offers = (f"{spell_day(one)} 0:00{end}" for one in (day, day + timedelta(days=1)))
    return ask(f"Is it midnight at the beginning of {long_day(day)} or at its end?", *offers)


def _instant(
    wall: datetime, stated: Stated | None, found: Pieces, now: datetime, zone: ZoneInfo
) -> Moment | Ask:
    theirs: tzinfo = stated.zone if stated else zone
    possible = instants(wall, theirs)
    end = f" {stated.name}" if stated else ""
    if wall.replace(tzinfo=theirs) < now - timedelta(hours=3):
        return _past(wall, end, found, now, zone)
    if stated and (question := not_in_force(stated, wall)):
        return question
    if not possible:
        walls = (f"{spell_wall(other)}{end}" for other in gap(wall, theirs))
        what = (
            f"Clocks go forward on {spell_day(wall.date())}, and {spell_clock(wall)} does not exist that day"
        )
        return ask(what, *walls)
    if len(possible) > 1:
        names = (offset_name(at.astimezone(theirs).utcoffset() or timedelta()) for at in possible)
        what = f"Clocks go back on {spell_day(wall.date())}, and {spell_clock(wall)} comes twice"
        return ask(what, *(f"{spell_wall(wall)} {name}" for name in names))
    if possible[0] <= now:
        return _past(wall, end, found, now, zone)
    return _checked(possible[0], spell_wall(wall) + end, now, zone, sure=found.sure)


def _past(wall: datetime, end: str, found: Pieces, now: datetime, zone: ZoneInfo) -> Ask:
    """It is over: the next times like it."""
    later: list[datetime] = []
    if found.weekdays and not found.dates:
        weeks = max(0, (now.replace(tzinfo=None) - wall).days // 7)
        later += [wall + timedelta(weeks=weeks + more) for more in (0, 1, 2)]
    elif found.dates and found.dates[0].year is None and (wall.month, wall.day) != (2, 29):
        later.append(wall.replace(year=wall.year + 1))
    here = now.astimezone(zone).date()
    later += [
        datetime.combine(here + timedelta(days=ahead), wall.time())
        for ahead in ((0, 1, 2) if not later else (1,))
    ]
    offers = [f"{spell_wall(one)}{end}" for one in later if one.replace(tzinfo=zone) > now]
    over = f"{spell_wall(wall)}{end}"
    return ask(f"{over} is past; it is {spell(now, zone)} now", *offers[: 2 if found.dates else 1])


def _tagged(text: str, now: datetime, zone: ZoneInfo, *, sure: bool) -> Moment | Ask:
    """Zulip's `<time:…>`; without an offset it is UTC, as Zulip shows it."""
    if text.isascii() and text.isdigit() and len(text) <= _EPOCH:
        return _checked(datetime.fromtimestamp(int(text), UTC), text, now, zone, sure=sure)
    match = _TAGGED.fullmatch(text)
    if not match:
        example = f"<time:{(now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0).isoformat()}>"
        return ask(f"I do not understand the time in {quoted(f'<time:{text}>')}", example)
    year, month, day, hour, minute, second = (int(group or 0) for group in match.groups()[:6])
    offset = timedelta()
    if match[8]:
        minutes = int(match[9] or 0)
        offset = timedelta(hours=int(match[8]), minutes=-minutes if match[8][0] == "-" else minutes)
    at = datetime(year, month, day, hour, minute, second, tzinfo=UTC) - offset
    return _checked(at, f"<time:{text}>", now, zone, sure=sure)


def _checked(at: datetime, text: str, now: datetime, zone: ZoneInfo, *, sure: bool) -> Moment | Ask:
    """The instant, unless it is past or suspiciously far."""
    if at <= now:
        return ask(f"{quoted(text)} is past; it is {spell(now, zone)} now", "in 1 hour", "tomorrow 10:00")
    if at - now > FAR and not sure:
        wall = at.astimezone(zone).replace(tzinfo=None)
        exact = spell(at, zone) if len(instants(wall, zone)) == 1 else f"{spell(at, UTC)} UTC"
        return ask(f"{spell(at, zone)} is more than two years away; if it is meant so", f"{exact} really")
    return Moment("at", at)
