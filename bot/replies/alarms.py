"""What the bot says of itself: that something is stuck, that the disk runs full, that it was away, that it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.replies.escape import with_code
from bot.replies.words import listed, when

_OVER: Final = {
    "due": "Nothing is overdue any more.",
    "disk": "There is room on the bot's disk again.",
    "who": "Everybody whom the bot's configuration names is here.",
    "emoji": "Zulip has every emoji that the bot's configuration names.",
    "storage": "The bot can write things down again. What was written here meanwhile is read now.",
}


def overdue(since: datetime) -> str:
    """Something is due and not out."""
    return (
        f"Something has been due since {when(since)} and is not out. `today` shows what it is; the owner of the bot "
        "looks at `social status` and at its log."
    )


def low(free: int) -> str:
    """The disk is nearly full."""
    return (
        f"The bot's disk is nearly full ({free >> 20} MiB are left). When it is full, nothing can be drafted, approved "
        "or published: the owner of the bot makes room."
    )


def misnamed(who: str) -> str:
    """Approvers or drafters of the configuration that Zulip does not know: a slip, or they are gone."""
    return f"The bot's configuration names people or groups that are not here: {with_code(who)}"


def no_emoji(names: Sequence[str]) -> str:
    """Emoji of the configuration that Zulip does not know."""
    called = listed([f"`{one.replace('`', '')}`" for one in names], "or")
    return (
        f"This Zulip has no emoji called {called}, so nobody can vote with it. The owner of the bot names another one in "
        "zuliprc (`approve_emoji`, `veto_emoji`)."
    )


def cannot_write(why: str) -> str:
    """Nothing can be recorded, so nothing may be sent."""
    return (
        f"⚠ The bot cannot write anything down at present. {with_code(why)} Until that is over nothing goes out, and "
        "what is written here is read afterwards. Nothing that was confirmed is lost."
    )


def over(name: str) -> str:
    """One of these is over."""
    return f"✔ {_OVER[name]}"


def back(since: datetime, until: datetime) -> str:
    """The bot heard nothing for a while."""
    return (
        f"I was away from {when(since)} to {when(until)}. What was written, edited and approved here meanwhile is read "
        "now, and posts that missed their time are asked about."
    )
