"""Where people are to post the rest by hand, nothing asks them to order it again, which would double what is out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.replies import card, reports, standing
from handlers.base import BY_HAND
from handlers.x.errors import REFUSALS
from storage.models import Delivery, Post
from storage.states import DeliveryState

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_is_to_be_said_afterwards(by_hand: bool) -> None:
    error = f"X refused the rest. {BY_HAND}." if by_hand else "X refused it. Shorten it."
    one = Delivery(
        post_id=1, revision=1, account="x", state=DeliveryState.FAILED, not_before=NOW, key="k", error=error
    )
    post = Post(id=1, author_id=9, author_name="Carol", message_id=1, created_at=NOW, state="released")
    said = [
        reports.report(post, [one], {"x": "X"}),
        card.outcome(one, "X"),
        *standing.rest([], [(1, one)], {"x": "X"}),
    ]
    for text in said:
        assert ("`published 1 x`" in text, "retry" in text) == (by_hand, not by_hand), text


def test_it_is_the_word_of_every_such_refusal() -> None:
    """Whoever writes another one uses the same words."""
    told = [sentence for _, sentence in REFUSALS if "by hand" in sentence]
    assert len(told) == 2
    assert all(BY_HAND in sentence for sentence in told)
