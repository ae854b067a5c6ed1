"""What a platform says in answer to a mere question speaks of no post."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import handlers
from handlers.base import PlatformError

FOLDER = Path(handlers.__file__).parent
SAID = {
    "X could not be reached, so nothing is out.": "X could not be reached.",
    "Mastodon has trouble (error 500). Nothing is out.": "Mastodon has trouble (error 500).",
    "It takes no more for now; nothing is out. The bot waits.": "It takes no more for now.",
    "It never received all of “a.png”; nothing is out. Order it again.": "It never received all of “a.png”. Order it again.",
    "The token was refused.": "The token was refused.",
}


@pytest.mark.parametrize("said, left", SAID.items())
def test_no_post_is_spoken_of(said: str, left: str) -> None:
    assert PlatformError(said).of_account == left


def test_every_sentence_that_says_so_says_it_in_these_words() -> None:
    """Else a check would tell of a post that nobody sends."""
    said = [
        one
        for path in FOLDER.rglob("*.py")
        for one in re.findall(r"[^\"\n]*[Nn]othing is out[^\"\n]*", path.read_text())
        if one.lstrip().startswith(('f"', '"')) or "{" in one
    ]
    assert len(said) > 5
    for one in said:
        assert "othing is out" not in PlatformError(one).of_account, one
