"""Two threads, or two copies, at the same post or the same order: the newer look counts, and an order once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from town import Town

from bot.actions import answering, cards
from bot.grammar import Command
from storage import queue
from storage.errors import Moved
from storage.models import Post, Seen
from storage.states import PostState

LATER = "@social draft\nto: mastodon\nat: tomorrow 10:00\nHello"
PATIENCE_S = 0.5
"""How long the second is given to overtake the first, where nothing keeps it from that."""


class Slow:
    """The chat; just before the first edit something happens elsewhere."""

    def __init__(self, real: Any, meanwhile: Any) -> None:
        self._real = real
        self._meanwhile = [meanwhile]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def edit(self, message_id: int, text: str) -> bool:
        """As the chat does it."""
        if self._meanwhile:
            self._meanwhile.pop()()
        edited: bool = self._real.edit(message_id, text)
        return edited


def turn_to(town: Town, state: PostState) -> None:
    with town.database.transaction() as session:
        post = session.get(Post, 1)
        assert post is not None
        queue.transition(session, post, state, who="somebody", what="changed it", now=town.now)


def test_a_card_shows_what_was_looked_at_last_whoever_is_slow(town: Town) -> None:
    town.carol.says(LATER)
    chat = town.desk.chat
    second = threading.Thread(target=lambda: cards.refresh(town.desk, 1, town.now))

    def overtaken() -> None:
        turn_to(town, PostState.WITHDRAWN)
        second.start()
        second.join(PATIENCE_S)

    turn_to(town, PostState.HELD)
    town.desk.chat = Slow(chat, overtaken)  # type: ignore[assignment]  # the same methods
    cards.refresh(town.desk, 1, town.now)
    second.join(10)
    town.desk.chat = chat
    assert "withdrawn" in town.card(1).lower()
    assert town.revision(1).card_text == town.card(1)


@pytest.mark.parametrize("order", ["hold 1", "cancel 1", "move 1 to friday 9:00", "edit 1 Other words"])
def test_an_order_that_another_copy_answered_is_not_obeyed_again(town: Town, order: str) -> None:
    """It was read here before the other one wrote down that it was answered."""
    town.carol.says(LATER)
    message = town.desk.chat.look(town.carol.writes(f"@social {order}"))
    assert message is not None
    before = town.post(1)
    with town.database.transaction() as session:
        session.add(Seen(message_id=message.id, answered=True, digest="", at=town.now))
    verb, _, rest = order.partition(" 1")
    command = Command(verb=verb, post=1, rest=rest.strip().removeprefix("to "))
    person = town.desk.chat.directory.person(town.carol.id)
    with pytest.raises(Moved):
        answering.answer(town.desk, message, command, person, town.now)
    after = town.post(1)
    assert (after.state, after.due_at, after.revision) == (before.state, before.due_at, before.revision)
    said = len(town.said())
    town.settle()
    assert len(town.said()) == said


def test_an_order_that_was_not_understood_at_first_is_obeyed_once_it_is(town: Town) -> None:
    town.carol.says(LATER)
    order = town.carol.says("@social holdd 1")
    assert town.post(1).state == "draft"
    town.carol.edits(order, "@social hold 1")
    assert town.post(1).state == "held"
