"""From a draft to its card and from a tap to the approval: medians, alone and while strangers keep the bot busy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from sqlmodel import Session, col, func, select

from storage.models import Post, Revision
from storage.states import PostState
from tests.benchmarks.figure import Figure, hundredth, middle
from tests.benchmarks.flood import LONGEST_S, Crowd, _bot, _much_later
from tests.benchmarks.place import until

MANY: Final = 50
LONGEST_ALL_S: Final = 200.0
"""So long it is measured at most: of what was not measured by then it says so."""
AT_ONCE: Final = 12
"""Drafts, and reactions, that a stranger makes before each measurement."""
TEXT: Final = f"@social draft\nto: mastodon, x, linkedin\n{'👩‍👩‍👧‍👦' * 500} {{}}"


def measure(quick: bool) -> Iterator[Figure]:
    """Both, alone and in a flood."""
    for name, flooded in (("alone", False), ("while strangers flood", True)):
        with _bot() as crowd:
            drafts, taps = _measured(crowd, 3 if quick else MANY, flooded=flooded)
        beside = f"{len(taps)} measured; 95 of 100 within {{:.2f}} s"
        yield Figure(
            f"a draft until its card, {name}: median",
            middle(drafts),
            "s",
            beside=beside.format(hundredth(drafts, 95)),
        )
        yield Figure(
            f"a tap until it is approved, {name}: median",
            middle(taps),
            "s",
            beside=beside.format(hundredth(taps, 95)),
        )


def _measured(crowd: Crowd, many: int, *, flooded: bool) -> tuple[list[float], list[float]]:
    drafts, taps = list[float](), list[float]()
    began = time.monotonic()
    card = 0
    for number in range(many):
        if flooded:
            _flood(crowd, number, card)
        before = time.monotonic()
        crowd.say(f"@social draft\nto: mastodon\n{_much_later()}\nStory {number}", name="bob")
        _wait(crowd, _card(number))
        drafts.append(time.monotonic() - before)
        card = crowd.rows(_card(number))
        if flooded:
            _flood(crowd, number, card)
        before = time.monotonic()
        crowd.at.ask("react", name="alice", ids=[card])
        _wait(crowd, _approved(card))
        taps.append(time.monotonic() - before)
        if time.monotonic() - began > LONGEST_ALL_S:
            break
    return drafts, taps


def _flood(crowd: Crowd, number: int, card: int) -> None:
    """Somebody new every few measurements: one alone would be above the bounds for good."""
    name = f"mallory{number // 3}"
    if name not in crowd.strangers:
        crowd.strangers.add(name)
        crowd.at.ask("stranger", name=name)
    crowd.say(*(TEXT.format(one) for one in range(AT_ONCE)), name=name)
    if card:
        crowd.at.ask("toggle", name=name, message=card, times=AT_ONCE)


def _card(number: int) -> Callable[[Session], int]:
    found = select(func.max(col(Revision.card_id))).join(Post, col(Post.id) == Revision.post_id)
    return lambda session: session.exec(found.where(Post.summary == f"Story {number}")).one() or 0


def _approved(card: int) -> Callable[[Session], bool]:
    found = select(Post.state).join(Revision, col(Post.id) == Revision.post_id)
    wanted = found.where(Revision.card_id == card)
    return lambda session: session.exec(wanted).first() == PostState.APPROVED


def _wait(crowd: Crowd, true: Callable[[Session], object]) -> None:
    until(lambda: crowd.rows(true), LONGEST_S, 0.005)
