"""The stand-ins count by the published rules, by themselves; the bot is held to them, and not to itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox import addresses
from bot.sandbox.mastodon import text as mastodon_text
from bot.sandbox.x import counting
from handlers.counting import mastodon_length, x_length
from handlers.counting.links import MASTODON, X, links

ROOT = Path(__file__).parents[2]
SPECS = ROOT.parent / "shared" / "facts" / "specs" / "twitter-text"
OLD = {
    "Count a mix of single byte single word, and double word unicode characters",
    "Count unicode emoji chars outside the basic multilingual plane with skin tone modifiers",
}
"""Two expectations of configuration 2 in a set of the other; see tests/text/test_counting.py."""


@pytest.fixture(scope="module")
def cases() -> dict[str, list[dict[str, Any]]]:
    if not SPECS.is_dir():
        pytest.skip("twitter-text's cases are not beside this checkout (../shared)")
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load((SPECS / "validate.yml").read_text("utf-8"))[
        "tests"
    ]
    return found


def test_x_weighs_as_the_published_cases_say(cases: dict[str, list[dict[str, Any]]]) -> None:
    for section in (
        "WeightedTweetsCounterTest",
        "WeightedTweetsWithDiscountedEmojiCounterTest",
        "UnicodeDirectionalMarkerCounterTest",
    ):
        for case in cases[section]:
            if section != "WeightedTweetsCounterTest" or case["description"] not in OLD:
                assert counting.weighted(case["text"]) == case["expected"]["weightedLength"], case[
                    "description"
                ]


def test_x_weighs_by_the_published_configuration() -> None:
    if not SPECS.is_dir():
        pytest.skip("twitter-text's configuration is not beside this checkout (../shared)")
    told = json.loads((SPECS / "config-v3.json").read_text("utf-8"))
    assert (
        told["scale"],
        told["defaultWeight"],
        told["transformedURLLength"],
    ) == (counting.SCALE, counting.HEAVY, counting.LINK)
    assert [(one["start"], one["end"]) for one in told["ranges"]] == list(counting.LIGHT)
    assert {one["weight"] for one in told["ranges"]} == {counting.SCALE}


def test_no_stand_in_counts_with_the_bots_own_count() -> None:
    for path in (ROOT / "bot" / "sandbox").rglob("*.py"):
        assert "handlers.counting" not in path.read_text("utf-8").replace("(`handlers.counting`)", ""), path


WORDS = st.sampled_from(
    (
        *("https://example.org/a_(b)?c=d", "http://example.org", "example.org/x", "coderefinery.org", "https://ex.com:80/"),
        *("https://sub.example.co.uk/~a/b.html#top", "(https://example.org)", "https://t.co/abc123def4", "see.it,", "no.link"),
        *("@user@example.org", "@user", "#Tag", "a@b.org", "word", "Sentence.", "naïve", "日本語", "1️⃣", "©", "👍🏽", "👨‍👩‍👧‍👦"),
        *("🇳🇴", "e\u0301", "…", "“quoted”", "–", "❤️", "\n", "\n\n"),
    )
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=12))
def test_the_bot_counts_what_people_write_as_the_stand_ins_do(words: list[str]) -> None:
    text = " ".join(words)
    assert x_length(text) == counting.weighted(text)
    assert mastodon_length(text) == mastodon_text.length(text, "", 23)
    for rules, own in ((X, "x"), (MASTODON, "mastodon")):
        assert links(text, rules) == [tuple(one) for one in addresses.addresses(text, own)]
