"""What readers of the five platforms see, made ready for the page: panels, threads, pictures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from bot.sandbox.dress import clean, emoji, linked, safe_address

TITLES = {"mastodon": "Mastodon", "x": "X", "linkedin": "LinkedIn", "youtube": "YouTube", "zulip": "Zulip"}
_NAMES = {"zulip": "social"}
_COMMUNITY = "Community"
"""How the stand-ins call the account that posts."""
_EMPTY = {
    "mastodon": "What goes to Mastodon will appear here.",
    "x": "What goes to X will appear here, as one post or a thread.",
    "linkedin": "What goes to your organization’s LinkedIn page will appear here.",
    "youtube": "Attach a video to a draft, and it will appear here.",
    "zulip": "What goes to #announcements will appear here too.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, video or file of a post."""

    src: str
    kind: str
    """`image`, `video` or `file`."""
    alt: str
    name: str
    mime: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One publication as its timeline shows it."""

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
    title: str = ""
    lang: str = ""
    topic: str = ""
    link: str = ""
    link_title: str = ""
    link_host: str = ""
    marks: tuple[str, ...] = ()
    """What the platform says beside it: unlisted, private, edited …"""


@dataclass(frozen=True, slots=True)
class Panel:
    """One platform's timeline: threads newest first, their posts in order."""

    service: str
    title: str
    name: str
    handle: str
    empty: str
    threads: tuple[tuple[Entry, ...], ...] = field(default=())

    @property
    def count(self) -> int:
        """How many posts there are in all."""
        return sum(len(one) for one in self.threads)


def panels(posts: Iterable[Mapping[str, Any]], accounts: Mapping[str, str], zone: tzinfo) -> list[Panel]:
    """The five timelines, times in this zone; `accounts` gives the handle by service."""
    by_service: dict[str, list[Entry]] = {service: [] for service in TITLES}
    parents: dict[str, str] = {}
    for post in posts:
        if post["service"] not in by_service:
            continue
        by_service[post["service"]].append(_entry(post, zone))
        if post.get("reply_to"):
            parents[f"{post['service']}/{post['id']}"] = f"{post['service']}/{post['reply_to']}"
    return [
        Panel(
            service=service,
            title=title,
            name=_NAMES.get(service, _COMMUNITY),
            handle=_handle(accounts.get(service, "")),
            empty=_EMPTY[service],
            threads=_threads(by_service[service], parents),
        )
        for service, title in TITLES.items()
    ]


def _handle(account: str) -> str:
    return "" if account == _COMMUNITY else account


def _threads(entries: list[Entry], parents: Mapping[str, str]) -> tuple[tuple[Entry, ...], ...]:
    here = {f"{one.service}/{one.id}" for one in entries}
    threads: dict[str, list[Entry]] = {}
    for entry in entries:
        root = f"{entry.service}/{entry.id}"
        while parents.get(root) in here:
            root = parents[root]
        threads.setdefault(root, []).append(entry)
    newest_first = sorted(threads.values(), key=lambda one: one[0].at, reverse=True)
    return tuple(tuple(one) for one in newest_first)


def _entry(post: Mapping[str, Any], zone: tzinfo) -> Entry:
    extra: Mapping[str, Any] = post.get("extra") or {}
    html = extra.get("html") if post["service"] == "zulip" else None
    at = datetime.fromisoformat(post["published_at"])
    cw = extra.get("spoiler_text") or extra.get("cw")
    article = extra.get("article") or {}
    link = safe_address(str(article.get("source") or extra.get("link") or "")) or ""
    seen = json.dumps([post["text"], post["media"], extra, post["url"]], sort_keys=True, default=str)
    return Entry(
        service=post["service"],
        id=post["id"],
        url=post["url"],
        at=(at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone),
        text=linked(post["text"].strip()) if html is None else clean(html, zone),
        rich=html is not None,
        media=tuple(_shown(one) for one in post["media"]),
        digest=hashlib.sha256(seen.encode()).hexdigest()[:16],
        cw=emoji(cw) if cw else None,
        title=str(extra.get("title") or ""),
        lang=str(extra.get("language") or extra.get("lang") or ""),
        topic=str(extra.get("topic") or ""),
        link=link,
        link_title=str(article.get("title") or ""),
        link_host=urlsplit(link).netloc,
        marks=_marks(extra),
    )


def _marks(extra: Mapping[str, Any]) -> tuple[str, ...]:
    marks = [str(extra[key]).lower() for key in ("visibility", "privacy") if extra.get(key)]
    marks = [mark for mark in marks if mark != "public"]
    if extra.get("publish_at"):
        marks.append("scheduled")
    if extra.get("edited_at") or extra.get("edited"):
        marks.append("edited")
    return tuple(marks)


def _shown(picture: Mapping[str, Any]) -> Shown:
    kind = picture["mime"].partition("/")[0]
    return Shown(
        src=f"/sandbox/blob/{picture['sha256']}",
        kind=kind if kind in {"image", "video"} else "file",
        alt=picture.get("alt") or "",
        name=picture.get("name") or "",
        mime=picture["mime"],
    )
