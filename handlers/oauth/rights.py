"""The rights that `social login` asks for: the least that does the job, each with the reason. The README repeats them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Right:
    """One scope, in the platform's own word."""

    scope: str
    reason: str


_GOOGLE: Final = "https://www.googleapis.com/auth/"

RIGHTS: Final[dict[str, tuple[Right, ...]]] = {
    # learn.microsoft.com/linkedin, Posts API and Organization Access Control (read November 2026)
    "linkedin": (
        Right("w_organization_social", "post for the page, with pictures, videos and documents"),
        Right("r_organization_social", "see whether a post is out when LinkedIn's answer was lost"),
        Right("r_organization_admin", "see, before it matters, that you may post for the page"),
    ),
    # the service's discovery document, revision 20261104: this one scope is enough for all seven calls;
    # `youtube.upload` cannot make a video public, delete it or name the channel
    "youtube": (
        Right(
            f"{_GOOGLE}youtube.force-ssl",
            "upload a video as private, make it public at its time, delete it when it is withdrawn, "
            "set its thumbnail and playlist, and name the channel",
        ),
    ),
    # X's OpenAPI 2.167, security of createPosts, users/me and media
    "x": (
        Right("tweet.read", "see whether a post is out when X's answer was lost"),
        Right("tweet.write", "post"),
        Right("users.read", "tell as whom; X demands it for every post"),
        Right("media.write", "upload pictures and videos"),
        Right("offline.access", "go on after two hours, when X's token ends"),
    ),
    # docs.joinmastodon.org/api/oauth-scopes
    "mastodon": (
        Right(
            "profile",
            "tell as whom (servers before 4.3 know only the wider `read:accounts`, Takahē only the whole of `read`)",
        ),
        Right("read:statuses", "see whether a post is out when the answer was lost"),
        Right("write:statuses", "post"),
        Right("write:media", "upload pictures and videos"),
    ),
}
"""Platform -> what is asked for, in the order in which it is asked."""


def scopes(platform: str) -> tuple[str, ...]:
    """The scopes alone."""
    return tuple(one.scope for one in RIGHTS[platform])
