"""Words that may be meant to stop a post, and are not understood: they keep it back until their author was asked, and for
some minutes then, so that there is time to say what was meant.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from noting import Noting
from town import Town

from bot.actions.intake import pausing
from storage.inbox import Kind

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00 UTC\nHello"
WORDS = (
    "please don't let 1 go out yet",
    "1 must not be published",
    "#1 shouldn't go out like this",
    "nicht veröffentlichen: 1!",
    "ei vielä 1",
    "1: vänta lite",
    "the picture in 1 is wrong",
    "do not publish any of 1 and 2 before Friday",
)


def approved(town: Town, number: int = 1) -> None:
    for one in range(1, number + 1):
        town.carol.says(LATER.replace("Hello", f"Hello {one}"))
        town.alice.reacts(town.card_id(one))
        assert town.post(one).state == "approved"


def due(town: Town) -> None:
    town.world.clock.to(town.post(1).due_at)  # type: ignore[arg-type]  # it has a time


@pytest.mark.parametrize("words", WORDS)
def test_they_keep_the_post_back_until_they_are_answered_and_for_some_minutes_then(
    town: Town, words: str
) -> None:
    approved(town)
    due(town)
    town.alice.writes(f"@social {words}")
    town.publisher.tick(town.now, settle=True)  # nobody heard of it yet
    assert town.published() == []
    town.settle()
    assert "To be safe, **#1** waits until" in town.said()[-1]
    town.later(minutes=4)
    assert town.published() == []
    assert town.post(1).state == "approved"
    town.later(minutes=2)
    assert len(town.published()) == 1, "it is no hold: it ends by itself"


def test_a_restart_does_not_end_the_wait(town: Town) -> None:
    approved(town)
    town.carol.says(f"@social {WORDS[0]}")  # its author
    due(town)
    town.alice.says(f"@social {WORDS[1]}")
    town.restart()
    town.later(minutes=4)
    assert town.published() == []


@pytest.mark.parametrize("words", ["1 must not be published", "please don't let 1 go out yet"])
def test_who_has_no_say_keeps_nothing_back_so(town: Town, words: str) -> None:
    approved(town)
    due(town)
    town.dave.writes(f"@social {words}")
    town.publisher.tick(town.now, settle=True)
    assert len(town.published()) == 1
    town.settle()
    assert "To be safe" not in town.said()[-1]


@pytest.mark.parametrize(
    "words",
    ["what is 1 about, and who wrote it then?", "don't stop 1, it is fine", "don't forget 1 tomorrow"],
)
def test_other_words_that_are_not_understood_keep_nothing_back(town: Town, words: str) -> None:
    approved(town)
    due(town)
    town.alice.writes(f"@social {words}")
    town.publisher.tick(town.now, settle=True)
    assert len(town.published()) == 1


@pytest.mark.parametrize("order", ["resume 1", "now 1"])
def test_who_said_so_lets_it_go_on_at_once_and_so_does_an_approver(town: Town, order: str) -> None:
    approved(town)
    due(town)
    town.alice.says(f"@social {WORDS[0]}")
    town.carol.says(f"@social {order}")
    assert "Who said so, or an approver" in town.said()[-1]
    assert town.published() == []
    town.bob.says(f"@social {order}")
    assert len(town.published()) == 1
    assert town.inbox() == []


@pytest.mark.parametrize("order, state", [("hold 1", "held"), ("cancel 1", "withdrawn"), ("veto 1", "draft")])
def test_what_was_meant_is_obeyed_then(town: Town, order: str, state: str) -> None:
    approved(town)
    due(town)
    asked = town.alice.says(f"@social {WORDS[0]}")
    town.alice.edits(asked, f"@social {order}")
    assert town.post(1).state == state
    town.later(minutes=6)
    assert town.published() == []


def test_a_hold_that_is_let_go_on_waits_for_nothing_else(town: Town) -> None:
    approved(town)
    due(town)
    town.alice.says(f"@social {WORDS[0]}")
    town.alice.says("@social hold 1")
    town.alice.says("@social resume 1")
    assert len(town.published()) == 1


def test_words_that_name_no_post_mean_the_one_that_goes_out_next(town: Town) -> None:
    approved(town)
    town.alice.says("@social stop!!")
    assert "waits until" not in town.said()[-1], "nothing goes out soon"
    due(town)
    town.alice.writes("@social oh no, that must not go out")
    town.publisher.tick(town.now, settle=True)
    assert town.published() == []
    town.settle()
    assert "**#1** waits until" in town.said()[-1]
    town.later(minutes=4)
    assert town.published() == []


def test_of_several_that_go_out_soon_it_is_asked_which(town: Town) -> None:
    approved(town, 2)
    due(town)
    town.alice.writes("@social wait, that must not go out")
    town.publisher.tick(town.now, settle=True)
    assert town.published() == []
    town.listener.tick(town.now)
    town.publisher.tick(town.now)
    assert any("which post you mean. Soon go out: #1 and #2" in one for one in town.said())
    town.settle()
    assert len(town.published()) == 2


def test_what_is_on_its_way_waits_too(town: Town) -> None:
    town.fault("mastodon", "429", method="POST", path="/api/v1/statuses")
    approved(town)
    due(town)
    town.settle()
    assert town.deliveries(1)["mastodon"].state == "pending"
    town.alice.says(f"@social {WORDS[0]}")
    town.later(minutes=3)
    assert town.published() == []
    town.later(minutes=3)
    assert len(town.published()) == 1


def test_what_is_out_is_not_said_to_wait(town: Town) -> None:
    approved(town)
    due(town)
    town.settle()
    town.alice.says(f"@social {WORDS[1]}")
    assert "To be safe" not in town.said()[-1]
    assert town.inbox() == []


def test_while_it_waits_zulip_is_not_asked(town: Town) -> None:
    approved(town)
    due(town)
    town.alice.says(f"@social {WORDS[0]}")
    noting = Noting(town)
    for _ in range(5):
        town.publisher.tick(town.now, settle=True)
    assert noting.taken() == []


def test_what_is_over_is_forgotten(town: Town) -> None:
    approved(town)
    town.alice.says(f"@social {WORDS[0]}")
    town.world.clock.advance(pausing.LENGTH + timedelta(seconds=1))
    town.alice.says(f"@social {WORDS[1]}")
    assert [row.kind for row in town.inbox()] == [Kind.PAUSE]
