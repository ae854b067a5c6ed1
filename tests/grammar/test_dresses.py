"""A line that looks like an option, a section's head or an order is never public text by accident, in whatever dress."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.grammar import Written, parse
from bot.grammar.known import KNOWN
from handlers.text import plain
from tests.grammar.dresses import FREE, LOOSE, MARKS, VALUES, Dressed, heads, options, value

POSTS = Path(__file__).parents[3] / "shared" / "data" / "realistic-posts.json"
ACCOUNTS = ("mastodon", "linkedin", "x", "youtube", "zulip")
Drafted = Callable[[str], Written]


def _public(draft: Written) -> str:
    """What any platform's readers would see of it."""
    shown = draft.options
    texts = [plain(text) for text in (draft.text, *draft.texts.values())]
    return "\n".join([*texts, shown.title or "", shown.cw or ""])


def _asked(draft: Written) -> bool:
    return any(problem.error for problem in draft.problems)


def _wrong(one: Dressed, draft: Written) -> str:
    """What is wrong with how it was read; empty if nothing is."""
    if _asked(draft):
        return ""
    right = _right(one.name)
    text = draft.text + "".join(draft.texts.values())
    if value(one.name) in text or one.line in text:
        return "public"
    same = _given(draft) == _given(right) or (
        "quotes" in one.dress and _given(draft, "\u201c\u201d") == _given(right)
    )
    return "" if same else "lost"


@cache
def _right(name: str) -> Written:
    """The option as everybody would write it."""
    draft = parse(f"draft\n{_plainly(name)}\nPublic words.", accounts=ACCOUNTS, defaults=ACCOUNTS)
    assert isinstance(draft, Written)
    return draft


def _given(draft: Written, quotes: str = "") -> list[str]:
    """What its options say; of words that are free the quotation marks may be a part."""
    said = str(draft.options), draft.accounts, draft.at, draft.not_after, draft.note
    return ["".join(c for c in str(one) if c not in quotes) for one in said]


def _theirs(draft: Written) -> bool:
    """Whether a platform has the words of the section, and nothing else."""
    texts = {text.replace("\n", " ") for text in draft.texts.values()}
    return bool(texts) and texts <= {"Only theirs.", "Only theirs. Only theirs."}


def _plainly(name: str) -> str:
    return f"{name}: {value(name)}"


def test_every_option_has_a_value_here_or_free_words() -> None:
    assert set(VALUES) <= set(KNOWN)
    assert FREE


def test_no_option_in_any_dress_is_public_unasked() -> None:
    tried, wrong = 0, []
    for one in options():
        draft = parse(one.message, accounts=ACCOUNTS, defaults=ACCOUNTS)
        assert isinstance(draft, Written), one
        tried += 1
        if found := _wrong(one, draft):
            wrong.append((found, one.place, one.dress, one.line))
    assert tried > 8_000
    assert not wrong, f"{len(wrong)} of {tried}: " + "\n".join(map(str, wrong[:: max(1, len(wrong) // 60)]))


def test_no_head_of_a_section_in_any_dress_is_public_unasked(drafted: Drafted) -> None:
    tried, wrong = 0, []
    for name, dress, message in heads():
        draft = drafted(message)
        tried += 1
        if not _asked(draft) and (draft.text != "Public words." or not _theirs(draft)):
            wrong.append((name, dress, draft.text, draft.texts))
    assert tried > 1_000
    assert not wrong, f"{len(wrong)} of {tried}: " + "\n".join(map(str, wrong[:: max(1, len(wrong) // 60)]))


@pytest.mark.parametrize(
    "dress", ["plain", "dash", "bold", "emoji as a character", "brackets", "smart quotes"]
)
def test_no_first_line_that_says_where_or_when_is_public_unasked(drafted: Drafted, dress: str) -> None:
    for line in LOOSE:
        first, *rest = line.split("\n")
        message = "\n".join(["draft", MARKS.get(dress, str)(first), *rest, "Public words."])
        assert _asked(drafted(message)), message


@pytest.mark.parametrize(
    "line", ["Now we are ready!", "Friday: a talk", "Only three days left", "Mastodon is ten", "At last"]
)
def test_first_lines_of_ordinary_posts_are_not_asked_about(drafted: Drafted, line: str) -> None:
    assert drafted(f"draft\n{line}\nPublic words.").problems == ()


@pytest.mark.parametrize(
    "line", ["hold 12", "Approve #12", "- hold 12", "@social at: friday 9:00", "@social hold 12"]
)
def test_no_order_in_a_text_is_public_unasked(drafted: Drafted, line: str) -> None:
    assert _asked(drafted(f"draft\nPublic words.\n\n{line}"))


@pytest.mark.parametrize("line", ["Top 10", "Room 12", "@social is our bot: try it"])
def test_lines_of_ordinary_texts_are_no_orders(drafted: Drafted, line: str) -> None:
    assert drafted(f"draft\nPublic words.\n\n{line}").problems == ()


@pytest.fixture(scope="module")
def posts() -> list[dict[str, Any]]:
    if not POSTS.exists():
        pytest.skip("the realistic posts lie beside the repository, in ../shared/data; they are not here")
    found: list[dict[str, Any]] = json.loads(POSTS.read_text(encoding="utf-8"))["posts"]
    return found


def test_no_real_post_is_asked_about(posts: list[dict[str, Any]]) -> None:
    assert len(posts) == 42
    for post in posts:
        text = post["text"].strip()
        for head in (
            "draft\n",
            "draft\n\n",
            "draft ",
            "draft\nto: all\n",
            "draft\nto: all\n\n",
            "draft\ntext:\n",
        ):
            draft = parse(head + text, accounts=ACCOUNTS, defaults=ACCOUNTS)
            assert isinstance(draft, Written), post["id"]
            assert draft.text == text, post["id"]
            assert draft.problems == (), (post["id"], draft.problems)
