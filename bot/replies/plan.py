"""The plan in words: posts grouped by day in the asker's zone, each with its time, state and a link to its card."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.replies.escape import inline, shorten
from bot.replies.words import Titles, places, when
from storage.models import Delivery, Entry, Post
from storage.states import DeliveryState, PostState

CAMPAIGN = 40
"""Characters of a campaign's name that a line shows."""
SIGNS: Mapping[PostState, str] = {
    PostState.BROKEN: "⛔ cannot go out as it stands",
    PostState.DRAFT: "⏳ waits for approval",
    PostState.APPROVED: "✔ approved",
    PostState.HELD: "⏸ held",
    PostState.RELEASED: "released",
    PostState.WITHDRAWN: "✖ withdrawn",
    PostState.EXPIRED: "⌛ expired",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One post on the plan, with what is needed to say it."""

    post: Post
    accounts: Sequence[str]
    link: str
    """Address of its card; empty while it has none."""
    deliveries: Sequence[Delivery] = ()
    approvers: Sequence[str] = ()
    missing: int = 0
    begun: Collection[str] = ()
    """Accounts where a part of it is out."""
    vetoes: Sequence[str] = ()
    """Who vetoed it, with their reasons."""
    campaign: str = ""
    """What it belongs to."""

    @property
    def at(self) -> datetime | None:
        """When it went, or is to go."""
        return self.post.released_at or self.post.due_at


def outcome(deliveries: Sequence[Delivery], begun: Collection[str] = ()) -> str:
    """What became of a released post: *going out*, *out*, *partly out*, *in doubt* or *not out*.

    `begun` are accounts where a part of it is out, whatever became of the rest.
    """
    live = [one for one in deliveries if one.state != DeliveryState.CANCELLED]
    out = [one for one in live if one.state == DeliveryState.PUBLISHED]
    moving = {DeliveryState.PENDING, DeliveryState.SENDING}
    if any(one.state in moving for one in live):
        return "going out"
    if live and len(out) == len(live):
        return "out"
    if out or any(one.account in begun for one in deliveries):
        return "partly out"
    return "in doubt" if any(one.state == DeliveryState.UNKNOWN for one in live) else "not out"


def state(line: Line) -> str:
    """The state of one post in a few words."""
    if line.post.state == PostState.RELEASED:
        sign = {"out": "🎉", "going out": "➡", "partly out": "◐", "in doubt": "❓", "not out": "✖"}
        said = outcome(line.deliveries, line.begun)
        doubt = said != "in doubt" and any(one.state == DeliveryState.UNKNOWN for one in line.deliveries)
        return f"{sign[said]} {said}{', the rest in doubt' if doubt else ''}"
    if line.post.state == PostState.APPROVED and line.approvers:
        return f"✔ approved by {inline(', '.join(line.approvers))}"
    if line.post.state == PostState.DRAFT and line.vetoes:
        return f"✋ vetoed by {inline(shorten(', '.join(line.vetoes), CAMPAIGN * 3))}"
    if line.post.state == PostState.DRAFT and line.missing:
        return f"⏳ needs {line.missing} approval{'s' if line.missing > 1 else ''}"
    return SIGNS[PostState(line.post.state)]


def entry(line: Line, titles: Titles, *, with_time: bool = True) -> str:
    """One line of the plan."""
    number = f"[#{line.post.id}]({line.link})" if line.link else f"**#{line.post.id}**"
    time = f"{when(line.at)} " if with_time and line.at else ""
    where = places(line.accounts, titles) or "nowhere yet"
    campaign = f" · 🏷 {inline(shorten(line.campaign, CAMPAIGN))}" if line.campaign else ""
    return f"* {time}{number} {where} — “{inline(line.post.summary) or '…'}” {state(line)}{campaign}"


def plan(
    title: str,
    lines: Sequence[Line],
    free_days: Sequence[date],
    zone: ZoneInfo,
    titles: Titles,
    rest: Sequence[str],
) -> str:
    """A span of time: its days in order, days with a free slot and nothing planned named too."""
    days: dict[date, list[str]] = {day: [] for day in free_days}

    def of(line: Line) -> date:
        return line.at.astimezone(zone).date() if line.at else date.max

    for day, group in groupby(sorted(lines, key=of), key=of):
        days.setdefault(day, []).extend(entry(line, titles) for line in group)
    said = [f"**{title}**"]
    for day in sorted(days):
        said.append(f"\n**{day:%a} {day.day} {day:%B}**")
        said.extend(days[day] or ["* *a free slot, nothing planned*"])
    if not days:
        said.append("\nNothing is planned. `draft` and then your text starts a post.")
    if rest:
        said.append("\n" + "\n".join(rest))
    return "\n".join(said)


def listing(title: str, lines: Sequence[Line], titles: Titles, empty: str) -> str:
    """A list without days."""
    if not lines:
        return empty
    return "\n".join([f"**{title}**", *(entry(line, titles) for line in lines)])


def journal(post: Post, entries: Sequence[Entry], titles: Titles) -> str:
    """Who did what to a post, oldest first."""
    said = [f"**#{post.id}** “{inline(post.summary)}”"]
    for one in _telling(entries):
        account = f" {titles.get(one.account, one.account)}" if one.account else ""
        edge = f": {one.old or 'new'} → {one.new}" if one.new else ""
        said.append(f"* {when(one.at)} {inline(one.who)}{account} {inline(one.what)}{edge}")
    return "\n".join(said)


def _telling(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Without the turns that only looked whether a platform was ready with a file: the first of them says it."""
    waited: set[str] = set()
    again: set[str] = set()
    for one in entries:
        if one.what.startswith("is being processed"):
            if one.account not in waited:
                yield one
            waited.add(one.account)
            again.add(one.account)
        elif one.account in again and "attempt" in one.what:
            again.discard(one.account)  # the same attempt, after the wait
        else:
            yield one


def fit(text: str, limit: int, more: Callable[[int], str]) -> str:
    """The text cut at a line so that it fits, with a last line that tells how many are missing."""
    if len(text) <= limit:
        return text
    kept: list[str] = []
    left = limit - 120
    lines = text.split("\n")
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            break
        kept.append(line)
    return "\n".join([*kept, more(len(lines) - len(kept))])
