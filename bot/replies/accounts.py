"""What the bot says of accounts: how they stand, when they end, that they stopped or work again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.replies.escape import inline, with_code
from bot.replies.words import count, listed, when
from handlers.base import Standing, Use


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one account."""

    title: str
    found: Standing | str
    """What its check said; a sentence when it cannot post."""
    last: datetime | None = None
    """When something last went out there."""
    by: str = ""
    """Who signed in; empty where the tokens come from the configuration."""
    since: datetime | None = None
    """When that was."""


def line(facts: Facts) -> str:
    """One account in the answer to `status`."""
    standing, title = facts.found, facts.title
    if isinstance(standing, str):
        said = [f"* ⚠ {title}: {with_code(standing)}"]
    else:
        said = [f"* ✔ {title}: {inline(standing.who)}"]
        if standing.scopes:
            said.append(f"may {inline(', '.join(one.rpartition('/')[2] for one in standing.scopes))}")
        if standing.expires_at:
            said.append(f"token until {when(standing.expires_at)}")
    if facts.by:
        said.append(f"signed in by {inline(facts.by)}" + (f" {when(facts.since)}" if facts.since else ""))
    if facts.last:
        said.append(f"last post {when(facts.last)}")
    if isinstance(standing, Standing):
        said.extend(inline(used(one)) for one in standing.uses)
        said.extend(f"⚠ {with_code(warning)}" for warning in standing.warnings)
    return " · ".join(said)


def plain(facts: Facts) -> Sequence[str]:
    """The same for a terminal: the account itself, then its warnings; only where it can post."""
    standing = facts.found
    if isinstance(standing, str):
        return [standing]
    said = [f"posts as {standing.who}"]
    if standing.expires_at:
        said.append(f"until {standing.expires_at:%d %B %Y}")
    if standing.scopes:
        said.append(f"may {' '.join(one.rpartition('/')[2] for one in standing.scopes)}")
    if facts.by:
        said.append(f"signed in by {facts.by}" + (f" on {facts.since:%d %B %Y}" if facts.since else ""))
    if facts.last:
        said.append(f"last post {facts.last:%d %B %Y %H:%M} UTC")
    said.extend(used(one) for one in standing.uses)
    return [f"{', '.join(said)}.", *standing.warnings]


def used(use: Use) -> str:
    """`12 of 100 uploads today`, `1.25 USD this month`."""
    most = f" of {_number(use.most)}" if use.most is not None else ""
    return f"{_number(use.used)}{most} {use.what}"


def _number(value: float) -> str:
    """Whole where it is whole; money needs up to three decimals."""
    return f"{value:.0f}" if value == int(value) else f"{value:.3f}".rstrip("0")


def ends(title: str, account: str, at: datetime, days: int, who: str) -> str:
    """A sign-in that nothing renews comes to its end."""
    left = "less than a day" if days == 1 else f"less than {count(days, 'day')}"
    asked = f"{who} signed in last; whoever may, runs" if who else "The owner of the bot runs"
    return (
        f"⏳ **{title}**: the sign-in ends {when(at)}, in {left}, and the bot cannot renew it. {asked} "
        f"`social login {account}` where the bot runs, before that; otherwise nothing goes out there any more."
    )


def stopped(title: str, why: str, who: str) -> str:
    """An account that cannot post any more."""
    signed = f" {who} signed in last." if who else ""
    return (
        f"⚠ **{title}** cannot post at present. {with_code(why)}{signed} Until it works again, posts to it fail and "
        "are not told of one by one; `status` lists them."
    )


def works_again(title: str, who: str, failed: Sequence[int] = ()) -> str:
    """It can again; `failed` are the posts that somebody must order once more."""
    said = f"✔ **{title}** works again, as {inline(who)}. What failed meanwhile goes out with `retry`"
    return f"{said}: {listed([f'#{number}' for number in failed])}." if failed else f"{said}."


def same(title: str, first: str) -> str:
    """Two names in the configuration are one real account."""
    return (
        f"{title} is the same account as {first}, so nothing goes out under this name: it would be there twice. "
        "The owner of the bot removes one of the two sections from zuliprc, or signs in to another account."
    )


def appeared(title: str, account: str, who: str) -> str:
    """An account that was configured, and to which somebody signed in now."""
    signed = f", signed in by {who}" if who else ""
    return f"✔ **{title}** is here{signed}: drafts can go there from now on (`to: {account}`)."


def warned(title: str, warning: str) -> str:
    """What a platform warns of, once."""
    told = with_code(warning)
    return f"⚠ {told}" if warning.startswith(title) else f"⚠ **{title}**: {told}"


def mention(name: str, user_id: int) -> str:
    """Somebody of this Zulip, who is told of it."""
    return f"@**{name}|{user_id}**"


def named(name: str) -> str:
    """Somebody whom Zulip does not know."""
    return inline(name)
