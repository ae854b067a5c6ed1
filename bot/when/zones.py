"""Zones as people write them: names, cities, offsets, and abbreviations that hold only part of the year."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from bot.when.local import offset_name, spell_day, spell_wall
from bot.when.words import Ask, ask, quoted

ABBREVIATIONS: dict[str, tuple[float, str | None]] = {
    "utc": (0, None),
    "gmt": (0, None),
    "z": (0, None),
    "cet": (1, "Europe/Brussels"),
    "cest": (2, "Europe/Brussels"),
    "eet": (2, "Europe/Helsinki"),
    "eest": (3, "Europe/Helsinki"),
    "wet": (0, "Europe/Lisbon"),
    "west": (1, "Europe/Lisbon"),
    "edt": (-4, "America/New_York"),
    "pst": (-8, "America/Los_Angeles"),
    "pdt": (-7, "America/Los_Angeles"),
    "mdt": (-6, "America/Denver"),
    "akst": (-9, "America/Anchorage"),
    "akdt": (-8, "America/Anchorage"),
    "hst": (-10, None),
    "nst": (-3.5, "America/St_Johns"),
    "ndt": (-2.5, "America/St_Johns"),
    "brt": (-3, None),
    "msk": (3, None),
    "trt": (3, None),
    "sast": (2, None),
    "cat": (2, None),
    "eat": (3, None),
    "wat": (1, None),
    "pkt": (5, None),
    "ict": (7, None),
    "awst": (8, None),
    "hkt": (8, None),
    "sgt": (8, None),
    "jst": (9, None),
    "kst": (9, None),
    "aest": (10, "Australia/Sydney"),
    "aedt": (11, "Australia/Sydney"),
    "acst": (9.5, "Australia/Adelaide"),
    "acdt": (10.5, "Australia/Adelaide"),
    "nzst": (12, "Pacific/Auckland"),
    "nzdt": (13, "Pacific/Auckland"),
}
"""Hours from UTC, and the place whose clocks tell on which days it is in force (None: all year)."""

AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "cst": ("America/Chicago", "Asia/Shanghai"),
    "cdt": ("America/Chicago", "America/Havana"),
    "est": ("America/New_York", "Australia/Sydney"),
    "mst": ("America/Denver", "Asia/Kuala_Lumpur"),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "ast": ("America/Halifax", "Asia/Riyadh"),
    "gst": ("Asia/Dubai", "Atlantic/South_Georgia"),
    "sst": ("Asia/Singapore", "Pacific/Pago_Pago"),
    "amt": ("America/Manaus", "Asia/Yerevan"),
    "adt": ("America/Halifax", "Asia/Baghdad"),
    "et": ("America/New_York", "UTC-5"),
    "ct": ("America/Chicago", "UTC-6"),
    "pt": ("America/Los_Angeles", "Europe/Lisbon"),
    "wst": ("Australia/Perth", "Africa/Casablanca"),
}
"""Letters that mean different clocks to different people: asked about."""

PARTNER = {
    "cet": "cest",
    "eet": "eest",
    "wet": "west",
    "pst": "pdt",
    "akst": "akdt",
    "nst": "ndt",
    "aest": "aedt",
    "acst": "acdt",
    "nzst": "nzdt",
}
PARTNER |= {summer: winter for winter, summer in PARTNER.items()}

_OFFSET = re.compile(r"(?:utc|gmt)?([+-])(\d{1,2})(?::?(\d\d))?")
_SHORTEST = 3
_HOUR = 59
_WIDEST = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Stated:
    """A zone somebody wrote; `place` tells when an abbreviation is in force."""

    name: str
    zone: tzinfo
    place: ZoneInfo | None = None


@cache
def _names() -> dict[str, str]:
    """Every zone by its name in small letters, and by its city where only one has it."""
    zones = zoneinfo.available_timezones() - {"localtime", "Factory"}
    cities: dict[str, list[str]] = {}
    for key in zones:
        area, _, city = key.rpartition("/")
        if area and area not in {"Etc", "US", "SystemV"}:
            cities.setdefault(city.replace("_", " ").casefold(), []).append(key)
    names = {city: keys[0] for city, keys in cities.items() if len(keys) == 1 and len(city) > _SHORTEST}
    for key in zones:
        if "/" in key:
            names[key.casefold()] = key
            names[key.replace("_", " ").casefold()] = key
    return names


def named(text: str, template: str = "10:00 {}") -> Stated | Ask | None:
    """The zone of these (tidied) words; None where they are no zone.

    Where they mean several it asks, with the template around each name.
    """
    text = text.removesuffix(" time")
    if text in ABBREVIATIONS:
        hours, place = ABBREVIATIONS[text]
        fixed = UTC if not hours else timezone(timedelta(hours=hours), text.upper())
        return Stated(text.upper(), fixed, ZoneInfo(place) if place else None)
    if text in AMBIGUOUS:
        offers = (template.replace("{}", zone) for zone in AMBIGUOUS[text])
        return ask(f"{quoted(text.upper())} means different clocks in different places", *offers)
    if offset := _OFFSET.fullmatch(text):
        sign, hours_, minutes = offset.groups()
        delta = timedelta(hours=int(hours_), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
        if abs(delta) > _WIDEST or int(minutes or 0) > _HOUR:
            return ask(
                f"No place on earth has the offset {quoted(text.upper())}", template.replace("{}", "UTC")
            )
        return Stated(offset_name(delta), timezone(delta))
    key = _names().get(text)
    return Stated(key, ZoneInfo(key)) if key else None


def unknown(text: str, template: str) -> Ask:
    """The question about letters that look like a zone and are none."""
    shown = quoted(text if "/" in text else text.upper())
    offers = (template.replace("{}", name) for name in ("Europe/Oslo", "UTC+2"))
    return ask(f"I do not know the zone {shown}", *offers, possible=False)


def not_in_force(stated: Stated, wall: datetime) -> Ask | None:
    """A question when the abbreviation does not hold where it is used, on that day."""
    if stated.place is None:
        return None
    at = wall.replace(tzinfo=stated.zone)
    if at.astimezone(stated.place).utcoffset() == stated.zone.utcoffset(None):
        return None
    other = PARTNER.get(stated.name.lower())
    day, text = spell_day(wall.date()), spell_wall(wall)
    offers = [f"{text} {other.upper()}"] if other else []
    then = f"; clocks show {other.upper()} then" if other else ""
    return ask(f"{stated.name} is not in force on {day}{then}", *offers, f"{text} {stated.place.key}")
