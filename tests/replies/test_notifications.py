"""What a phone shows of a message, about 120 characters: the number, what became of it and its first words come before
everything else. Every sentence of `bot/replies` is made here; one that cannot be made fails, so none is forgotten.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import typing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin
from zoneinfo import ZoneInfo

import pytest

from bot import replies
from bot.config.values import Approvers
from bot.replies import accounts, plan, standing
from bot.replies.card import CardFacts
from bot.replies.words import first_words
from bot.rules import Electorate, Judgement, Tally
from bot.sandbox.world import World
from bot.sandbox.zulip import Zulip
from bot.sandbox.zulip.core import readable
from handlers.base import Outgoing, Part, Standing, Step, Use
from storage.models import Delivery, Entry, Post, Proposal, Staged
from storage.states import DeliveryState, PostState

SHOWN = 120
"""Characters of a message that a phone's notification shows."""
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PARTS = {"escape", "words", "preview"}
"""Modules of pieces that stand inside of messages."""
PIECES = {
    "accounts.used", "accounts.mention", "accounts.named", "accounts.line", "alarms.over", "card.outcome",
    "continuation.attached", "continuation.links", "doors.closed", "lines.name", "lines.sentence", "plan.entry",
    "lines.told_of", "plan.fit", "plan.outcome", "plan.state", "proposals.line", "proposals.without_alt", "refusals.stopper",
    "refusals.until", "reports.to_look_for", "reports.what_then", "reports.why", "standing.heartbeat", "standing.topics",
}  # fmt: skip
"""Functions that make such pieces."""
OUTCOMES = {
    "card.card", "votes.approved", "votes.unapproved", "votes.standing", "lines.voided", "lines.vanished",
    "lines.stopped", "lines.expired", "lines.too_late", "reports.report",
}  # fmt: skip
"""What is told of a post when nobody asked: by its first words people know which it is."""
FIRST = re.compile(r"[^\w<\[]*(?:<time:|\[?https?://|\d{4}-\d\d-\d\d)")
"""A message that begins with a time or an address."""


def post_in(state: PostState) -> Post:
    return Post(
        id=7, author_id=6, author_name="Carol Member", message_id=1, revision=1, state=state, created_at=NOW,
        summary="Registration for the spring workshop is open", topic="posts", due_at=NOW + timedelta(days=2),
        not_after=NOW + timedelta(days=3), released_at=NOW if state is PostState.RELEASED else None,
    )  # fmt: skip


def delivery_in(state: DeliveryState) -> Delivery:
    error = "X could not be reached." if state in {DeliveryState.FAILED, DeliveryState.UNKNOWN} else ""
    url = "https://x.com/i/web/status/1" if state is DeliveryState.PUBLISHED else ""
    return Delivery(
        post_id=7, revision=1, key="k", account="x", state=state, error=error, url=url, not_before=NOW
    )


OUTGOING = Outgoing("x", (Part("Registration for the spring workshop is open", 44),), 280)
JUDGEMENTS = [
    Judgement((Tally("x", 1, ("Bob Member",), ()),)),
    Judgement((Tally("x", 2, (), ("Alice Member",)),)),
    Judgement((Tally("x", 2, ("Bob Member",), ()),)),
]
ELECTORATE = Electorate(None, "social-approvers")


def cards() -> Iterator[CardFacts]:
    for state in PostState:
        for judgement in JUDGEMENTS:
            yield CardFacts(
                post=post_in(state), author="@_**Carol Member|6**", accounts=["x"], outgoing={"x": OUTGOING},
                problems=[], note="", judgement=judgement, electorate=ELECTORATE, self_approval=False, approve="+1",
                veto="-1", titles={"x": "X"}, deliveries={}, troubles={},
            )  # fmt: skip


MADE: dict[Any, list[Any]] = {
    str: ["the words"], int: [7], bool: [True, False], datetime: [NOW], date: [NOW.date()], ZoneInfo: [ZoneInfo("UTC")],
    timedelta: [timedelta(hours=2)], Post: [post_in(one) for one in PostState], Judgement: JUDGEMENTS,
    Electorate: [ELECTORATE], Outgoing: [OUTGOING], CardFacts: list(cards()), type(None): [None],
    Delivery: [delivery_in(one) for one in DeliveryState], Step: [Step("uploading", "film.mp4", 1, 2)],
    Entry: [Entry(at=NOW, who="Bob", what="approved")], Use: [Use("uploads today", 1)],
    Staged: [Staged(post_id=7, account="x", revision=1, key="k", not_before=NOW)], Approvers: [Approvers("people", people=("Bob",))],
    Proposal: [Proposal(post_id=7, revision=1, number=1, path="x.png", text="words", user_id=6, name="Bob", at=NOW)],
    accounts.Facts: [accounts.Facts("X", "X refused the token."), accounts.Facts("X", Standing("us"))],
    plan.Line: [plan.Line(post_in(PostState.APPROVED), ["x"], "https://chat.example/#narrow/near/1", approvers=("Bob",))],
    standing.Pulse: [standing.Pulse(NOW, (7, NOW), (8, NOW))],
    standing.Backlog: [standing.Backlog(1, 1, NOW, [(7, delivery_in(DeliveryState.FAILED))])],
}  # fmt: skip


def made(hint: Any) -> list[Any]:
    """Values of that type."""
    if hint in MADE:
        return MADE[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)
    if get_origin(hint) in {UnionType, typing.Union}:
        return [value for one in get_args(hint) for value in made(one)]
    if get_origin(hint) is Mapping:
        keys, values = (made(one)[0] for one in get_args(hint))
        return (
            [{"x": "X"} if keys == "the words" else {6: "@**Carol Member|6**"}]
            if values == "the words"
            else [{"x": values}]
        )
    if get_origin(hint) in {Sequence, Collection}:
        return [[one] for one in made(get_args(hint)[0])]
    raise LookupError(f"teach this test to make {hint}")


def sentences() -> Iterator[tuple[str, Callable[..., str]]]:
    """Every function that makes a message, by its module and name."""
    for module in pkgutil.iter_modules(replies.__path__):
        room = importlib.import_module(f"{replies.__name__}.{module.name}")
        for name, function in vars(room).items():
            own = inspect.isfunction(function) and function.__module__ == room.__name__
            if own and not name.startswith("_") and module.name not in PARTS:
                full = f"{module.name}.{name}"
                if full not in PIECES and typing.get_type_hints(function)["return"] is str:
                    yield full, function


EVERY = dict(sentences())


@pytest.fixture(scope="module")
def zulip() -> Zulip:
    server = Zulip(World(), base="http://127.0.0.1:1", feature_level=512)
    server.add_person("Carol Member", email="carol@example.org")
    return server


def said(function: Callable[..., str]) -> Iterator[str]:
    """The sentence with each value of each argument, beside the first ones of the others."""
    hints = {name: one for name, one in typing.get_type_hints(function).items() if name != "return"}
    values = {name: made(one) for name, one in hints.items()}
    first = {name: found[0] for name, found in values.items()}
    if "limit" in first:
        first["limit"] = 10_000
    for name, found in values.items() if values else [("", [])]:
        for value in found if name != "limit" else [10_000]:
            yield function(**(first | {name: value}))
    if not values:
        yield function()


@pytest.mark.parametrize("name", EVERY)
def test_a_phone_shows_what_matters_first(zulip: Zulip, name: str) -> None:
    function = EVERY[name]
    person = next(iter(zulip.core.organisation.humans_and_bots()))
    for text in filter(None, said(function)):
        assert not FIRST.match(text), text
        shown = readable(zulip.core.renderer.render(text, person).html)[:SHOWN]
        if typing.get_type_hints(function).get("post") is Post or name in OUTCOMES:
            assert "#7" in shown, text
            time = re.search(r"\d{4}-\d\d-\d\d|https?://", shown)
            assert time is None or shown.index("#7") < time.start(), text
        if name in OUTCOMES:
            assert "“Registration for the" in shown, text
            assert time is None or shown.index("“Registration") < time.start(), text


def test_first_words_turn_nothing_that_stands_behind_them() -> None:
    post = post_in(PostState.DRAFT)
    post.summary = "Pay \u202e" + "1" * 60 + "\u202c crowns"
    assert first_words(post) == f" “Pay {'1' * 35}…”"
    post.summary = ""
    assert first_words(post) == ""
