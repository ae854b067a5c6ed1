"""The shared examples beside the repository; tests that need them are skipped where they are absent."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

SHARED = Path(__file__).parents[3] / "shared"


@pytest.fixture(scope="session")
def conformance() -> dict[str, list[dict[str, Any]]]:
    """twitter-text's own conformance cases."""
    path = SHARED / "facts" / "specs" / "twitter-text" / "validate.yml"
    if not path.is_file():
        pytest.skip("the conformance cases of twitter-text are not beside this checkout (../shared)")
    cases: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text("utf-8"))["tests"]
    return cases


@pytest.fixture(scope="session")
def posts() -> list[dict[str, Any]]:
    """Real posts of a community."""
    path = SHARED / "data" / "realistic-posts.json"
    if not path.is_file():
        pytest.skip("the real posts are not beside this checkout (../shared)")
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["posts"]
    return found


NASTY = [
    "[a](" * 2500,
    "[" * 10_000,
    "*a" * 5000,
    "**a " * 2500,
    "`" * 10_000,
    "` " * 5000,
    "``a`" * 2500,
    "$$a" * 3000,
    "<http://a" * 1100,
    "@**a" * 2500,
    "@*" * 5000,
    "@_" * 5000,
    "@*a" * 3000,
    "[](a)" * 2000,
    "> " * 5000,
    "~~a" * 3000,
    "```quote\n" * 1100,
    "```" + "a" * 10_000 + "`",
    "http://" * 1400,
    "http://a.com/(" * 700,
    "#**a>" * 2000,
    "|-" * 2500 + "\n" + "|-" * 2500,
    "- " * 5000,
    "# " * 5000,
    "_ " * 5000 + "x",
    " " * 10_000 + "x",
    ":a" * 5000,
    "a." * 5000,
    "あ." * 3000,
    "a_.com " * 1400,
    "_.com" * 2000,
    "xn--a." * 1600,
    "@a@b." * 2000,
    "@a.a.a" * 1600,
    "@" + "a-" * 5000 + "!",
    "\u200b@" * 5000,
]
"""Texts as long as a Zulip message, made to be slow for anything that looks at a character too often."""


@pytest.fixture(params=NASTY, ids=lambda text: repr(text[:12]))
def nasty(request: pytest.FixtureRequest) -> str:
    """One text that would be slow for a careless rule."""
    text: str = request.param
    return text


@pytest.fixture
def nasties() -> list[str]:
    """All of them."""
    return NASTY
