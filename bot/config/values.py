"""What people write into `zuliprc` for spans, slots, lists, emoji and approvers, turned into values.

Every reader takes the text as it was written and raises ValueError with a phrase that says what is accepted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BeforeValidator

from bot.when.slots import Slot, weekly
from bot.when.tongues import LANGUAGES

_UNITS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
}  # fmt: skip
_LONGEST_SPAN = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Approvers:
    """Whose approval counts."""

    kind: Literal["group", "people", "members"]
    group: str = ""
    """Name of a Zulip user group, for `group`."""
    people: tuple[int | str, ...] = ()
    """Zulip user ids, e-mail addresses or full names, for `people`."""


def nearest(word: str, known: list[str]) -> str:
    """`; did you mean `x`?`, or nothing if no known word resembles this one."""
    found = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"; did you mean `{found[0]}`?" if found else ""


def listed(value: Any) -> Any:
    """`a, b` or one per line -> ("a", "b"), without doubles."""
    if not isinstance(value, str):
        return value
    return tuple(dict.fromkeys(item.strip() for item in re.split(r"[,\n]", value) if item.strip()))


def span(value: Any) -> Any:
    """`5 min`, `90 s`, `1 h 30 min`, `0` -> a timedelta."""
    if not isinstance(value, str):
        return value
    wanted = "a span with its unit is needed, such as `90 s`, `5 min`, `2 h` or `1 d`"
    text = value.strip().lower()
    if text == "0":
        return timedelta()
    parts = re.findall(r"(\d+(?:[.,]\d+)?)\s*([a-z]+)", text)
    if not parts or re.sub(r"\d+(?:[.,]\d+)?\s*[a-z]+|\s|\band\b", "", text):
        raise ValueError(wanted)
    seconds = 0.0
    for number, unit in parts:
        if unit not in _UNITS:
            raise ValueError(wanted)
        seconds += float(number.replace(",", ".")) * _UNITS[unit]
    if seconds > _LONGEST_SPAN.total_seconds():
        raise ValueError("at most a year is possible")
    return timedelta(seconds=seconds)


def zone(value: Any) -> Any:
    """An IANA name such as `Europe/Helsinki`."""
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        names = {name.lower(): name for name in available_timezones()}
        known = names.get(value.strip().lower())
        if known:
            return ZoneInfo(known)
        hint = get_close_matches(value.strip().lower(), list(names), n=1, cutoff=0.6)
        close = f"; did you mean `{names[hint[0]]}`?" if hint else ""
        raise ValueError(f"an IANA time zone is needed, such as `Europe/Helsinki`{close}") from None


def languages(value: Any) -> Any:
    """`de, fi` -> the codes of languages in which times are read; `no` is both kinds of Norwegian, `all` every one."""
    if not isinstance(value, str):
        return value
    found: dict[str, None] = {}
    for word in listed(value):
        code = word.casefold().partition("-")[0].partition("_")[0]
        several = {"no": ("nb", "nn"), "all": tuple(LANGUAGES)}.get(code, (code,))
        unknown = [one for one in several if one not in LANGUAGES]
        if unknown:
            known = ", ".join(LANGUAGES)
            raise ValueError(f"`{word}` is no language in which I read times; there are {known}, and `all`")
        found |= dict.fromkeys(several)
    return tuple(found)


def slots(value: Any) -> Any:
    """`Tue 10:00, Thu 14.00` -> slots in the order of the week."""
    return tuple(weekly(value)) if isinstance(value, str) else value


def approvers(value: Any) -> Any:
    """`group: NAME` (or the bare name), `people: a@b.c, 17, Alice`, or `members`."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    kind, colon, rest = (part.strip() for part in text.partition(":"))
    if text.lower() in ("members", "all members"):
        return Approvers("members")
    if colon and kind.lower() == "people":
        people = tuple(int(one) if one.isdecimal() else one for one in listed(rest))
        if not people:
            raise ValueError("`people:` needs at least one user id, e-mail address or full name")
        return Approvers("people", people=people)
    if colon and kind.lower() == "group":
        text = rest
    elif colon or "," in text or re.search(r"\w@\w", text):
        raise ValueError(
            "write `group: NAME`, `people: ada@example.org, 17`, or `members` (every full member)"
        )
    if text.startswith("@"):  # as it is mentioned in chat: @*name*, @_*name*
        text = text.lstrip("@_*").rstrip("*")
    if not text:
        raise ValueError("`group:` needs the name of a Zulip user group")
    return Approvers("group", group=text)


def drafters(value: Any) -> Any:
    """As `approvers`, or `everybody`."""
    if isinstance(value, str) and value.strip().lower() == "everybody":
        return None
    try:
        return approvers(value)
    except ValueError as error:
        raise ValueError(f"{error}, or `everybody`") from None


def emoji_names(value: Any) -> Any:
    """`+1, :tada:, ✅` -> Zulip's names without colons, and characters as they are."""
    if not isinstance(value, str):
        return value
    found = tuple(item.strip(":").lower() for item in listed(value))
    for one in found:
        if not re.fullmatch(r"[a-z0-9_+\-]+", one) and not _is_emoji(one):
            raise ValueError(f"`{one}` is neither the name of a Zulip emoji nor one emoji character")
    if not found:
        raise ValueError("at least one emoji is needed, such as `+1`")
    return found


def _is_emoji(text: str) -> bool:
    from emoji import is_emoji  # its table is large, and most files name emoji in words

    return bool(is_emoji(text))


def local_port(value: Any) -> Any:
    """`127.0.0.1:9180` or `9180` -> host and port; only this machine may ask."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(?:(?:127\.0\.0\.1|localhost):)?(\d{1,5})", value.strip())
    if found is None or int(found[1]) > 65535:  # noqa: PLR2004 - ports have 16 bits
        raise ValueError("a port of this machine is needed, such as `127.0.0.1:9180`")
    return "127.0.0.1", int(found[1])


def address(value: Any) -> Any:
    """`https://chat.example.org`, without a slash at its end."""
    if not isinstance(value, str):
        return value
    text = value.strip().rstrip("/")
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", text):
        raise ValueError("an address is needed, such as `https://chat.example.org`")
    return text


Names = Annotated[tuple[str, ...], BeforeValidator(listed)]
Span = Annotated[timedelta, BeforeValidator(span)]
Zone = Annotated[ZoneInfo, BeforeValidator(zone)]
Languages = Annotated[tuple[str, ...], BeforeValidator(languages)]
Slots = Annotated[tuple[Slot, ...], BeforeValidator(slots)]
Emoji = Annotated[tuple[str, ...], BeforeValidator(emoji_names)]
Address = Annotated[str, BeforeValidator(address)]
LocalPort = Annotated[tuple[str, int], BeforeValidator(local_port)]
Drafters = Annotated[Approvers | None, BeforeValidator(drafters)]
Allowed = Annotated[Approvers, BeforeValidator(approvers)]
