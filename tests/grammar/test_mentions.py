"""Where the bot is mentioned, plainly or not, an order is read as it was written: never from the middle of its words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.grammar import Command, Orders, Said, addressed, parse, stop_in_passing

QUOTE = "@_**Carol|9** [said](https://chat.example.org/#narrow/channel/1-x/topic/posts/near/5):\n```quote\n{}\n```\n"
QUOTES = (
    "",
    QUOTE.format("Hello world"),
    QUOTE.format("@social hold 7, @**social** approve 7"),
    "> Hello\n\n",
)
MENTIONS = ("@social ", "@social: ", "@**social** ", "@**social|7** ", "@SOCIAL, ")
ORDERS = {
    "hold 1": ("hold", 1), "cancel 1": ("cancel", 1), "veto 1 because wrong": ("veto", 1), "cancel post 1": ("cancel", 1),
    "reject post 1": ("veto", 1), "delete post 1": ("cancel", 1), "remove post 12": ("cancel", 12), "approve 12": ("approve", 12),
    "hold all": ("hold", None), "show 3": ("show", 3), "please hold 12": ("hold", 12), "withdraw 4": ("withdraw", 4),
}  # fmt: skip
PREFIXES = ("", "why? ", "hey ", "cc ", "(see below) ", "Sorry.\n", "@_**social|7** ", "`@**social**` ")
PUBLISH = {"approve", "now", "retry", "resume", "published"}


def hear(content: str) -> str | None:
    return addressed(content, name="social", user_id=7, direct=False)


def read(content: str) -> Said | None:
    text = hear(content)
    return None if text is None else parse(text, accounts=("mastodon", "x"), defaults=("mastodon",))


def orders(said: Said | None) -> list[tuple[str, int | None]]:
    each = said.each if isinstance(said, Orders) else [said] if isinstance(said, Command) else []
    return [(one.verb, one.post) for one in each]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("mention", MENTIONS)
@pytest.mark.parametrize("quote", QUOTES)
def test_an_order_under_a_quote_is_read_whole(quote: str, mention: str, order: str) -> None:
    assert (hear(quote + mention + order) or "").endswith(order)
    assert orders(read(quote + mention + order)) == [ORDERS[order]]


@pytest.mark.parametrize(
    "content, stopped",
    [
        ("why? @social hold 1 and @**social** cancel post 1", [("hold", 1), ("cancel", 1)]),
        ("(@social hold 1) @**social** delete post 1", [("hold", 1), ("cancel", 1)]),
        ("hey @social cancel 1 @**social** cancel 1", [("cancel", 1), ("cancel", 1)]),
        ("cc @social hold 2, @**social** hold 1", [("hold", 2), ("hold", 1)]),
        ("hey @social approve 2 @**social** hold 1", [("hold", 1)]),
    ],
)
def test_a_plain_mention_before_another_takes_no_word_of_it(
    content: str, stopped: list[tuple[str, int]]
) -> None:
    assert orders(read(content)) == stopped


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(QUOTES),
    st.sampled_from(PREFIXES),
    st.lists(st.tuples(st.sampled_from(MENTIONS), st.sampled_from(list(ORDERS))), min_size=1, max_size=3),
    st.sampled_from([" ", ", ", "\n", " and "]),
)
def test_only_what_was_written_is_heard(
    quote: str, prefix: str, said: list[tuple[str, str]], between: str
) -> None:
    content = quote + prefix + between.join(mention + order for mention, order in said)
    text = hear(content)
    written = re.findall(r"\w+", content)
    left = iter(written)
    assert all(word in left for word in re.findall(r"\w+", text or ""))
    meant = {ORDERS[order] for _, order in said}
    found = orders(read(content))
    assert {one for one in found if one[0] in PUBLISH} <= meant
    assert {number for _, number in found} <= {number for _, number in meant}


@pytest.mark.parametrize(
    "content, line, text",
    [
        ("Sorry.\n@social hold 1", 2, "hold 1"),
        ("thanks! @social hold 1", 1, "hold 1"),
        ("@**Bob** @social hold 1", 1, "hold 1"),
        ("@**all** @social hold all", 1, "hold all"),
        ("\U0001f44d\n@social cancel 1", 2, "cancel 1"),
        ("Oh. @social please do not publish 12!\nThanks", 1, "do not publish 12!"),
    ],
)
def test_a_stop_behind_other_words_and_a_plain_mention_is_heard(content: str, line: int, text: str) -> None:
    assert hear(content) is None
    assert stop_in_passing(content, name="social") == (line, text)


@pytest.mark.parametrize(
    "content",
    [
        "hey @social, help",
        "hey @social approve 1",
        "I like @social now 1",
        "`@social hold 1`",
        "> @social hold 1\n\nx",
        QUOTES[2],
        "@socialise hold 1",
    ],
)
def test_nothing_else_is_heard_there(content: str) -> None:
    assert stop_in_passing(content, name="social") is None
