"""The bot was stopped over a weekend: on Monday it reads everything once, in order, and asks once about what it missed."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fuse import Crash, Fuse, wire
from sqlmodel import func, select
from town import BOTH_KINDS, Town

from bot import wiring
from bot.chat import ChatError
from bot.publisher import Publisher
from bot.sandbox.zulip.web import Rate
from storage.models import Post

FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
LATER = "@social draft\nto: mastodon\nat: 2026-12-02 10:00 UTC\n"
CHATTER = 300
STEP = 11
"""Every eleventh call, so that it stays quick; 1 tries all of them."""
LIMIT = 200


def friday(town: Town) -> None:
    town.world.clock.to(FRIDAY)
    town.settle()


def start_cut(town: Town, fuse: Fuse) -> None:
    """The bot's process begins, and ends where the fuse says."""
    town.database = wiring.open_database(town.config)
    town.desk = wiring.make_desk(
        town.config, town.database, wiring.chat_of(town.config), town.world.clock.now
    )
    town.publisher = Publisher(town.desk)
    wire(town, fuse)
    town.listener.start(town.now)


def newest(town: Town) -> int:
    """The number of the newest post."""
    with town.database.reading() as session:
        return session.exec(select(func.max(Post.id))).one() or 0


def start_on_monday(town: Town) -> None:
    town.world.clock.to(MONDAY)
    town.start()
    town.settle()


def count_from_now(town: Town) -> None:
    """From now on the 201st request within a minute is refused."""
    town.sandbox.zulip.core.rate = Rate()
    town.sandbox.zulip.rate_limited = True


def left(town: Town) -> int:
    """How many requests the bot has left in this minute."""
    bot = town.sandbox.scene.bot
    answer = httpx.get(f"{town.base}/api/v1/users/me", auth=(bot["email"], bot["api_key"]))
    assert answer.status_code == 200, "the limit was reached"
    return int(answer.headers["X-RateLimit-Remaining"])


def chat_away(town: Town, number: int) -> None:
    """People talk, and not to the bot."""
    town.sandbox.zulip.rate_limited = False
    people = [town.carol, town.bob, town.alice]
    for one in range(number):
        people[one % 3].writes(f"message {one} of the weekend, about nothing", topic="lunch")


def a_weekend(town: Town) -> dict[str, int]:
    """What happens between Friday and Monday; the ids of the drafts."""
    friday(town)
    drafts = {
        name: town.carol.writes(LATER + name) for name in ("edited", "deleted", "moved", "approved", "vetoed")
    }
    unread = town.bob.writes("just talk, so far")
    unknown = town.bob.writes("@social drafft Unheard of")
    town.settle()
    town.alice.reacts(town.card_of(5))
    assert town.post(5).state == "approved"
    town.stop()
    chat_away(town, CHATTER // 2)
    town.carol.ok(
        town.carol.client.update_message({"message_id": drafts["edited"], "content": f"{LATER}better"})
    )
    town.owner.client.delete_message(drafts["deleted"])
    town.owner.client.update_message(
        {"message_id": drafts["moved"], "topic": "elsewhere", "propagate_mode": "change_one"}
    )
    town.alice.client.add_reaction({"message_id": town.card_of(4), "emoji_name": "+1"})
    town.alice.client.remove_reaction({"message_id": town.card_of(5), "emoji_name": "+1"})
    town.bob.client.add_reaction({"message_id": town.card_of(5), "emoji_name": "-1"})
    for one, text in ((unread, "was only talk"), (unknown, "was not understood")):
        town.bob.ok(town.bob.client.update_message({"message_id": one, "content": LATER + text}))
    town.carol.writes(f"{LATER}written meanwhile")
    town.carol.writes("@social hold 4")
    town.carol.writes("@social help")
    chat_away(town, CHATTER // 2)
    return drafts


def card_with(town: Town, words: str) -> str:
    found = [one for one in town.said() if re.match(r"\*\*#\d+\*\* by", one) and words in one]
    assert len(found) == 1, (words, found)
    return found[0]


def test_everything_of_a_weekend_counts_once_within_the_limit(town: Town) -> None:
    a_weekend(town)
    before = town.said()
    count_from_now(town)
    start_on_monday(town)
    remaining = left(town)
    assert remaining > LIMIT // 2, f"{LIMIT - remaining} requests for {CHATTER} messages"
    town.sandbox.zulip.rate_limited = False
    assert "better" in town.card(1)
    assert [town.post(one).state for one in range(1, 6)] == ["draft", "withdrawn", "draft", "held", "draft"]
    for words in ("was only talk", "was not understood", "written meanwhile"):
        assert "2026-12-02T10:00" in card_with(town, words)
    assert town.post(3).topic == "elsewhere"
    said = town.said()[len(before) :]
    assert sum("is held" in one for one in said) == 1
    assert sum("starts a post" in one or "What I can do" in one or "`help draft`" in one for one in said) == 1
    heard = len(town.said())
    town.restart()
    town.later(minutes=1)
    assert len(town.said()) == heard, town.said()[heard:]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_anywhere_while_it_catches_up_it_answers_and_obeys_once(town: Town, after: bool) -> None:
    """Calls are tried in turn, each on a story of its own: a new post, an order, a question, a rewritten draft."""
    number = -STEP + 2 + 5 * after
    while True:
        number += STEP
        text = f"Story {number}{'a' if after else 'b'}"
        town.carol.writes(LATER + text)
        town.settle()
        post = newest(town)
        town.stop()
        town.carol.writes(f"@social edit {post} {text}, by order")
        town.carol.writes(f"@social move {post} to 2026-12-03 11:00 UTC")
        town.carol.writes(f"@social copy {post}")
        town.carol.writes(f"@social hold {post}")
        town.carol.writes("@social help")
        before = len(town.said())
        fuse = Fuse(number, after=after)
        with suppress(Crash):
            start_cut(town, fuse)
            town.settle()
        if fuse.burnt:
            town.restart()
        fuse.disarm()
        town.later(minutes=1)
        said = town.said()[before:]
        assert town.post(post).state == "held", number
        assert town.post(post).revision == 2, (number, said)
        assert newest(town) == post + 1, number
        for words in ("is held", "`help draft`", f"#{post} goes out"):
            assert sum(words in one and not one.startswith("**#") for one in said) <= 1, (number, words, said)
        assert sum("`help draft`" in one for one in said) == 1, (number, said)
        for one in (post, post + 1):
            town.carol.says(f"@social cancel {one}")
        if not fuse.burnt:
            assert number > 40
            return


@BOTH_KINDS
def test_an_hour_without_zulip_and_its_queues_gone_costs_nothing(town: Town) -> None:
    friday(town)
    names = ("edited", "deleted", "approved")
    drafts = [town.carol.writes(LATER + name, topic=name) for name in names]
    talk = town.bob.writes("just talk, so far")
    town.settle()
    town.sandbox.faults.add({"service": "zulip", "fault": "down", "seconds": 3600})
    town.carol.ok(town.carol.client.update_message({"message_id": drafts[0], "content": f"{LATER}better"}))
    town.owner.client.delete_message(drafts[1])
    town.alice.client.add_reaction({"message_id": town.card_of(3), "emoji_name": "+1"})
    town.bob.ok(town.bob.client.update_message({"message_id": talk, "content": f"{LATER}from talk"}))
    town.bob.writes("@social help")
    with pytest.raises(ChatError):
        town.listener.tick(town.now)
    town.world.clock.advance(timedelta(hours=1, minutes=1))
    town.sandbox.zulip.queues_gone()
    town.settle()
    town.later(minutes=1)
    assert "better" in town.card(1)
    assert [town.post(one).state for one in (1, 2, 3)] == ["draft", "withdrawn", "approved"]
    assert "from talk" in town.card(4)
    assert sum("`help draft`" in one for one in town.said()) == 1


def test_forty_posts_that_expired_are_asked_about_in_one_message(town: Town) -> None:
    friday(town)
    for number in range(20):
        town.carol.writes(f"@social draft\nto: mastodon\nat: 2026-11-28 {number}:00 UTC\nSaturday {number}")
        town.bob.writes(f"@social draft\nto: mastodon\nat: 2026-11-29 {number}:00 UTC\nSunday {number}")
    town.settle(60)
    for number in range(1, 41):
        town.alice.client.add_reaction({"message_id": town.card_id(number), "emoji_name": "+1"})
    town.settle(60)
    town.stop()
    before = len(town.said())
    count_from_now(town)
    start_on_monday(town)
    town.settle(60)
    assert left(town) > 0
    town.sandbox.zulip.rate_limited = False
    assert town.published() == []
    assert {town.post(number).state for number in range(1, 41)} == {"expired"}
    (summary,) = [one for one in town.said()[before:] if "passed" in one]
    for number in range(1, 41):
        assert f"#{number}" in summary
    assert f"@**Carol|{town.carol.id}**" in summary
    assert f"@**Bob|{town.bob.id}**" in summary
    assert "`move " in summary
    town.restart()
    town.later(hours=1)
    assert sum("passed" in one for one in town.said()[before:]) == 1


def test_a_few_that_expired_are_asked_about_each_in_its_topic(town: Town) -> None:
    friday(town)
    for number in range(3):
        town.carol.writes(
            f"@social draft\nto: mastodon\nat: 2026-11-28 {number}:00 UTC\nSaturday {number}",
            topic=f"t{number}",
        )
    town.settle()
    town.stop()
    start_on_monday(town)
    for number in range(3):
        assert sum("has passed" in one for one in town.said(f"t{number}")) == 1
