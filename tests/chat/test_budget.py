"""Zulip's limit is a budget: what telling may use, and what one post costs."""

from __future__ import annotations

import threading
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from noting import Noting
from town import Town

from bot.chat.budget import RESERVE, WINDOW_S, Budget
from bot.pacing import rest_while_away


class Server:
    """Zulip's own count: so many requests in any sixty seconds."""

    def __init__(self, limit: int) -> None:
        self.limit, self.now = limit, 1000.0
        self.taken: list[float] = []

    def clock(self) -> float:
        return self.now

    def _within(self) -> list[float]:
        return [one for one in self.taken if self.now - one <= WINDOW_S]

    def ask(self) -> dict[str, str] | None:
        """The headers of an answer; None: refused."""
        self.taken = self._within()
        if len(self.taken) >= self.limit:
            return None
        self.taken.append(self.now)
        left = self.limit - len(self.taken)
        return {"X-RateLimit-Limit": str(self.limit), "X-RateLimit-Remaining": str(left)}


def told(budget: Budget, server: Server, *, most_s: float) -> int:
    """Tell as much as the budget allows within so many seconds; how much that was."""
    done, ends = 0, server.now + most_s
    while server.now < ends:
        with budget.telling():
            span = budget.wait_s()
        if span:
            server.now += span
            continue
        headers = server.ask()
        assert headers is not None, "refused"
        budget.learn(headers)
        done += 1
    return done


def test_who_tells_leaves_the_reserve_to_what_is_due() -> None:
    server = Server(200)
    budget = Budget(server.clock)
    assert told(budget, server, most_s=50) == 200 * (1 - RESERVE)
    assert budget.left() == 200 * RESERVE
    for _ in range(int(200 * RESERVE)):
        assert budget.wait_s() == 0.0  # what is due waits for nobody
        assert server.ask()


def test_in_the_long_run_telling_gets_the_whole_limit() -> None:
    server = Server(200)
    assert told(Budget(server.clock), server, most_s=600) >= 10 * 200 * (1 - RESERVE)


def test_what_others_of_the_same_account_asked_counts_as_well() -> None:
    server = Server(200)
    budget = Budget(server.clock)
    for _ in range(130):
        server.ask()
    budget.wait_s()
    headers = server.ask()
    assert headers
    budget.learn(headers)
    assert told(budget, server, most_s=50) == 200 * (1 - RESERVE) - 131
    server.now += WINDOW_S
    assert told(budget, server, most_s=1) > 100


def test_a_server_without_a_limit_lets_nobody_wait() -> None:
    budget = Budget(lambda: 0.0)
    budget.learn({})
    with budget.telling():
        assert [budget.wait_s() for _ in range(1000)] == [0.0] * 1000


def test_what_was_refused_once_keeps_the_other_threads_back() -> None:
    server = Server(200)
    budget = Budget(server.clock)
    budget.refused(12.0)
    others: list[float] = []
    thread = threading.Thread(target=lambda: others.append(budget.wait_s()))
    thread.start()
    thread.join()
    assert others == [12.0]
    assert budget.wait_s() == 0.0  # it waited by itself
    server.now += 12.0


@given(
    st.lists(st.sampled_from(["due", "tell", "other", "wait"]), max_size=400),
    st.integers(min_value=10, max_value=50),
)
def test_telling_is_never_refused_and_never_takes_the_reserve(steps: list[str], limit: int) -> None:
    server = Server(limit)
    budget = Budget(server.clock)
    for step in steps:
        if step == "wait":
            server.now += 3.0
        elif step == "other":
            server.ask()  # not heard of before the next answer
        elif step == "due":
            assert budget.wait_s() == 0.0
            headers = server.ask()
            if headers:
                budget.learn(headers)
            else:
                budget.refused(0.0)
        else:
            with budget.telling():
                before = budget.left()
                if budget.wait_s() == 0.0:
                    assert before is None or before > RESERVE * limit
                    headers = server.ask()
                    if headers:
                        budget.learn(headers)


# -- what things cost --------------------------------------------------------------------------------------

SOON = "@social draft\nto: mastodon\nat: in 5 minutes\n"
MANY = 12


def due(town: Town, many: int, topic: str = "posts") -> Noting:
    """So many approved posts that are due now, the bot not stepped yet."""
    for number in range(many):
        town.carol.writes(f"{SOON}Story {number}", topic)
    town.settle()
    for number in range(many):
        town.alice.client.add_reaction({"message_id": town.card_id(number + 1), "emoji_name": "+1"})
    town.settle()
    noting = Noting(town)
    town.world.clock.advance(timedelta(minutes=5, seconds=1))
    return noting


def test_a_post_to_mastodon_alone_costs_five_requests_from_due_to_told(town: Town) -> None:
    noting = due(town, 1)
    town.settle()
    assert "is out" in town.said()[-1]
    assert "✔ [out]" in town.card(1)
    calls = [one.replace(str(town.card_id(1)), "CARD") for one in noting.taken()]
    # what was written and not heard of yet, then the draft and its card
    assert calls == [
        "GET users/me/subscriptions",
        "GET messages",
        "GET messages",
        "POST messages",
        "PATCH messages/CARD",
    ]


def test_many_due_posts_are_looked_at_together_and_told_in_one_message(town: Town) -> None:
    noting = due(town, MANY)
    before = len(town.said())
    town.settle()
    assert len(town.published("mastodon")) == MANY
    calls = noting.taken()
    assert len([one for one in calls if one.startswith("GET")]) <= 5
    assert len([one for one in calls if one.startswith("PATCH")]) == MANY  # each card once
    assert len([one for one in calls if one.startswith("POST")]) == 1
    told = town.said()[before:]
    assert len(told) == 1
    assert told[0].count("is out") == MANY
    for number in range(1, MANY + 1):
        assert f"**#{number}**" in told[0]


def test_what_is_told_together_is_told_in_the_topic_of_each(town: Town) -> None:
    for number in range(4):
        town.carol.writes(f"{SOON}Story {number}", "one" if number % 2 else "two")
    town.settle()
    for number in range(1, 5):
        town.alice.reacts(town.card_id(number))
    town.later(minutes=5, seconds=1)
    for topic, numbers in (("two", (1, 3)), ("one", (2, 4))):
        told = [one for one in town.said(topic) if "is out" in one]
        assert len(told) == 1
        assert all(f"**#{number}**" in told[0] for number in numbers)


def test_a_draft_costs_three_requests_and_a_tap_four(town: Town) -> None:
    noting = Noting(town)
    town.carol.says(f"{SOON}Hello")
    assert noting.taken() == ["GET messages/1", "POST messages", "POST messages/2/reactions"]
    town.alice.reacts(2)
    assert sorted(noting.taken()) == ["GET messages/1", "GET messages/2", "PATCH messages/2", "POST messages"]


def test_what_the_waits_for_events_say_of_their_own_limit_bounds_nothing_else(town: Town) -> None:
    for number in range(3):
        town.carol.says(f"@social draft\nto: mastodon\nStory {number}")
    assert town.desk.chat.budget.left() is None


# -- nothing lost by it ------------------------------------------------------------------------------------


def test_a_draft_that_was_deleted_or_edited_unheard_holds_its_post_among_many(town: Town) -> None:
    due(town, MANY)
    drafts = [one["id"] for one in town.messages() if one["content"].startswith("@social draft")]
    town.carol.client.delete_message(drafts[2])
    town.carol.client.update_message(
        {"message_id": drafts[5], "content": "@social draft\nto: mastodon\nAnother story"}
    )
    town.alice.client.remove_reaction({"message_id": town.card_id(9), "emoji_name": "+1"})
    town.publisher.tick(town.now, settle=True)  # the listener has heard nothing yet
    texts = sorted(one["text"] for one in town.published("mastodon"))
    assert texts == sorted(f"Story {number}" for number in range(MANY) if number not in {2, 5, 8})
    assert town.post(3).state == "held"
    assert town.post(9).state == "draft"
    town.settle()  # the text is read anew beside the publisher
    assert town.post(6).state == "draft"


def test_a_draft_that_was_deleted_after_the_release_holds_what_was_not_claimed(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    due(town, 1)
    town.settle()
    assert town.deliveries(1)["mastodon"].state == "pending"
    draft = next(one["id"] for one in town.messages() if one["content"].startswith("@social draft"))
    town.carol.client.delete_message(draft)
    town.world.clock.advance(timedelta(minutes=10))
    town.publisher.tick(town.now, settle=True)
    town.later(minutes=10)
    assert town.published() == []


def test_a_card_that_could_not_be_shown_is_shown_once_zulip_is_back(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    due(town, 1)
    town.fault("zulip", "500", times=20, method="PATCH")
    town.settle()
    assert "again" not in town.card(1)
    town.sandbox.faults.clear()
    town.later(seconds=6)
    assert town.deliveries(1)["mastodon"].state == "pending"
    assert "again" in town.card(1)


# -- after an outage ---------------------------------------------------------------------------------------


class Rests:
    """What is waited with; no time passes."""

    def __init__(self) -> None:
        self.spans: list[float] = []

    def wait(self, timeout: float) -> bool:
        """It is not to end."""
        self.spans.append(timeout)
        return False


def test_while_something_is_due_zulip_is_tried_again_within_seconds(town: Town) -> None:
    rests = Rests()
    rest_while_away(town.desk, rests, 60.0)
    assert sum(rests.spans) == 60.0
    due(town, 1)
    rests = Rests()
    rest_while_away(town.desk, rests, 60.0)
    assert sum(rests.spans) <= 2.0
