"""Every verb of the grammar: what changes or stops a post keeps it back until it is obeyed, and what asks does not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select
from town import Town, picture

from bot.actions import answering, rows
from bot.actions.intake import gate
from bot.actions.intake.say import may_stop
from bot.actions.intake.sorting import KINDS
from bot.grammar.verbs import BY_NAME, VERBS
from storage import inbox
from storage.inbox import Heard, Kind
from storage.models import Delivery, Post, Proposal, Revision, Vote

ABOUT_A_POST = tuple(verb.name for verb in VERBS if verb.kind != "question")
"""All others speak of no post."""
STORY = (
    *("show", "log", "copy", "approve", "withdraw", "veto", "alt", "take", "edit"),
    *("hold", "resume", "move", "now", "cancel"),
)
"""Each said when it can do something, of one post."""
FAILED = ("retry", "published")
"""The same, of a post that failed."""

ORDERS = {name for name, kind in KINDS.items() if kind in inbox.STOPS}


def order(verb: str, number: int) -> str:
    """As the help says that it is said, of that post."""
    said = re.sub(r"\d+", str(number), BY_NAME[verb].sample, count=1)
    return said.replace("linkedin https://www.linkedin.com/feed/update/urn:li:share:1", "mastodon")


def stands(town: Town, number: int) -> list[dict[str, Any]]:
    """All that is known of a post, and of what goes out of it."""
    tables: tuple[Any, ...] = (Revision, Vote, Delivery, Proposal)
    with town.database.reading() as session:
        found: list[Any] = [session.get(Post, number)]
        for table in tables:
            found += session.exec(select(table).where(table.post_id == number).order_by(table.id))
    return [one.model_dump() for one in found]


def changes(town: Town, verb: str, number: int) -> bool:
    """Whether an approver changes something of the post by this."""
    before = stands(town, number)
    town.bob.says(f"@social {order(verb, number)}")
    return stands(town, number) != before


def drafted(town: Town, time: str = "at: tomorrow 10:00 UTC") -> None:
    link = town.alice.uploads(picture(), "map.png")
    town.alice.says(f"@social draft\nto: mastodon\n{time}\nHello\n[map.png]({link})")


def test_every_verb_is_sorted() -> None:
    assert set(KINDS) == {verb.name for verb in VERBS} == set(answering.VERBS)
    assert sorted((*STORY, *FAILED)) == sorted(ABOUT_A_POST)


def test_each_verb_that_can_change_a_post_is_an_order_for_the_gate_and_no_other(town: Town) -> None:
    drafted(town)
    town.carol.says("@social alt 1 1 A map")
    found = {verb for verb in STORY if changes(town, verb, 1)}
    town.fault("mastodon", "422", method="POST", path="/api/v1/statuses", times=2)
    drafted(town, "")
    number = 3  # the second is the copy
    town.bob.says(f"@social approve {number}")
    assert town.deliveries(number)["mastodon"].state == "failed"
    found |= {verb for verb in FAILED if changes(town, verb, number)}
    assert found == ORDERS


@pytest.mark.parametrize(
    "name, heard", [("bob", None), ("alice", None), ("carol", {"hold"}), ("dave", set[str]())]
)
def test_each_of_them_keeps_its_post_back_if_who_says_it_has_a_say(
    town: Town, name: str, heard: set[str] | None
) -> None:
    """Before any event tells of it: of an approver, of the author, of a member and of a guest."""
    town.alice.says("@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello")
    kept = set[str]()
    for verb in ABOUT_A_POST:
        said = town.people[name].writes(f"@social {order(verb, 1)}")
        gate.listen(town.desk, town.now)
        with town.database.transaction() as session:
            if gate.kept_back(town.desk, session, rows.post(session, 1)):
                kept.add(verb)
            inbox.clear(session)
        town.people[name].deletes(said)
    assert kept == (heard if heard is not None else ORDERS)


@pytest.mark.parametrize("order", ["hold 2 and 1", "cancel 1-3", "veto 3, 2 and 1"])
def test_an_order_about_several_posts_keeps_all_of_them_back(town: Town, order: str) -> None:
    for number in (1, 2, 3):
        town.carol.says(f"@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello {number}")
        town.alice.says(f"@social approve {number}")
    town.world.clock.to(town.post(1).due_at)  # type: ignore[arg-type]  # it has a time
    town.bob.writes(f"@social {order}")
    town.publisher.tick(town.now, settle=True)  # before the listener hears of it
    assert [one["text"] for one in town.published()] == (["Hello 3"] if "3" not in order else [])


@pytest.mark.parametrize("settings", ["holds_an_hour = 2", "orders_an_hour = 2"])
def test_a_members_hold_above_the_bound_keeps_nothing_back(town: Town, settings: str) -> None:
    town.alice.says("@social draft\nto: mastodon\nat: today 8:30 UTC\nHello")
    town.bob.says("@social approve 1")
    for _ in range(2):
        town.carol.says("@social hold 1")
        assert town.post(1).state == "held"
        town.bob.says("@social resume 1")
    town.world.clock.to(town.post(1).due_at)  # type: ignore[arg-type]  # it has a time
    town.carol.writes("@social hold 1")
    town.publisher.tick(town.now, settle=True)
    assert len(town.published()) == 1


@pytest.mark.parametrize("settings", ["holds_an_hour = 2"])
def test_of_many_holds_of_a_member_those_within_the_bound_keep_the_post_back(
    town: Town, settings: str
) -> None:
    """However many wait, the database is asked once for who wrote them."""
    town.alice.says("@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello")
    heard = [Heard(900_000 + at, Kind.ORDER, town.carol.id, town.now, 1, "hold") for at in range(40)]
    with town.database.transaction() as session:
        inbox.write(session, heard)
    with town.database.transaction() as session:
        asked: list[str] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *one: asked.append(one[2]))
        post = rows.post(session, 1)
        matters = [may_stop(town.desk, session, post, row) for row in inbox.about(session, [1])]
    assert matters == [True] * 2 + [False] * 38
    assert len(asked) < 15
