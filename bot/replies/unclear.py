"""What is said of words that were not understood, and of posts that wait until it is known what was meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.replies.escape import with_code
from bot.replies.words import listed, when

_LONGEST_COPY: Final = 8000
"""Characters that fit into an answer."""


def not_understood(nearest: str | None, why: str = "") -> str:
    """No command, or one with a mistake."""
    start = with_code(why) if why else "I did not understand that."
    if nearest is not None and ("\n" in nearest or "`" in nearest):
        return _to_copy(start, nearest)
    if why and nearest in {None, "help"}:
        return f"{start} `help` shows what I can do."
    if nearest:
        hint = f"For example `{nearest}`." if why else f"Did you mean `{nearest}`?"
        return f"{start} {hint} `help` shows what I can do."
    return f"{start} `help` shows what I can do; `draft` and then your text starts a post."


def _to_copy(start: str, text: str) -> str:
    """A suggestion of several lines, as it can be copied: nothing of what somebody wrote is lost."""
    if len(text) > _LONGEST_COPY:
        return f"{start} Did you mean `draft`? Then edit your message so that it begins with that word."
    rows = [len(found) for found in re.findall("~+", text)]
    fence = "~" * max(3, *(one + 1 for one in rows), 3)
    return f"{start} Did you mean this? Then edit your message, or send it again:\n{fence}\n{text}\n{fence}"


def which_post(numbers: Sequence[int]) -> str:
    """Something is to be stopped, and several are on their way."""
    said = listed([f"#{one}" for one in numbers])
    return f"I did not understand which post you mean. Soon go out: {said}. For example `hold {numbers[0]}` stops one."


def paused(why: str, numbers: Sequence[int], until: datetime) -> str:
    """Words that may be meant to stop these posts: they wait, so that there is time to say what was meant."""
    first = numbers[0]
    start = with_code(why) if why else "I did not understand that."
    are = f"**#{first}** waits" if len(numbers) == 1 else f"{listed([f'**#{one}**' for one in numbers])} wait"
    return (
        f"{start} To be safe, {are} until {when(until)} for what you meant: `hold {first}` stops it, `resume {first}` "
        "lets it go on. If nobody says anything, all goes on as before then."
    )
