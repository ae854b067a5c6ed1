"""What one platform would get, as the card shows it: text, title, files, poll, and how long it is."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.replies.escape import escape, inline, shorten, with_code
from bot.replies.words import count, lasting, size, usd
from handlers.base import Outgoing, Poll
from handlers.media import Media

FEW = 3
"""How many parts, files and problems of each kind are shown when there is room for nothing else."""


Addresses = Mapping[str, str]
"""SHA-256 of a file -> where in Zulip the bot shows it; files that people can open where they were uploaded have none."""
NOWHERE: Addresses = {}
ALL = sys.maxsize
"""As many characters as there are."""
_BOLD = 200
"""Longer ones are not in bold: where such a line is cut in two, the marks would stand alone."""


def preview(title: str, outgoing: Outgoing, most: int, addresses: Addresses = NOWHERE) -> str:
    """One platform's part of the card: closed, with its measure as the title; `most` characters of each text."""
    if outgoing.skipped:
        return left_out(title, outgoing)
    return (
        f"```spoiler {heading(title, outgoing)}\n" + "\n".join(lines_of(outgoing, most, addresses)) + "\n```"
    )


def left_out(title: str, outgoing: Outgoing) -> str:
    """A platform that gets nothing of it."""
    return f"▸ {title}: left out. {with_code(outgoing.skipped or '')}"


def heading(title: str, outgoing: Outgoing) -> str:
    """The platform, and how long its text is: `Mastodon — 214 of 500 · 1 picture`."""
    return f"{title} — {_measure(outgoing)}"


def lines_of(outgoing: Outgoing, most: int, addresses: Addresses = NOWHERE) -> list[str]:
    """All that one platform would get, in Markdown; `most` characters of each text."""
    lines = []
    if outgoing.title:
        lines.append(f"Title: {_bold(_brief(outgoing.title, most))}")
    if outgoing.cw:
        lines.append(f"Content warning: {_bold(_brief(outgoing.cw, most))}")
    facts = [
        ("language", outgoing.lang),
        ("visibility", _unusual(outgoing.visibility)),
        ("link", outgoing.link),
    ]
    said = [f"{name}: {_brief(value, most)}" for name, value in (*facts, *outgoing.extra.items()) if value]
    if said:
        lines.append(" · ".join(said))
    parts = [_part(outgoing, number, most, addresses) for number in range(len(outgoing.parts))]
    lines.extend(few(parts, most, "parts"))
    return lines


def _part(outgoing: Outgoing, number: int, most: int, addresses: Addresses) -> str:
    part = outgoing.parts[number]
    lines = []
    if len(outgoing.parts) > 1:
        lines.append(f"**Part {number + 1} of {len(outgoing.parts)}** · {part.length} of {outgoing.limit}")
    lines.append(_shown(part.text, most))
    if outgoing.poll and number == 0:
        lines.append(_poll(outgoing.poll))
    files = [_medium(medium, at, most, addresses) for at, medium in enumerate(part.media, 1)]
    lines.extend(few(files, most, "files"))
    return "\n".join(lines)


def few(lines: Sequence[str], most: int, what: str) -> list[str]:
    """All of them; only the first ones where no text is shown either."""
    if most or len(lines) <= FEW:
        return list(lines)
    return [*lines[:FEW], f"*(and {len(lines) - FEW} more {what})*"]


def _brief(text: str, most: int) -> str:
    return inline(shorten(text, max(most, 60)))


def _bold(text: str) -> str:
    return f"**{text}**" if len(text) <= _BOLD else text


def _unusual(visibility: str | None) -> str | None:
    return None if visibility == "public" else visibility


def _shown(text: str, most: int) -> str:
    if not text:
        return "*(no text)*"
    if len(text) <= most:
        return escape(text)
    rest = len(text) - most
    return f"{escape(text[:most])}… *(preview shortened: {rest} more characters will be published)*"


def _measure(outgoing: Outgoing) -> str:
    parts = outgoing.parts
    if not parts:
        return "nothing to post yet"
    if len(parts) == 1:
        said = [f"{parts[0].length} of {outgoing.limit}"]
        if outgoing.unit != "characters":
            said[0] += f" {outgoing.unit}"
    else:
        said = [f"thread of {len(parts)}"]
    said.extend(_kinds(outgoing.files))
    if outgoing.poll:
        said.append("poll")
    if outgoing.price:
        said.append(f"costs {usd(outgoing.price)}")
    return " · ".join(said)


def _kinds(media: Sequence[Media]) -> list[str]:
    videos = [medium for medium in media if medium.mime.startswith("video/")]
    pictures = [medium for medium in media if medium.mime.startswith("image/")]
    said = [count(len(pictures), "picture")] if pictures else []
    if videos:
        said.append(count(len(videos), "video"))
    if rest := len(media) - len(videos) - len(pictures):
        said.append(count(rest, "document"))
    return said


def _medium(medium: Media, number: int, most: int, addresses: Addresses) -> str:
    said = [_brief(medium.name, most)]
    # what was done to it may tell its size already
    if medium.width and "scaled to" not in medium.note:
        said.append(f"{medium.width} × {medium.height}")
    if not medium.note.endswith(size(medium.size)):
        said.append(size(medium.size))
    if medium.note:
        said.append(inline(medium.note))
    if medium.sha256 in addresses:
        said.append(f"[open]({addresses[medium.sha256]})")
    alt = f"alt text: “{_brief(medium.alt, most)}”" if medium.alt else "no alt text"
    return f"📎 {number}. {', '.join(said)} — {alt}"


def _poll(poll: Poll) -> str:
    how = ", several may be chosen" if poll.multiple else ""
    choices = "\n".join(f"* {inline(choice)}" for choice in poll.choices)
    return f"📊 Poll, open for {lasting(timedelta(minutes=poll.minutes))}{how}:\n{choices}"
