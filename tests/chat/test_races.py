"""Answers that are lost anywhere, orders that are heard twice, one post that is in trouble."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from fuse import Crash, Cut, Fuse
from sqlmodel import Session
from town import Town

from bot.actions import rows
from bot.actions.ledger import Numbers
from bot.chat import Chat, ChatError
from handlers.base import Receipt, Ticket
from storage import queue

NOW = "@social draft\nto: mastodon\nHello"
LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"


AWHILE = timedelta(seconds=6)


@pytest.mark.parametrize("fault", ["reset-before", "reset-after", "500"])
@pytest.mark.parametrize(
    "method,path",
    [
        ("POST", "/api/v1/messages"),
        ("PATCH", "/api/v1/messages"),
        ("POST", "/reactions"),
        ("GET", "/api/v1/messages"),
        ("GET", "/api/v1/events"),
    ],
)
def test_a_lost_answer_of_zulip_changes_nothing(town: Town, fault: str, method: str, path: str) -> None:
    town.fault("zulip", fault, method=method, path=path)
    town.carol.writes(NOW)
    patiently(town)
    town.fault("zulip", fault, method=method, path=path)
    card = max(one["id"] for one in town.messages() if one["content"].startswith("**#1**"))
    town.alice.client.add_reaction({"message_id": card, "emoji_name": "+1"})
    patiently(town)
    assert [one["text"] for one in town.published()] == ["Hello"]
    assert len([one for one in town.said() if one.startswith("**#1** by")]) == 1
    assert len([one for one in town.said() if "is out" in one]) == 1


def patiently(town: Town) -> None:
    """As the loops do it: what keeps Zulip away is waited out."""
    for _ in range(4):
        with suppress(ChatError):
            town.settle()
        town.world.clock.advance(AWHILE)
    town.settle()


def test_a_queue_that_is_gone_and_zulip_down_answer_nothing_twice(town: Town) -> None:
    town.carol.says(NOW)
    town.fault("zulip", "500", times=3, method="GET", path="/api/v1/messages/")
    town.bob.writes("@social help")
    with suppress(ChatError):
        town.listener.tick(town.now)  # heard, but not looked at
    town.sandbox.faults.clear()
    town.sandbox.zulip.queues_gone()
    town.settle()
    town.settle()
    assert len(town.said()) == 2  # the card, and one answer


def test_an_order_to_retry_is_obeyed_once_though_the_bot_ends_before_it_answered(town: Town) -> None:
    town.carol.says(NOW)
    town.fault("mastodon", "422", method="POST", path="/api/v1/statuses")
    town.alice.reacts(town.card_id(1))
    assert town.deliveries(1)["mastodon"].state == "failed"
    fuse = Fuse(1, after=False)
    town.desk.chat = Cut(town.desk.chat, fuse, frozenset({"say"}))  # type: ignore[assignment]  # the same methods
    town.carol.writes("@social retry 1")
    with suppress(Crash):
        town.listener.tick(town.now)  # obeyed, but not answered
    # meanwhile the other loop sent it, and was cut off before it could write down what became of it
    with town.database.transaction() as session:
        waiting = town.deliveries(1)["mastodon"]
        claimed = queue.claim(session, town.now, timedelta(minutes=5), "us", waiting.id)
    assert claimed is not None

    def save(receipt: Receipt) -> None:
        with town.database.transaction() as session:
            queue.keep_receipt(session, claimed, receipt, town.now + timedelta(minutes=5))

    outgoing = rows.outgoing(town.revision(1))["mastodon"]

    def keep(session: Session, receipt: Receipt) -> None:
        queue.keep_receipt(session, claimed, receipt, town.now + timedelta(minutes=5))

    ledger = Numbers(town.desk, claimed.post_id, "mastodon", keep)
    ticket = Ticket(key=claimed.key, receipt={}, save=save, first_at=town.now, ledger=ledger)
    town.desk.platforms["mastodon"].send(outgoing, ticket)
    assert len(town.published()) == 1
    town.restart()
    town.later(minutes=2)
    assert len(town.published()) == 1
    assert town.deliveries(1)["mastodon"].state == "published"


def test_a_rate_limit_while_a_card_is_said_is_waited_out(town: Town) -> None:
    waits: list[float] = []
    api = town.config.api
    chat = Chat(
        email=api.email,
        key=api.key.get_secret_value(),
        site=api.site,
        channel=town.config.social.channel,
        pause=waits.append,
    )
    town.desk.chat = chat
    town.listener.start(town.now)
    town.fault("zulip", "429", times=2, method="POST", path="/api/v1/messages")
    town.carol.says(NOW)
    assert [round(one) for one in waits] == [29, 29]
    assert len([one for one in town.said() if one.startswith("**#1** by")]) == 1
    town.alice.reacts(town.card_id(1))
    assert len(town.published()) == 1


# -- trouble with one post stays with it ------------------------------------------------------------------


def test_one_post_in_trouble_does_not_stop_the_others(town: Town) -> None:
    town.carol.says(LATER)
    town.carol.says(LATER.replace("Hello", "Second"))
    town.alice.reacts(town.card_id(1))
    town.alice.reacts(town.card_id(2))
    with town.database.transaction() as session:  # a row that no code of ours would write
        revision = town.revision(1)
        revision.outgoing = "{"
        session.add(revision)
    town.later(days=1, hours=2.1)
    assert [one["text"] for one in town.published()] == ["Second"]


def test_very_many_notices_are_all_said_once(town: Town) -> None:
    town.carol.says(LATER)
    with town.database.transaction() as session:
        for number in range(130):
            queue.notify(session, f"test:{number}", f"Notice {number}.", now=town.now, post_id=1)
    town.settle()
    town.settle()
    said = [one for one in town.said() if one.startswith("Notice ")]
    assert said == [f"Notice {number}." for number in range(130)]


def test_a_notice_that_repeats_an_older_one_is_said_after_a_crash_too(town: Town) -> None:
    town.carol.says(LATER)
    card = town.card_id(1)
    town.alice.reacts(card)
    town.alice.unreacts(card)
    town.alice.writes("nothing")
    town.alice.client.add_reaction({"message_id": card, "emoji_name": "+1"})
    town.world.clock.advance(timedelta(seconds=1))
    town.listener.tick(town.now)  # approved again; the process ends before it is told
    town.restart()
    told = [one for one in town.said() if "is approved by Alice" in one]
    assert len(told) == 2
