"""What is said of a delivery that failed: the account once, what happened, and one thing to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.replies import card, lines, reports
from storage.models import Delivery, Post
from storage.states import DeliveryState

TITLE = "Mastodon (gts)"
NOW = datetime(2026, 11, 29, tzinfo=UTC)
AGAIN = "Then say `retry 7 mastodon:gts`."


def _post() -> Post:
    return Post(
        id=7, message_id=1, channel_id=1, topic="posts", author_id=1, author_name="Carol", created_at=NOW
    )


def _failed(error: str) -> Delivery:
    return Delivery(
        post_id=7,
        revision=1,
        account="mastodon:gts",
        state=DeliveryState.FAILED,
        error=error,
        key="k",
        not_before=NOW,
    )


def _told(delivery: Delivery) -> str:
    return reports.report(_post(), [delivery], {"mastodon:gts": TITLE})


def _on_the_card(delivery: Delivery) -> str:
    return card.outcome(delivery, TITLE)


WHERE = pytest.mark.parametrize("say", [_told, _on_the_card], ids=["told", "on the card"])


@WHERE
def test_what_another_post_must_mend_offers_no_retry(say: Callable[[Delivery], str]) -> None:
    said = say(_failed(f"{TITLE} refused the post. Make a corrected copy of the post with `copy`."))
    assert "with `copy 7`." in said
    assert "retry" not in said
    assert said.count(TITLE) <= 1


@WHERE
def test_what_can_be_mended_elsewhere_offers_it(say: Callable[[Delivery], str]) -> None:
    said = say(_failed(f"{TITLE} does not let the bot in any more"))
    assert said.endswith(AGAIN)
    assert said.count(TITLE) <= 1


def test_a_name_that_is_no_account_stays() -> None:
    assert lines.told_of(TITLE, "Mastodon refused it") == "Mastodon refused it."
    assert lines.waits(_failed(""), f"{TITLE} is busy", NOW, {"mastodon:gts": TITLE}).count(TITLE) == 1
