"""Long texts cut into threads."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.counting import graphemes, mastodon_length, x_length
from handlers.splitting import THREAD_BREAK, split
from handlers.text import plain

FAMILY = "👨‍👩‍👧‍👦"


def test_what_fits_is_cut_at_the_authors_own_breaks_alone() -> None:
    assert split("one\n\n\ntwo\n\nstill two", 100, len) == ["one", "two\n\nstill two"]
    assert split("", 10, len) == [""]


def test_the_authors_breaks_go_first() -> None:
    assert split("one is short\n\n\ntwo too", 14, len) == ["one is short", "two too"]
    assert split("a b\n\n\n\n\nc d", 5, len) == ["a b", "c d"]
    assert THREAD_BREAK.split("a\n \n\t\nb\n\nc") == ["a", "b\n\nc"]


@pytest.mark.parametrize(
    "text, limit, parts",
    [
        ("First paragraph.\n\nSecond one. Third.", 30, ["First paragraph.", "Second one. Third."]),
        ("First line here\nsecond line goes on", 30, ["First line here", "second line goes on"]),
        (
            "One sentence here. Another one follows now.",
            30,
            ["One sentence here.", "Another one follows now."],
        ),
        ("Ask Dr. Smith about it now please", 20, ["Ask Dr. Smith about", "it now please"]),
        ("just some words without end", 15, ["just some words", "without end"]),
        ("a b c d end. Ggggggg hhhhhhhh", 24, ["a b c d end.", "Ggggggg hhhhhhhh"]),
        ("x. " + "word " * 5, 22, ["x. word word word word", "word"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("日本語の文章です。次の文章も長いです。", 12, ["日本語の文章です。", "次の文章も長いです。"]),
        (FAMILY * 3, 8, [FAMILY, FAMILY, FAMILY]),
    ],
)
def test_it_is_cut_where_a_person_would(text: str, limit: int, parts: list[str]) -> None:
    assert split(text, limit, len) == parts


def test_links_handles_and_tags_stay_whole() -> None:
    text = "日本語テキスト日本https://example.org/a_b(c) 日本語日本語 @user@example.org 日本語テスト #ハッシュタグ"
    parts = split(text, 30, len)
    assert parts[0] == "日本語テキスト日本"
    for whole in ("https://example.org/a_b(c)", "@user@example.org", "#ハッシュタグ"):
        assert any(whole in part for part in parts)


def test_a_link_counts_what_the_platform_says() -> None:
    text = "see " + "https://example.org/" + "a" * 400 + " and on"
    assert split(text, 40, x_length) == [text]
    assert len(split(text, 30, x_length)) == 2


def test_parts_are_numbered_on_demand_and_within_the_limit() -> None:
    text = "word " * 100
    parts = split(text, 30, len, numbered=True)
    assert parts[0].endswith(f" 1/{len(parts)}")
    assert parts[-1].endswith(f" {len(parts)}/{len(parts)}")
    assert max(map(len, parts)) <= 30
    assert split("short", 30, len, numbered=True) == ["short"]


def test_a_grapheme_longer_than_a_message_is_cut_as_a_last_resort() -> None:
    zalgo = "a" + "\u0301" * 50
    assert "".join(split(zalgo, 20, len)) == zalgo


def test_a_limit_without_room_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no room"):
        split("日", 1, x_length)


ROWS = (".", "é.", "👩\u200d", FAMILY, "1️⃣", "字.com", "\u0301", "https://a.com/a ", "word ", "http://")
ATOMS = ["https://example.org/x_y", "@user@example.org", "#Tag", FAMILY, "👍🏽", "e\u0301", "🇳🇴"]
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [*ATOMS, "word", "Sentence.", "日本語。", "\n", "\n\n", "\n\n\n", " ", "  ", "\u00a0", "(", "!"]
        ),
        st.text(max_size=5),
        st.just("long" * 30),
    ),
    max_size=40,
)
MEASURES: list[Callable[[str], int]] = [len, x_length, mastodon_length, graphemes]


@settings(max_examples=200, deadline=None)
@given(PIECES, st.integers(45, 200), st.sampled_from(MEASURES), st.booleans())
def test_every_part_fits_and_only_blanks_are_lost(
    pieces: list[str], limit: int, measure: Callable[[str], int], numbered: bool
) -> None:
    text = " ".join(pieces)
    parts = split(text, limit, measure, numbered=numbered)
    assert max(map(measure, parts)) <= limit
    if numbered and len(parts) > 1:
        parts = [re.sub(r" \d+/\d+\Z", "", part) for part in parts]
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
    for atom in ATOMS:
        assert sum(part.count(atom) for part in parts) == text.count(atom)


@pytest.mark.parametrize("measure, limit", [(x_length, 280), (mastodon_length, 500), (len, 300)])
def test_real_posts_make_good_threads(
    posts: list[dict[str, Any]], measure: Callable[[str], int], limit: int
) -> None:
    for post in posts:
        text = plain(post["text"])
        parts = split(text, limit, measure)
        assert max(map(measure, parts)) <= limit
        assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
        for link in re.findall(r"https?://[\w./?=&%#~:+-]+[\w/]", text):
            assert any(link in part for part in parts), (post["id"], link)


def test_no_text_is_slow_to_cut(nasty: str, linear: Callable[..., None]) -> None:
    linear(lambda text: split(text, 280, x_length), nasty, nasty[: len(nasty) // 8])


LONG = 5000
COUNTED = 20
"""Times that each character may be counted, at most; each is a reader's work of microseconds."""


@pytest.mark.parametrize("measure, limit, numbered", [(x_length, 280, True), (mastodon_length, 500, False)])
def test_each_character_is_counted_a_few_times(
    nasties: list[str], measure: Callable[[str], int], limit: int, numbered: bool
) -> None:
    counted = 0

    def counting(text: str) -> int:
        nonlocal counted
        counted += len(text)
        return measure(text)

    for text in (*(one[:LONG] for one in nasties), *(one * (LONG // len(one)) for one in ROWS)):
        counted = 0
        split(text, limit, counting, numbered=numbered)
        assert counted <= COUNTED * len(text), (text[:20], counted / len(text))
