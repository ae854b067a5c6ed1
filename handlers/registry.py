"""The written list of platforms: to add one is its room and one line here."""

from __future__ import annotations

from typing import Final

from handlers.base import Platform
from handlers.linkedin import LinkedIn
from handlers.mastodon import Mastodon
from handlers.x import X
from handlers.youtube import YouTube
from handlers.zulip import Zulip

PLATFORMS: Final[dict[str, type[Platform]]] = {
    LinkedIn.name: LinkedIn,
    Mastodon.name: Mastodon,
    X.name: X,
    YouTube.name: YouTube,
    Zulip.name: Zulip,
}
"""By the name that `zuliprc` and drafts use."""
