"""Emoji names become the emoji themselves."""

from collections.abc import Callable

import pytest

from handlers.text import emoji_names, emojify

SERVER = {"acme": "🅰", "octopus": "🐙", "smile": "🙂"}


@pytest.mark.parametrize(
    "markdown, text",
    [
        (":octopus: :tada: :rocket:", "🐙 🎉 🚀"),
        (":check: :x: :cross_mark: :smile:", "✅ ❎ ❌ 🙂"),
        (":+1::-1: a:+1:b", "👍👎 a👍b"),
        (":nosuch: :) 10:30:45 10:100:20", ":nosuch: :) 10:30:45 10:100:20"),
        (":nosuch:tada:", ":nosuch🎉"),
        ("`:tada:` ``:tada:``", "`:tada:` ``:tada:``"),
        ("```\n:tada:\n```\n:tada:", "```\n:tada:\n```\n🎉"),
        ("```spoiler :tada:\n:tada:\n```", "```spoiler 🎉\n🎉\n```"),
        ("http://example.org/:tada:/", "http://example.org/:tada:/"),
        (":flag_germany: :link: :mega:", "🇩🇪 🔗 📣"),
        ("**:tada:**  \n\n\n", "**🎉**  \n\n\n"),
    ],
)
def test_names_become_unicode_outside_of_code(markdown: str, text: str) -> None:
    assert emojify(markdown, SERVER) == text


def test_the_names_of_the_server_go_first() -> None:
    assert emojify(":tada:", {"tada": "T"}) == "T"


def test_zulips_own_names_differ_from_the_common_ones() -> None:
    assert (emoji_names()["x"], emoji_names()["check"], emoji_names()["cross_mark"]) == ("❎", "✅", "❌")


def test_no_text_is_slow(nasty: str, linear: Callable[..., None]) -> None:
    linear(lambda text: emojify(text, {}), nasty, nasty[: len(nasty) // 8])
