"""What YouTube takes of a film, judged when the draft is made."""

from __future__ import annotations

from typing import Final

from handlers.base import Problem
from handlers.films.limits import FilmLimits, judge, readable_time
from handlers.media import Media

LIMITS: Final = FilmLimits(
    "YouTube",
    max_bytes=274_877_906_944,  # `maxSize` of videos.insert in Google's discovery document
    max_seconds=12 * 3600,  # support.google.com/youtube/answer/71673
    containers=frozenset(["video/mp4", "video/quicktime", "video/webm"]),
)
UNVERIFIED_SECONDS: Final = 15 * 60
"""The most of a channel whose telephone number is not verified (`longUploadsStatus` of the channel)."""
SHORT_SECONDS: Final = 3 * 60
_A_FEW_PICTURES: Final = 0.1


def of_film(video: Media, *, long_ones: bool | None) -> list[Problem]:
    """Why this film cannot go there. `long_ones`: whether the channel may upload them, None if nobody knows."""
    found = judge(video, LIMITS)
    if not video.size:
        found.append(Problem(f"The video {video.name} is empty: upload it again.", error=True))
    if video.seconds > UNVERIFIED_SECONDS + _A_FEW_PICTURES and long_ones is not True:
        told = (
            f"YouTube: “{video.name}” lasts {readable_time(video.seconds)}. More than 15 min is taken only from a "
            "channel that has verified a telephone number: its owner does so at youtube.com/verify."
        )
        found.append(Problem(told, error=long_ones is False))
    return found


def is_short(video: Media) -> bool:
    """Whether YouTube shows it as a Short: square or upright, at most three minutes. There is no switch for it."""
    upright = 0 < video.width <= video.height
    return upright and 0 < video.seconds <= SHORT_SECONDS + _A_FEW_PICTURES
