"""People's text repeated by the bot shows every character and has no power, as the stand-in's renderer reads it."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.replies.escape import escape, inline, shorten, with_code
from bot.sandbox.world import World
from bot.sandbox.zulip import Zulip

NASTY = [
    "@**all** and @**Alice|7** and @_**Alice|7** and @*social-approvers* and #**general>topic**",
    "```spoiler Hidden\nsecret\n```",
    "~~~\ncode\n~~~",
    "> quote\n> more",
    "* item\n- item\n+ item\n1. one\n2) two",
    "# heading\n## second",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "<time:2026-12-01T10:00:00+01:00>",
    ":tada: 10:30:45 :not an emoji",
    "$$x^2$$ and **bold** *italic* ~~gone~~ `code`",
    "[text](https://example.org) ![alt](/user_uploads/1/ab/x.png)",
    "<b>html</b> &amp; &#42; &copy;",
    "    four blanks",
    "/me waves",
    "/poll What?\nA\nB",
    "a_b_c snake_case __dunder__",
    "\\*backslash\\*",
    "שלום \u202e reversed \u200b zero",
]


@pytest.fixture(scope="module")
def zulip() -> Zulip:
    server = Zulip(World(), base="http://127.0.0.1:1", feature_level=512)
    server.add_person("Alice", email="alice@example.org")
    return server


def shown(zulip: Zulip, text: str) -> tuple[str, str]:
    """The HTML and the text that a reader sees, line breaks as line breaks."""
    core = zulip.core
    person = next(one for one in core.organisation.people.values() if one.full_name == "Alice")
    rendered = core.renderer.render(f"Text:\n{escape(text)}", person).html
    plain = re.sub(r"<br ?/?>\n?", "\n", rendered)
    plain = re.sub(r"</p>\s*<p>", "\n\n", plain)
    plain = html.unescape(re.sub(r"<[^>]+>", "", plain))
    return rendered, plain


@pytest.mark.parametrize("text", NASTY)
def test_each_character_is_shown_and_none_has_power(zulip: Zulip, text: str) -> None:
    rendered, plain = shown(zulip, text)
    assert plain.replace("\xa0", " ").removeprefix("Text:\n").strip() == text.strip()
    for sign in (
        "user-mention",
        "user-group-mention",
        'class="stream',
        "<strong",
        "<em",
        "<code",
        "<li",
        "<h1",
        "<blockquote",
        "<table",
        "<time",
        'class="emoji',
        "spoiler-block",
        "<img",
        "katex",
    ):
        assert sign not in rendered, sign


@given(st.text(alphabet=st.sampled_from("@*_`~#>|<:[]()!$&\\-+1. \nabAlice/"), max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_mixture_of_signs_pings_or_opens_anything(zulip: Zulip, text: str) -> None:
    rendered, _ = shown(zulip, text)
    for sign in (
        "user-mention",
        "user-group-mention",
        "<code",
        "<pre",
        "spoiler-block",
        "<blockquote",
        "<strong",
        "<table",
    ):
        assert sign not in rendered, (text, rendered)


def test_an_address_stays_clickable() -> None:
    assert escape("see https://example.org/a_b?x=1&y=2") == "see https://example.org/a_b?x=1&y=2"


def test_a_mention_behind_the_slash_of_an_address_has_no_power() -> None:
    assert "@**" not in escape("https://example.org/@**all**")


def test_our_own_sentences_keep_what_to_type() -> None:
    assert with_code("Say `retry 1 x` *now*") == "Say `retry 1 x` &#42;now&#42;"
    assert "`" not in with_code("an uneven ` mark")


def test_inline_is_one_line() -> None:
    assert inline("a\n\n b\tc") == "a b c"


def test_shorten_cuts_at_a_blank() -> None:
    assert shorten("one two three four", 11) == "one two…"
    assert len(shorten("x" * 50, 20)) == 20
