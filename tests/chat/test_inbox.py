"""What was heard waits in the inbox, by lane: an order is obeyed whatever else is being worked on, and before that
nothing that it may concern goes out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from fuse import Crash, Cut, Fuse
from sqlmodel import col, select
from town import Town, Townsman, picture

from bot import wiring
from bot.actions import rows
from bot.actions.intake import gate
from bot.chat import Chat
from bot.desk import Listened
from bot.listener import Listener
from storage import inbox
from storage.inbox import Heard, Kind
from storage.models import Entry

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"
DUE = timedelta(days=1, hours=2)
LONGEST_S = 10.0


class Stuck:
    """The chat; a file is not given out before the test lets it."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.asked, self.given = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def file(self, path: str, limit: int) -> Iterator[bytes]:
        """As the chat does it, in the end."""
        self.asked.set()
        assert self.given.wait(3 * LONGEST_S)  # longer than anybody waits for what is to happen meanwhile
        found: Iterator[bytes] = self._real.file(path, limit)
        return found


class Live:
    """The listener as `social run` has it: it reads in one thread, and each lane works in one."""

    def __init__(self, town: Town, wrap: Callable[[Chat], Any]) -> None:
        self.town, self.changed, self.stop = town, threading.Event(), threading.Event()
        town.desk.chat.leave()
        town.desk.chat = wrap(wiring.chat_of(town.config, self.stop))
        self.listener = Listener(town.desk, self.changed)

    def until(self, done: Callable[[], bool]) -> None:
        """Wait until that is so."""
        for _ in range(int(LONGEST_S / 0.05)):
            if done():
                return
            self.changed.wait(0.05)
            self.changed.clear()
        raise AssertionError("it did not come about")


@contextmanager
def live(town: Town, wrap: Callable[[Chat], Any] = lambda chat: chat) -> Iterator[Live]:
    """Within the block the bot listens by itself; the publisher is stepped."""
    made = Live(town, wrap)
    reading = threading.Thread(target=made.listener.run, args=(made.stop,), daemon=True)
    reading.start()
    try:
        made.until(lambda: made.listener.caught_up)
        yield made
    finally:
        made.stop.set()
        town.desk.bell.ring()
        with suppress(Exception):
            town.desk.chat.unheard()
        reading.join(LONGEST_S)


@contextmanager
def busy_with_a_draft(town: Town) -> Iterator[Live]:
    """Within the block a stranger's draft is being made, and does not come to its end."""
    path = town.dave.uploads(picture(), "hall.png")
    made: list[Stuck] = []

    def wrap(chat: Chat) -> Stuck:
        made.append(Stuck(chat))
        return made[0]

    with live(town, wrap) as bot:
        (stuck,) = made
        town.dave.writes(f"@social draft\nto: mastodon\nSee [the hall]({path})")
        bot.until(stuck.asked.is_set)
        try:
            yield bot
        finally:
            stuck.given.set()


def approved(town: Town, number: int = 1) -> None:
    for one in range(1, number + 1):
        town.carol.says(LATER.replace("Hello", f"Hello {one}"))
        town.alice.reacts(town.card_id(one))
        assert town.post(one).state == "approved"


def at_the_due_second(town: Town) -> None:
    town.world.clock.to(town.post(1).due_at)  # type: ignore[arg-type]  # it has a time


def just_before(town: Town) -> None:
    due = town.post(1).due_at
    assert due is not None
    town.world.clock.to(due - timedelta(seconds=20))  # the clock goes on by itself, and machines may be slow


ENDS = {"cancel 1": "withdrawn", "hold 1": "held", "veto 1 because no": "draft"}


@pytest.mark.parametrize("order", list(ENDS))
def test_an_order_wins_while_somebody_elses_draft_is_being_made(town: Town, order: str) -> None:
    approved(town)
    with busy_with_a_draft(town) as bot:
        town.world.clock.advance(DUE - timedelta(seconds=1))
        town.alice.writes(f"@social {order}")
        bot.until(lambda: town.post(1).state == ENDS[order])
        at_the_due_second(town)
        town.publisher.tick(town.now, settle=True)
    assert town.published() == []


def test_a_tap_and_a_question_do_not_wait_for_somebody_elses_draft(town: Town) -> None:
    town.carol.says(LATER)
    with busy_with_a_draft(town) as bot:
        town.alice.ok(town.alice.client.add_reaction({"message_id": town.card_id(1), "emoji_name": "+1"}))
        town.bob.writes("@social help")
        bot.until(lambda: town.post(1).state == "approved")
        bot.until(lambda: any("`help draft`" in one for one in town.said()))


@pytest.mark.parametrize("order", [*ENDS, "now 1"])
@pytest.mark.parametrize("earlier", ["edit 1 x", "alt 1 1 x"])
def test_an_approver_does_not_wait_for_what_a_stranger_wrote_about_the_post(
    town: Town, order: str, earlier: str
) -> None:
    """Texts are drafted in a lane in which it may take long."""
    approved(town)
    with busy_with_a_draft(town) as bot:
        town.owner.writes(f"@social {earlier}")  # neither its author nor an approver
        bot.until(lambda: any(row.kind == Kind.REWRITE for row in town.inbox()))
        town.alice.writes(f"@social {order}")
        if order == "now 1":
            bot.until(lambda: town.post(1).timing == "now")
        else:
            bot.until(lambda: town.post(1).state == ENDS[order])


@pytest.mark.parametrize("order", list(ENDS))
def test_who_stops_a_post_does_not_lose_to_the_text_that_its_author_ordered_before(
    town: Town, order: str
) -> None:
    """A new text would lift a hold: it waits, and the post with it. Other stops stand whatever it says."""
    approved(town)
    with busy_with_a_draft(town) as bot:
        town.carol.writes("@social edit 1 Other words")
        bot.until(lambda: any(row.kind == Kind.REWRITE for row in town.inbox()))
        town.alice.writes(f"@social {order}")
        if order == "hold 1":
            bot.until(lambda: any(row.verb == "hold" for row in town.inbox()))
            with town.database.transaction() as session:
                assert gate.kept_back(town.desk, session, rows.post(session, 1))
        else:
            bot.until(lambda: town.post(1).state == ENDS[order])
    town.start()
    town.settle()
    assert town.post(1).state == ENDS[order]
    assert town.post(1).revision == (1 if order == "cancel 1" else 2)


def test_the_text_that_an_author_orders_comes_before_their_new_drafts(town: Town) -> None:
    """Others may wait for it."""
    approved(town)
    for number in range(2, 5):
        town.carol.writes(LATER.replace("Hello", f"Hello {number}"))
    town.carol.writes("@social edit 1 Other words")
    town.alice.writes("@social hold 1")
    town.settle()
    assert town.post(1).state == "held"
    with town.database.reading() as session:
        done = [(one.post_id, one.what) for one in session.exec(select(Entry).order_by(col(Entry.id)))]
    assert done.index((1, "held")) < done.index((3, "drafted"))


def test_a_member_lets_go_on_what_they_held_themselves_though_it_is_written_at_once(town: Town) -> None:
    approved(town)
    town.owner.writes("@social hold 1")
    town.owner.writes("@social resume 1")
    town.settle()
    assert town.post(1).state == "approved"
    town.owner.writes("@social hold 1")
    town.alice.writes("@social resume 1")  # an approver's turn comes first
    town.settle()
    assert town.post(1).state == "approved"


@pytest.mark.parametrize("order", [*ENDS, "move 1 to friday 9:00", "edit 1 Other words", "withdraw 1"])
@pytest.mark.parametrize("directly", [False, True])
def test_a_release_knows_the_order_that_no_event_told_of_yet(town: Town, order: str, directly: bool) -> None:
    town.carol.says(LATER)
    town.alice.says("@social approve 1")
    at_the_due_second(town)
    if directly:
        request = {"type": "private", "to": [town.bot_email], "content": order}
        town.alice.ok(town.alice.client.send_message(request))
    else:
        town.alice.writes(f"@social {order}")
    town.publisher.tick(town.now, settle=True)  # before the listener hears of it
    assert len(town.inbox()) == 1
    assert town.published() == []
    town.settle()
    assert town.published() == []
    assert town.inbox() == []


@pytest.mark.parametrize(
    "order", ["cancel 1, 4155552671", "hold 9999999999, 1", "veto 1 and 99999999999999999999", "hold 1, 99"]
)
def test_a_number_that_no_post_can_have_hides_no_other(town: Town, order: str) -> None:
    """Such an order once was a question, which keeps nothing back."""
    approved(town)
    at_the_due_second(town)
    town.alice.writes(f"@social {order}")
    town.publisher.tick(town.now, settle=True)  # before the listener hears of it
    assert town.published() == []
    town.settle()
    assert town.published() == []
    assert any(f"There is no #{number}" in one for one in town.said() for number in ("4", "9"))


def test_an_order_of_numbers_that_no_post_can_have_is_answered(town: Town) -> None:
    approved(town)
    at_the_due_second(town)
    town.alice.says("@social cancel 4155552671")
    assert any("There is no #4155552671" in one for one in town.said())
    assert town.inbox() == []


@pytest.mark.parametrize("order", ["cancel 1", "move 1 to friday 9:00", "withdraw 1"])
@pytest.mark.parametrize("directly", [False, True])
def test_a_release_knows_a_message_that_was_edited_into_an_order(
    town: Town, order: str, directly: bool
) -> None:
    """No look at new messages finds it."""
    town.carol.says(LATER)
    town.alice.says("@social approve 1")
    just_before(town)
    old = town.alice.whispers("show 1") if directly else town.alice.says("Shall we really?")
    at_the_due_second(town)
    text = order if directly else f"@social {order}"
    town.alice.ok(town.alice.client.update_message({"message_id": old, "content": text}))
    town.publisher.tick(town.now, settle=True)  # before the listener hears of it
    assert town.published() == []
    town.settle()
    assert town.published() == []
    assert town.post(1).state == ENDS.get(order, town.post(1).state)


def test_an_edit_into_an_order_is_known_though_it_was_looked_just_before(town: Town) -> None:
    """During a burst of posts one look follows the other."""
    approved(town)
    just_before(town)
    old = town.alice.writes("Shall we really?")
    town.listener.tick(town.now)
    at_the_due_second(town)
    assert gate.may_go(town.desk, [1], town.now) == {1}
    town.alice.ok(town.alice.client.update_message({"message_id": old, "content": "@social cancel 1"}))
    assert gate.may_go(town.desk, [1], town.now) == set()


def test_who_may_not_look_any_more_for_a_moment_lets_nothing_go(town: Town) -> None:
    """More looks would have Zulip refuse the listener its events."""
    approved(town)
    looks = [gate.may_go(town.desk, [1], town.now) for _ in range(gate.PEEKS_AT_ONCE + 5)]
    assert looks[: gate.PEEKS_AT_ONCE] == [{1}] * gate.PEEKS_AT_ONCE
    assert looks[-1] == set()
    town.desk.peeks_paid_s -= gate.PEEK_EACH_S * 2  # so much later
    assert gate.may_go(town.desk, [1], town.now) == {1}


def test_a_copy_that_does_not_listen_knows_it_too(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    approved(town)
    at_the_due_second(town)
    town.settle()
    assert town.deliveries(1)["mastodon"].state == "pending"
    town.world.clock.advance(timedelta(minutes=5))
    old = town.alice.writes("Shall we really?")
    follower = Listener(town.desk, leads=lambda: False)
    follower.follow()
    town.alice.ok(town.alice.client.update_message({"message_id": old, "content": "@social cancel 1"}))
    follower.follow()  # it hears of it, and the one that listens does not
    town.publisher.tick(town.now, settle=True)
    assert town.published() == []
    follower.follow()
    town.publisher.tick(town.now, settle=True)  # nor is anything held up that nobody spoke of
    assert len(town.inbox()) == 1


def test_a_release_knows_that_its_approver_is_none_any_more(town: Town) -> None:
    approved(town)
    at_the_due_second(town)
    town.sandbox.zulip.remove_members(town.approvers, town.row(town.alice))
    town.publisher.tick(town.now, settle=True)  # before the listener hears of it
    assert town.published() == []
    town.settle()
    assert town.published() == []
    assert town.post(1).state == "draft"


def test_a_stranger_who_renames_themselves_keeps_nothing_back(town: Town) -> None:
    approved(town)
    at_the_due_second(town)
    town.sandbox.zulip.rename(town.row(town.dave), "David")
    town.publisher.tick(town.now, settle=True)
    assert len(town.published()) == 1


def test_what_was_heard_and_could_not_be_written_down_is_known_to_a_release(town: Town) -> None:
    """The database was busy just then."""
    approved(town)
    just_before(town)
    old = town.alice.says("Shall we really?")
    at_the_due_second(town)
    town.alice.ok(town.alice.client.update_message({"message_id": old, "content": "@social cancel 1"}))
    town.desk.chat.hints(block=False)  # and no more
    town.publisher.tick(town.now, settle=True)
    assert town.published() == []


def test_a_delivery_knows_it_too(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    approved(town)
    at_the_due_second(town)
    town.settle()
    assert town.deliveries(1)["mastodon"].state == "pending"
    town.world.clock.advance(timedelta(minutes=5))
    town.alice.writes("@social cancel 1")
    town.publisher.tick(town.now, settle=True)
    assert town.published() == []
    town.settle()
    assert town.deliveries(1)["mastodon"].state == "cancelled"


@pytest.mark.parametrize("kind", [Kind.ORDER, Kind.VOTE, Kind.EDIT, Kind.PLACE, Kind.REWRITE])
@pytest.mark.parametrize("number", [1, None])
def test_nothing_goes_out_while_something_that_may_concern_it_waits(
    town: Town, kind: Kind, number: int | None
) -> None:
    approved(town)
    at_the_due_second(town)
    with town.database.transaction() as session:
        inbox.write(session, [Heard(999_999, kind, town.alice.id, town.now, number, "cancel")])
    town.publisher.tick(town.now, settle=True)
    assert town.post(1).state == "approved"
    with town.database.transaction() as session:
        inbox.clear(session)
    town.publisher.tick(town.now, settle=True)
    assert len(town.published()) == 1


def test_what_somebody_orders_who_has_no_say_keeps_nothing_back(town: Town) -> None:
    approved(town)
    at_the_due_second(town)
    for order in ("cancel 1", "now 1", "veto 1", "resume 1"):
        town.dave.writes(f"@social {order}")
    town.publisher.tick(town.now, settle=True)
    assert len(town.published()) == 1


def test_what_is_asked_and_drafted_keeps_nothing_back(town: Town) -> None:
    approved(town)
    at_the_due_second(town)
    town.alice.writes("@social show 1")
    town.alice.writes(LATER)
    town.alice.writes("cancel 1")  # not to the bot
    town.publisher.tick(town.now, settle=True)
    assert len(town.published()) == 1


def test_two_orders_about_one_post_are_obeyed_as_they_were_written(town: Town) -> None:
    approved(town, 4)
    for number in (2, 3, 4, 1):
        town.alice.writes(f"@social hold {number}")
    town.bob.writes("@social resume 1")  # his turn comes before Alice's fourth
    town.settle()
    assert [town.post(number).state for number in (1, 2, 3, 4)] == ["approved", "held", "held", "held"]


def test_an_order_waits_for_the_edit_that_was_made_before_it(town: Town) -> None:
    draft = town.carol.says(LATER)
    town.alice.reacts(town.card_id(1))
    town.carol.ok(
        town.carol.client.update_message({"message_id": draft, "content": LATER.replace("Hello", "Hullo")})
    )
    town.alice.writes("@social hold 1")
    town.settle()
    assert town.post(1).revision == 2
    assert town.post(1).state == "held"


def test_everybody_has_a_turn_before_a_stranger_has_a_second(town: Town) -> None:
    for number in range(6):
        town.dave.writes(LATER.replace("Hello", f"Dave {number}"))
    town.carol.writes(LATER.replace("Hello", "Carol"))
    town.settle()
    cards = [one for one in town.said() if one.startswith("**#")]
    order = [next(name for name in ("Dave", "Carol") if f"{name}" in one.split("\n", 1)[1]) for one in cards]
    assert order[:3].count("Carol") == 1


def test_the_answers_to_several_orders_are_all_said_after_the_process_ended(town: Town) -> None:
    approved(town, 2)
    chat = town.desk.chat
    for number in (1, 2):
        town.desk.chat = Cut(chat, Fuse(1, after=False), frozenset({"say"}))  # type: ignore[assignment]  # the same methods
        town.alice.writes(f"@social hold {number}")
        with suppress(Crash):  # who tells says it, and not who obeys
            town.listener.tick(town.now)
            town.publisher.tick(town.now)
    assert ["held" in row.answer for row in town.inbox()] == [True, True]
    town.desk.chat = chat
    town.restart()
    assert [sum(one.startswith(f"⏸ **#{number}**") for one in town.said()) for number in (1, 2)] == [1, 1]
    assert town.inbox() == []


class Faster:
    """The chat; somebody reacts on a card before the bot wrote down whose card it is."""

    def __init__(self, town: Town, who: Townsman) -> None:
        self._real, self._town, self._who = town.desk.chat, town, who

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def say(self, place: Any, text: str) -> int:
        """As the chat does it."""
        said: int = self._real.say(place, text)
        if text.startswith("**#1** by"):
            request = {"message_id": said, "emoji_name": "+1"}
            self._who.ok(self._who.client.add_reaction(request))
            self._town.listener._read(self._town.now, block=False)
        return said


def test_a_tap_that_comes_before_it_is_written_down_whose_card_it_is_counts(town: Town) -> None:
    town.desk.chat = Faster(town, town.alice)  # type: ignore[assignment]  # the same methods
    town.carol.says(LATER)
    assert town.post(1).state == "approved"


def test_what_is_heard_twice_is_one_row_and_waits_again_if_it_is_being_worked_off(town: Town) -> None:
    heard = Heard(7, Kind.ORDER, town.alice.id, town.now, 1, "hold")
    with town.database.transaction() as session:
        inbox.write(session, [heard, heard])
    (row,) = town.inbox()
    with town.database.transaction() as session:
        inbox.write(session, [heard])
        inbox.done(session, [row])
    (row,) = town.inbox()
    with town.database.transaction() as session:
        inbox.done(session, [row])
    assert town.inbox() == []


def test_after_a_start_what_waits_is_worked_off_and_orders_before_drafts(town: Town) -> None:
    approved(town)
    town.dave.writes("@social draft\nto: mastodon\nA draft")
    town.alice.writes("@social hold 1")
    town.listener._read(town.now, block=False)
    assert [row.kind for row in town.inbox()] == ["draft", "order"]
    town.restart()
    assert town.post(1).state == "held"
    assert town.post(2).state == "draft"
    with town.database.reading() as session:
        done = [one.what for one in session.exec(select(Entry).order_by(col(Entry.id)))]
    assert done.index("held") < len(done) - 1 - done[::-1].index("drafted")
    assert any(one.startswith("⏸ **#1**") for one in town.said())


def test_an_order_is_heard_while_zulip_refuses_everything_but_events(town: Town) -> None:
    """Its limit does not count the questions for events: the listener never waits for what others used up."""
    approved(town)
    with live(town) as bot:
        town.fault("zulip", "429", times=1000, path="/api/v1/messages")
        at_the_due_second(town)
        town.alice.writes("@social cancel 1")
        bot.until(lambda: bool(town.inbox()))
        assert town.post(1).state == "approved"
        town.sandbox.faults.clear()
    with town.database.transaction() as session:
        assert inbox.about(session, [1])


def test_an_order_is_obeyed_though_the_answer_to_the_one_before_waits_for_zulips_limit(town: Town) -> None:
    """Acting first, telling after: neither answers nor cards are waited for by who obeys."""
    approved(town, 3)
    with live(town) as bot:
        town.fault("zulip", "429", times=1000, method="POST", path="/api/v1/messages")
        town.fault("zulip", "429", times=1000, method="PATCH", path="/api/v1/messages")
        for number in (1, 2, 3):
            town.alice.writes(f"@social hold {number}")
        bot.until(lambda: [town.post(number).state for number in (1, 2, 3)] == ["held"] * 3)
        town.sandbox.faults.clear()
    town.start()
    town.settle()
    assert [sum(one.startswith(f"⏸ **#{number}**") for one in town.said()) for number in (1, 2, 3)] == [
        1,
        1,
        1,
    ]
    assert all("held" in town.card(number).lower() for number in (1, 2, 3))


def test_a_new_draft_is_prepared_before_its_turn_is_taken(town: Town) -> None:
    with busy_with_a_draft(town):
        newest = max(one["id"] for one in town.messages())
        taken = threading.Event()

        def take() -> None:
            with town.desk.turn(newest):
                taken.set()

        threading.Thread(target=take, daemon=True).start()
        assert taken.wait(LONGEST_S / 2)


def test_an_alt_text_that_is_taken_by_a_tap_is_drafted_in_the_lane_of_drafts(town: Town) -> None:
    """Meanwhile other taps are counted, and the post does not go out with the old one."""
    link = town.carol.uploads(picture(), "map.png")
    town.carol.says(f"{LATER}\n[map.png]({link})")
    town.owner.says("@social alt 1 1 A map")
    town.alice.reacts(town.card_id(1))
    town.carol.says(LATER.replace("Hello", "Other"))
    with busy_with_a_draft(town) as bot:
        town.bob.ok(town.bob.client.add_reaction({"message_id": town.card_id(1), "emoji_name": "one"}))
        bot.until(lambda: any(row.kind == Kind.EDIT for row in town.inbox()))
        town.alice.ok(town.alice.client.add_reaction({"message_id": town.card_id(2), "emoji_name": "+1"}))
        bot.until(lambda: town.post(2).state == "approved")
        assert town.post(1).revision == 1
        town.world.clock.advance(DUE)
        town.publisher.tick(town.now, settle=True)
        assert [one["text"] for one in town.published()] == ["Other"]
    town.start()
    town.settle()
    assert town.post(1).revision == 2


def test_a_look_before_a_release_reads_what_came_since_the_looks_that_are_settled() -> None:
    listened = Listened()
    assert listened.up_to(100.0) == 0
    listened.add(10, 100.0)
    listened.add(20, 101.0)
    assert listened.up_to(102.0) == 0, "one with a smaller number may still appear"
    assert listened.up_to(103.5) == 10
    listened.add(30, 104.0)
    assert listened.up_to(104.0) == 20
    listened.add(0, 110.0)  # nothing was there any more
    assert listened.up_to(110.0) == 30
    listened.add(0, 200.0)
    assert listened.up_to(200.0) == 30
