"""Forty-two posts that were really published go through a draft unchanged."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.grammar import Written, parse

POSTS = Path(__file__).parents[3] / "shared" / "data" / "realistic-posts.json"
ACCOUNTS = ("mastodon", "linkedin", "x", "youtube", "zulip")


@pytest.fixture(scope="module")
def posts() -> list[dict[str, Any]]:
    if not POSTS.exists():
        pytest.skip("the realistic posts lie beside the repository, in ../shared/data; they are not here")
    found: list[dict[str, Any]] = json.loads(POSTS.read_text(encoding="utf-8"))["posts"]
    return found


def test_every_real_post_is_a_draft_with_its_text_unchanged(posts: list[dict[str, Any]]) -> None:
    assert len(posts) == 42
    for post in posts:
        text = post["text"].strip()
        for head in ("draft\n", "draft\n\n", "draft ", "draft\nto: all\n", "please draft:\n"):
            draft = parse(head + text, accounts=ACCOUNTS, defaults=ACCOUNTS)
            assert isinstance(draft, Written), post["id"]
            assert draft.text == text, post["id"]
            assert (draft.texts, draft.attachments) == ({}, ()), post["id"]
            assert [one for one in draft.problems if one.error] == [], post["id"]


def test_their_pictures_keep_their_alt_texts(posts: list[dict[str, Any]]) -> None:
    pictures = 0
    for post in posts:
        alts = [" ".join((image.get("alt") or "").split()) for image in post["images"]]
        lines = "".join(f"alt: {alt}\n" for alt in alts)
        files = "".join(f"\n[{at}.png](/user_uploads/2/ab/{at}.png)" for at in range(len(alts)))
        draft = parse(f"draft\n{lines}\n{post['text'].strip()}{files}", accounts=ACCOUNTS, defaults=ACCOUNTS)
        assert isinstance(draft, Written)
        assert [one.alt for one in draft.attachments] == alts, post["id"]
        pictures += len(alts)
    assert pictures > 30
