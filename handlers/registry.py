"""The written list of platforms: to add one is its room and one line here."""

from __future__ import annotations

from typing import Final

from handlers.base import Platform
from handlers.mastodon import Mastodon
from handlers.x import X

PLATFORMS: Final[dict[str, type[Platform]]] = {
    Mastodon.name: Mastodon,
    X.name: X,
}
"""By the name that `zuliprc` and drafts use."""
