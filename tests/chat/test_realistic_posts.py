"""The 42 real posts of ../shared/data, drafted, previewed, approved and out on every platform with nothing lost."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from town import Town, picture

SOURCE = Path(__file__).parents[3] / "shared" / "data" / "realistic-posts.json"
POSTS: list[dict[str, Any]] = (
    json.loads(SOURCE.read_text(encoding="utf-8"))["posts"] if SOURCE.exists() else []
)
SHARE = 6
"""Posts in one town: several towns can be busy side by side."""
LINK = re.compile(r"https?://[^\s()\[\]]+[^\s()\[\].,!?:;]")
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069]")

pytestmark = pytest.mark.skipif(not POSTS, reason="../shared/data/realistic-posts.json is not here")


def words(text: str) -> list[str]:
    """What must not be lost, in order: letters and digits, however they are wrapped."""
    shown = re.sub(r":[a-z_]+:", "", INVISIBLE.sub("", text))  # `:mega:` becomes the emoji itself
    shown = re.sub(r"@\[([^\]]*)\]\(urn[^)]*\)", r"\1", shown)  # LinkedIn's mentions are names elsewhere
    return re.findall(r"\w+", html.unescape(shown))


def as_draft(post: dict[str, Any], files: list[str]) -> str:
    """The post as a volunteer would write it here: its text, then mentions and hashtags, then its pictures."""
    tail = [
        *(f"@{one}" for handles in list(post["mentions"].values())[:1] for one in handles),
        *(f"#{one}" for tags in list(post["hashtags"].values())[:1] for one in tags),
    ]
    text = post["text"] + ("\n\n" + " ".join(tail) if tail else "")
    pictures = "\n".join(files)
    return f"@social draft\nto: mastodon, x, linkedin, zulip\n\n{text}\n\n{pictures}".rstrip()


@pytest.mark.parametrize("first", range(0, len(POSTS), SHARE))
def test_all_of_them_go_out_whole(town: Town, first: int) -> None:
    for number, post in enumerate(POSTS[first : first + SHARE], 1):
        town.later(days=3)  # some repeat each other, and platforms refuse the same text on the same day
        images = [one for one in post["images"] if isinstance(one, dict)][:4]
        files = []
        for at, image in enumerate(images):
            path = town.carol.uploads(picture(64 + number, 48 + at), f"{at}.png")
            files.append(f"[{(image.get('alt') or 'A picture').strip()}]({path})")
        draft = as_draft(post, files)
        town.carol.says(draft, topic=post["id"])
        assert town.post(number).state == "draft", (post["id"], town.card(number))
        if INVISIBLE.search(draft):
            assert re.search(r"U\+20[0-9A-F]{2}", town.card(number)), post["id"]
        before = len(town.published())
        town.alice.reacts(town.card_id(number))
        town.later(minutes=2)
        out = town.published()[before:]
        assert {one["service"] for one in out} == {"mastodon", "x", "linkedin", "zulip"}, post["id"]
        wanted = words(re.sub(r"\[[^\]]*\]\(/user_uploads[^)]*\)", "", draft.split("\n\n", 1)[1]))
        for service in ("mastodon", "x", "linkedin", "zulip"):
            parts = [one for one in out if one["service"] == service]
            _whole(post, service, parts, wanted, [one.split("]")[0][1:] for one in files])


def _whole(
    post: dict[str, Any],
    service: str,
    parts: list[dict[str, Any]],
    wanted: list[str],
    alts: list[str],
) -> None:
    # In Zulip a link's address is behind its words; what was received has both.
    text = "\n".join(one["raw"]["content"] if service == "zulip" else one["text"] for one in parts)
    missing = [word for word in wanted if word not in set(words(text))]
    assert not missing, (post["id"], service, missing)
    for link in LINK.findall(post["text"]):
        assert link in text, (post["id"], service, link)
    media = [one for part in parts for one in part["media"]]
    assert [one["alt"] for one in media] == alts, (post["id"], service)
