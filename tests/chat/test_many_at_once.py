"""Many people at one moment: few requests, nothing missed; and a publisher that rests while nothing is due."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event
from town import MONDAY, Town

from bot import lanes
from bot.actions import delivering, lastlook
from bot.desk import Stale
from bot.pacing import Pace
from bot.sandbox.zulip.web import Rate
from bot.telling import BURST_S, FEW, Telling
from storage import cursors, inbox, queue
from storage.database import Database
from storage.inbox import Heard, Kind
from storage.models import Post

MANY = 30
AT_TEN = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\n"
LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00\n"


def used(town: Town) -> int:
    """How many requests the bot has made since `count`."""
    calls = town.sandbox.zulip.core.rate._calls
    return len(calls.get((town.sandbox.scene.bot["user_id"], "api"), ()))


def count(town: Town) -> None:
    """Count its requests from now on."""
    town.sandbox.zulip.core.rate = Rate()


def test_much_chatter_at_once_takes_one_request(town: Town) -> None:
    for number in range(MANY):
        town.bob.writes(f"just talking, number {number}")
    count(town)
    town.settle()
    assert used(town) <= 2


def test_drafts_at_once_get_a_card_each(town: Town) -> None:
    count(town)
    for number in range(5):
        town.carol.writes(f"{LATER}Story {number}")
    town.settle()
    cards = [one for one in town.said() if "by @_**Carol" in one or "by Carol" in one]
    assert len(cards) == 5
    for number in range(5):
        assert sum(f"Story {number}" in one for one in cards) == 1


def test_reactions_at_once_are_all_counted_and_one_taken_back_is_not(town: Town) -> None:
    numbers = []
    for number in range(5):
        town.carol.says(f"{LATER}Story {number}")
        numbers.append(town.card_id(number + 1))
    alice = town.alice.client
    for card in numbers:
        alice.add_reaction({"message_id": card, "emoji_name": "+1"})
    alice.remove_reaction({"message_id": numbers[2], "emoji_name": "+1"})
    town.settle()
    states = [town.post(number + 1).state for number in range(5)]
    assert states == ["approved", "approved", "draft", "approved", "approved"]


def test_the_same_text_is_told_of_however_long_the_bot_runs(town: Town) -> None:
    for _ in range(2):
        town.carol.says(f"{LATER}Twice the same")
    town.carol.says(f"{LATER}Something else")
    same = [one for one in town.said() if "The same text is already in" in one]
    assert len(same) == 1
    assert "already in &#35;1 (draft)." in same[0]
    town.stop()
    town.start()
    town.carol.says("@social cancel 2")
    town.carol.says(f"{LATER}Twice the same")
    assert "already in &#35;1 (draft)." in town.card(4)


def test_a_draft_that_is_heard_of_twice_stays_one_post(town: Town) -> None:
    message = town.carol.says(f"{LATER}Heard of twice")
    with town.database.transaction() as session:
        inbox.write(session, [Heard(message, Kind.DRAFT, town.carol.id, town.now)])
    town.settle()
    assert len([one for one in town.said() if "Heard of twice" in one]) == 1


def pace(town: Town) -> Pace:
    """One that was woken once, as a loop begins."""
    made = Pace(town.desk, threading.Event(), 0.0)
    assert made.worth(town.now, [])
    made.rest()
    return made


def test_no_round_while_nothing_is_due(town: Town) -> None:
    town.carol.says(f"{LATER}Tomorrow")
    town.alice.reacts(town.card_id(1))
    made = pace(town)
    assert not made.worth(town.now, [])
    later = MONDAY + timedelta(hours=12)
    assert made.worth(later, []), "the clock was set: much may have passed"
    made.rest()
    assert not made.worth(later, [])


def test_the_database_is_asked_only_after_something_was_written(town: Town) -> None:
    town.carol.says(f"{LATER}Tomorrow")
    made, asked = pace(town), 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    event.listen(town.database._engine, "before_cursor_execute", count)
    assert not made.worth(town.now, [])
    assert not asked
    town.alice.reacts(town.card_id(1))
    asked = 0
    made.worth(town.now, [])
    assert asked


def due_now(town: Town, database: Database) -> None:
    """The first post is to go out at once."""
    with database.transaction() as session:
        post = session.get(Post, 1)
        assert post is not None
        post.due_at = town.now
        session.add(post)


def test_what_is_written_while_the_database_is_asked_is_not_overlooked(town: Town) -> None:
    town.carol.says(f"{LATER}Tomorrow")
    town.alice.reacts(town.card_id(1))
    made, left = pace(town), [threading.Thread(target=due_now, args=(town, town.database))]

    def meanwhile(_c: object, _cursor: object, statement: str, *_: object) -> None:
        while left and "deliver" in statement:  # when posts were looked at
            thread = left.pop()
            thread.start()
            thread.join()

    with town.database.transaction() as session:
        cursors.write(session, "something", "else")
    event.listen(town.database._engine, "after_cursor_execute", meanwhile)
    made.worth(town.now, [])
    assert not left
    assert made.worth(town.now, [])


def test_what_another_copy_wrote_is_looked_for(town: Town) -> None:
    town.carol.says(f"{LATER}Tomorrow")
    town.alice.reacts(town.card_id(1))
    desk: Any = SimpleNamespace(database=town.database, single=False, clock=town.desk.clock)
    made, other = Pace(desk, threading.Event(), 0.0), Database(str(town.database.url))
    made.worth(town.now, [])
    assert not made.worth(town.now, [])
    due_now(town, other)
    other.close()
    assert made.worth(town.now, [])


def test_what_is_written_down_is_told_at_once(town: Town) -> None:
    stop, told, telling = threading.Event(), threading.Event(), town.publisher.telling
    town.publisher.tick(town.now, settle=True)
    thread = threading.Thread(target=telling.run, args=(stop,), daemon=True)
    thread.start()

    def look() -> None:
        with town.database.reading() as session:
            if not queue.outbox(session):
                told.set()

    town.database.commits.tell(look)
    try:
        for number in range(3):
            with town.database.transaction() as session:
                queue.notify(session, key=f"k{number}", text=f"News {number}", now=town.now)
            assert told.wait(3), "long before it looks by itself"
            told.clear()
    finally:
        stop.set()
        telling.wake.set()
        thread.join(5)


def test_a_post_that_is_kept_back_does_not_hold_the_later_ones(town: Town) -> None:
    for number in (1, 2, 3):
        town.carol.says(f"{AT_TEN}Story {number}")
        town.alice.reacts(town.card_id(number))
    with town.database.transaction() as session:  # somebody wrote it, and it is not acted on yet
        inbox.write(session, [Heard(10**9, Kind.ORDER, town.alice.id, town.now, 1, "hold")])
    town.world.clock.to(MONDAY + timedelta(days=1, hours=2))
    town.publisher.tick(town.now, settle=True)
    assert [one["text"] for one in town.published("mastodon")] == ["Story 2", "Story 3"]


def test_a_released_post_that_is_kept_back_does_not_hold_the_later_ones(town: Town) -> None:
    town.fault("mastodon", "503", times=9, method="GET")
    for number in (1, 2, 3):
        town.carol.says(f"{AT_TEN}Story {number}")
        town.alice.reacts(town.card_id(number))
    due = MONDAY + timedelta(days=1, hours=2)
    town.world.clock.to(due)
    for number in (1, 2, 3):
        lastlook.look(town.desk, [number], lambda *_, **__: True)
        assert delivering.release(town.desk, number, town.now)
    with town.database.transaction() as session:
        inbox.write(session, [Heard(10**9, Kind.VOTE, town.alice.id, town.now, 1)])
    town.publisher.tick(town.now, settle=True)
    assert [one["text"] for one in town.published("mastodon")] == ["Story 2", "Story 3"]
    assert town.deliveries(1)["mastodon"].state == "pending"
    with town.database.transaction() as session:
        inbox.clear(session)
    town.publisher.tick(town.now, settle=True)
    assert town.published("mastodon")[-1]["text"] == "Story 1"


def test_a_round_when_a_post_is_due_or_something_is_under_way(town: Town) -> None:
    town.carol.says(f"{LATER}Tomorrow")
    town.alice.reacts(town.card_id(1))
    assert pace(town).worth(MONDAY + timedelta(days=1, hours=3), [])
    assert pace(town).worth(town.now, [Future()])


def test_a_round_when_somebody_wakes_it(town: Town) -> None:
    wake = threading.Event()
    made = Pace(town.desk, wake, 0.0)
    made.worth(town.now, [])
    wake.set()
    made.rest()
    assert made.worth(town.now, [])
    assert not wake.is_set()


def test_an_outcome_that_waits_for_others_is_not_thought_of_in_every_round(town: Town) -> None:
    town.fault("mastodon", "503", method="POST")
    town.carol.says("@social draft\nto: mastodon, x\nOne platform is slow")
    town.alice.reacts(town.card_id(1))
    assert {name: one.state for name, one in town.deliveries(1).items()} == {
        "mastodon": "unknown",
        "x": "published",
    }
    news = town.publisher.telling.news
    assert news.posts(town.now) == []
    assert news.posts(town.now + timedelta(seconds=6)) == [1]
    for _ in range(6):
        town.later(seconds=30)
    assert "is out" in " ".join(town.said()[-2:])
    assert news.posts(town.now) == []


def telling_with(town: Town, cards: int, waited_s: float = 0) -> Telling:
    """While due posts wait for the processor; so many cards are to be shown, for so long already, and there is `News`."""
    town.publisher.tick(town.now, settle=True)
    town.desk.stale = Stale(lambda: time.monotonic() - waited_s)
    with town.database.transaction() as session:
        queue.notify(session, key="news", text="News", now=town.now)
    for number in range(cards):
        town.desk.stale.add(number)
    return Telling(town.desk, lambda: True, lambda: True)


def test_what_is_told_comes_after_a_burst_of_posts(town: Town) -> None:
    town.carol.says(f"{LATER}Tomorrow")
    telling_with(town, 10).round(town.now)
    assert "News" not in town.said()
    Telling(town.desk, lambda: True, lambda: False).round(town.now)
    assert "News" in town.said()


@pytest.mark.parametrize("cards, waited_s", [(FEW, 0), (10, BURST_S + 1)])
def test_a_few_posts_are_no_burst_and_nobody_waits_for_the_end_of_a_long_one(
    town: Town, cards: int, waited_s: float
) -> None:
    telling_with(town, cards, waited_s).round(town.now)
    assert "News" in town.said()


def test_the_look_at_unread_messages_leaves_out_what_the_bot_said(town: Town) -> None:
    town.carol.says(f"{LATER}Tomorrow")
    chat = town.desk.chat
    found = chat.newer(0)
    assert any("Tomorrow" in one.content for one in found)
    assert town.card_id(1) not in {one.id for one in found}
    assert chat.directory.me not in {one.sender_id for one in found}


def test_as_many_posts_are_looked_at_as_are_sent_while_a_look_is_fresh(town: Town) -> None:
    made = town.publisher._lanes
    assert made._ahead("mastodon") == lanes.AHEAD, "nothing was sent yet"
    made._each_s |= {"mastodon": 0.02, "x": 0.001, "youtube": 9.0}
    assert [made._ahead(one) for one in ("mastodon", "x", "youtube")] == [75, lanes.MOST, lanes.LEAST]
