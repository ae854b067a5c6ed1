"""A thousand messages that were written while the bot was away: how long until all are taken care of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.benchmarks.bare import Bare
from tests.benchmarks.figure import Figure
from tests.benchmarks.handling import draft
from tests.benchmarks.place import Bot, Place, common, place, rest, until

A_MINUTE = 200
"""What Zulip allows."""
LONGEST_S = 900.0
AIM = 1.5


def measure(quick: bool) -> Iterator[Figure]:
    """Once as fast as it can, against the bare requests, and once within Zulip's limit."""
    chatter, each = (10, 1) if quick else (900, 50)
    with common() as at:
        took, noted, bot = _away(at, chatter, each)
        with bot.paused():
            bare = Bare(at)
            alone = bare.repeat(noted)
            each_looked_at = bare.repeat(_ungathered(noted))
            bare.close()
        bot.stop()
    many = chatter + 2 * each
    told = f"the bare requests: {alone:.3g} s"
    yield Figure(
        f"{many} missed messages, {each} drafts and {each} questions among them", took, "s", beside=told
    )
    yield Figure("the same, against the bare requests, as gathered", took / alone, "x")
    told = f"those: {each_looked_at:.3g} s"
    yield Figure(
        "the same, against the bare requests, one for each message",
        took / each_looked_at,
        "x",
        AIM,
        beside=told,
    )
    yield Figure("the same, requests", len(noted))
    if not quick:
        yield from _limited(chatter - 2 * each, 2 * each)  # more than the limit allows in a minute


def _limited(chatter: int, each: int) -> Iterator[Figure]:
    with place() as at:
        at.ask("limits", on=True, a_minute=A_MINUTE)
        took, noted, bot = _away(at, chatter, each)
        bot.stop()
    refused = [one for one in noted if one["status"] == 429]
    early = sum(_early(one, noted) for one in refused)
    many = f"{chatter + 2 * each} with {each} drafts and {each} questions"
    yield Figure(f"{many}, within {A_MINUTE} requests a minute", took, "s")
    yield Figure("the same, requests", len(noted))
    yield Figure("refused by the limit", len(refused), "requests")
    yield Figure("sent although the limit had asked to wait", early, "requests", 0)


def _away(at: Place, chatter: int, each: int) -> tuple[float, list[dict[str, Any]], Bot]:
    """From its first request after the time away until its last word; the requests; the bot that runs on."""
    if not (at.folder / "bot").exists():  # only a bot that was here before has anything to catch up with
        Bot(at.config).stop()
    step = max((chatter + 2 * each) // each, 3)
    drafts = questions = 0
    texts = []
    for number in range(chatter + 2 * each):
        if number % step == 1 and drafts < each:
            texts.append(draft(drafts))
            drafts += 1
        elif number % step == 2 and questions < each:
            texts.append("@social what is scheduled this week?")
            questions += 1
        else:
            texts.append(f"Just talking, number {number}")
    at.ask("say", name="carol", texts=texts)
    began = at.ask("note", bodies=True)
    bot = Bot(at.config, longest_s=LONGEST_S)
    at.ask("wait", method="POST", path="/api/v1/messages", number=2 * each, longest_s=LONGEST_S)
    until(lambda: at.ask("backlog") == 0, LONGEST_S)
    rest(1.0)
    noted = [one for one in at.ask("noted") if one["path"].startswith("/api/v1/")]
    first = min(one["began"] for one in noted)
    last = max(one["ended"] for one in noted if not one["path"].endswith("/events"))
    assert first > began
    return last - first, noted, bot


def _ungathered(noted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same requests by a client that gathers nothing: it looks at each message that it hears of by itself."""
    calls = []
    for one in noted:
        if one["method"] == "GET" and one["path"] == "/api/v1/messages":
            found = json.loads(one["answer"]).get("messages", [])
            calls += [{**one, "path": f"/api/v1/messages/{message['id']}", "query": ""} for message in found]
        else:
            calls.append(one)
    return calls


def _early(refused: dict[str, Any], noted: list[dict[str, Any]]) -> bool:
    """Whether anything of the same kind was sent before the time the refusal told."""
    until_ = refused["ended"] + json.loads(refused["answer"])["retry-after"] - 0.5
    polls = refused["path"].endswith("/events")
    return any(
        refused["ended"] < one["began"] < until_ and one["path"].endswith("/events") == polls for one in noted
    )
