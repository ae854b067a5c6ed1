"""An order without a number, under the quoted card of a post, means that post; which may only be one that stops or approves it."""

from __future__ import annotations

import pytest

from bot.grammar import Command, Said, Unknown, addressed, parse, quoted_card

ACCOUNTS = ("mastodon", "x")
CARD = (
    "@_**{who}** [said](https://chat.example.org/#narrow/channel/1-social/topic/posts/near/77):\n"
    "```quote\n**#{n}** by Carol → Mastodon\nNeeds **1 approval**\n```\n"
)


def said(order: str, *numbers: int, who: str = "Social|42") -> Said:
    quotes = "".join(CARD.format(who=who, n=number) for number in numbers)
    text = addressed(f"{quotes}\n@**Social** {order}", name="Social", user_id=42, direct=False)
    assert text is not None
    return parse(text, accounts=ACCOUNTS, defaults=ACCOUNTS)


@pytest.mark.parametrize(
    "order, verb, reason",
    [
        ("hold", "hold", ""),
        ("stop!", "hold", ""),
        ("cancel", "cancel", ""),
        ("please cancel", "cancel", ""),
        ("veto", "veto", ""),
        ("veto because the date is wrong", "veto", "the date is wrong"),
        ("cancel: wrong link", "cancel", "wrong link"),
        ("show", "show", ""),
        ("approve", "approve", ""),
        ("lgtm!", "approve", ""),
    ],
)
def test_the_card_gives_the_number(order: str, verb: str, reason: str) -> None:
    found = said(order, 12)
    assert isinstance(found, Command)
    assert (found.verb, found.post, found.others, found.rest) == (verb, 12, (), reason)


@pytest.mark.parametrize("order", ["hold", "cancel", "veto", "approve"])
def test_of_two_cards_it_is_asked_which(order: str) -> None:
    assert isinstance(said(order, 12, 13), Unknown)


@pytest.mark.parametrize(
    "post, numbers, card",
    [(12, (12,), 77), (13, (12,), None), (12, (12, 12), 77), (12, (), None)],
)
def test_an_approval_is_told_which_card_was_quoted(
    post: int, numbers: tuple[int, ...], card: int | None
) -> None:
    text = "".join(CARD.format(who="Social|42", n=number) for number in numbers) + "\napprove"
    assert quoted_card(text, name="Social", user_id=42, post=post) == card
    without = text.replace("/near/77", "")
    assert quoted_card(without, name="Social", user_id=42, post=post) == (None if card is None else 0)


def test_a_number_that_is_said_wins() -> None:
    found = said("hold 9", 12)
    assert isinstance(found, Command)
    assert found.post == 9


@pytest.mark.parametrize("order", ["hold", "cancel"])
def test_the_words_of_somebody_else_are_no_card(order: str) -> None:
    assert isinstance(said(order, 12, who="Mallory|7"), Unknown)


@pytest.mark.parametrize("order", ["now", "retry", "resume", "publish it", "approve?"])
def test_nothing_is_brought_out_so(order: str) -> None:
    """The quoted card may be an older one than the post has by now."""
    assert isinstance(said(order, 12), Unknown)
