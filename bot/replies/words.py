"""Small pieces of sentences: times, names, numbers, lists."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.replies.escape import inline, shorten
from handlers.base import BY_HAND
from handlers.text.unseen import turns
from storage.models import Delivery, Post
from storage.states import PostState

_IN_ADDRESSES = ":/?#@!$&'+,;=%~"
"""Signs of an address that mean nothing else in the Markdown of a link (beside letters, digits and `-._`)."""
_FIRST = 40
"""Characters of a post's text by which people know it again. A phone's notification shows about 120 of a message: they are to
hold the number, what became of it, and these.
"""
Titles = Mapping[str, str]
"""Account -> how people write it: `mastodon:fosstodon` -> `Mastodon (fosstodon)`."""


def when(instant: datetime) -> str:
    """A time that each reader sees in their own zone (ISO 8601 is what old and new servers take)."""
    return f"<time:{instant.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}>"


def first_words(post: Post, before: str = " ") -> str:
    """` “Registration for the spring…”`; empty for a post that has no words."""
    # what turns letters around, cut off before its end, would turn what stands behind it in the same line
    straight = "".join(one for one in post.summary if not turns(one))
    words = inline(shorten(straight, _FIRST))
    return f"{before}“{words}”" if words else ""


def day(instant: datetime, zone: ZoneInfo) -> str:
    """`Thu 26 November` in that zone."""
    local = instant.astimezone(zone)
    return f"{local:%a} {local.day} {local:%B}"


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """`10:00` in that zone."""
    return f"{instant.astimezone(zone):%H:%M}"


def count(number: int, noun: str) -> str:
    """`1 picture`, `2 pictures`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Sequence[str], last: str = "and") -> str:
    """`Ada`, `Ada and Bob`, `Ada, Bob and Carol`."""
    if len(names) < 2:  # noqa: PLR2004
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def people(names: Sequence[str]) -> str:
    """Names of people, made harmless."""
    return listed([inline(name) for name in names])


def places(accounts: Sequence[str], titles: Titles) -> str:
    """`Mastodon · LinkedIn · X`."""
    return " · ".join(titles.get(account, account) for account in accounts)


def linked(title: str, url: str) -> str:
    """The title, leading there; a platform's address is a stranger's text, and may be no more than an address."""
    if not re.match(r"https?://[^\s/]", url, re.IGNORECASE):
        return title
    return f"[{title}]({quote(url, safe=_IN_ADDRESSES)})"


def size(number: int) -> str:
    """Bytes for people: `812 kB`, `3.4 MB`."""
    if number < 1000:  # noqa: PLR2004
        return f"{number} bytes"
    if number < 1_000_000:  # noqa: PLR2004
        return f"{round(number / 1000)} kB"
    return f"{number / 1_000_000:.1f} MB"


def usd(thousandths: int) -> str:
    """Money for people: `0.015 USD`, `0.20 USD`."""
    whole, rest = divmod(thousandths, 1000)
    decimals = f"{rest:03}" if rest % 10 else f"{rest // 10:02}"
    return f"{whole}.{decimals} USD"


def lasting(span: timedelta) -> str:
    """A span in its two greatest units: `3 days`, `1 hour and 30 minutes`."""
    minutes = round(span.total_seconds() / 60)
    units = (("day", minutes // 1440), ("hour", minutes // 60 % 24), ("minute", minutes % 60))
    return listed([count(number, noun) for noun, number in units if number][:2]) or count(0, "minute")


def next_order(delivery: Delivery, link: str = "") -> str:
    """What people say when they have mended what kept it in, or have done by hand what was left to do."""
    verb = "published" if BY_HAND in delivery.error else "retry"
    return f"`{verb} {delivery.post_id} {delivery.account}{link if verb == 'published' else ''}`"


def state(post: Post) -> str:
    """Its state, in a few words."""
    return {
        PostState.BROKEN: "not yet ready (see its card)",
        PostState.DRAFT: "waiting for approval",
        PostState.APPROVED: "approved",
        PostState.HELD: "held",
        PostState.RELEASED: "released",
        PostState.WITHDRAWN: "withdrawn",
        PostState.EXPIRED: "expired",
    }[PostState(post.state)]
