"""Lengths as the platforms count them."""

from collections.abc import Callable
from typing import Any

import grapheme
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.counting import clusters, graphemes, mastodon_length, utf8_bytes, x_forbidden, x_length
from handlers.counting.links import MASTODON, X, links
from handlers.counting.x import LIMIT

FAMILY = "👨‍👩‍👧‍👦"

OLD_EXPECTATIONS = {
    "Count a mix of single byte single word, and double word unicode characters",
    "Count unicode emoji chars outside the basic multilingual plane with skin tone modifiers",
}
"""Of `WeightedTweetsCounterTest`: they expect configuration 2, which weighed each code point of an emoji by
itself (16 and 9); the same texts stand in the set for configuration 3 with the emoji counted as two (7 and 4)."""


def judged(text: str) -> dict[str, object]:
    """What twitter-text says of a text, by our count."""
    length = x_length(text)
    valid = 0 < length <= LIMIT and not x_forbidden(text)
    return {"weightedLength": length, "valid": valid, "permillage": length * 1000 // LIMIT}


@pytest.mark.parametrize(
    "section",
    [
        "WeightedTweetsCounterTest",
        "WeightedTweetsWithDiscountedEmojiCounterTest",
        "UnicodeDirectionalMarkerCounterTest",
    ],
)
def test_x_counts_as_the_conformance_cases_say(
    section: str, conformance: dict[str, list[dict[str, Any]]]
) -> None:
    old = set()
    for case in conformance[section]:
        if section == "WeightedTweetsCounterTest" and case["description"] in OLD_EXPECTATIONS:
            old.add(case["description"])
            continue
        expected = {key: case["expected"][key] for key in ("weightedLength", "valid", "permillage")}
        assert judged(case["text"]) == expected, case["description"]
    assert old == (OLD_EXPECTATIONS if section == "WeightedTweetsCounterTest" else set())


def test_each_old_expectation_has_its_case_for_configuration_3(
    conformance: dict[str, list[dict[str, Any]]],
) -> None:
    new = {one["description"] for one in conformance["WeightedTweetsWithDiscountedEmojiCounterTest"]}
    assert new >= OLD_EXPECTATIONS


def test_x_links_bare_domains_as_the_conformance_cases_say(
    conformance: dict[str, list[dict[str, Any]]],
) -> None:
    for case in conformance["urls_without_protocol"]:
        assert (links(case["text"], X) == [(0, len(case["text"]))]) is case["expected"], case["description"]


def test_what_the_conformance_file_holds_beside_is_known(
    conformance: dict[str, list[dict[str, Any]]],
) -> None:
    """`tweets` is configuration 1 (140 characters); the others judge handles, lists, tags and addresses."""
    assert set(conformance) == {
        "tweets",
        "usernames",
        "lists",
        "hashtags",
        "urls",
        "urls_without_protocol",
        "WeightedTweetsCounterTest",
        "WeightedTweetsWithDiscountedEmojiCounterTest",
        "UnicodeDirectionalMarkerCounterTest",
    }
    for case in conformance["tweets"]:
        if "141" not in case["description"]:
            assert judged(case["text"])["valid"] is case["expected"], case["description"]


@pytest.mark.parametrize(
    "text, length",
    [
        ("", 0),
        ("abc", 3),
        ("ä", 1),
        ("a\u0308", 1),
        ("日本", 4),
        ("“quoted” – dash…", 17),
        (FAMILY, 2),
        ("👍🏽", 2),
        ("🇳🇴", 2),
        ("1️⃣", 2),
        ("©®", 2),
        ("©️", 2),
        ("™", 2),
        ("http://a.com", 23),
        ("see example.org.", 28),
        ("mail me@example.org", 19),
        ("@example.org", 12),
        ("#example.org", 12),
        ("https://localhost:8000/x", 24),
        ("https://BRC-Analytics", 21),
        ("https://t.co/abcdefghij", 23),
        ("https://en.wikipedia.org/wiki/Foo_(bar)", 23),
        ("(https://example.org/a)", 25),
        ("https://example.org/?q=a&b=c.", 24),
        ("https://example.org/a, b", 26),
        ("日本example.comで", 29),
        ("a_b.example.com", 25),
        ("HTTPS://EXAMPLE.ORG", 23),
        ("README.md", 23),
        ("file.rst", 8),
        ("1.5", 3),
        ("e.g. that", 9),
    ],
)
def test_x_weighs(text: str, length: int) -> None:
    assert x_length(text) == length


def test_x_refuses_some_characters() -> None:
    assert x_forbidden("a\ufeffb\ufffe\ufeff") == ["U+FEFF", "U+FFFE"]
    assert x_forbidden("fine") == []


@pytest.mark.parametrize(
    "text, length",
    [
        ("", 0),
        ("e\u0301", 1),
        (FAMILY, 1),
        ("日本", 2),
        ("https://example.org/" + "a" * 100, 23),
        ("example.org", 11),
        ("www.example.org", 15),
        ("http://example.org http://example.org", 47),
        ("https://BRC-Analytics", 21),
        ("@user@mastodon.social!", 6),
        ("@user_x@a.b.example hi", 10),
        ("mail me@example.org", 19),
        ("https://mastodon.social/@user", 23),
        ("(https://en.wikipedia.org/wiki/Foo_(bar))", 25),
        ("https://example.org/Русские_слова/日本", 23),
        ("https://example.org.", 24),
        ("\r\n", 1),
    ],
)
def test_mastodon_counts(text: str, length: int) -> None:
    assert mastodon_length(text) == length


def test_mastodon_takes_the_length_of_a_link_from_the_instance() -> None:
    assert mastodon_length("go https://example.org", per_url=30) == 33


EXPLAINED = {
    "gs02": "their count took the comma after a link into it; neither platform does",
    "gs05": "RSSE.Africa is a link for X",
    "gs13": "www.gbcc2025.org is a link for X",
    "gs14": "www.gbcc2025.org is a link for X",
    "gs19": "https://BRC-Analytics is no link: it ends in no top-level domain",
    "gs31": "their count took the parenthesis after a link into it",
    "gs32": "their count took the parenthesis after a link into it",
    "gs38": "the raw Markdown reads as one link: [a](b) has no blank in it",
    "gs53": "BRC-Analytics.org is a link for X",
    "gs62": "UseGalaxy.org is a link for X",
}
"""The counts in the file are approximations, as its notes say; each difference has its reason."""


def test_real_posts_count_as_recorded_but_where_the_record_is_wrong(posts: list[dict[str, Any]]) -> None:
    for post in posts:
        text, counts = post["text"], post["counts"]
        assert graphemes(text) == counts["graphemes"], post["id"]
        if post["id"] not in EXPLAINED:
            assert x_length(text) == counts["x_weighted"], post["id"]
            assert mastodon_length(text) == counts["mastodon_counted"], post["id"]


def test_no_text_is_slow_to_count(nasty: str, linear: Callable[..., None]) -> None:
    linear(x_length, nasty, nasty[: len(nasty) // 8])
    linear(mastodon_length, nasty, nasty[: len(nasty) // 8])


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text_has_a_length(text: str) -> None:
    assert "".join(clusters(text)) == text
    assert graphemes(text) == len(clusters(text)) <= max(len(text), 0)
    assert utf8_bytes(text) >= len(text)
    assert x_length(text) >= 0
    assert mastodon_length(text) >= 0


HOSTS = st.sampled_from(
    ["example.org", "a.b-c.co.uk", "日本.com", "x_y.example.net", "пример.рф", "a..b", "-a.org", "a.invalid"]
)
PIECES = st.lists(
    st.one_of(
        HOSTS,
        HOSTS.map("https://{}".format),
        st.sampled_from(
            ["http://", "/", "?q=1", "(", ")", ".", ",", "@", "#", " ", "日", "a", "_", "-", ":80", "\u202a"]
        ),
    ),
    max_size=12,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(PIECES)
def test_links_are_in_order_apart_and_each_is_one_by_itself(text: str) -> None:
    for rules in (X, MASTODON):
        done = 0
        for start, end in links(text, rules):
            assert done <= start < end <= len(text)
            done = end
            if text[start:end].lower().startswith("http"):
                assert links(text[start:end], rules) == [(0, end - start)]


JOINING = [
    *(
        "a",
        " ",
        "\n",
        "\r",
        "👩",
        "👧",
        "😀",
        "🏽",
        "\u200d",
        "\ufe0f",
        "\u2764",
        "\u2640",
        "🇫",
        "🇮",
        "\u0301",
        "\u0600",
    ),
    *(
        "\u0d4e",
        "한",
        "\u1100",
        "\u1161",
        "\u0915",
        "\u094d",
        "\u0903",
        "©",
        "🫠",
        "\u20e3",
        "\U000e0067",
        "\U0001f93c",
    ),
]
"""What joins its neighbours, or does not."""


@given(st.lists(st.sampled_from(JOINING), max_size=12).map("".join))
def test_emoji_that_are_counted_sooner_are_counted_alike(text: str) -> None:
    assert clusters(text) == list(grapheme.graphemes(text))
    assert graphemes(text) == grapheme.length(text)
