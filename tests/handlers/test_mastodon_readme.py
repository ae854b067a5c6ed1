"""The pages on Mastodon and Zulip name tests that exist, and limits that the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from handlers.mastodon.limits import Limits
from handlers.mastodon.uploading import DEADLINE
from handlers.oauth import scopes

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("platform", ["mastodon", "zulip"])
def test_every_test_that_the_page_names_is_there(platform: str) -> None:
    page = (ROOT / "handlers" / platform / "README.md").read_text(encoding="utf-8")
    named = 0
    for row in page.splitlines():
        files = re.split(r"`(\w+/test_\w+\.py)`", row)
        for path, rest in zip(files[1::2], files[2::2], strict=True):
            text = (ROOT / "tests" / path).read_text(encoding="utf-8")
            for name in re.findall(r"`(test_\w+)`", rest):
                assert f"def {name}(" in text, (path, name)
                named += 1
    assert named > 8


def test_the_page_on_mastodon_tells_the_limits_that_the_code_has() -> None:
    page = (ROOT / "handlers" / "mastodon" / "README.md").read_text(encoding="utf-8")
    default = Limits()
    assert f"{default.characters} graphemes; a link counts {default.per_url}" in page
    assert f"{default.files}; {default.image_bytes // 2**20} MiB" in page
    assert f"{default.video_bytes // 2**20} MiB" in page
    assert f"{default.alt} characters where the server does not tell" in page
    assert f"{default.polls.choices} answers of {default.polls.characters} graphemes" in page
    assert f"gives up after {DEADLINE.seconds // 3600} hour" in page
    assert all(f"`{right}`" in page for right in scopes("mastodon"))
