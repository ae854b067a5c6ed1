"""One publication as its timeline shows it: text, files, poll, card, and what the platform says beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from bot.replies.words import count, lasting, size, usd
from bot.sandbox.dress import clean, emoji, linked, safe_address, shown_time
from bot.sandbox.published import PRIVATE

_LONGEST_SHORT_S = 180
"""YouTube shows upright and square films as Shorts up to here (support.google.com, since October 2024)."""
_NOT_TOLD = {"public", ""}
"""How nearly everything is; so nobody says it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, film, document or other file of a post."""

    src: str
    kind: str
    """`image`, `video`, `document` or `file`."""
    alt: str
    name: str
    facts: str
    """`0:42 · 640 × 360 · 3.4 MB`, `12 pages · 812 kB`."""
    width: int
    height: int
    poster: str


@dataclass(frozen=True, slots=True)
class Question:
    """A poll."""

    question: Markup
    choices: tuple[Markup, ...]
    multiple: bool
    until: str
    """How long it is open, or that it is closed."""


@dataclass(frozen=True, slots=True)
class Card:
    """A link with a title and a picture."""

    href: str
    host: str
    title: str
    about: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One publication."""

    service: str
    id: str
    url: str
    at: datetime
    text: Markup
    rich: bool
    media: tuple[Shown, ...]
    digest: str
    """Changes when anything a reader sees changes."""
    cw: Markup | None = None
    sensitive: bool = False
    """The files are to be covered, though there is no content warning."""
    title: str = ""
    lang: str = ""
    topic: str = ""
    card: Card | None = None
    poll: Question | None = None
    price: str = ""
    marks: tuple[str, ...] = ()
    """What the platform says beside it: unlisted, edited, Short …"""
    cut: bool = False
    """The platform kept only its beginning, without a word."""
    tags: tuple[str, ...] = ()
    playlists: tuple[str, ...] = ()
    staged: str = ""
    """For what nobody sees yet: when it came, and when the platform itself will show it."""
    part: str = ""
    """`2/3` in a thread."""


def entry(post: Mapping[str, Any], zone: tzinfo, now: datetime) -> Entry:
    """A publication as `World.posts` and `World.staged` tell it, times in this zone."""
    extra: Mapping[str, Any] = post.get("extra") or {}
    service = post["service"]
    html = extra.get("html") if service == "zulip" else None
    at = _instant(post["published_at"]).astimezone(zone)
    text = str(extra.get("description") or "") if service == "youtube" else post["text"]
    cw = extra.get("spoiler_text") or extra.get("cw")
    poll = _poll(post.get("poll"), at, now)
    media = tuple(_shown(one) for one in post["media"])
    seen = json.dumps([post, poll and poll.until], sort_keys=True, default=str)
    return Entry(
        service=service,
        id=post["id"],
        url=post["url"],
        at=at,
        text=linked(text.strip()) if html is None else clean(html, zone),
        rich=html is not None,
        media=media,
        digest=hashlib.sha256(seen.encode()).hexdigest()[:16],
        cw=emoji(cw) if cw else None,
        sensitive=bool(extra.get("sensitive")) and not cw,
        title=str(extra.get("title") or ""),
        lang=str(extra.get("language") or extra.get("lang") or ""),
        topic=str(extra.get("topic") or ""),
        card=_card(post.get("article"), extra),
        poll=poll,
        price=usd(post["price"]) if post.get("price") else "",
        marks=_marks(post, extra, media),
        cut=bool(extra.get("cut")),
        tags=tuple(str(one) for one in extra.get("tags") or ()),
        playlists=tuple(str(one) for one in extra.get("playlists") or ()),
        staged=_staged(extra, at, zone) if post.get("privacy") == PRIVATE else "",
    )


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _marks(post: Mapping[str, Any], extra: Mapping[str, Any], media: tuple[Shown, ...]) -> tuple[str, ...]:
    found = [str(extra.get(key) or "").lower() for key in ("visibility", "privacy")]
    found = [one for one in [*found, str(post.get("privacy") or "")] if one not in {*_NOT_TOLD, PRIVATE}]
    if post["service"] == "youtube" and media and _is_short(post["media"][0]):
        found.append("Short")
    if extra.get("made_for_kids"):
        found.append("made for kids")
    if extra.get("edited_at") or extra.get("edited"):
        found.append("edited")
    return tuple(dict.fromkeys(found))


def _is_short(film: Mapping[str, Any]) -> bool:
    return bool(0 < film["width"] <= film["height"] and 0 < film["seconds"] <= _LONGEST_SHORT_S)


def _staged(extra: Mapping[str, Any], at: datetime, zone: tzinfo) -> str:
    told = f"uploaded {at:%H:%M}"
    if not extra.get("publish_at"):
        return told
    return f"{told}, YouTube shows it {shown_time(_instant(str(extra['publish_at'])), zone)}"


def _poll(poll: Mapping[str, Any] | None, at: datetime, now: datetime) -> Question | None:
    if not poll:
        return None
    span = timedelta(minutes=poll["minutes"])
    if not span:
        until = ""
    elif at + span <= now:
        until = f"closed, was open for {lasting(span)}"
    else:
        until = f"open for {lasting(span)}, until {shown_time(at + span, at.tzinfo or UTC)}"
    choices = tuple(emoji(one) for one in poll["choices"])
    return Question(emoji(poll.get("question") or ""), choices, bool(poll.get("multiple")), until)


def _card(article: Mapping[str, Any] | None, extra: Mapping[str, Any]) -> Card | None:
    known = article or {}
    href = safe_address(str(known.get("source") or extra.get("link") or ""))
    if not href:
        return None
    picture = f"/sandbox/blob/{known['thumbnail']}" if known.get("thumbnail") else ""
    words = (str(known.get("title") or ""), str(known.get("description") or ""))
    return Card(href, urlsplit(href).netloc, *words, picture)


def _shown(one: Mapping[str, Any]) -> Shown:
    kind = one["mime"].partition("/")[0]
    kind = "document" if one["mime"] == "application/pdf" else kind if kind in {"image", "video"} else "file"
    return Shown(
        src=f"/sandbox/blob/{one['sha256']}",
        kind=kind,
        alt=one["alt"],
        name=one["name"],
        facts=" · ".join(_facts(kind, one)),
        width=one["width"],
        height=one["height"],
        poster=f"/sandbox/blob/{one['poster']}" if one["poster"] else "",
    )


def _facts(kind: str, one: Mapping[str, Any]) -> list[str]:
    found = []
    if kind == "video" and one["seconds"]:
        found.append(running(one["seconds"]))
    if kind == "video" and one["width"]:
        found.append(f"{one['width']} × {one['height']}")
    if kind == "document":
        found += ["PDF", count(one["pages"], "page")] if one["pages"] else ["PDF"]
    if kind == "file":
        found.append(one["mime"])
    return [*found, size(one["size"])] if one["size"] else found


def running(seconds: float) -> str:
    """A length as players show it: `0:42`, `1:02:03`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
