"""What X takes: text, files, polls; late 2026, from docs.x.com and X's OpenAPI 2.167."""

from __future__ import annotations

import re
from typing import Final

from handlers.counting import x_length
from handlers.counting.x import LIMIT
from handlers.films.limits import FilmLimits
from handlers.messages import Allowed

PICTURE_BYTES: Final = 5_000_000
GIF_BYTES: Final = 15_000_000
GIF_BOX: Final = (1280, 1080)
"""Pixels, width and height (docs.x.com, media best practices)."""
GIF_FRAMES: Final = 350
GIF_PIXELS: Final = 300_000_000
"""Of all frames together."""
FILM_BYTES: Final = 8_000_000_000
"""8 GB for everyone since 1 September 2026. Premium has 16 GB, but 1000 segments of at most 8 MB hold no more."""
FILM_MINUTES: Final = 20
PREMIUM_MINUTES: Final = 125
"""Checked by X when the post is made, by what the account is entitled to."""
CASHTAGS: Final = 1
"""In one post (changelog of 23 February 2026)."""
MENTIONS: Final = 3
"""X restricts unasked-for mentions by apps without a number; from here on the card warns."""

ALLOWED: Final = Allowed(
    title="X",
    limit=LIMIT,
    measure=x_length,
    pictures=4,
    picture_bytes=PICTURE_BYTES,
    gif_bytes=GIF_BYTES,
    video_bytes=FILM_BYTES,
    alt=1000,
    picture_side=4096,
    no_twins=True,
    gif_alone=True,
    mimes=frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "video/quicktime"}),
)
"""4 pictures, or one GIF, or one video. X shows no picture larger than 4096 pixels."""

CHOICES: Final = (2, 4)
"""Of a poll, at least and at most."""
CHOICE: Final = 25
"""Characters of one choice."""
POLL_MINUTES: Final = (5, 10_080)
"""How long a poll is open: five minutes to seven days."""

CASHTAG: Final = re.compile(r"(?:^|(?<=\s))\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?=$|\s|[^\w$])", re.IGNORECASE)
"""`$TWTR`, as twitter-text finds it."""
MENTION: Final = re.compile(r"(?<![\w@/.])[@＠](\w{1,20})(?![\w@])", re.ASCII)


def film_limits(*, premium: bool) -> FilmLimits:
    """Of a video (docs.x.com, changelog of September 2026; media best practices: "Only YUV 4:2:0 pixel format is supported",
    1:1 pixels, progressive scan, mono or stereo, no HE-AAC).
    """
    return FilmLimits(
        title="X",
        max_bytes=FILM_BYTES,
        min_seconds=0.5,
        max_seconds=60 * (PREMIUM_MINUTES if premium else FILM_MINUTES),
        max_fps=60,
        min_ratio=1 / 3,
        max_ratio=3,
        video_codecs=frozenset({"h264"}),
        audio_codecs=frozenset({"aac"}),
        containers=frozenset({"video/mp4", "video/quicktime"}),
        plain=True,
    )
