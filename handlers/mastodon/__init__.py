"""Mastodon, and servers that speak as it does: text, threads, polls, pictures or a video, content warning, visibility."""

from __future__ import annotations

from handlers.mastodon.platform import Mastodon
from handlers.mastodon.settings import MastodonSettings

__all__ = ["Mastodon", "MastodonSettings"]
