"""What is said of an order that holds everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.replies.words import listed

MOST_NAMED: Final = 20
"""Posts that are named one by one, and that one order may name."""


def held_all(
    held: Sequence[int], others: Sequence[int], going: Sequence[int], refused: str, because: str
) -> str:
    """Everything was to be held: what is, what is not and why, and what is on its way already."""
    said = []
    if held:
        them = "lets it" if len(held) == 1 else "lets them"
        said.append(f"⏸ Now held: {_numbers(held)}. `resume {_plain(held)}` {them} go on.{because}")
    elif not others:
        said.append("There is nothing open that is not held already.")
    if others:
        said.append(f"Not held: {_numbers(others)}. {refused or 'Say it again to hold more.'}")
    if going:
        stops = listed([f"`cancel {one}`" for one in going])
        said.append(f"On its way: {_numbers(going)}. {stops} stops what is not out yet.")
    return "\n".join(said)


def _numbers(posts: Sequence[int]) -> str:
    more = [f"{len(posts) - MOST_NAMED} more"] if len(posts) > MOST_NAMED else []
    return listed([*(f"#{one}" for one in sorted(posts)[:MOST_NAMED]), *more])


def _plain(posts: Sequence[int]) -> str:
    return listed([str(one) for one in sorted(posts)[:MOST_NAMED]])
