"""A text for a Zulip channel pings nobody and keeps its Markdown."""

import re
from collections.abc import Callable

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from handlers.text import announcement


@pytest.mark.parametrize(
    "markdown, silent",
    [
        ("Hi @**Alice|7**, @**Bob**!", "Hi @_**Alice|7**, @_**Bob**!"),
        ("@_**Alice|7** stays", "@_**Alice|7** stays"),
        ("@**all** @**everyone** @**channel** @**stream** @**topic**",
         "**all** **everyone** **channel** **stream** **topic**"),
        ("@_**all** @**All**", "**all** **All**"),
        ("@*approvers* @_*approvers*", "**approvers** **approvers**"),
        ("**bold** *it* [l](https://e.org) #**channel>topic**", "**bold** *it* [l](https://e.org) #**channel>topic**"),
        ("`@**all**` in code", "`@**all**` in code"),
        ("```\n@**all**\n```", "```\n@**all**\n```"),
        ("```math\n@**all**\n```", "```math\n@**all**\n```"),
        ("```quote\n@**all**\n```", "```quote\n**all**\n```"),
        ("```spoiler @**all**\n@*g*\n```", "```spoiler **all**\n**g**\n```"),
        ("```\n@**all**", "```\n@**all**"),
        ("@@**all**", "**all**"),
        ("@_@**all**", "**all**"),
        ("user@example.org @handle", "user@example.org @handle"),
        ("a\n\n\nb  \n", "a\n\n\nb  \n"),
    ],
)  # fmt: skip
def test_mentions_are_silenced(markdown: str, silent: str) -> None:
    assert announcement(markdown) == silent


@pytest.mark.parametrize(
    "markdown",
    [
        "`\n`@**all**`@`",
        "` a\n`@**all**`",  # code that runs over the end of a line leaves the mention outside
        "\\`@**all**`",  # a backslash keeps the backtick from opening code
        "| ` | `@**all**` |",  # cells of a table are separated before code is looked for
        "| `a | @**all** b` |",
        "@*@*all**",  # taking one away must not put together another
        "@*@*@*all**",
        "@**@**all**",
        "@@*@@**all***",
        "``@**all**`",
    ],
)
def test_what_zulip_may_not_read_as_code_is_silenced_too(markdown: str) -> None:
    assert not re.search(r"@_?\*{1,2}(?!\*)\s*all", announcement(markdown))


PING = re.compile(r"@\*\*[^*\n\x02]+\*\*|@_?\*[^*\n\x02]+\*")
PIECES = st.lists(
    st.sampled_from(
        [
            "@",
            "@_",
            "*",
            "**",
            "all",
            "Alice|7",
            "g",
            " ",
            "\n",
            "`",
            "``",
            "\\",
            "|",
            "_",
            "@**all**",
            "@*g*",
        ]
    ),
    max_size=20,
).map("".join)


@settings(max_examples=300, deadline=None)
@example("`@*`@*g*")  # what begins in code must not hide what begins behind it
@given(PIECES)
def test_nobody_is_pinged_whichever_way_code_is_read(markdown: str) -> None:
    assume(not re.search("^```", markdown, re.MULTILINE))  # what a fence holds is code for sure
    silent = announcement(markdown)
    code = r"(?<!\\)(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)"
    for paragraph in re.split(r"\n\s*\n", silent):
        assert PING.findall(re.sub(code, "\x02", paragraph, flags=re.DOTALL)) == []
        assert PING.findall(re.sub(code, "\x02", paragraph)) == []


def test_no_text_is_slow_to_silence(nasty: str, linear: Callable[..., None]) -> None:
    linear(announcement, nasty, nasty[: len(nasty) // 8])
