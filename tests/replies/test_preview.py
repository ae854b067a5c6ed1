"""What the card shows of one platform: its measure, its price, its poll, and all of it harmless."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.replies.preview import preview
from bot.replies.words import lasting, usd
from handlers.base import Outgoing, Part, Poll
from handlers.media import Media


def test_the_price_stands_with_the_measure() -> None:
    shown = preview("X", Outgoing("x", (Part("Hello", 5),), limit=280, price=215), 1000)
    assert shown.startswith("```spoiler X — 5 of 280 · costs 0.215 USD\n")


@pytest.mark.parametrize(
    "thousandths,said",
    [(15, "0.015 USD"), (200, "0.20 USD"), (20, "0.02 USD"), (1000, "1.00 USD"), (12_340, "12.34 USD")],
)
def test_money_is_written_with_two_or_three_decimals(thousandths: int, said: str) -> None:
    assert usd(thousandths) == said


def test_a_poll_is_shown_with_its_choices_and_how_long_it_is_open() -> None:
    poll = Poll(("Yes", "No, **never** @**all**"), minutes=3 * 24 * 60, multiple=True)
    shown = preview("Mastodon", Outgoing("mastodon", (Part("Tests?", 6),), limit=500, poll=poll), 1000)
    assert "5" not in shown.split("\n")[0].split("·")[-1]
    assert shown.split("\n")[0].endswith("· poll")
    assert "📊 Poll, open for 3 days, several may be chosen:\n* Yes\n* No, " in shown
    assert "@**all**" not in shown


@pytest.mark.parametrize(
    "span,said",
    [
        (timedelta(minutes=5), "5 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=36), "1 day and 12 hours"),
        (timedelta(days=7), "7 days"),
        (timedelta(minutes=90), "1 hour and 30 minutes"),
    ],
)
def test_spans_are_said_in_words(span: timedelta, said: str) -> None:
    assert lasting(span) == said


@pytest.mark.parametrize(
    "note,said",
    [
        ("", "a.jpg, 40 × 30, 4.4 MB — no alt text"),
        ("scaled to 40 × 30, 4.4 MB", "a.jpg, scaled to 40 × 30, 4.4 MB — no alt text"),
        ("compressed, 4.4 MB", "a.jpg, 40 × 30, compressed, 4.4 MB — no alt text"),
        ("only its first picture", "a.jpg, 40 × 30, 4.4 MB, only its first picture — no alt text"),
    ],
)
def test_what_was_done_to_a_file_is_said_once(note: str, said: str) -> None:
    file = Media("0" * 64, "a.jpg", "image/jpeg", 4_400_000, width=40, height=30, note=note)
    assert f"📎 1. {said}" in preview("X", Outgoing("x", (Part("", 0, (file,)),), limit=280), 1000)
