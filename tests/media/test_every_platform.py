"""The shared files that broke something, on each platform: what goes out there, and what is told."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from handlers.base import Draft, Options, Outgoing
from handlers.linkedin import writing as linkedin
from handlers.mastodon import preparing as mastodon
from handlers.mastodon.limits import Limits
from handlers.media import Store
from handlers.pictures import take
from handlers.x import preparing as x
from handlers.youtube import writing as youtube
from handlers.youtube.settings import YouTubeSettings
from handlers.zulip import writing as zulip

SHARED = Path(__file__).parents[3] / "shared" / "data" / "media"
YOUTUBE = YouTubeSettings.model_validate({"client_id": "a", "client_secret": "b", "refresh_token": "c"})
LIKE_MASTODON = "Fork"
MOVES = "⚠ {{}}: “{}” moves, and readers may see only its first picture there."


def animated_png() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def on_all(name: str, store: Store) -> Mapping[str, Outgoing]:
    """The file on each platform."""
    if not SHARED.is_dir():
        pytest.skip("the shared files are not beside this checkout (../shared)")
    data = animated_png() if name == "anim.png" else (SHARED / name).read_bytes()
    media = take(data, name, "what it shows", store)
    draft = Draft("Look", (media,), Options(title="A title"))

    def on(who: str, version: str) -> Outgoing:
        limits = Limits(version=version)
        return mastodon.prepare(
            draft, account="m", who=who, limits=limits, visibility="public", language=None, store=store
        )

    fitted, problems = zulip.fitted((media,), store, 25 << 20)
    own = Draft("Look", fitted)
    return {
        "X": x.prepare(draft, account="x", store=store),
        "Mastodon": on("Mastodon", "4.6.4"),
        LIKE_MASTODON: on(LIKE_MASTODON, "0.20.0+git-1"),
        "LinkedIn": linkedin.prepare("linkedin", draft, store),
        "YouTube": youtube.prepare("youtube", draft, YOUTUBE, store),
        "Zulip": zulip.prepare("zulip", own, limit=10_000, channel="a", topic="b", problems=problems),
    }


def told(outgoing: Outgoing) -> str:
    """`⛔`, `⚠` and the sentences, without what LinkedIn says of small files and of alt texts."""
    said = [
        one for one in outgoing.problems if "at least 77 kB" not in one.text and "no alt text" not in one.text
    ]
    return "\n".join(f"{'⛔' if one.error else '⚠'} {one.text}" for one in said)


ALONE = ("X", "Mastodon", LIKE_MASTODON, "LinkedIn", "Zulip", "YouTube")
TABLE: list[tuple[str, dict[str, str]]] = [
    (
        "s444.mp4",
        {
            "X": "⛔ X: “s444.mp4” cannot be taken: its pixel format is yuv444p. Export it anew with pixel format yuv420p",
            LIKE_MASTODON: "⚠ Fork: not every browser plays “s444.mp4”",
            "LinkedIn": "⚠ LinkedIn does not say whether it takes “s444.mp4” (pixel format yuv444p). MP4 with H.264",
            "Zulip": "⚠ Zulip: not every browser plays “s444.mp4”",
        },
    ),
    (
        "inter.mp4",
        {
            "X": "⚠ X: “inter.mp4” may be refused: it is interlaced",
            LIKE_MASTODON: "⚠ Fork: not every browser",
            "LinkedIn": "⚠ LinkedIn does not say whether it takes “inter.mp4” (interlaced)",
            "Zulip": "⚠ Zulip: not every browser",
        },
    ),
    (
        "sar.mp4",
        {
            "X": "⛔ X: “sar.mp4” cannot be taken: its pixels are not square",
            "LinkedIn": "⚠ LinkedIn does not say whether it takes “sar.mp4” (oblong pixels)",
        },
    ),
    (
        "hevc.mov",
        {
            "X": "⛔ X: the pictures of “hevc.mov” are written as H.265 (HEVC), and only H.264",
            LIKE_MASTODON: "⚠ Fork: not every browser",
            "LinkedIn": "⛔ LinkedIn: “hevc.mov” is QuickTime (MOV), and only MP4",
            "Zulip": "⚠ Zulip: not every browser plays “hevc.mov”, and it is not converted there (H.265 (HEVC))",
        },
    ),
    (
        "old.3gp",
        {
            "X": "⛔ X: the pictures of “old.3gp” are written as h263, and only H.264",
            LIKE_MASTODON: "⚠ Fork: not every browser",
            "LinkedIn": "⚠ LinkedIn does not say whether it takes “old.3gp” (h263 and oblong pixels)",
            "Zulip": "⚠ Zulip: not every browser",
        },
    ),
    ("rot.mov", {"LinkedIn": "⛔ LinkedIn: “rot.mov” is QuickTime (MOV)"}),
    ("noaudio.mp4", {}),
    ("cut.mp4", {}),
    ("gray16.png", {}),
    ("icc.png", {}),
    ("whitelogo.png", {}),
    ("noeoi.jpg", {}),
    ("anim.gif", {}),
    ("anim.webp", dict.fromkeys(("X", "Mastodon", LIKE_MASTODON, "LinkedIn"), MOVES.format("anim.webp"))),
    ("anim.png", dict.fromkeys(("X", "Mastodon", LIKE_MASTODON, "LinkedIn"), MOVES.format("anim.png"))),
]  # fmt: skip


@pytest.mark.parametrize("name, expected", TABLE, ids=[name for name, _ in TABLE])
def test_what_becomes_of_a_file_on_each_platform(name: str, expected: Any, store: Store) -> None:
    everywhere = on_all(name, store)
    for platform in ALONE:
        assert told(everywhere[platform]).startswith(expected.get(platform, "").format(platform)), platform
        assert bool(told(everywhere[platform])) == (platform in expected), told(everywhere[platform])
