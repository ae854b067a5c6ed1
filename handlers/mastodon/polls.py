"""A poll as one server takes it: what is wrong with it, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from handlers.base import Poll, Problem
from handlers.mastodon.limits import Limits
from handlers.text import plain

_HOUR, _DAY = 60, 24 * 60


def readable(poll: Poll) -> Poll:
    """The poll as it goes out: its choices without Zulip's markup, each on one line."""
    return replace(poll, choices=tuple(" ".join(plain(one).split()) for one in poll.choices))


def judge(poll: Poll, limits: Limits, who: str, *, parts: int, files: int) -> Iterator[Problem]:
    """Everything that stands in its way on a server with these limits; `parts` and `files` are the post's."""
    told = [*_of_choices(poll, limits), *_of_time(poll, limits)]
    if files:
        told.insert(0, "takes either a poll or files, not both: leave one of them out there.")
    for sentence in told:
        yield Problem(f"{who}: {sentence}", error=True)
    if parts > 1:
        yield Problem(f"{who}: the poll stands under the first part of the thread. Put the question there.")


def _of_choices(poll: Poll, limits: Limits) -> Iterator[str]:
    if len(poll.choices) > limits.polls.choices:
        yield f"takes {limits.polls.choices} answers in a poll, not {len(poll.choices)}. Leave some out."
    for choice in poll.choices:
        length = limits.plain(choice)
        if length > limits.polls.characters:
            yield f"the answer “{choice}” of the poll has {length} of {limits.polls.characters} characters. Shorten it."
    if len(set(poll.choices)) < len(poll.choices):
        yield "two answers of the poll read alike there. Write one of them otherwise."
    if not all(poll.choices):
        yield "an answer of the poll is empty there. Write it in words."


def _of_time(poll: Poll, limits: Limits) -> Iterator[str]:
    shortest, longest = -(-limits.polls.shortest // 60), limits.polls.longest // 60
    if poll.minutes < shortest:
        yield f"a poll is open for at least {span(shortest)}: write it as `poll for: {span(shortest)}`."
    elif poll.minutes > longest:
        yield f"a poll is open for at most {span(longest)}: write it as `poll for: {span(longest)}`."


def span(minutes: int) -> str:
    """Minutes in the largest unit that has no rest worth telling: `3 days`, `12 hours`; rounded down from two days."""
    if minutes % _DAY == 0 or minutes >= 2 * _DAY:
        return _count(minutes // _DAY, "day")
    return _count(minutes // _HOUR, "hour") if minutes % _HOUR == 0 else _count(minutes, "minute")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'s' if number != 1 else ''}"
