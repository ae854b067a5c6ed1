"""Characters that nobody can see: what languages and emoji need stays, the others are taken out, and it is told."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import emoji
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.text import unseen, visible
from handlers.text.unseen import is_unseen


@pytest.mark.parametrize(
    "text, name, shown",
    [
        ("hi @us\u200ber", "U+200B ZERO WIDTH SPACE", "hi @user"),
        ("\u200b@user", "U+200B ZERO WIDTH SPACE", "@user"),
        ("@user\u200d", "U+200D ZERO WIDTH JOINER", "@user"),
        ("#ta\u00adg", "U+00AD SOFT HYPHEN", "#tag"),
        ("https://x\u2060y.org", "U+2060 WORD JOINER", "https://xy.org"),
        ("www.x\ufeffy.org", "U+FEFF ZERO WIDTH NO-BREAK SPACE", "www.xy.org"),
        ("(@\u2066user\u2069)", "U+2066 LEFT-TO-RIGHT ISOLATE", "(@user)"),
        ("soft\u00adhyphen", "U+00AD SOFT HYPHEN", "softhyphen"),
        ("approved\U000e0048\U000e0069 text", "U+E0048 TAG LATIN CAPITAL LETTER H", "approved text"),
        (
            "🏴\U000e0075\U000e0073\U000e0063\U000e0061\U000e007f",
            "U+E0075 TAG LATIN SMALL LETTER U",
            "🏴",
        ),  # California
        ("a\ufe01b", "U+FE01 VARIATION SELECTOR-2", "ab"),
        ("a\U000e0101", "U+E0101 VARIATION SELECTOR-18", "a"),
        ("1\ufe0f", "U+FE0F VARIATION SELECTOR-16", "1"),
        ("❤\ufe0f\ufe0f", "U+FE0F VARIATION SELECTOR-16", "❤\ufe0f"),
        ("a\u3164b", "U+3164 HANGUL FILLER", "a b"),
        ("x\u180ey", "U+180E MONGOLIAN VOWEL SEPARATOR", "xy"),
        ("a\u034fb", "U+034F COMBINING GRAPHEME JOINER", "ab"),
        ("a\u200fb", "U+200F RIGHT-TO-LEFT MARK", "ab"),
        ("a\u2061b", "U+2061 FUNCTION APPLICATION", "ab"),
        ("a\x07b", "U+0007", "ab"),
        ("a\u200c\u200cb", "U+200C ZERO WIDTH NON-JOINER", "ab"),
        ("می\u200c\u200cخواهم", "U+200C ZERO WIDTH NON-JOINER", "می\u200cخواهم"),
        ("a\ufff0b", "U+FFF0", "ab"),
    ],
)
def test_what_nobody_can_see_is_taken_out_and_told(text: str, name: str, shown: str) -> None:
    kept, problems = visible(f"first\n{text}", "the text")
    assert kept == f"first\n{shown}"
    (problem,) = problems
    assert name in problem.text
    assert "taken out of the text" in problem.text
    assert (problem.error, problem.line) == (False, None)


@pytest.mark.parametrize(
    "text",
    [
        "see \u202eabc",
        "see \u202dabc",
        "a \u202bb\u202c.",
        "a \u2067b\u2069.",
        "שלום \u2066abc\u2069",
        "שלום \u2068abc",
        "مرحبا \u202aabc\u202c",
    ],
)
def test_what_turns_the_order_of_letters_stays_and_is_an_error(text: str) -> None:
    kept, problems = visible(text, "the title")
    assert kept == text
    (problem,) = problems
    assert problem.error
    assert "the title" in problem.text
    assert "U+20" in problem.text


@pytest.mark.parametrize(
    "text",
    [
        "plain @user #tag https://example.org",
        "@👨‍👩‍👧 #🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁷󠁬󠁳󠁿 ❤️ ✔︎ 1️⃣ #️⃣ 🏳️‍🌈 🏋🏽‍♀️ 👩🏿‍🚀 ☝🏽 ©️",
        "#می‌خواهم کتاب‌ها",
        "क्‍ष क्‌ष ශ්‍රී ക്‍",
        "ကျွန်တော်\u200bမြန်မာ ภาษา\u200bไทย ភាសា\u200bខ្មែរ",
        "שלום (abc)\u200f! مرحبا\u061c 12",
        "葛\U000e0100城市 辻\ufe00",
        "ᠮᠣᠩᠭᠣᠯ\u180eᠠ ᠠ\u180bᠨ",
        "ᄀ\u1160ᆨ \u115fᅡ",
        "line\nnext\ttab\r\nend",
        "∩\ufe00 a",
        "naïve e\u0301 ﷽ ａ 　 \u00a0",
        "",
    ],
)
def test_what_languages_and_emoji_need_stays(text: str) -> None:
    assert visible(text, "the text") == (text, [])


def test_every_emoji_that_is_known_stays() -> None:
    for one in emoji.EMOJI_DATA:
        assert visible(one, "the text") == (one, []), one


def test_real_posts_with_such_faults_are_the_only_ones_that_are_told(posts: list[dict[str, Any]]) -> None:
    for post in posts:
        assert visible(post["text"], "the text")[1] == [], post["id"]
        for handles in post["mentions"].values():
            for handle in handles:
                hidden = not handle.isprintable() or "\u200b" in handle or "\u202c" in handle
                assert bool(visible(f"@{handle}", "the text")[1]) is hidden, (post["id"], handle)


def test_the_table_holds_what_unicode_calls_format_but_what_is_drawn() -> None:
    """The version of Unicode that Python knows is not in the code: a newer one adds its own."""
    drawn = set(map(chr, (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD)))
    for code in range(0x110000):
        one = chr(code)
        if unicodedata.category(one) == "Cf" and one not in drawn and not 0x13430 <= code <= 0x1345F:
            assert is_unseen(one), hex(code)
        if unicodedata.category(one)[0] in "LNPSZ" and code not in {0x115F, 0x1160, 0x3164, 0xFFA0}:
            assert not is_unseen(one), hex(code)


LETTERS = st.sampled_from(
    ["a", "Z", "1", "#", " ", "\n", "@", "ä", "e\u0301", "ש", "م", "ی", "क", "\u094d", "ක", "ไ", "က", "ខ", "ᠮ", "字", "辻", "ᄀ",
     "ᅡ", "👩", "❤", "🏽", "🏴", "⃣", "∩", "©", "🇳", "🇴", "."]
)  # fmt: skip
HIDDEN = st.sampled_from(
    [*map(chr, (0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x180B, 0x180E, *range(0x200B, 0x2010), 0x2060, 0x2064, 0x3164, 0xFE00,
     0xFE0E, 0xFE0F, 0xFEFF, 0xFFF9, 0xE0001, 0xE0067, 0xE0062, 0xE0065, 0xE006E, 0xE007F, 0xE0100, 0x1D173, 7, 0x9B))]
)  # fmt: skip
TURNING = st.sampled_from([chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))])


@given(st.lists(LETTERS | HIDDEN | HIDDEN | TURNING).map("".join))
def test_whatever_is_hidden_is_told_and_nothing_that_is_seen_is_lost(text: str) -> None:
    kept, problems = visible(text, "the text")
    filler = str.maketrans("\u3164\uffa0", "  ")
    assert [c for c in kept if not is_unseen(c)] == [c for c in text.translate(filler) if not is_unseen(c)]
    assert bool(problems) or kept == text
    if not any(one.error for one in problems):
        assert visible(kept, "the text") == (kept, [])
    ascii_only = "".join(c for c in text if c.isascii() or is_unseen(c))
    if not any(unseen.turns(c) for c in text):
        assert visible(ascii_only, "the text")[0].isascii()


@given(st.text())
def test_any_text_is_looked_over(text: str) -> None:
    kept, problems = visible(text, "the text")
    assert all(len(one.text) < 600 for one in problems)
    assert kept == text or problems


def test_no_text_is_slow_to_look_over(nasty: str, linear: Callable[..., None]) -> None:
    def look(said: str) -> None:
        visible(said, "the text")

    linear(look, nasty, nasty[: len(nasty) // 8])


@pytest.mark.parametrize(
    "sign", ["\u200b", "\u202e", "\u200d", "ש\u2066", "👩\u200d", "\U000e0067", "م\u200c", "🏴\U000e0067"]
)
def test_no_hidden_text_is_slow_to_look_over(sign: str, linear: Callable[..., None]) -> None:
    def look(said: str) -> None:
        visible(said, "the text")

    linear(look, sign * 4000, sign * 500)


@pytest.mark.parametrize(
    "entity", ["&#8203;", "&#x200b;", "&#X200B;", "&ZeroWidthSpace;", "&shy;", "&#xad;", "&lrm;"]
)
def test_an_entity_that_means_such_a_character_is_taken_out_like_it(entity: str) -> None:
    """Zulip shows what it means, and its source looks like letters on the card."""
    kept, (told,) = visible(f"hi @us{entity}er", "the text")
    assert kept == "hi @user"
    assert not told.error


def test_an_entity_that_turns_letters_around_is_an_error() -> None:
    kept, (told,) = visible("see &#x202e;moc.doog&#x202c;", "the text")
    assert told.error
    assert kept == "see \u202emoc.doog\u202c"


@pytest.mark.parametrize(
    "text", ["R&D; &amp; &lt;b&gt;", "&#65;&#x41;&nbsp;", "&#1;&#0;&#x110000;", "&unknown;", "&#8203"]
)
def test_other_entities_stay_as_they_are(text: str) -> None:
    assert visible(text, "the text") == (text, [])
